internal import Glibc
public import Platform
internal import Synchronization

/// A copy of the database that follows it, for reads that may be a moment behind.
///
/// It answers only on threads that `StaleReads` allows it, and only what has replayed the primary up to a position that is
/// read there once a second and after each announced change. So no answer shows, and no cache keeps, what was before an
/// announced change. Where it cannot answer, the primary does.
public final class Replica: Sendable {
    private static let interval = Duration.seconds(1)

    private let pool: ConnectionPool
    private let state = Monitor(State())

    private struct State: Sendable {
        /// How far the copy must be, as Postgres writes positions; nil while that is not known.
        var needed: String?
        var changes = 0
        var isStopped = false
        var thread: BackgroundThread?
    }

    /// A pool of connections to the copy; nothing is opened before the first read.
    public init(_ options: DatabaseOptions) {
        var options = options
        options.applicationName += " replica"
        options.maximumWait = .milliseconds(100)
        pool = ConnectionPool(options)
    }

    /// Begins to ask the primary how far the copy must be.
    public func start(following primary: Database) throws(SystemError) {
        let thread = try BackgroundThread(named: "replica") { [self] in
            while let changes = state.withLock({ state -> Int? in state.isStopped ? nil : state.changes }) {
                let position = try? primary.one("select pg_current_wal_lsn()::text", as: String.self)
                state.update { $0.needed = $0.changes == changes ? position : nil }
                _ = state.wait(until: .now + Self.interval) { $0.isStopped || $0.changes != changes ? true : nil }
            }
        }
        state.update { $0.thread = thread }
    }

    /// Ends it, after the last read.
    public func stop() {
        let thread = state.update { state in
            state.isStopped = true
            defer { state.thread = nil }
            return state.thread
        }
        thread?.join()
        pool.close()
    }

    /// Something has changed that the copy may not have yet.
    public func noteChange() {
        state.update { state in
            state.changes += 1
            state.needed = nil
        }
    }

    /// What `body` reads from the copy; nil when the primary has to be asked.
    func read<R>(_ body: (Connection) throws(DatabaseError) -> R) throws(DatabaseError) -> R? {
        guard StaleReads.areAllowed, let needed = state.withLock(\.needed) else { return nil }
        do throws(DatabaseError) {
            let connection = try pool.take()
            defer { pool.give(connection) }
            let isThere: Bool = try connection.one(
                "select not pg_is_in_recovery() or pg_last_wal_replay_lsn() >= \(needed)::text::pg_lsn")
            return isThere ? try body(connection) : nil
        } catch {
            switch error {
            // It is away or busy, or a row that is read here was vacuumed there.
            case .unavailable, .poolExhausted, .serialization: return nil
            // A function that also writes, or a setting that a copy refuses.
            case .server("25006", _, _), .server("25P02", _, _): return nil
            default: throw error
            }
        }
    }
}

/// Which threads may read what is a moment old.
public enum StaleReads {
    private static let key: pthread_key_t = {
        var key = pthread_key_t()
        precondition(pthread_key_create(&key, nil) == 0, "this process has no key left")
        return key
    }()

    /// Whether the calling thread may.
    static var areAllowed: Bool { pthread_getspecific(key) != nil }

    /// Runs `body`, whose single reads may come from a copy of the database.
    public static func allow<R>(_ body: () throws -> R) rethrows -> R {
        let before = pthread_getspecific(key)
        pthread_setspecific(key, UnsafeRawPointer(bitPattern: 1))
        defer { pthread_setspecific(key, before) }
        return try body()
    }
}
