internal import Catalog
public import FoundationEssentials
public import Postgres
internal import Queue
internal import Refusals

/// What admins and the operator see of the queue, and do with it. An actor of nil is the operator at the machine.
public struct JobOperation: Sendable {
    /// Where a waiting job is put.
    public enum Place: String, Codable, Sendable, CaseIterable {
        /// Before everything else, and at once.
        case first
        /// In its usual order.
        case normal
        /// When nothing else is due.
        case last
    }

    /// What can be paused.
    public enum Scope: String, Codable, Sendable, CaseIterable {
        /// Every job of a queue.
        case queue
        /// Every job of a kind; of `generation`, what begins a video.
        case kind
        /// The requests that a provider was not sent yet.
        case provider
    }

    /// What became of one entry of several.
    public struct Outcome: Sendable {
        /// The entry.
        public let reference: JobReference
        /// `redriven`, `cancelled`, `cancelling`, `finished`, `not_found`, or the code of a refusal.
        public let outcome: String
        /// The refusal in words.
        public let error: String?

        /// An outcome.
        public init(_ reference: JobReference, _ outcome: String, error: String? = nil) {
            self.reference = reference
            self.outcome = outcome
            self.error = error
        }
    }

    /// How many entries one call by filter redrives.
    public static let batchLimit = 100

    private let database: Database
    private let generations: Generations
    private let health: ProviderHealth

    /// The queue of a database.
    public init(database: Database, generations: Generations, health: ProviderHealth) {
        self.database = database
        self.generations = generations
        self.health = health
    }

    /// A page of entries from the newest, with the whole queue's figures.
    public func list(_ filter: JobFilter, for actor: UUID?) throws -> JobList {
        let overview = try overview(for: actor)
        return JobList(jobs: try page(filter, for: actor).map(overview.explaining), overview: overview)
    }

    /// The whole queue's figures.
    public func overview(for actor: UUID?) throws -> JobOverview {
        let text: JSONText = try database.acting(for: actor).one("select job_overview(\(actor))")
        var overview: JobOverview = try text.decode()
        let (figures, catalog) = (try health.all(), generations.catalog)
        let known = Dictionary(uniqueKeysWithValues: try catalog.providers().map { ($0.provider.name, $0.provider) })
        overview.providers = overview.providers.map { provider in
            var provider = provider
            provider.figures = figures[provider.name]
            provider.missing = known[provider.name].flatMap { catalog.credentials.obstacle($0) }
            return provider
        }
        return overview
    }

    private func page(_ filter: JobFilter, for actor: UUID?) throws -> Postgres.Page<JobEntry> {
        let order = Keyset(
            "jobs", .number("job_mark"), .microseconds("made_mark"), .uuid("video_mark"), isDescending: true)
        let place = try order.place(after: filter.page)
        let rows: [Row] = try database.acting(for: actor).query(
            """
            select found.*, \(sql: order.columns)
            from list_jobs(
                \(actor), \(try filter.facts()), coalesce(\(sql: place.value(0)), 9223372036854775807),
                coalesce(\(sql: place.value(1)), 90000000000000000),
                coalesce(\(sql: place.value(2)), 'ffffffff-ffff-ffff-ffff-ffffffffffff'), \(Int32(place.rowLimit))
            ) found
            """)
        return try order.page(of: rows, filter.page) { row in try JobEntry(row: row) }
    }

    /// One entry with all that is known of it.
    public func find(_ reference: JobReference, for actor: UUID?) throws -> JobDetail {
        let reader = database.acting(for: actor)
        let (jobs, videos) = ([reference].jobs, [reference].videos)
        let facts: JSONText? = try reader.one(
            "select describe_job(\(actor), \(jobs.first), \(videos.first))", as: JSONText?.self)
        let entry: JobEntry? = try reader.first(
            """
            select *
            from list_jobs(
                \(actor), \(try JobFilter().facts(reference)), 9223372036854775806, 90000000000000000,
                'ffffffff-ffff-ffff-ffff-ffffffffffff', 1
            )
            """)
        guard let facts, let entry else { throw JobRefusal.notFound }
        let place: Row = try reader.one(
            """
            select (select comparison_id from comparison_videos where generation_id = \(videos.first)) as comparison_id,
                exists (select from generations where id = \(videos.first) and published_at is not null) as is_published
            """)
        return JobDetail(
            entry: try overview(for: actor).explaining(entry), comparisonID: try place.value("comparison_id"),
            isPublished: try place.value("is_published"), facts: facts)
    }

