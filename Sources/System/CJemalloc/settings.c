#include "jemalloc_settings.h"

// Four arenas, however many cores there are, and what is free for a second goes back to the kernel: a fifth less memory
// after a rush, at no cost (docs/adr/0022).
const char *malloc_conf = "narenas:4,dirty_decay_ms:1000";
