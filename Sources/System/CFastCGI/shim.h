#pragma once
#include <fcgiapp.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

// The description of a request for the crash report. In C, since Swift does not promise that any code is safe inside a
// signal handler. Only one Swift file may use these: each object file that does has its own copy of the variable below.
struct dailies_crash_words {
    unsigned length;
    char bytes[480];
};

// The key under which each thread keeps the description of its request. glibc reads it without a lock.
static inline pthread_key_t *dailies_crash_key(void) {
    static pthread_key_t key;
    return &key;
}

static inline void dailies_crash_set_words(struct dailies_crash_words *words, const char *bytes, unsigned long length) {
    if (length > sizeof words->bytes) length = sizeof words->bytes;
    words->length = 0;
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    memcpy(words->bytes, bytes, length);
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    words->length = (unsigned)length;
}

static inline void dailies_crash_handler(int number) {
    const struct dailies_crash_words *words = (const struct dailies_crash_words *)pthread_getspecific(*dailies_crash_key());
    char line[640];
    unsigned long end = 0;
    const char *head = "{\"level\":\"error\",\"message\":\"the process ends by a signal\",\"signal\":";
    memcpy(line, head, strlen(head));
    end = strlen(head);
    if (number >= 10) line[end++] = (char)('0' + number / 10);
    line[end++] = (char)('0' + number % 10);
    if (words) {
        // Read once: another thread may be writing the next request's description to this place.
        const unsigned length = words->length;
        memcpy(line + end, words->bytes, length);
        end += length;
    }
    line[end++] = '}';
    line[end++] = '\n';
    if (write(2, line, end) < 0) { /* nothing can report this any more */ }
    // The handler was reset when it was entered, so this, too, ends the process by the signal.
    raise(number);
}

static inline int dailies_crash_install(pthread_key_t key) {
    *dailies_crash_key() = key;
    const int numbers[] = {SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGSEGV, SIGSYS, SIGTRAP};
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = dailies_crash_handler;
    action.sa_flags = SA_RESETHAND | SA_ONSTACK;
    sigemptyset(&action.sa_mask);
    for (unsigned i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
        if (sigaction(numbers[i], &action, 0) != 0) return -1;
    return 0;
}

// A stack of its own for the handler, since an exhausted stack is one of the things that end a process.
static inline int dailies_crash_use_stack(void) {
    stack_t stack;
    memset(&stack, 0, sizeof stack);
    stack.ss_size = 32768;
    stack.ss_sp = mmap(0, stack.ss_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (stack.ss_sp == MAP_FAILED) return -1;
    return sigaltstack(&stack, 0);
}
