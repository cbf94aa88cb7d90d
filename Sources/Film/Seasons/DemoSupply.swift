internal import FoundationEssentials
internal import Media
public import Postgres
internal import Queue
internal import Refusals

/// Keeps clips coming into a running demo season, one at a time, and decides on them as a moderator would.
public struct DemoSupply: Sendable {
    /// What a step did.
    public enum Step: Sendable, Equatable {
        /// No round of the demo season is open.
        case seasonIsOver
        /// A clip was ordered from the jobs.
        case ordered(title: String)
        /// Pending clips were approved.
        case approved(Int)
        /// There was nothing to do.
        case nothing
    }

    /// How many clips a round has at least before the supply takes its time.
    static let fewClips = 8
    /// With so many clips in the round no more are ordered.
    static let manyClips = 20

    private let database: Database
    private let pendingSeconds: Int

    /// The supply of the demo season in `database`, as the background role. A clip is approved
    /// `pendingSeconds` after it was sent in at the earliest.
    public init(database: Database, pendingSeconds: Int = 20) {
        self.database = database
        self.pendingSeconds = pendingSeconds
    }

    /// Whether the site has the demo season, and no season of its own is running.
    public func isDemo() throws -> Bool {
        try database.one(
            """
            select count(*) filter (where label = \(DemoSeason.label)) > 0
                and count(*) filter (where label <> \(DemoSeason.label) and status = 'active') = 0
            from seasons
            """)
    }

    /// Approves what was pending for long enough, or else orders the next clip when it is time for one.
    public func step() throws -> Step {
        guard
            let round: Round = try database.first(
                """
                select seasons.round_seconds,
                    (
                        select count(*)::int
                        from tournament_clips clips
                        where clips.season_id = seasons.id and clips.status = 'active'
                    ) as clips
                from seasons
                where seasons.status = 'active' and seasons.label = \(DemoSeason.label)
                """)
        else { return .seasonIsOver }
        let clips = try ownClips()
        let waiting = clips.filter { $0.status == "pending" && !$0.isDecided && $0.processing == .ready }
        let due = waiting.filter { $0.age >= pendingSeconds }.map(\.id)
        if !due.isEmpty {
            let decisions = try Clips(database: database, address: { $0 }).approve(due, by: nil)
            return .approved(decisions.count(where: \.outcome.isDone))
        }
        guard waiting.isEmpty, round.clips < Self.manyClips, try !isWorking() else { return .nothing }
        // A short round uses a clip a round, and a long one is not flooded.
        let pause = round.clips < Self.fewClips ? 0 : min(max(round.seconds / 2, 60), 600)
        if let newest = clips.map(\.age).min(), newest < pause { return .nothing }
        let known = Set(clips.map(\.upload))
        guard let index = DemoClips.indices.first(where: { !known.contains(DemoClipWork.uploadID($0)) }) else {
            return .nothing
        }
        try database.withConnection { connection in
            _ = try Queue.enqueue(
                RenderDemoClip(index: index, waitsForApproval: true), on: connection, uniqueKey: "demo_clip_\(index)")
        }
        return .ordered(title: DemoClips.clip(index).title)
    }

    /// A clip that is being made is the only one: the machine has other things to do.
    private func isWorking() throws -> Bool {
        try database.one(
            """
            select exists (
                select
                from jobs
                where kind = \(RenderDemoClip.kind) and state in ('queued', 'running')
            )
            """)
    }

    private func ownClips() throws -> [OwnClip] {
        try database.query(
            """
            select id, upload_id, status, processing, decided_at is not null as is_decided,
                floor(extract(epoch from dailies_now() - created_at))::int as age
            from tournament_clips
            where upload_id = any (\(DemoClips.indices.map(DemoClipWork.uploadID)))
            """)
    }

    private struct Round: RowDecodable {
        let seconds: Int
        let clips: Int

        init(row: Row) throws(DatabaseError) {
            seconds = try row.value("round_seconds")
            clips = try row.value("clips")
        }
    }

    private struct OwnClip: RowDecodable {
        let id: UUID
        let upload: UUID
        let status: String
        let processing: ClipProcessing
        let isDecided: Bool
        /// Since it was sent in, in seconds.
        let age: Int

        init(row: Row) throws(DatabaseError) {
            id = try row.value("id")
            upload = try row.value("upload_id")
            status = try row.value("status")
            processing = try row.value("processing")
            isDecided = try row.value("is_decided")
            age = try row.value("age")
        }
    }
}
