internal import Glibc
internal import Platform

/// Reads requests of which only a part has arrived, on threads of their own: large bodies, and what a peer never ends.
///
/// nginx has the whole request before it connects, so the rest comes in a moment. Any other peer gets ten seconds for the
/// whole request. Then its connection is shut down, which frees the thread that reads it.
final class PartialRequests: Sendable {
    typealias Step = @Sendable () -> Void

    private struct State {
        var waiting: [Step] = []
        /// Duplicates of the connections, whose numbers no other connection gets, with the end of their time; nil once it is
        /// over.
        var watched: [Int32: ContinuousClock.Instant?] = [:]
        var isClosed = false
    }

    static let threads = 8
    private static let limit: Duration = .seconds(10)

    private let state = Monitor(State())

    /// Has one of the threads call `read`, which reads the request of this connection.
    func add(_ connection: Int32, read: @escaping Step) {
        let duplicate = dup(connection)
        state.update { state in
            if duplicate >= 0 { state.watched.updateValue(ContinuousClock.now + Self.limit, forKey: duplicate) }
            state.waiting.append { [self] in
                read()
                guard duplicate >= 0 else { return }
                self.state.update { $0.watched.removeValue(forKey: duplicate) }
                close(duplicate)
            }
        }
    }

    /// Lets the threads end once nothing is left to read.
    func close() {
        state.update { $0.isClosed = true }
    }

    /// Reads on the calling thread until `close`. The newest comes first: what never ends must not hold up what does.
    func run() {
        while let read = state.wait({ state -> Step?? in
            if let newest = state.waiting.popLast() { return .some(newest) }
            return state.isClosed ? .some(nil) : nil
        }) ?? nil {
            read()
        }
    }

    /// Shuts down connections whose time is over, on the calling thread until `close`.
    func watch() {
        while true {
            let next = state.withLock { $0.watched.values.compactMap(\.self).min() }
            let isClosed = state.wait(until: next ?? .now + .seconds(3_600)) { state -> Bool? in
                if state.isClosed { return true }
                // Each has the same time, so the first of all is also the first to end.
                return next == nil && !state.watched.values.allSatisfy { $0 == nil } ? false : nil
            }
            if isClosed == true { return }
            let now = ContinuousClock.now
            state.update { state in
                for (duplicate, end) in state.watched {
                    guard let end, end <= now else { continue }
                    shutdown(duplicate, Int32(SHUT_RDWR))
                    state.watched.updateValue(nil, forKey: duplicate)
                }
            }
        }
    }

    private func close(_ descriptor: Int32) {
        Glibc.close(descriptor)
    }
}
