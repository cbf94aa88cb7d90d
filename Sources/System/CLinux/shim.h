#pragma once
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

// Declared by glibc only under _GNU_SOURCE, which Swift's Glibc module does not define.
extern int accept4(int socket, struct sockaddr *address, socklen_t *length, int flags);
extern long syscall(long number, ...);
extern int syncfs(int descriptor);
extern int pipe2(int descriptors[2], int flags);
extern int pthread_setname_np(pthread_t thread, const char *name);
extern int posix_spawn_file_actions_addclosefrom_np(posix_spawn_file_actions_t *actions, int from);

static inline int dailies_accept(int socket, int flags) { return accept4(socket, 0, 0, flags); }
static inline int dailies_syncfs(int descriptor) { return syncfs(descriptor); }
static inline int dailies_pipe(int descriptors[2], int flags) { return pipe2(descriptors, flags); }
static inline int dailies_spawn_close_from(posix_spawn_file_actions_t *actions, int from) {
    return posix_spawn_file_actions_addclosefrom_np(actions, from);
}
// Sets the time slice of the calling thread and changes nothing else. glibc has no wrapper before 2.41.
static inline int dailies_set_slice(uint64_t nanoseconds) {
    struct {
        uint32_t size, policy;
        uint64_t flags;
        int32_t nice;
        uint32_t priority;
        uint64_t runtime, deadline, period;
    } attributes = {.size = 48};
    if (syscall(SYS_sched_getattr, 0, &attributes, sizeof attributes, 0) != 0) return -1;
    attributes.runtime = nanoseconds;
    return (int)syscall(SYS_sched_setattr, 0, &attributes, 0);
}
// Linux keeps the nice value by thread; 0 is the calling one. Only a privileged thread could go back.
static inline void dailies_lower_thread(int nice) {
    if (getpriority(PRIO_PROCESS, 0) < nice) setpriority(PRIO_PROCESS, 0, nice);
}
static inline int dailies_name_thread(const char *name) { return pthread_setname_np(pthread_self(), name); }

// The struct of epoll is packed and holds a union, so only its word comes and goes.
static inline int dailies_epoll_set(int epoll, int operation, int descriptor, uint32_t events, uint64_t word) {
    struct epoll_event event = {.events = events, .data.u64 = word};
    return epoll_ctl(epoll, operation, descriptor, &event);
}
static inline int dailies_epoll_next(int epoll, uint64_t *word, int milliseconds) {
    struct epoll_event event;
    int found = epoll_wait(epoll, &event, 1, milliseconds);
    if (found > 0) *word = event.data.u64;
    return found;
}
