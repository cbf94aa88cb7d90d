// Many clients at once, on one thread and epoll: what a browser's crowd does and wrk cannot.
//
//   crowd burst HOST PORT REQUESTS       every line of REQUESTS is "answer TAB request"; each goes over a connection of
//                                        its own, all at once; "answer" is what the answer's body must hold
//   crowd listen HOST PORT PATH COUNT    COUNT subscribers of server-sent events; prints "ready" when all are, then
//                                        waits until each has the first event after that, or a line on standard input
//
// Prints one line of JSON. Latencies are milliseconds: of a burst, from the moment when everything was connected.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { room = 4096, patience_ms = 30000 };

struct client {
    int socket;
    const char *request, *expected;
    size_t length, sent, held;
    bool is_ready, is_done;
    double latency;
    char answer[room];
};

static double now_ms(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e3 + (double)time.tv_nsec / 1e6;
}

static void fail(const char *what) {
    fprintf(stderr, "crowd: %s: %s\n", what, strerror(errno));
    exit(1);
}

static int open_socket(const struct sockaddr_in *server) {
    int one = 1;
    int socket_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (socket_ < 0) fail("socket");
    setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    if (connect(socket_, (const struct sockaddr *)server, sizeof *server) != 0) fail("connect");
    if (fcntl(socket_, F_SETFL, O_NONBLOCK) != 0) fail("fcntl");
    return socket_;
}

static void watch(int poll, struct client *client, unsigned events, int operation) {
    struct epoll_event event = {.events = events, .data.ptr = client};
    if (epoll_ctl(poll, operation, client->socket, &event) != 0) fail("epoll_ctl");
}

// Sends what it can; true when all of it is sent.
static bool send_more(struct client *client) {
    while (client->sent < client->length) {
        ssize_t count = send(client->socket, client->request + client->sent, client->length - client->sent, MSG_NOSIGNAL);
        if (count < 0) return errno == EAGAIN ? false : (client->latency = -1, true);
        client->sent += (size_t)count;
    }
    return true;
}

// Reads what there is; false when the other side has ended.
static bool read_more(struct client *client) {
    for (;;) {
        if (client->held + 1 >= room) client->held = 0;
        ssize_t count = recv(client->socket, client->answer + client->held, room - 1 - client->held, 0);
        if (count == 0) return false;
        if (count < 0) return errno == EAGAIN;
        client->held += (size_t)count;
        client->answer[client->held] = 0;
    }
}

// The body, once all of it is there.
static const char *whole_body(struct client *client) {
    char *end = strstr(client->answer, "\r\n\r\n");
    if (!end) return NULL;
    char *length = strcasestr(client->answer, "\r\nContent-Length: ");
    if (!length || length > end) return strstr(end, "\r\n0\r\n\r\n") ? end + 4 : NULL;
    size_t wanted = strtoul(length + 18, NULL, 10);
    return strlen(end + 4) >= wanted ? end + 4 : NULL;
}

static int by_size(const void *left, const void *right) {
    double difference = *(const double *)left - *(const double *)right;
    return (difference > 0) - (difference < 0);
}

static void report(struct client *clients, size_t count, size_t right, size_t wrong, double connect_ms, const char *sample) {
    double *sorted = malloc(sizeof *sorted * (count + 1));
    size_t known = 0;
    for (size_t i = 0; i < count; i++)
        if (clients[i].latency > 0) sorted[known++] = clients[i].latency;
    qsort(sorted, known, sizeof *sorted, by_size);
    if (!known) sorted[known++] = 0;
    printf("{\"clients\":%zu,\"right\":%zu,\"wrong\":%zu,\"connectMs\":%.1f,\"p50\":%.3f,\"p99\":%.3f,\"max\":%.3f,\"sample\":\"",
           count, right, wrong, connect_ms, sorted[known / 2], sorted[known * 99 / 100], sorted[known - 1]);
    for (const char *c = sample; *c && c < sample + 300; c++) printf(*c < 32 || *c == '"' || *c == '\\' ? " " : "%c", *c);
    printf("\"}\n");
    free(sorted);
}

