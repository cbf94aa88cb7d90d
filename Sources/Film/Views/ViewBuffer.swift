public import FoundationEssentials
public import Logging
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
    /// What one statement writes, more or less. Each clip's counter is changed once by it, so that large ones are cheaper;
    /// but the round cannot close meanwhile, and this is some 40 ms.
    private static let batchLimit = 32_768
    /// Views beyond this are dropped, when the database has been away for long: some 8 MB.
    private static let capacity = 262_144

    private let database: Database
    private let log: Log
    private let state = Monitor(State())
    private let thread = Mutex<BackgroundThread?>(nil)

    private struct State {
        /// One round, but for the moment in which the next begins.
        var waiting: [(round: ViewedRound, views: ViewBatch)] = []
        var count = 0
        var dropped = 0
        var recent = RecentViews()
        var isStopping = false

        /// Where the views of a round are collected.
        mutating func place(of round: ViewedRound) -> Int {
            if let place = waiting.lastIndex(where: { $0.round == round }) { return place }
            waiting.append((round, ViewBatch()))
            return waiting.count - 1
        }
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
        let seed = RecentViews.seed(of: voter, in: round)
        let isFirst = state.withLock { state in
            guard state.count + clips.count <= Self.capacity else {
                state.dropped += clips.count { !state.recent.contains($0, seed: seed) }
                return false
            }
            let place = state.place(of: round)
            var fresh = 0
            for clip in clips where state.recent.insert(clip, seed: seed) {
                state.waiting[place].views.append(clip)
                fresh += 1
            }
            guard fresh > 0 else { return false }
            state.waiting[place].views.endAnswer(to: voter, clips: fresh)
            state.count += fresh
            return state.count == fresh
        }
        if isFirst { state.update { _ in } }
    }

    /// Writes down what waits now. Views that cannot be written wait for the next time.
    public func write() {
        let (waiting, dropped) = state.withLock { state in
            defer {
                state.waiting = []
                state.count = 0
                state.dropped = 0
            }
            return (state.waiting, state.dropped)
        }
        if dropped > 0 { log.warning("views were dropped", ["views": .int(dropped)]) }
        for (round, views) in waiting {
            var left = views.parts(of: Self.batchLimit)[...]
            while let part = left.first {
                do {
                    try write(part, of: round)
                    left.removeFirst()
                } catch {
                    log.warning("views cannot be written", ["error": .string("\(error)")])
                    for part in left { keep(part, of: round) }
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

    private func write(_ views: ViewBatch, of round: ViewedRound) throws {
        try database.transaction { connection in
            _ = try connection.query(
                """
                select record_views(
                    \(round.season), \(round.slot)::int, \(views.voters), \(views.counts), \(views.clips)
                )
                """, as: Int.self)
        }
    }

    private func keep(_ views: ViewBatch, of round: ViewedRound) {
        state.withLock { state in
            let place = state.place(of: round)
            state.waiting[place].views.append(contentsOf: views)
            state.count += views.clips.count
        }
    }
}
