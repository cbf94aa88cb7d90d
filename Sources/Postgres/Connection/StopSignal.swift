internal import Glibc
internal import Synchronization

/// Tells a thread to stop, wherever it waits.
final class StopSignal: Sendable {
    private let reading: Int32
    private let writing: Int32
    private let raised = Atomic(false)

    init() {
        var ends: [Int32] = [-1, -1]
        let failure = pipe(&ends)
        precondition(failure == 0, "pipe failed with \(errno)")
        (reading, writing) = (ends[0], ends[1])
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    }

    deinit {
        close(reading)
        close(writing)
    }

    var isRaised: Bool { raised.load(ordering: .acquiring) }

    func raise() {
        raised.store(true, ordering: .releasing)
        var byte: UInt8 = 0
        write(writing, &byte, 1)
    }

    /// Waits until the signal is raised, `descriptor` is readable, or the time is over.
    func wait(besides descriptor: Int32, for time: Duration?) {
        var waiting = [
            pollfd(fd: reading, events: Int16(POLLIN), revents: 0),
            pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0),
        ]
        _ = poll(&waiting, nfds_t(waiting.count), time.map { Int32(clamping: $0.milliseconds) } ?? -1)
    }
}
