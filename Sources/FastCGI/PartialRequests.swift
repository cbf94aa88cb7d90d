internal import CLinux
internal import Glibc
internal import Platform
internal import Synchronization

/// Connections of which only a part of a request has arrived.
///
/// nginx has the whole request before it connects, so the rest comes in a moment. Until then no thread waits for it: a
/// thread of its own watches all of these connections, and gives each back when there is more to do. Only what may not fit
/// into the socket's buffer is read piece by piece, by a few further threads. Any peer that has not sent its request within
/// ten seconds is disconnected.
final class PartialRequests: Sendable {
    typealias Step = @Sendable () -> Void

    private struct State {
        /// Connections that are watched, with the end of their time.
        var watched: [Int32: ContinuousClock.Instant] = [:]
        /// What is to be read, for the next thread that is free.
        var readable: [Step] = []
        /// Duplicates of the connections that are read, whose numbers no other connection gets, with the end of their time;
        /// nil once it is over.
        var duplicates: [Int32: ContinuousClock.Instant?] = [:]
        var isClosed = false

        var isIdle: Bool { watched.isEmpty && duplicates.isEmpty }
    }

    static let readers = 8
    private static let limit: Duration = .seconds(10)
    private static let wakeWord = UInt64.max

    private let state = Monitor(State())
    private let epoll = epoll_create1(Int32(EPOLL_CLOEXEC))
    private let wakeEvent = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))

    init() {
        _ = dailies_epoll_set(epoll, EPOLL_CTL_ADD, wakeEvent, EPOLLIN.rawValue, Self.wakeWord)
    }

    deinit {
        Glibc.close(epoll)
        Glibc.close(wakeEvent)
    }

    /// Watches a connection until `watch` gives it back; false when that is not possible.
    func add(_ connection: Int32) -> Bool {
        state.withLock { $0.watched[connection] = ContinuousClock.now + Self.limit }
        // By its edges, or what has arrived already would be reported all the time.
        let events = EPOLLIN.rawValue | EPOLLRDHUP.rawValue | EPOLLET.rawValue
        if dailies_epoll_set(epoll, EPOLL_CTL_ADD, connection, events, UInt64(connection)) == 0 { return true }
        state.withLock { _ = $0.watched.removeValue(forKey: connection) }
        return false
    }

    /// Has one of the threads call `read`, which reads the request of this connection.
    func addReadable(_ connection: Int32, read: @escaping Step) {
        let duplicate = dup(connection)
        state.update { state in
            if duplicate >= 0 { state.duplicates.updateValue(ContinuousClock.now + Self.limit, forKey: duplicate) }
            state.readable.append { [self] in
                read()
                guard duplicate >= 0 else { return }
                self.state.withLock { _ = $0.duplicates.removeValue(forKey: duplicate) }
                Glibc.close(duplicate)
            }
        }
        wake()
    }

    /// Lets the threads end.
    func close() {
        state.update { $0.isClosed = true }
        wake()
    }

    /// Reads on the calling thread until `close`, the newest first: what never ends must not delay what does.
    func read() {
        while let read = state.wait({ state -> Step?? in
            if let newest = state.readable.popLast() { return .some(newest) }
            return state.isClosed ? .some(nil) : nil
        }) ?? nil {
            read()
        }
    }

    /// Watches on the calling thread until `close`. Calls `arrived` with each connection of which more than a part has
    /// arrived, or whose peer is gone, and `ended` after closing one whose time was over.
    func watch(arrived: (Int32) -> Void, ended: () -> Void) {
        while true {
            let (isIdle, isClosed) = state.withLock { ($0.isIdle, $0.isClosed) }
            if isClosed { return }
            var word: UInt64 = 0
            if dailies_epoll_next(epoll, &word, isIdle ? -1 : 1_000) > 0 {
                if word == Self.wakeWord {
                    var count: UInt64 = 0
                    _ = Glibc.read(wakeEvent, &count, 8)
                } else {
                    let connection = Int32(truncatingIfNeeded: word)
                    if RequestSlot.arrival(of: connection) != .part, remove(connection) { arrived(connection) }
                }
            }
            for connection in expired() where remove(connection) {
                Glibc.close(connection)
                ended()
            }
        }
    }

    /// Connections whose time is over; those that are being read are shut down here, since another thread uses them.
    private func expired() -> [Int32] {
        let now = ContinuousClock.now
        return state.withLock { state in
            for (duplicate, end) in state.duplicates {
                guard let end, end <= now else { continue }
                shutdown(duplicate, Int32(SHUT_RDWR))
                state.duplicates.updateValue(nil, forKey: duplicate)
            }
            return state.watched.filter { $0.value <= now }.map(\.key)
        }
    }

    private func remove(_ connection: Int32) -> Bool {
        guard state.withLock({ $0.watched.removeValue(forKey: connection) }) != nil else { return false }
        _ = dailies_epoll_set(epoll, EPOLL_CTL_DEL, connection, 0, 0)
        return true
    }

    private func wake() {
        var one: UInt64 = 1
        _ = write(wakeEvent, &one, 8)
    }
}