static int burst(const struct sockaddr_in *server, const char *path) {
    size_t count = 0, capacity = 0, size = 0;
    struct client *clients = NULL;
    char *line = NULL;
    ssize_t length;
    FILE *file = fopen(path, "r");
    if (!file) fail(path);
    while ((length = getline(&line, &size, file)) > 0) {
        // A request's own line ends are written as \x01, so that a line holds one request.
        line[length - 1] = 0;
        char *tab = strchr(line, '\t');
        if (!tab) { errno = EINVAL; fail(path); }
        *tab = 0;
        char *request = malloc(strlen(tab + 1) * 2 + 1), *to = request;
        for (char *from = tab + 1; *from; from++) {
            if (*from == 1) { *to++ = '\r'; *to++ = '\n'; } else *to++ = *from;
        }
        if (count == capacity) {
            capacity = capacity ? capacity * 2 : 1024;
            clients = realloc(clients, capacity * sizeof *clients);
            if (!clients) fail("realloc");
        }
        clients[count] = (struct client){.request = request, .length = (size_t)(to - request), .expected = strdup(line)};
        count++;
    }
    fclose(file);
    int poll = epoll_create1(EPOLL_CLOEXEC);
    double connecting = now_ms();
    for (size_t i = 0; i < count; i++) clients[i].socket = open_socket(server);
    double start = now_ms(), last = start;
    for (size_t i = 0; i < count; i++) {
        bool is_sent = send_more(&clients[i]);
        watch(poll, &clients[i], is_sent ? EPOLLIN : EPOLLIN | EPOLLOUT, EPOLL_CTL_ADD);
    }
    size_t right = 0, wrong = 0;
    const char *sample = "";
    struct epoll_event events[512];
    while (right + wrong < count && now_ms() - last < patience_ms) {
        int ready = epoll_wait(poll, events, 512, 1000);
        for (int i = 0; i < ready; i++) {
            struct client *client = events[i].data.ptr;
            if (client->is_done) continue;
            if (events[i].events & EPOLLOUT && send_more(client)) watch(poll, client, EPOLLIN, EPOLL_CTL_MOD);
            bool is_open = read_more(client);
            const char *body = whole_body(client);
            if (!body && is_open) continue;
            last = now_ms();
            client->is_done = true;
            client->latency = last - start;
            bool is_right = body && !strncmp(client->answer, "HTTP/1.1 200", 12) && strstr(body, client->expected)
                && strstr(body, "\"success\":true");
            if (is_right) right++;
            else {
                if (!wrong++) sample = client->answer[0] ? client->answer : "closed without an answer";
            }
        }
    }
    report(clients, count, right, count - right, start - connecting, sample);
    return right == count ? 0 : 2;
}

static int listen_(const struct sockaddr_in *server, const char *path, size_t count) {
    char *request;
    if (asprintf(&request, "GET %s HTTP/1.1\r\nHost: bench\r\nAccept: text/event-stream\r\n", path) < 0) fail("asprintf");
    struct client *clients = calloc(count, sizeof *clients);
    int poll = epoll_create1(EPOLL_CLOEXEC);
    if (!clients || poll < 0) fail("start");
    double connecting = now_ms();
    for (size_t i = 0; i < count; i++) {
        char *own;
        // Each has its own address, since the limit of streams is by address.
        int length = asprintf(&own, "%sX-Forwarded-For: 10.%zu.%zu.1\r\n\r\n", request, 1 + i / 250, i % 250);
        if (length < 0) fail("asprintf");
        clients[i] = (struct client){.socket = open_socket(server), .request = own, .length = (size_t)length};
        if (!send_more(&clients[i])) fail("send");
        watch(poll, &clients[i], EPOLLIN, EPOLL_CTL_ADD);
    }
    struct epoll_event input = {.events = EPOLLIN, .data.ptr = NULL};
    if (epoll_ctl(poll, EPOLL_CTL_ADD, 0, &input) != 0) fail("epoll_ctl");
    size_t ready = 0, right = 0, wrong = 0;
    double all_ready = 0;
    const char *sample = "";
    struct epoll_event events[512];
    for (bool is_over = false; !is_over && right + wrong < count;) {
        int found = epoll_wait(poll, events, 512, patience_ms);
        if (found <= 0) break;
        for (int i = 0; i < found; i++) {
            struct client *client = events[i].data.ptr;
            if (!client) { is_over = true; continue; }
            if (client->is_done) continue;
            bool is_open = read_more(client);
            if (!client->is_ready && strstr(client->answer, "\r\n\r\n") && !strncmp(client->answer, "HTTP/1.1 200", 12)) {
                client->is_ready = true;
                client->held = 0;
                client->answer[0] = 0;
                ready++;
                continue;
            }
            bool has_event = client->is_ready && strstr(client->answer, "data: ");
            if (!has_event && is_open) continue;
            client->is_done = true;
            if (has_event) { right++; client->latency = now_ms(); }
            else if (!wrong++) sample = client->answer[0] ? client->answer : "closed";
        }
        if (ready == count && all_ready == 0) {
            all_ready = now_ms();
            printf("ready %.1f\n", all_ready - connecting);
            fflush(stdout);
        }
    }
    // Times of the monotonic clock, which all processes share: the publisher compares them with its own.
    report(clients, count, right, count - right, all_ready - connecting, sample);
    return right == count ? 0 : 2;
}

int main(int count, char **words) {
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    if (count < 5) goto usage;
    struct sockaddr_in server = {.sin_family = AF_INET, .sin_port = htons((unsigned short)atoi(words[3]))};
    if (inet_pton(AF_INET, words[2], &server.sin_addr) != 1) goto usage;
    if (!strcmp(words[1], "burst") && count == 5) return burst(&server, words[4]);
    if (!strcmp(words[1], "listen") && count == 6) return listen_(&server, words[4], strtoul(words[5], NULL, 10));
usage:
    fprintf(stderr, "usage: crowd burst HOST PORT REQUESTS | crowd listen HOST PORT PATH COUNT\n");
    return 64;
}
