#pragma once
#include <fcgiapp.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

// What a request is, for the one moment when nothing but write(2) may be called. In C, since Swift does not promise that
// anything written in it is safe inside a signal handler. One Swift file uses these, and must stay the only one: each
// object file that does would have a variable of its own.
struct dailies_crash_words {
    unsigned length;
    char bytes[480];
};

// Where each thread keeps the words of the request that it works on. glibc takes no lock to look there.
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
        // Once: another thread may be writing those of the next request in this place.
        const unsigned length = words->length;
        memcpy(line + end, words->bytes, length);
        end += length;
    }
    line[end++] = '}';
    line[end++] = '\n';
    if (write(2, line, end) < 0) { /* there is nobody left to tell */ }
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
