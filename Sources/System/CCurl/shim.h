#pragma once
#include <curl/curl.h>

// Swift cannot import variadic functions, so each kind of argument that an option takes has a typed twin here.
static inline CURLcode dailies_curl_set_long(CURL *handle, CURLoption option, long value) {
    return curl_easy_setopt(handle, option, value);
}
static inline CURLcode dailies_curl_set_pointer(CURL *handle, CURLoption option, const void *value) {
    return curl_easy_setopt(handle, option, value);
}
typedef size_t (*dailies_curl_sink)(char *bytes, size_t size, size_t count, void *context);
static inline CURLcode dailies_curl_set_sink(CURL *handle, CURLoption option, dailies_curl_sink value) {
    return curl_easy_setopt(handle, option, value);
}
static inline CURLcode dailies_curl_get_long(CURL *handle, CURLINFO info, long *value) {
    return curl_easy_getinfo(handle, info, value);
}
typedef int (*dailies_curl_seek)(void *context, curl_off_t offset, int origin);
static inline CURLcode dailies_curl_set_seek(CURL *handle, CURLoption option, dailies_curl_seek value) {
    return curl_easy_setopt(handle, option, value);
}
