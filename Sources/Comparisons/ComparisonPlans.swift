internal import Catalog
public import FoundationEssentials
public import Postgres
internal import Refusals

/// What a plan will ask for.
public struct PlannedRequest: Sendable, Equatable, Codable {
    /// The title.
    public var title: String
    /// What is said of it.
    public var about = ""
    /// `text-to-video` or `image-to-video`.
    public var kind: String
    /// What the videos show.
    public var prompt: String
    /// What they must not show.
    public var negativePrompt: String?
    /// The picture that they start from.
    public var imageID: UUID?
    /// The models, by slug.
    public var models: [String]
    /// Length in milliseconds; nil for each model's usual one.
    public var durationMs: Int?
    /// Quality; nil for standard.
    public var quality: String?
    /// Shape; nil for each model's first.
    public var aspectRatio: String?
    /// The seed; nil for a random one.
    public var seed: Int?
    /// The names of its tags.
    public var tags: [String] = []
    /// Whether everyone may see it from the start.
    public var isPublic = false
    /// Whether it comes first in lists.
    public var isFeatured = false
    /// Whether the admin who planned it could run premium models.
    public var hasPremium = false

    /// A plan.
    public init(title: String, about: String = "", kind: String, prompt: String, models: [String]) {
        self.title = title
        self.about = about
        self.kind = kind
        self.prompt = prompt
        self.models = models
    }

    /// The request that makes the comparison.
    var request: ComparisonRequest {
        var request = ComparisonRequest(
            title: title, kind: ModelCapability(rawValue: kind) ?? .textToVideo, prompt: prompt, models: models)
        request.about = about
        request.negativePrompt = negativePrompt
        request.imageID = imageID
        request.duration = durationMs.map { .milliseconds($0) }
        request.quality = quality
        request.aspectRatio = aspectRatio
        request.seed = seed
        request.tags = tags
        request.isPublic = isPublic
        request.isFeatured = isFeatured
        return request
    }
}

/// A comparison that is to be made, or was.
public struct ComparisonPlan: Sendable, RowDecodable {
    /// What becomes of one.
    public enum State: String, Sendable, CaseIterable {
        /// It is made when it is due.
        case waiting
        /// It became a comparison.
        case made
        /// It could not be made.
        case failed
        /// An admin ended it.
        case cancelled
    }

    /// The id.
    public let id: UUID
    /// The line of the imported file; nil for other plans.
    public let line: Int?
    /// The title.
    public let title: String
    /// When it is made, or since when that is due.
    public let dueAt: Date
    /// What has become of it.
    public let state: State
    /// The comparison that was made, while that exists.
    public let comparison: UUID?
    /// Why it could not be made.
    public let fault: String?
    /// When it was planned.
    public let createdAt: Date

    /// Reads a row.
    public init(row: Row) throws(DatabaseError) {
        id = try row.value("id")
        line = try row.value("line")
        title = try row.value("title")
        dueAt = try row.value("due_at")
        let state: String = try row.value("state")
        guard let state = State(rawValue: state) else {
            throw .decoding(column: "state", expected: "a state", found: state)
        }
        self.state = state
        comparison = try row.value("comparison_id")
        fault = try row.value("fault")
        createdAt = try row.value("created_at")
    }
}

/// Another process has made the comparison of a plan, or an admin has cancelled it.
struct PlanGone: Error {}

/// What can be done to plans.
public enum PlanAct: String, Sendable, CaseIterable {
    /// Ends those that wait.
    case cancel
    /// Lets those that failed or were cancelled wait again.
    case retry
}

extension Comparisons {
    /// Lines of files that are planned at once, at most.
    static let mostLines = 10_000

