// How fast this machine is at the moment, by two loops that do the same on every machine.
//
//   calibrate cpu THREADS SECONDS    a chain of integer operations on that many threads at once; needs no memory
//   calibrate fsync FILE SECONDS     writes of one 8 KiB page, each followed by fdatasync, as Postgres flushes its log
//
// Prints iterations a second: of a CPU loop in millions, over all threads.
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { most_threads = 64, page = 8192, block = 1 << 16 };

static double seconds_now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

struct loop {
    pthread_t thread;
    double seconds, iterations;
    uint64_t state;
};

static void *spin(void *argument) {
    struct loop *loop = argument;
    const double end = seconds_now() + loop->seconds;
    uint64_t state = loop->state;
    do {
        // xorshift64*: each step needs the result of the one before, so the compiler cannot shorten it.
        for (int i = 0; i < block; i++) {
            state ^= state >> 12;
            state ^= state << 25;
            state ^= state >> 27;
            state *= 2685821657736338717u;
        }
        loop->iterations += block;
    } while (seconds_now() < end);
    loop->state = state;
    return NULL;
}

static int cpu(int count, double seconds) {
    struct loop loops[most_threads];
    double total = 0;
    const double start = seconds_now();
    for (int i = 0; i < count; i++) {
        loops[i] = (struct loop){.seconds = seconds, .state = 88172645463325252u + (uint64_t)i};
        if (pthread_create(&loops[i].thread, NULL, spin, &loops[i]) != 0) return perror("calibrate: pthread_create"), 1;
    }
    for (int i = 0; i < count; i++) {
        pthread_join(loops[i].thread, NULL);
        total += loops[i].iterations;
    }
    printf("%.3f\n", total / (seconds_now() - start) / 1e6);
    return 0;
}

static int flushes(const char *path, double seconds) {
    char bytes[page];
    memset(bytes, 'x', sizeof bytes);
    int file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (file < 0) return perror(path), 1;
    // Postgres writes into files that exist already, so that a flush changes no size.
    for (int i = 0; i < 64; i++)
        if (write(file, bytes, page) != page) return perror(path), 1;
    if (fsync(file) != 0) return perror(path), 1;
    long count = 0;
    const double start = seconds_now();
    do {
        if (pwrite(file, bytes, page, count % 64 * page) != page || fdatasync(file) != 0) return perror(path), 1;
        count++;
    } while (seconds_now() - start < seconds);
    printf("%.3f\n", (double)count / (seconds_now() - start));
    close(file);
    unlink(path);
    return 0;
}

int main(int count, char **words) {
    const double seconds = count == 4 ? atof(words[3]) : 0;
    if (seconds > 0 && !strcmp(words[1], "cpu")) {
        const int threads = atoi(words[2]);
        if (threads >= 1 && threads <= most_threads) return cpu(threads, seconds);
    }
    if (seconds > 0 && !strcmp(words[1], "fsync")) return flushes(words[2], seconds);
    fprintf(stderr, "usage: calibrate cpu THREADS SECONDS | calibrate fsync FILE SECONDS\n");
    return 64;
}
