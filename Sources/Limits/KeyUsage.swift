public import FoundationEssentials
public import Logging
public import Platform
public import Postgres
internal import Synchronization

/// Counts the requests of API keys in memory and adds them to the days of the keys every few seconds and at a clean stop, so
/// that no request waits for it. What a killed process has not reported yet is lost: five seconds at most.
public final class KeyUsage: Sendable {
    private static let interval = Duration.seconds(5)
    /// The most keys that wait while the database is away; requests of further ones are not counted.
    private static let capacity = 65_536

    private let database: Database
    private let log: Log
    private let state = Monitor(State())
    private let thread = Mutex<BackgroundThread?>(nil)

    private struct Counts {
        var requests: Int64 = 0
        var refused: Int64 = 0
    }

    private struct State {
        var counts: [UUID: Counts] = [:]
        var isStopping = false
    }

    /// Counts into a database.
    public init(database: Database, log: Log) {
        self.database = database
        self.log = log
    }

    /// Starts the thread that reports.
    public func start() throws(SystemError) {
        let thread = try BackgroundThread(named: "key usage") { [self] in
            while pause() { report() }
            report()
        }
        self.thread.withLock { $0 = thread }
    }

    /// Reports what is left and ends the thread.
    public func stop() {
        state.update { $0.isStopping = true }
        thread.withLock(\.self)?.join()
    }

    /// Counts a request of a key.
    public func note(_ key: UUID, isRefused: Bool) {
        let isFirst = state.withLock { state in
            guard state.counts.count < Self.capacity || state.counts[key] != nil else { return false }
            let wasEmpty = state.counts.isEmpty
            state.counts[key, default: Counts()].requests += 1
            if isRefused { state.counts[key, default: Counts()].refused += 1 }
            return wasEmpty
        }
        if isFirst { state.update { _ in } }
    }

    /// Adds what waits now to the days of the keys. What cannot be added waits for the next time.
    public func report() {
        let waiting = state.withLock { state in
            defer { state.counts = [:] }
            return state.counts
        }
        guard !waiting.isEmpty else { return }
        let keys = Array(waiting.keys)
        do {
            try database.execute(
                """
                select add_key_usage(
                    \(keys), \(keys.map { waiting[$0]?.requests ?? 0 }), \(keys.map { waiting[$0]?.refused ?? 0 })
                )
                """)
        } catch {
            log.warning("the requests of keys cannot be counted", ["error": .string("\(error)")])
            state.withLock { state in
                for (key, counts) in waiting {
                    state.counts[key, default: Counts()].requests += counts.requests
                    state.counts[key, default: Counts()].refused += counts.refused
                }
            }
        }
    }

    /// Deletes days that are 90 days old, for maintenance; tells how many there were.
    public static func sweep(in database: Database) throws(DatabaseError) -> Int {
        try database.one("select sweep_key_days()")
    }

    /// Waits for the next time to report; false when it is the last.
    private func pause() -> Bool {
        _ = state.wait { !$0.counts.isEmpty || $0.isStopping ? true : nil }
        return state.wait(until: .now + Self.interval) { $0.isStopping ? false : nil } ?? true
    }
}