    /// A page of plans from the newest, for an admin, with how many are in each state.
    public func plans(
        _ state: ComparisonPlan.State?, _ request: PageRequest, for admin: UUID
    ) throws -> (page: Page<ComparisonPlan>, counts: [String: Int]) {
        let order = Keyset(
            "plans", .moment("planned_comparisons.created_at"), .uuid("planned_comparisons.id"), isDescending: true)
        let place = try order.place(after: request)
        let reader = database.acting(for: admin)
        let condition: SQL = state.map { "planned_comparisons.state = \($0.rawValue)" } ?? "true"
        let rows: [Row] = try reader.query(
            """
            select id, line, title, due_at, state, comparison_id, fault, created_at, \(sql: order.columns)
            from planned_comparisons
            where \(sql: condition) and \(sql: place.condition)
            \(sql: place.orderAndLimit)
            """)
        let counted: [Row] = try reader.query(
            "select state, count(*)::int as plans from planned_comparisons group by state")
        var counts = Dictionary(uniqueKeysWithValues: ComparisonPlan.State.allCases.map { ($0.rawValue, 0) })
        for row in counted { counts[try row.value("state")] = try row.value("plans", as: Int.self) }
        return (try order.page(of: rows, request) { row in try ComparisonPlan(row: row) }, counts)
    }

    /// Acts on plans; the ids of those that changed.
    public func change(plans: [UUID], _ act: PlanAct, by admin: UUID) throws -> [UUID] {
        try database.acting(for: admin).query("select change_plans(\(admin), \(plans), \(act.rawValue))")
    }

    /// Plans the comparisons of lines that are right, all or none.
    func plan(_ lines: [ImportedLine], by admin: UUID) throws {
        struct Wanted: Encodable {
            let line: Int
            let title: String
            let request: PlannedRequest
            let dueAt: String?

            enum CodingKeys: String, CodingKey {
                case line, title, request
                case dueAt = "due_at"
            }
        }
        let wanted = lines.compactMap { line in
            line.request.map {
                Wanted(line: line.number, title: $0.title, request: $0, dueAt: line.dueAt?.formatted(.iso8601))
            }
        }
        let outcome: String = try database.acting(for: admin).one(
            "select import_comparisons(\(admin), \(try JSONText(encoding: wanted)))")
        guard outcome == "done" else { throw ImportRefusal.imported }
    }

    /// Makes the comparisons of plans that are due, as long as few videos wait to be made: how many were made, and how many could
    /// not be. Not for the web role. Each is made whole or not at all, also when two processes do this at once.
    public func makePlanned(most: Int = 20, waitingVideos: Int = 200) throws -> (made: Int, failed: Int) {
        var (tried, made, failed): ([UUID], Int, Int) = ([], 0, 0)
        // Plans wait while no run may be started. An admin's share of a roll-out does not matter to a job.
        guard
            try database.one(
                "select exists (select from feature_flags where key = 'generation_enabled' and enabled)", as: Bool.self)
        else { return (0, 0) }
        while tried.count < most {
            let waiting: Int = try database.one(
                "select count(*)::int from (select from generations where status = 'queued' limit \(waitingVideos)) queued"
            )
            guard waiting < waitingVideos else { break }
            let next: Row? = try database.first("select id, request, admin from next_plan(\(tried))")
            guard let next else { break }
            let id: UUID = try next.value("id")
            tried.append(id)
            guard let admin = try next.value("admin", as: UUID?.self) else {
                try fail(id, "The admin who planned it is no longer an admin.")
                failed += 1
                continue
            }
            let planned: PlannedRequest = try next.value("request", as: JSONText.self).decode()
            var request = planned.request
            request.plan = id
            do {
                _ = try create(request, by: admin, hasPremium: planned.hasPremium)
                made += 1
            } catch is PlanGone {
                continue
            } catch {
                guard let refusal = refusal(in: error) else { throw error }
                try fail(id, refusal.sentence)
                failed += 1
            }
        }
        return (made, failed)
    }

    private func fail(_ plan: UUID, _ why: String) throws {
        try database.execute(
            """
            update planned_comparisons
            set state = 'failed', fault = \(why), done_at = dailies_now()
            where id = \(plan) and state = 'waiting'
            """)
    }
}
