internal import Platform

/// The idle connections, and the number of all.
final class ConnectionPool: Sendable {
    private let options: DatabaseOptions
    private let state = Monitor(State())

    private struct State: Sendable {
        var idle: [IdleConnection] = []
        var open = 0
        var waiting = 0
        var isClosed = false
    }

    /// A connection while it lies in the pool.
    ///
    /// `@unchecked Sendable`, the only such declaration of this target, because a `Connection` is not `Sendable` and
    /// yet serves one thread after another. Why that is safe:
    ///  1. The only value of this type that refers to a connection is in `State.idle`, which the `Monitor` lets be
    ///     touched only under its lock. `take` removes it there and unwraps it; `give` wraps the connection as the
    ///     borrower's last use of it. So one thread at a time can reach a connection, and the lock orders the uses of
    ///     two threads in memory.
    ///  2. `Database` is the only caller of both and lends the connection to a closure that does not escape. As
    ///     `Connection` itself is not `Sendable`, the compiler refuses to hand it to another thread meanwhile.
    ///  3. libpq lets different threads use a connection one after another; it keeps no thread-local state.
    private struct IdleConnection: @unchecked Sendable {
        let connection: Connection
    }

    private enum Turn {
        case idle(IdleConnection)
        /// A place is reserved for a connection that the caller opens.
        case open
        case closed
    }

    init(_ options: DatabaseOptions) {
        self.options = options
    }

    /// A sound connection: an idle one, a new one, or the next that is given back within the time allowed.
    func take() throws(DatabaseError) -> Connection {
        while true {
            switch try nextTurn() {
            case .idle(let found):
                let connection = found.connection
                let age = ContinuousClock.now - connection.openedAt
                if age < options.maximumAge, connection.wire.isAlive() { return connection }
                release(nil)
            case .open:
                do {
                    return try Connection(options)
                } catch {
                    release(nil)
                    throw error
                }
            case .closed:
                throw .unavailable(reason: "the pool is closed")
            }
        }
    }

    /// Takes a connection back; one that is broken or cannot leave its transaction is closed.
    func give(_ connection: Connection) {
        connection.rollback()
        release(connection.isReusable ? connection : nil)
    }

    /// Closes what is idle now, and everything else as it is given back.
    func close() {
        // The connections are closed by leaving this scope, not under the lock.
        _ = state.update { state in
            defer { state.idle = [] }
            state.isClosed = true
            state.open -= state.idle.count
            return state.idle
        }
    }

    var statistics: PoolStatistics {
        state.withLock { state in
            PoolStatistics(
                open: state.open, idle: state.idle.count, waiting: state.waiting, maximum: options.maximumConnections)
        }
    }

    private func nextTurn() throws(DatabaseError) -> Turn {
        let maximum = options.maximumConnections
        if let turn = state.withLock({ Self.turn(&$0, maximum) }) { return turn }
        state.withLock { $0.waiting += 1 }
        defer { state.withLock { $0.waiting -= 1 } }
        guard let turn = state.wait(until: .now + options.maximumWait, { Self.turn(&$0, maximum) }) else {
            throw .poolExhausted(waited: options.maximumWait)
        }
        return turn
    }

    private static func turn(_ state: inout State, _ maximum: Int) -> Turn? {
        if state.isClosed { return .closed }
        // The one used last is the warmest, and the others grow old enough to be replaced.
        if let idle = state.idle.popLast() { return .idle(idle) }
        guard state.open < maximum else { return nil }
        state.open += 1
        return .open
    }

    /// Puts a connection back, or frees the place of one that is gone.
    private func release(_ connection: Connection?) {
        state.update(waking: 1) { state in
            if let connection, !state.isClosed {
                state.idle.append(IdleConnection(connection: connection))
            } else {
                state.open -= 1
            }
        }
    }
}

/// What a pool is doing at the moment.
public struct PoolStatistics: Sendable, Equatable {
    /// Connections that exist.
    public let open: Int
    /// Connections that are idle.
    public let idle: Int
    /// Callers that wait for one.
    public let waiting: Int
    /// The most that may exist.
    public let maximum: Int

    /// A state of a pool, to compare with.
    public init(open: Int, idle: Int, waiting: Int, maximum: Int) {
        self.open = open
        self.idle = idle
        self.waiting = waiting
        self.maximum = maximum
    }
}
