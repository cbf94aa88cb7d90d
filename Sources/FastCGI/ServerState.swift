internal import CFastCGI
internal import CLinux
internal import Glibc
internal import Logging
internal import Platform
internal import Synchronization

/// What the threads of a server share.
final class ServerState: Sendable {
    /// The listening socket. The parent process holds it too, so it is never shut down here.
    let socket: Int32
    /// How many threads have not ended yet.
    let living = Atomic<Int>(0)
    let eventLoop: EventLoop
    let parts = PartialRequests()
    /// How many I/O threads have ended.
    let endedIOThreads = Atomic<Int>(0)
    /// How many requests were answered.
    let served = Atomic<Int>(0)
    private let stopping = Atomic<Bool>(false)
    /// How long a read waits. nginx has the whole body before it connects, so it never pauses this long.
    private static let readSeconds = 20

    private let slots = Monitor<[RequestSlot]>([])
    /// The activities of all slots, in use or not.
    private let activities = Monitor<[RequestActivity]>([])

    init(socket: Int32, eventLoop: EventLoop) {
        self.socket = socket
        self.eventLoop = eventLoop
    }

    var isStopping: Bool { stopping.load(ordering: .sequentiallyConsistent) }

    func stop() {
        stopping.store(true, ordering: .sequentiallyConsistent)
        eventLoop.stopPipe.hangUp()
    }

    /// A slot for a request: a used one, or a new one when all are in use.
    func takeSlot() -> RequestSlot {
        if let used = slots.withLock({ $0.popLast() }) { return used }
        let slot = RequestSlot()
        activities.withLock { $0.append(slot.activity) }
        return slot
    }

    /// What the requests do that have been read and not been answered.
    var requests: [RequestActivity] { activities.withLock(\.self).filter { $0.age != nil } }

    /// Keeps a slot for another request, without its connection.
    func putBack(_ slot: RequestSlot) {
        slot.release()
        slots.withLock { $0.append(slot) }
    }

    /// Accepts connections until the server stops, however many requests are in progress: the kernel's own queue ends at
    /// `somaxconn`, usually 4,096, and refuses further connections at once.
    func acceptAll(_ log: Log) {
        while let connection = accept(log) {
            limitReads(connection)
            if !eventLoop.add(connection) { close(connection) }
        }
        // Connections that the kernel still holds wait for the next process.
        eventLoop.finishAdding()
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
                _ = eventLoop.stopPipe.isHungUp(within: 50)
            default:
                // The socket itself is broken; only a new process can get a new one.
                log.error("the listening socket is broken", Self.fields(number))
                kill(getpid(), SIGTERM)
                _ = eventLoop.stopPipe.isHungUp(within: 1_000)
            }
        }
        return nil
    }

    private func limitReads(_ connection: Int32) {
        var time = timeval(tv_sec: Self.readSeconds, tv_usec: 0)
        setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
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

/// A pipe whose writing end is closed to end every poll that waits on the reading end.
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
