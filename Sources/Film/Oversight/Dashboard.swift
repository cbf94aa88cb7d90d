public import FoundationEssentials
public import Postgres

/// What admins see first: how much there is of everything, and what waits for them.
public struct SiteFigures: Sendable {
    /// The round that is open, waits for clips or is under review.
    public struct Round: Sendable {
        /// Its season.
        public let season: RoundSeason
        /// Its slot.
        public let slot: Int
        /// The slot's status.
        public let status: SlotStatus
        /// When voting ends, while it is open.
        public let votingEndsAt: Date?
        /// How many clips compete.
        public let clips: Int
        /// How many votes they have.
        public let votes: Int
    }

    /// A comparison that was made lately.
    public struct Comparison: Sendable, RowDecodable {
        /// Its id.
        public let id: UUID
        /// Its title.
        public let title: String
        /// How many videos it asks for.
        public let videos: Int
        /// How many of them are finished.
        public let completed: Int
        /// How many failed or were cancelled.
        public let failed: Int
        /// Whether everyone may see it.
        public let isPublic: Bool
        /// When it was made.
        public let createdAt: Date

        /// A comparison.
        public init(
            id: UUID, title: String, videos: Int, completed: Int, failed: Int, isPublic: Bool, createdAt: Date
        ) {
            self.id = id
            self.title = title
            self.videos = videos
            self.completed = completed
            self.failed = failed
            self.isPublic = isPublic
            self.createdAt = createdAt
        }

        /// Reads a row of the dashboard.
        public init(row: Row) throws(DatabaseError) {
            self.init(
                id: try row.value("id"), title: try row.value("title"), videos: try row.value("videos"),
                completed: try row.value("completed"), failed: try row.value("failed"),
                isPublic: try row.value("is_public"), createdAt: try row.value("created_at"))
        }
    }

    /// How many seasons have each status.
    public let seasons: [String: Int]
    /// How many clips have each status.
    public let clips: [String: Int]
    /// How many pending clips an admin can decide on now.
    public let clipsToReview: Int
    /// How many clips are being checked.
    public let clipsInCheck: Int
    /// How many clips and members have reports or appeals that are not decided.
    public let openReports: Int
    /// How many messages are neither answered nor archived.
    public let newMessages: Int
    /// How many members there are.
    public let members: Int
    /// How many of them are banned.
    public let bannedMembers: Int
    /// How many generated videos have each status.
    public let videos: [String: Int]
    /// How many comparisons are in each state.
    public let comparisons: [String: Int]
    /// The comparisons that were made last, the newest first.
    public let recentComparisons: [Comparison]
    /// How many models members can choose.
    public let activeModels: Int
    /// How many jobs are in each state. Finished ones are forgotten after a while.
    public let jobs: [String: Int]
    /// The round; nil when no season runs.
    public let round: Round?
    /// When all this was counted.
    public let countedAt: Date
}

extension SiteFigures {
    /// Those of a site that has nothing.
    public static let none = SiteFigures(
        seasons: [:], clips: [:], clipsToReview: 0, clipsInCheck: 0, openReports: 0, newMessages: 0,
        members: 0, bannedMembers: 0, videos: [:], comparisons: [:], recentComparisons: [], activeModels: 0, jobs: [:],
        round: nil, countedAt: Date(timeIntervalSince1970: 0))
}

/// Counts what the site has.
public struct Dashboard: Sendable {
    private let database: Database

    /// Counts in `database`.
    public init(database: Database) {
        self.database = database
    }

