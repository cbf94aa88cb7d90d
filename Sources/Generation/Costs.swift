internal import Catalog
public import FoundationEssentials
public import Money
public import Postgres

/// What runs have cost the site, for admins.
public struct Costs: Sendable {
    /// By what costs are summed up.
    public enum Group: String, Sendable, CaseIterable {
        /// The service that runs the model.
        case provider
        /// The model.
        case model
        /// The member who asked.
        case member
        /// The month of the request, UTC.
        case month
    }

    private let database: Database

    /// The costs of a database.
    public init(database: Database) {
        self.database = database
    }

    /// The costs of runs that were requested from one moment to another, by a group, the dearest first, months by time.
    public func summed(by group: Group, from: Date?, to: Date?, for admin: UUID) throws(DatabaseError) -> [CostRow] {
        let key: SQL =
            switch group {
            case .provider: "runs.provider"
            case .model: "models.slug"
            case .member: "coalesce(runs.user_id::text, '')"
            case .month: "to_char(runs.reserved_at at time zone 'utc', 'YYYY-MM')"
            }
        let label: SQL =
            switch group {
            case .provider: "coalesce(providers.display_name, runs.provider)"
            case .model: "models.name"
            case .member: "coalesce(users.username, 'former members')"
            case .month: "to_char(runs.reserved_at at time zone 'utc', 'YYYY-MM')"
            }
        let order: SQL = group == .month ? "key desc" : "spent desc, reserved desc, key"
        return try database.acting(for: admin).query(
            """
            select \(sql: key) as key, \(sql: label) as label, \(sql: Self.sums)
            from \(sql: Self.source(from, to))
            group by key, label
            order by \(sql: order)
            limit 1000
            """)
    }

    /// The sum of all.
    public func total(from: Date?, to: Date?, for admin: UUID) throws(DatabaseError) -> CostRow {
        try database.acting(for: admin).one(
            "select '' as key, 'All' as label, \(sql: Self.sums) from \(sql: Self.source(from, to))")
    }

    /// The runs from the newest.
    public func runs(
        from: Date?, to: Date?, _ request: PageRequest, for admin: UUID
    ) throws -> Postgres.Page<CostedRun> {
        let order = Keyset(
            "costs", .moment("runs.reserved_at"), .uuid("runs.generation_id"), .number("runs.run"), isDescending: true)
        let place = try order.place(after: request)
        let rows: [Row] = try database.acting(for: admin).query(
            """
            select \(sql: order.columns), runs.generation_id, runs.run, runs.reserved_at, runs.provider, runs.outcome,
                runs.expected_usd, runs.cost_usd, runs.is_cost_entered, runs.video_ms, models.name as model_name,
                users.username
            from generation_runs runs
            join models on models.id = runs.model_id
            left join users on users.id = runs.user_id
            where \(sql: Self.period(from, to)) and \(sql: place.condition)
            \(sql: place.orderAndLimit)
            """)
        return try order.page(of: rows, request) { row in try CostedRun(row: row) }
    }

    /// Enters what a completed run cost, in place of what was computed; the latest run when none is named. The audit log
    /// records it.
    public func enter(_ cost: Money, for video: UUID, run: Int?, reason: String?, by admin: UUID) throws {
        let outcome: String = try database.acting(for: admin).one(
            """
            select set_run_cost(
                \(admin), \(video), \(run.map { Int32(clamping: $0) }), \(cost.description)::text::numeric, \(reason)
            )
            """)
        switch outcome {
        case "done": return
        case "run_not_completed": throw GenerationRefusal.notCompleted
        default: throw GenerationRefusal.notFound
        }
    }

    private static func period(_ from: Date?, _ to: Date?) -> SQL {
        """
        runs.reserved_at >= coalesce(\(from)::timestamptz, '-infinity') and runs.reserved_at < coalesce(\(to)::timestamptz, 'infinity')
        """
    }

    // A clip comes from one run, so nothing is counted twice. A clip's votes are its results and those of the open round.
    private static func source(_ from: Date?, _ to: Date?) -> SQL {
        """
        generation_runs runs
            join models on models.id = runs.model_id
            left join providers on providers.name = runs.provider
            left join users on users.id = runs.user_id
            left join generations on generations.id = runs.generation_id and generations.run = runs.run
            left join lateral (
                select coalesce(sum(results.vote_count), 0)
                        + coalesce(max(clips.vote_count) filter (where clips.status = 'active'), 0) as votes,
                    count(*) filter (where results.won) as won
                from tournament_clips clips
                left join slot_results results on results.clip_id = clips.id and results.superseded_at is null
                where clips.id = coalesce(generations.clip_id, runs.clip_id)
            ) film on true
            where \(sql: period(from, to))
        """
    }