    /// Cancels entries: what waits ends at once, what runs is asked to end.
    public func cancel(_ references: [JobReference], by actor: UUID?) throws -> [Outcome] {
        try database.acting(for: actor).transaction { connection in
            let rows: [Row] = try connection.query(
                "select key, outcome from operate_cancel(\(actor), \(references.jobs), \(references.videos))")
            let outcomes = try rows.map { row in
                guard let reference = JobReference(try row.value("key", as: String.self)) else {
                    throw JobRefusal.notFound
                }
                return Outcome(reference, try row.value("outcome"))
            }
            try announce(outcomes.filter { $0.outcome.hasPrefix("cancel") }.map(\.reference).videos, on: connection)
            return outcomes
        }
    }

    /// Puts dead letters back: each with all its attempts, a video as a new run with a new reservation, at another provider's
    /// equal model if one is named. A refusal of one does not stop the others.
    public func redrive(
        _ references: [JobReference], at provider: String? = nil, by actor: UUID?
    ) throws -> [Outcome] {
        var outcomes: [Outcome] = []
        if !references.jobs.isEmpty, provider == nil {
            let redriven: [JobID] = try database.acting(for: actor).query(
                "select * from operate_redrive(\(actor), \(references.jobs))")
            outcomes += references.jobs.map { job in
                redriven.contains(job) ? Outcome(.job(job), "redriven") : refused(.job(job), JobRefusal.notDead)
            }
        } else {
            outcomes += references.jobs.map { refused(.job($0), JobRefusal.noEqualModel(provider: provider ?? "")) }
        }
        for video in references.videos {
            do {
                _ = try generations.retry(video, by: actor, at: provider)
                outcomes.append(Outcome(.video(video), "redriven"))
            } catch {
                guard let refusal = Refusals.refusal(in: error) else { throw error }
                outcomes.append(refused(.video(video), refusal))
            }
        }
        return outcomes
    }

    private func refused(_ reference: JobReference, _ refusal: any Refusal) -> Outcome {
        Outcome(reference, refusal.code, error: refusal.sentence)
    }

    /// Puts back the newest dead letters that a filter finds, a hundred at most. The second value says whether there are more.
    public func redrive(
        where filter: JobFilter, at provider: String? = nil, by actor: UUID?
    ) throws -> (outcomes: [Outcome], hasMore: Bool) {
        var dead = filter
        dead.state = filter.state ?? .failed
        guard [.failed, .cancelled].contains(dead.state) else { throw JobRefusal.notDead }
        dead.page = PageRequest(limit: Self.batchLimit)
        let found = try page(dead, for: actor)
        return (try redrive(found.items.map(\.reference), at: provider, by: actor), found.nextCursor != nil)
    }

    /// Moves what waits within its queue. Returns what was moved.
    public func reorder(_ references: [JobReference], to place: Place, by actor: UUID?) throws -> [JobReference] {
        let moved: [String] = try database.acting(for: actor).query(
            "select * from operate_reorder(\(actor), \(references.jobs), \(references.videos), \(place.rawValue))")
        return moved.compactMap(JobReference.init)
    }

    /// Claims nothing more of a queue or a kind, or sends a provider nothing more, until it is resumed, also after restarts. What
    /// runs ends as usual.
    public func pause(_ scope: Scope, _ name: String, reason: String?, by actor: UUID?) throws {
        try expect("select pause_jobs(\(actor), \(scope.rawValue), \(name), \(reason))", by: actor)
    }

    /// Claims jobs again, or sends the provider what waits for it.
    public func resume(_ scope: Scope, _ name: String, by actor: UUID?) throws {
        try expect("select resume_jobs(\(actor), \(scope.rawValue), \(name))", by: actor)
    }

    /// Says what became of an uncertain video at its provider: it was made there under `requestID`, or, without one, never.
    public func settle(_ video: UUID, requestID: String?, by actor: UUID?) throws {
        try database.acting(for: actor).transaction { connection in
            let outcome: String = try connection.one(
                "select settle_generation(\(actor), \(video), \(requestID != nil), \(requestID))")
            if let refusal = JobRefusal(outcome: outcome) { throw refusal }
            try announce([video], on: connection)
        }
    }

    private func expect(_ statement: SQL, by actor: UUID?) throws {
        let outcome: String = try database.acting(for: actor).one(statement)
        if let refusal = JobRefusal(outcome: outcome) { throw refusal }
    }

    /// Tells the owners' pages.
    private func announce(_ videos: [UUID], on connection: Connection) throws {
        let changed: [Generation] = try connection.query(
            "select \(sql: Generation.columns) where generations.id = any (\(videos))")
        for video in changed { try Generations.announce(video, on: connection) }
    }
}
