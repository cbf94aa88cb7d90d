internal import CFastCGI
internal import CLinux
internal import Glibc
internal import Platform
internal import Synchronization

/// What the threads of a server share.
final class ServerState: Sendable {
    /// The listening socket; held by whoever started this process, so never shut down here.
    let socket: Int32
    /// Hangs up when the server stops, which wakes every poll.
    let stopPipe: StopPipe
    /// How many threads have not ended yet.
    let living = Atomic<Int>(0)
    /// How many threads wait for a connection.
    let waiting = Atomic<Int>(0)
    /// How many threads wait on a kept connection.
    let idle = Atomic<Int>(0)
    /// How many requests were answered.
    let served = Atomic<Int>(0)
    private let stopping = Atomic<Bool>(false)
    private let arrivals = Monitor(Arrivals())

    init(socket: Int32) throws(SystemError) {
        self.socket = socket
        stopPipe = try StopPipe()
    }

    var isStopping: Bool { stopping.load(ordering: .sequentiallyConsistent) }

    func stop() {
        stopping.store(true, ordering: .sequentiallyConsistent)
        stopPipe.hangUp()
    }

    /// The next connection, in the order in which they came; nil when the server stops and all have been taken.
    func nextConnection() -> Int32? {
        waiting.wrappingAdd(1, ordering: .relaxed)
        defer { waiting.wrappingSubtract(1, ordering: .relaxed) }
        return arrivals.wait { arrivals -> Int32?? in
            if let first = arrivals.takeFirst() { return first }
            return arrivals.isComplete ? .some(nil) : nil
        } ?? nil
    }

    /// Whether connections wait and no thread is free for them.
    var isCrowded: Bool { waiting.load(ordering: .relaxed) == 0 && arrivals.withLock { !$0.isEmpty } }

    /// Takes connections until the server stops, however many requests are under way: the kernel's own queue ends at
    /// `somaxconn`, 4,096 as a rule, and whoever comes then is turned away at once.
    func acceptAll(_ log: Log) {
        while let connection = accept(log) {
            arrivals.update(waking: 1) { $0.append(connection) }
        }
        // What the kernel still holds waits for the next process.
        arrivals.update { $0.isComplete = true }
    }

    /// Waits for a connection; nil when the server stops.
    ///
    /// SIGUSR2 is let through here and nowhere else: libfcgi does not repeat reads and writes that it interrupts.
    private func accept(_ log: Log) -> Int32? {
        Self.mask(SIG_UNBLOCK)
        defer { Self.mask(SIG_BLOCK) }
        while !isStopping {
            let connection = dailies_accept(socket, Int32(SOCK_CLOEXEC.rawValue))
            let number = errno
            if connection >= 0 { return connection }
            switch number {
            case EINTR, ECONNABORTED, EPROTO:
                continue
            case EMFILE, ENFILE, ENOBUFS, ENOMEM:
                log.error("no connection can be accepted", Self.fields(number))
                _ = stopPipe.isHungUp(within: 50)
            default:
                // The socket itself is broken; only a new process can get another.
                log.error("the listening socket is broken", Self.fields(number))
                kill(getpid(), SIGTERM)
                _ = stopPipe.isHungUp(within: 1_000)
            }
        }
        return nil
    }

    private static func fields(_ number: Int32) -> [String: LogValue] {
        ["error": .string(SystemError("accept4", number: number).description)]
    }

    private static func mask(_ how: Int32) {
        var set = sigset_t()
        sigemptyset(&set)
        sigaddset(&set, SIGUSR2)
        pthread_sigmask(how, &set, nil)
    }
}

/// Connections that wait for a thread, first come, first served.
private struct Arrivals {
    var isComplete = false
    private var connections: [Int32] = []
    private var first = 0

    var isEmpty: Bool { first == connections.count }

    mutating func append(_ connection: Int32) { connections.append(connection) }

    mutating func takeFirst() -> Int32? {
        guard !isEmpty else { return nil }
        defer {
            first += 1
            if isEmpty {
                connections.removeAll(keepingCapacity: first < 1_024)
                first = 0
            }
        }
        return connections[first]
    }
}

/// A pipe whose writing end is closed to tell every poll that waits on the reading end.
final class StopPipe: Sendable {
    let readingEnd: Int32
    private let writingEnd: Atomic<Int32>

    init() throws(SystemError) {
        var ends: [Int32] = [-1, -1]
        guard dailies_pipe(&ends, O_CLOEXEC) == 0 else { throw SystemError("pipe2") }
        readingEnd = ends[0]
        writingEnd = Atomic(ends[1])
    }

    deinit {
        hangUp()
        close(readingEnd)
    }

    func hangUp() {
        let end = writingEnd.exchange(-1, ordering: .sequentiallyConsistent)
        if end >= 0 { close(end) }
    }

    func isHungUp(within milliseconds: Int32) -> Bool {
        var wanted = pollfd(fd: readingEnd, events: Int16(POLLIN), revents: 0)
        return poll(&wanted, 1, milliseconds) > 0
    }
}
