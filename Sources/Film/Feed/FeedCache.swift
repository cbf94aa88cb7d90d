public import FoundationEssentials
public import Platform
public import Postgres
internal import Text

/// Keeps the clips of the open slot in memory.
///
/// Counters are at most `maximumAge` old. The first request that finds them older reads them again; the others use the
/// cached state meanwhile. `drop()` is called when slots, clips or flags have changed; no request gets the old state then.
///
/// While no announcements arrive each request gets a state that was read after it came. When that is impossible because the
/// database is away, all get the last state, for at most `longestOutage`, and it is asked again once a second.
public final class FeedCache: Sendable {
    /// Renders what does not change of a clip while the round is open.
    public typealias Render = @Sendable (_ card: ClipCard, _ createdAt: Date) throws -> [UInt8]

    private static let maximumAge = Duration.seconds(1)
    /// Names and pictures of creators may change without an announcement.
    private static let maximumFragmentAge = Duration.seconds(60)
    /// Longer than it takes for another database server to take over.
    private static let longestOutage = Duration.seconds(600)
    private static let pauseBetweenAttempts = Duration.seconds(1)

    private let database: Database
    private let address: MediaAddress
    private let render: Render
    private let runner: (any StepRunner)?
    private let reception: Reception
    private let kept = Monitor(State())

    /// Receives the open slot, or the error that prevented reading it.
    public typealias Completion = @Sendable (Result<FeedSnapshot, any Error>) -> Void

    /// A caller that waits for the slot, and the earliest reading that will do.
    private struct Waiting {
        let turn: Int
        let work = CrashContext.current
        let then: Completion
    }

    private struct State {
        var snapshot: FeedSnapshot?
        var waiting: [Waiting] = []
        var until = ContinuousClock.now
        var renderedUntil = ContinuousClock.now
        var isLoading = false
        var drops = 0
        /// Rises when the reading under way comes too early for those who ask from now on.
        var turn = 0
        /// Since when the database has been away, and when it is asked next; nil while it answers.
        var outage: Outage?
    }

    private struct Outage {
        let until: ContinuousClock.Instant
        var nextAttempt: ContinuousClock.Instant
    }

    /// A reading of the slot that somebody has to do.
    private struct Reading {
        let known: FeedSnapshot?
        let drops: Int
        let turn: Int
    }

    /// Creates a cache over `database`. With a `runner`, its threads read the database, and no caller blocks.
    public init(
        database: Database, address: @escaping MediaAddress, render: @escaping Render, runner: (any StepRunner)? = nil,
        reception: Reception = Reception()
    ) {
        self.reception = reception
        self.runner = runner
        self.database = database
        self.address = address
        self.render = render
    }

    /// Passes the open slot to `then`, on the thread that knows it. While it is read again, the cached state is used
    /// for up to one more `maximumAge`.
    public func current(then: @escaping Completion) {
        let isReceiving = reception.isOn
        let (usable, reading) = kept.withLock { kept -> (FeedSnapshot?, Reading?) in
            let now = ContinuousClock.now
            let lasting = kept.outage.flatMap { $0.until > now ? kept.snapshot : nil }
            if let lasting, let outage = kept.outage, kept.isLoading || outage.nextAttempt > now {
                return (lasting, nil)
            }
            if isReceiving, let snapshot = kept.snapshot, kept.isLoading || kept.until > now { return (snapshot, nil) }
            let usable = lasting ?? (isReceiving && kept.until + Self.maximumAge > now ? kept.snapshot : nil)
            if usable == nil {
                if kept.isLoading, !isReceiving { kept.turn += 1 }
                kept.waiting.append(Waiting(turn: kept.turn, then: then))
            }
            // The reading thread answers all that wait: none of them may hold a thread that the reading needs.
            if kept.isLoading { return (usable, nil) }
            kept.isLoading = true
            let known = kept.renderedUntil > now ? kept.snapshot : nil
            return (usable, Reading(known: known, drops: kept.drops, turn: kept.turn))
        }
        if let reading { perform(reading) }
        if let usable { then(.success(usable)) }
    }

    private func perform(_ reading: Reading) {
        if let runner { runner.perform { self.load(reading) } } else { load(reading) }
    }

    /// Forgets what was read, because it has changed.
    public func drop() {
        kept.withLock { kept in
            kept.snapshot = nil
            kept.drops += 1
            kept.turn += 1
        }
    }

