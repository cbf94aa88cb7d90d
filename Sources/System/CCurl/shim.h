#pragma once
#include <arpa/inet.h>
#include <curl/curl.h>
#include <netinet/in.h>
#include <stdint.h>
#include <sys/socket.h>

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

// Whether an address is one of the public internet: not of this machine, not of a private, shared, link-local, documentation,
// multicast or reserved network, and no IPv6 address that holds such an IPv4 address.
static inline int dailies_is_public_v4(uint32_t a) {
    static const struct { uint32_t net; int bits; } closed[] = {
        {0x00000000, 8}, {0x0a000000, 8}, {0x64400000, 10}, {0x7f000000, 8}, {0xa9fe0000, 16}, {0xac100000, 12},
        {0xc0000000, 24}, {0xc0000200, 24}, {0xc0586300, 24}, {0xc0a80000, 16}, {0xc6120000, 15}, {0xc6336400, 24},
        {0xcb007100, 24}, {0xe0000000, 3},
    };
    for (unsigned i = 0; i < sizeof closed / sizeof *closed; i++)
        if ((a >> (32 - closed[i].bits)) == (closed[i].net >> (32 - closed[i].bits))) return 0;
    return 1;
}
static inline int dailies_is_public(const struct sockaddr *address) {
    if (address->sa_family == AF_INET)
        return dailies_is_public_v4(ntohl(((const struct sockaddr_in *)address)->sin_addr.s_addr));
    if (address->sa_family != AF_INET6) return 0;
    const uint8_t *b = ((const struct sockaddr_in6 *)address)->sin6_addr.s6_addr;
    // Only 2000::/3 is given out. 2001:0::/32 and 2002::/16 hold IPv4 addresses, and 2001:db8::/32 is for documents.
    if ((b[0] & 0xe0) != 0x20) return 0;
    if (b[0] == 0x20 && b[1] == 0x02) return 0;
    if (b[0] == 0x20 && b[1] == 0x01 && b[2] == 0 && b[3] == 0) return 0;
    if (b[0] == 0x20 && b[1] == 0x01 && b[2] == 0x0d && b[3] == 0xb8) return 0;
    return 1;
}
// Called with the address that the name has led to, so no later look-up can lead elsewhere.
// `context` points to an int that becomes 1 when an address was refused.
static inline curl_socket_t dailies_open_public(void *context, curlsocktype purpose, struct curl_sockaddr *address) {
    (void)purpose;
    if (!dailies_is_public(&address->addr)) {
        *(int *)context = 1;
        return CURL_SOCKET_BAD;
    }
    return socket(address->family, address->socktype, address->protocol);
}
static inline CURLcode dailies_curl_require_public(CURL *handle, int *refused) {
    curl_easy_setopt(handle, CURLOPT_OPENSOCKETDATA, refused);
    return curl_easy_setopt(handle, CURLOPT_OPENSOCKETFUNCTION, dailies_open_public);
}
static inline CURLMcode dailies_curl_multi_set_long(CURLM *handle, CURLMoption option, long value) {
    return curl_multi_setopt(handle, option, value);
}
// Whether the text is an IPv4 or IPv6 address that is not public.
static inline int dailies_is_private_literal(const char *text) {
    struct sockaddr_in v4 = {.sin_family = AF_INET};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};
    if (inet_pton(AF_INET, text, &v4.sin_addr) == 1) return !dailies_is_public((struct sockaddr *)&v4);
    if (inet_pton(AF_INET6, text, &v6.sin6_addr) == 1) return !dailies_is_public((struct sockaddr *)&v6);
    return 0;
}
