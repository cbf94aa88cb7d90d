internal import FoundationEssentials
public import Postgres
public import Realtime
internal import Text

/// Publishes what the clips of the open round have, as it changes, on the channel `clip`.
///
/// It reads the counters that votes keep anyway, so it costs a vote nothing, and shows every change: votes, undoes, voids
/// and repairs. A season that hides its counts publishes none. Of the processes of all hosts one publishes, while its lease
/// holds, so that subscribers receive each message once.
public struct ClipCounts: Sendable {
    /// The channel that the arena follows beside `slot`.
    public static let channel = "clip"
    /// The name of its events.
    public static let name = "counts"
    /// The most clips in one message, some 9 kB: every page of the round receives it. The other clips follow in the next.
    public static let batchLimit = 100

    /// Longer than the pause between two steps: a process that was killed is replaced after it.
    private static let lease = "15 seconds"

    private let database: Database
    /// This publisher among those of all hosts.
    private let holder = UUID()
    private let publish: @Sendable (Event) throws -> Void
    /// What was published last.
    private var known: [UUID: Count] = [:]
    /// The clips whose counts have changed since, in the order in which they are published.
    private var waiting: [UUID] = []
    private var round: Round?

    private struct Round: Equatable {
        let season: UUID
        let slot: Int
    }

    private struct Count: Equatable {
        let id: UUID
        let votes: Int
        let score: Int
    }

    /// Counts of `database`, which `publish` sends to the subscribers. What it has not sent is sent the next time.
    public init(database: Database, publish: @escaping @Sendable (Event) throws -> Void) {
        self.database = database
        self.publish = publish
    }

    /// Publishes what has changed since the last time, in one message at most. The first time, that is all clips.
    ///
    /// Returns whether a message was sent. Each message has the counts of this moment, also for clips that changed before.
    public mutating func step() throws -> Bool {
        guard try hold() else {
            // What another process publishes meanwhile is not known here.
            round = nil
            known = [:]
            waiting = []
            return false
        }
        let (open, counts) = try read()
        if open != round {
            round = open
            known = [:]
            waiting = []
        }
        let current = Dictionary(counts.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        let isWaiting = Set(waiting)
        waiting.removeAll { current[$0] == nil }
        waiting += counts.filter { known[$0.id] != $0 && !isWaiting.contains($0.id) }.map(\.id)
        guard let round, !waiting.isEmpty else { return false }
        let part = waiting.prefix(Self.batchLimit).compactMap { current[$0] }
        let version: Int64 = try database.one("select nextval('change_numbers')")
        let clips = part.map { count in
            "{\"id\":\"\(count.id.text)\",\"voteCount\":\(count.votes),\"weightedScore\":\(count.score)}"
        }
        let total = counts.reduce(0) { $0 + $1.votes }
        try publish(
            Event(
                channel: Self.channel, name: Self.name,
                data: JSONText(
                    "{\"name\":\"\(Self.name)\",\"version\":\(version),\"seasonId\":\"\(round.season.text)\","
                        + "\"slot\":\(round.slot),\"votes\":\(total),\"clips\":[\(clips.joined(separator: ","))]}")))
        for count in part { known[count.id] = count }
        waiting.removeFirst(min(waiting.count, Self.batchLimit))
        return true
    }

    /// Lets another process publish at once.
    public func release() throws {
        try database.execute("delete from counts_publisher where holder = \(holder)")
    }

    /// Whether this process is the one that publishes. The lease is renewed in its last two thirds, so that few steps write.
    private func hold() throws -> Bool {
        let isHeld: Bool = try database.one(
            """
            select exists (
                select
                from counts_publisher
                where holder = \(holder) and held_until > dailies_now() + \(Self.lease)::interval * 2 / 3
            )
            """)
        if isHeld { return true }
        let taken: Bool? = try database.first(
            """
            insert into counts_publisher as kept (holder, held_until)
            values (\(holder), dailies_now() + \(Self.lease)::interval)
            on conflict (is_only) do update
            set holder = excluded.holder,
                held_until = excluded.held_until
            where kept.holder = excluded.holder or kept.held_until <= dailies_now()
            returning true
            """, as: Bool.self)
        return taken ?? false
    }

    private func read() throws -> (Round?, [Count]) {
        let rows: [Row] = try database.query(
            """
            select slots.season_id, slots.position, clips.id, clips.vote_count, clips.weighted_score
            from story_slots slots
            join seasons on seasons.id = slots.season_id
            join tournament_clips clips
                on clips.season_id = slots.season_id and clips.slot_position = slots.position and clips.status = 'active'
            where slots.status = 'voting' and seasons.status = 'active' and seasons.show_counts = 'always'
            order by clips.id
            """)
        guard let first = rows.first else { return (nil, []) }
        let round = Round(season: try first.value(at: 0), slot: try first.value(at: 1))
        return (
            round,
            try rows.map { row in
                Count(id: try row.value(at: 2), votes: try row.value(at: 3), score: try row.value(at: 4))
            }
        )
    }
}
