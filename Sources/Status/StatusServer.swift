internal import CLinux
internal import Glibc
public import Logging
public import Platform
internal import Synchronization

/// Tells how a process is, on a unix socket and a thread of their own, so that it also answers while all other threads are
/// busy or wait for a database that does not answer. It speaks as much HTTP as `curl --unix-socket` and nginx need.
///
/// What it is asked must be answered from memory: one thread serves all connections.
public final class StatusServer: Sendable {
    /// A request.
    public struct Question: Sendable, Equatable {
        /// Such as `GET`.
        public let method: String
        /// Without the query.
        public let path: String
    }

    /// An answer.
    public struct Answer: Sendable {
        let status: Int
        let type: String
        let body: [UInt8]

        /// An answer with a body of some type.
        public init(status: Int = 200, type: String = "text/plain; charset=utf-8", _ body: String) {
            self.status = status
            self.type = type
            self.body = Array(body.utf8)
        }

        /// There is nothing of that name.
        public static let notFound = Answer(status: 404, "There is /livez, /status and /metrics.\n")
    }

    /// The most connections at once; further ones wait in the socket.
    private static let connectionLimit = 32
    /// A peer that sends nothing for so long is gone, in milliseconds.
    private static let idleMilliseconds = 5_000

    private let socket: Int32
    private let path: String
    private let stopEvent: Int32
    private let thread = Mutex<BackgroundThread?>(nil)
    private let log: Log
    private let answer: @Sendable (Question) -> Answer

    /// Listens at `path`. Nothing is answered before `start`.
    public init(
        path: String, log: Log, answer: @escaping @Sendable (Question) -> Answer
    ) throws(SystemError) {
        self.path = path
        self.log = log
        self.answer = answer
        socket = try UnixSocket.listen(path, backlog: 64)
        stopEvent = eventfd(0, Int32(EFD_CLOEXEC))
        guard stopEvent >= 0, fcntl(socket, F_SETFL, O_NONBLOCK) == 0 else { throw SystemError("eventfd") }
    }

    deinit {
        close(socket)
        close(stopEvent)
    }

    /// Begins to answer.
    public func start() throws(SystemError) {
        let thread = try BackgroundThread(named: "status") { [self] in run() }
        self.thread.withLock { $0 = thread }
    }

    /// Answers no more, and removes the socket.
    public func stop() {
        var one: UInt64 = 1
        _ = write(stopEvent, &one, 8)
        thread.withLock(\.self)?.join()
        unlink(path)
    }

    private func run() {
        var connections: [StatusConnection] = []
        while true {
            var wanted = [
                pollfd(fd: stopEvent, events: Int16(POLLIN), revents: 0),
                pollfd(
                    fd: connections.count < Self.connectionLimit ? socket : -1, events: Int16(POLLIN), revents: 0),
            ]
            wanted += connections.map { pollfd(fd: $0.descriptor, events: $0.events, revents: 0) }
            poll(&wanted, nfds_t(wanted.count), 1_000)
            if wanted[0].revents != 0 { break }
            let now = RequestActivity.now / 1_000_000
            for index in connections.indices.reversed() {
                let isReady = wanted[index + 2].revents != 0
                if isReady {
                    connections[index].proceed(answer)
                    connections[index].lastUse = now
                }
                if connections[index].isDone || now - connections[index].lastUse > Self.idleMilliseconds {
                    close(connections[index].descriptor)
                    connections.remove(at: index)
                }
            }
            if wanted[1].revents != 0 {
                let accepted = dailies_accept(socket, Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue))
                if accepted >= 0 { connections.append(StatusConnection(accepted, at: now)) }
            }
        }
        for connection in connections { close(connection.descriptor) }
    }
}

/// One connection: a request is read, then its answer is written, and that is all.
private struct StatusConnection {
    /// The most bytes that a request may have.
    private static let limit = 8_192

    let descriptor: Int32
    var lastUse: Int
    private(set) var isDone = false
    private var input: [UInt8] = []
    private var output: ArraySlice<UInt8> = []
    private var isAnswering = false

    init(_ descriptor: Int32, at now: Int) {
        self.descriptor = descriptor
        lastUse = now
    }

    var events: Int16 { Int16(isAnswering ? POLLOUT : POLLIN) }

    mutating func proceed(_ answer: (StatusServer.Question) -> StatusServer.Answer) {
        if !isAnswering { read(answer) }
        if isAnswering, !isDone { write() }
    }

    private mutating func read(_ answer: (StatusServer.Question) -> StatusServer.Answer) {
        var buffer = [UInt8](repeating: 0, count: 4_096)
        let count = recv(descriptor, &buffer, buffer.count, 0)
        guard count > 0 else {
            isDone = count == 0 || errno != EAGAIN && errno != EINTR
            return
        }
        input += buffer.prefix(count)
        guard input.count <= Self.limit else {
            isDone = true
            return
        }
        let text = String(decoding: input, as: UTF8.self)
        guard text.contains("\r\n\r\n") || text.contains("\n\n") else { return }
        let words = text.prefix { $0 != "\r\n" && $0 != "\n" }.split(separator: " ")
        let reply: StatusServer.Answer
        if words.count == 3, words[2].hasPrefix("HTTP/") {
            let path = words[1].prefix { $0 != "?" }
            reply = answer(StatusServer.Question(method: String(words[0]), path: String(path)))
        } else {
            reply = StatusServer.Answer(status: 400, "This is no HTTP request.\n")
        }
        let reason =
            [200: "OK", 400: "Bad Request", 404: "Not Found", 405: "Method Not Allowed"][reply.status] ?? "Status"
        let head =
            "HTTP/1.1 \(reply.status) \(reason)\r\nContent-Type: \(reply.type)\r\nContent-Length: \(reply.body.count)\r\n"
            + "Cache-Control: no-store\r\nConnection: close\r\n\r\n"
        output = (Array(head.utf8) + (words.first == "HEAD" ? [] : reply.body))[...]
        isAnswering = true
    }

    private mutating func write() {
        while !output.isEmpty {
            let count = output.withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else {
                isDone = errno != EAGAIN && errno != EINTR
                return
            }
            output = output.dropFirst(count)
        }
        shutdown(descriptor, Int32(SHUT_WR))
        isDone = true
    }
}
