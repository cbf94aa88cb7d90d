#pragma once

// What jemalloc begins with in every program that is linked with this; it looks for the name by itself. MALLOC_CONF in the
// environment has the last word.
extern const char *malloc_conf;