    private static let sums: SQL = """
        count(*) as runs, count(*) filter (where outcome = 'completed') as completed,
            count(*) filter (where outcome = 'failed') as failed, count(*) filter (where outcome = 'cancelled') as cancelled,
            coalesce(sum(runs.cost_usd), 0) as spent,
            coalesce(sum(runs.expected_usd) filter (where outcome is null), 0) as reserved,
            coalesce(sum(runs.cost_usd) filter (where outcome = 'failed'), 0) as failed_usd,
            coalesce(sum(runs.cost_usd) filter (where outcome = 'cancelled'), 0) as cancelled_usd,
            coalesce(sum(runs.video_ms) filter (where outcome = 'completed'), 0)::bigint as video_ms,
            coalesce(sum(film.votes), 0)::bigint as votes, coalesce(sum(film.won), 0)::bigint as won
        """
}

/// Costs of a group of runs.
public struct CostRow: Sendable, RowDecodable {
    /// What programs call the group.
    public let key: String
    /// What people call it.
    public let label: String
    /// All runs, and how they ended.
    public let runs: Int
    /// Runs with a video.
    public let completed: Int
    /// Runs that failed.
    public let failed: Int
    /// Runs that were stopped.
    public let cancelled: Int
    /// What those that have ended cost.
    public let spent: Money
    /// What those that are under way will cost at most.
    public let reserved: Money
    /// What the failed ones cost.
    public let failedCost: Money
    /// What the stopped ones cost.
    public let cancelledCost: Money
    /// Milliseconds of finished videos.
    public let videoMs: Int
    /// Votes for clips made of them.
    public let votes: Int
    /// Slots that such clips won.
    public let slotsWon: Int

    /// What a finished second cost; nil without one.
    public var perSecond: Money? {
        videoMs == 0 ? nil : Money(tenThousandths: spent.tenThousandths * 1_000).divided(by: videoMs)
    }
    /// What a vote cost; nil without one.
    public var perVote: Money? { votes == 0 ? nil : spent.divided(by: votes) }
    /// What a won slot cost; nil without one.
    public var perSlotWon: Money? { slotsWon == 0 ? nil : spent.divided(by: slotsWon) }

    /// Reads a row.
    public init(row: Row) throws(DatabaseError) {
        key = try row.value("key")
        label = try row.value("label")
        runs = try row.value("runs")
        completed = try row.value("completed")
        failed = try row.value("failed")
        cancelled = try row.value("cancelled")
        spent = try row.money("spent") ?? .zero
        reserved = try row.money("reserved") ?? .zero
        failedCost = try row.money("failed_usd") ?? .zero
        cancelledCost = try row.money("cancelled_usd") ?? .zero
        videoMs = try row.value("video_ms")
        votes = try row.value("votes")
        slotsWon = try row.value("won")
    }
}

/// A run with what it cost.
public struct CostedRun: Sendable, RowDecodable {
    /// The video, which may be deleted.
    public let videoID: UUID
    /// The number of the run.
    public let run: Int
    /// When it was requested.
    public let requestedAt: Date
    /// Who ran it.
    public let provider: String
    /// What people call the model.
    public let modelName: String
    /// Who asked; nil for a former member.
    public let username: String?
    /// How it ended: completed, failed or cancelled; nil while it is under way.
    public let outcome: String?
    /// What it was expected to cost.
    public let expected: Money
    /// What it cost; nil while it is under way.
    public let cost: Money?
    /// Whether an admin entered that.
    public let isEntered: Bool
    /// Milliseconds of its video.
    public let videoMs: Int?

    /// Reads a row.
    public init(row: Row) throws(DatabaseError) {
        videoID = try row.value("generation_id")
        run = try row.value("run")
        requestedAt = try row.value("reserved_at")
        provider = try row.value("provider")
        modelName = try row.value("model_name")
        username = try row.value("username")
        outcome = try row.value("outcome")
        expected = try row.money("expected_usd") ?? .zero
        cost = try row.money("cost_usd")
        isEntered = try row.value("is_cost_entered")
        videoMs = try row.value("video_ms")
    }
}