    private func load(_ reading: Reading) {
        let read = Result { try self.read(known: reading.known) }
        let (found, answered, next) = kept.withLock { kept -> (Result<FeedSnapshot, any Error>, [Waiting], Reading?) in
            var left: [Waiting] = []
            var found = read
            if case .failure(let error) = read, Self.isAway(error), let last = kept.snapshot {
                kept.outage = Outage(
                    until: kept.outage?.until ?? .now + Self.longestOutage,
                    nextAttempt: .now + Self.pauseBetweenAttempts)
                found = .success(last)
            } else if case .success(let snapshot) = read {
                kept.outage = nil
                // What was dropped meanwhile may have been read before the change.
                if kept.drops == reading.drops {
                    kept.snapshot = snapshot
                    kept.until = .now + Self.maximumAge
                    if reading.known == nil { kept.renderedUntil = .now + Self.maximumFragmentAge }
                }
                left = kept.waiting.filter { $0.turn > reading.turn }
            }
            let answered = kept.waiting.filter { $0.turn <= reading.turn || left.isEmpty }
            kept.waiting = left
            kept.isLoading = !left.isEmpty
            let known = kept.drops == reading.drops && kept.renderedUntil > .now ? kept.snapshot : nil
            return (found, answered, left.isEmpty ? nil : Reading(known: known, drops: kept.drops, turn: kept.turn))
        }
        if let next { perform(next) }
        for one in answered { one.work.resume { one.then(found) } }
    }

    /// Whether an error says that no one can know more than we do.
    private static func isAway(_ error: any Error) -> Bool {
        switch DatabaseError(in: error) {
        case .unavailable, .poolExhausted: true
        default: false
        }
    }

    private func read(known: FeedSnapshot?) throws -> FeedSnapshot {
        try database.transaction(isolation: .repeatableRead) { connection in
            let round: Row? = try connection.first(
                """
                select seasons.id, seasons.label, seasons.genre, seasons.total_slots, seasons.show_counts,
                    seasons.status = 'active' as is_active, slots.position, slots.status as slot_status,
                    slots.voting_started_at, slots.voting_ends_at,
                    exists (
                        select from feature_flags
                        where key = 'power_votes_enabled' and enabled
                    ) as has_power_votes
                from seasons
                left join story_slots slots
                    on slots.season_id = seasons.id
                    and slots.status in ('voting', 'waiting_for_clips', 'under_review')
                where seasons.status in ('active', 'finished')
                order by seasons.status = 'active' desc, seasons.finished_at desc
                limit 1
                """)
            guard let round else {
                return FeedSnapshot(
                    state: .noSeason, season: nil, slot: nil, votingStartedAt: nil, votingEndsAt: nil, clips: [])
            }
            return try snapshot(of: round, known: known, on: connection)
        }
    }

    private func snapshot(of round: Row, known: FeedSnapshot?, on connection: Connection) throws -> FeedSnapshot {
        let season = FeedSeason(
            id: try round.value("id"), label: try round.value("label"), genre: try round.value("genre"),
            totalSlots: try round.value("total_slots"), showCounts: try round.value("show_counts"))
        let isActive: Bool = try round.value("is_active")
        let slot: Int? = try round.value("position")
        let status: SlotStatus? = try round.value("slot_status")
        let state: FeedState =
            switch (isActive, status) {
            case (false, _): .seasonComplete
            case (true, .voting): .voting
            case (true, .underReview): .underReview
            case (true, _): .waitingForClips
            }
        return FeedSnapshot(
            state: state, season: season, slot: isActive ? slot : nil,
            votingStartedAt: try round.value("voting_started_at"),
            votingEndsAt: state == .voting ? try round.value("voting_ends_at") : nil,
            hasPowerVotes: try round.value("has_power_votes"),
            clips: try state == .voting ? slot.map { try clips(season.id, $0, known, connection) } ?? [] : [])
    }

    private func clips(
        _ season: UUID, _ slot: Int, _ known: FeedSnapshot?, _ connection: Connection
    ) throws -> [FeedClip] {
        let rows: [Row] = try connection.query(
            """
            select clips.id, clips.vote_count, clips.weighted_score, clips.view_count,
                coalesce(clips.activated_at, clips.created_at) as activated_at,
                coalesce(comment_counts.visible, 0) as comments, clips.created_at,
                \(sql: ClipCard.columns)
            from tournament_clips clips
            join users on users.id = clips.user_id
            left join comment_counts on comment_counts.subject_id = clips.id
            where clips.season_id = \(season) and clips.slot_position = \(slot) and clips.status = 'active'
            """)
        return try rows.map { row in
            let id: UUID = try row.value(at: 0)
            let before = known.flatMap { known in known.places[id].map { known.clips[$0] } }
            return FeedClip(
                id: id, idText: before?.idText ?? id.text,
                fragment: try before?.fragment
                    ?? render(ClipCard(row: row, address: address), try row.value("created_at")),
                voteCount: try row.value(at: 1), weightedScore: try row.value(at: 2),
                viewCount: try row.value(at: 3), activatedAt: try row.value(at: 4), commentCount: try row.value(at: 5))
        }
    }
}
