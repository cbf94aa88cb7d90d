public import FoundationEssentials
public import Platform
public import Postgres
internal import Synchronization

/// The round in which a clip was seen.
public struct ViewedRound: Hashable, Sendable {
    let season: UUID
    let slot: Int
}

/// Collects views and writes them down once a second and at a clean stop, so that no answer waits for it.
public final class ViewBuffer: Sendable {
    private static let interval = Duration.seconds(1)
    /// What one statement writes at most.
    private static let batchLimit = 8_192
    /// Views beyond this are dropped, when the database has been away for long.
    private static let capacity = 262_144
    /// So many views are remembered as written; forgetting them costs time and changes no counter.
    private static let memory = 262_144

    private let database: Database
    private let log: Log
    private let state = Monitor(State())
    private let thread = Mutex<BackgroundThread?>(nil)

    private struct View: Hashable {
        let voter: String
        let clip: UUID
    }

    private struct State {
        var waiting: [ViewedRound: [View]] = [:]
        var count = 0
        var dropped = 0
        var known: Set<Int> = []
        var isStopping = false
    }

    /// A buffer that writes to `database`.
    public init(database: Database, log: Log) {
        self.database = database
        self.log = log
    }

    /// Starts the thread that writes.
    public func start() throws(SystemError) {
        let thread = try BackgroundThread(named: "views") { [self] in
            while pause() { write() }
            write()
        }
        self.thread.withLock { $0 = thread }
    }

    /// Writes down what is left and ends the thread.
    public func stop() {
        state.update { $0.isStopping = true }
        thread.withLock(\.self)?.join()
    }

    /// Notes that a voter saw clips in a round.
    public func note(_ clips: [UUID], by voter: String, in round: ViewedRound) {
        let isFirst = state.withLock { state in
            let wasEmpty = state.count == 0
            for clip in clips {
                let view = View(voter: voter, clip: clip)
                var hasher = Hasher()
                hasher.combine(round)
                hasher.combine(view)
                guard state.known.insert(hasher.finalize()).inserted else { continue }
                guard state.count < Self.capacity else {
                    state.dropped += 1
                    continue
                }
                state.waiting[round, default: []].append(view)
                state.count += 1
            }
            if state.known.count > Self.memory { state.known.removeAll(keepingCapacity: true) }
            return wasEmpty && state.count > 0
        }
        if isFirst { state.update { _ in } }
    }

    /// Writes down what waits now. Views that cannot be written wait for the next time.
    public func write() {
        let (waiting, dropped) = state.withLock { state in
            defer {
                state.waiting = [:]
                state.count = 0
                state.dropped = 0
            }
            return (state.waiting, state.dropped)
        }
        if dropped > 0 { log.warning("views were dropped", ["views": .int(dropped)]) }
        for (round, views) in waiting {
            var left = views[...]
            while !left.isEmpty {
                let batch = left.prefix(Self.batchLimit)
                do {
                    try write(batch, of: round)
                    left = left.dropFirst(batch.count)
                } catch {
                    log.warning("views cannot be written", ["error": .string("\(error)")])
                    keep(left, of: round)
                    break
                }
            }
        }
    }

    /// Waits for the next time to write; false when it is the last.
    private func pause() -> Bool {
        _ = state.wait { $0.count > 0 || $0.isStopping ? true : nil }
        return state.wait(until: .now + Self.interval) { $0.isStopping ? false : nil } ?? true
    }

    private func write(_ views: ArraySlice<View>, of round: ViewedRound) throws {
        try database.transaction { connection in
            _ = try connection.query(
                """
                select record_views(
                    \(round.season), \(round.slot)::int, \(views.map(\.voter)), \(views.map(\.clip))
                )
                """, as: Int.self)
        }
    }

    private func keep(_ views: ArraySlice<View>, of round: ViewedRound) {
        state.withLock { state in
            state.waiting[round, default: []].append(contentsOf: views)
            state.count += views.count
        }
    }
}