    /// The figures, as this admin may see them.
    public func figures(for admin: UUID) throws -> SiteFigures {
        try database.acting(for: admin).transaction { connection in
            let counts: Row = try connection.one(
                """
                select count(*) filter (where status = 'pending' and processing = 'ready' and decided_at is null)::int
                        as to_review,
                    count(*) filter (where status = 'pending' and processing = 'processing')::int as in_check,
                    (select count(*)::int from moderation_cases
                        where state in ('open', 'reviewing') or appealed_at is not null) as reports,
                    (select count(*)::int from contact_messages where state = 'new') as messages,
                    (select count(*)::int from users where left_at is null) as members,
                    (select count(*)::int from users where banned_at is not null) as banned,
                    (select count(*)::int from models where is_active) as models,
                    dailies_now() as counted_at
                from tournament_clips
                where status = 'pending'
                """)
            return SiteFigures(
                seasons: try numbers(
                    SeasonStatus.allCases.map(\.rawValue),
                    "select status as name, count(*)::int from seasons group by 1", on: connection),
                clips: try numbers(
                    ClipStatus.allCases.map(\.rawValue),
                    "select status as name, count(*)::int from tournament_clips group by 1", on: connection),
                clipsToReview: try counts.value("to_review"), clipsInCheck: try counts.value("in_check"),
                openReports: try counts.value("reports"), newMessages: try counts.value("messages"),
                members: try counts.value("members"), bannedMembers: try counts.value("banned"),
                videos: try numbers(
                    Self.videoStates, "select status as name, count(*)::int from generations group by 1", on: connection
                ),
                comparisons: try numbers(
                    Self.comparisonStates,
                    """
                    select case when archived_at is not null then 'archived' when is_public then 'public' else 'private' end as name,
                        count(*)::int
                    from comparisons
                    group by 1
                    """, on: connection),
                recentComparisons: try connection.query(
                    """
                    select latest.id, latest.title, latest.is_public and latest.archived_at is null as is_public, latest.created_at,
                        runs.videos, runs.completed, runs.failed
                    from (select * from comparisons order by created_at desc, id desc limit 8) latest
                    cross join lateral (
                        select count(*)::int as videos,
                            count(*) filter (where generations.status = 'completed')::int as completed,
                            count(*) filter (where generations.status in ('failed', 'cancelled'))::int as failed
                        from comparison_videos videos
                        join generations on generations.id = videos.generation_id
                        where videos.comparison_id = latest.id
                    ) runs
                    order by latest.created_at desc, latest.id desc
                    """),
                activeModels: try counts.value("models"),
                jobs: try numbers(
                    Self.jobStates,
                    "select state as name, sum(jobs)::int as count from count_jobs() group by 1", on: connection),
                round: try round(on: connection), countedAt: try counts.value("counted_at"))
        }
    }

    /// The states of generated videos, in the order of their course.
    public static let videoStates = ["queued", "processing", "uncertain", "completed", "failed", "cancelled"]
    /// The states of comparisons.
    public static let comparisonStates = ["public", "private", "archived"]
    /// The states of jobs.
    public static let jobStates = ["queued", "running", "failed", "cancelled", "completed"]

    /// The numbers of a statement by their names; zero for names that it does not have.
    private func numbers(_ names: [String], _ statement: SQL, on connection: Connection) throws -> [String: Int] {
        let rows: [Row] = try connection.query(statement)
        var numbers = Dictionary(uniqueKeysWithValues: names.map { ($0, 0) })
        for row in rows { numbers[try row.value("name")] = try row.value("count") }
        return numbers
    }

    private func round(on connection: Connection) throws -> SiteFigures.Round? {
        let row: Row? = try connection.first(
            """
            select seasons.id, seasons.number, seasons.label, seasons.total_slots, slots.position, slots.status,
                slots.voting_ends_at, competing.clips, competing.votes
            from seasons
            join story_slots slots
                on slots.season_id = seasons.id and slots.status in ('voting', 'waiting_for_clips', 'under_review')
            cross join lateral (
                select count(*)::int as clips, coalesce(sum(vote_count), 0)::int as votes
                from tournament_clips
                where season_id = seasons.id and slot_position = slots.position and status = 'active'
            ) competing
            where seasons.status = 'active'
            """)
        guard let row else { return nil }
        let status: SlotStatus = try row.value("status")
        return SiteFigures.Round(
            season: RoundSeason(
                id: try row.value("id"), number: try row.value("number"), label: try row.value("label"),
                totalSlots: try row.value("total_slots")),
            slot: try row.value("position"), status: status,
            votingEndsAt: status == .voting ? try row.value("voting_ends_at") : nil, clips: try row.value("clips"),
            votes: try row.value("votes"))
    }
}
