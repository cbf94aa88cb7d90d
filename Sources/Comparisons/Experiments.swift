internal import Catalog
public import FoundationEssentials
internal import Generation
public import Money
public import Postgres
internal import Ratings
internal import Refusals

/// An experiment with prompts.
public struct Experiment: Sendable, RowDecodable {
    /// The id.
    public let id: UUID
    /// What it is called.
    public let title: String
    /// What admins say of it.
    public let note: String
    /// The models, by slug.
    public let models: [String]
    /// How many variants it has.
    public let variants: Int
    /// When it was made.
    public let createdAt: Date

    /// Reads a row.
    public init(row: Row) throws(DatabaseError) {
        id = try row.value("id")
        title = try row.value("title")
        note = try row.value("note")
        models = try row.value("models")
        variants = try row.value("variants")
        createdAt = try row.value("created_at")
    }

    static let columns: SQL = """
        experiments.id, experiments.title, experiments.note, experiments.models, experiments.created_at,
            (
                select count(*)::int
                from experiment_variants
                where experiment_variants.experiment_id = experiments.id
            ) as variants
        """
}

/// What came of the videos of one variant, one model, or one of both.
public struct ExperimentTally: Sendable, Equatable {
    /// How many videos were asked for.
    public var videos = 0
    /// How many are finished.
    public var completed = 0
    /// How many failed or were cancelled.
    public var failed = 0
    /// The votes for them.
    public var votes = 0
    /// The votes for all videos of the experiment.
    public var allVotes = 0
    /// What the finished ones cost.
    public var cost = Money.zero
    /// How long those took whose time is known, in milliseconds, and how many those are.
    public var tookMs = 0
    /// See `tookMs`.
    public var timed = 0

    /// The 95 % interval of its share of all votes.
    public var interval: (low: Double, high: Double) { WilsonInterval.of(votes, in: allVotes) }
    /// Its share of all votes; nil without any.
    public var share: Double? { allVotes == 0 ? nil : Double(votes) / Double(allVotes) }
    /// The mean time, in milliseconds.
    public var meanMs: Int? { timed == 0 ? nil : tookMs / timed }

    mutating func add(_ cell: ExperimentCell) {
        videos += 1
        votes += cell.votes
        switch cell.status {
        case "completed": completed += 1
        case "failed", "cancelled": failed += 1
        default: break
        }
        if cell.status == "completed" { cost = cost + (cell.cost ?? .zero) }
        if let took = cell.tookMs {
            tookMs += took
            timed += 1
        }
    }
}

/// The video of a model for a variant.
struct ExperimentCell: RowDecodable {
    let place: Int
    let model: String?
    let status: String?
    let votes: Int
    let cost: Money?
    let tookMs: Int?

    init(row: Row) throws(DatabaseError) {
        place = try row.value("place")
        model = try row.value("model")
        status = try row.value("status")
        votes = try row.value("votes")
        cost = try row.value("cost", as: String?.self).flatMap { Money($0) }
        tookMs = try row.value("took_ms")
    }
}

/// A variant of a prompt with what came of it.
public struct ExperimentVariant: Sendable, RowDecodable {
    /// Its place, from 1.
    public let place: Int
    /// What admins call it.
    public let label: String
    /// The prompt.
    public let prompt: String
    /// Whether its comparison is made.
    public let state: ComparisonPlan.State
    /// Why it could not be made.
    public let fault: String?
    /// The comparison, while it exists.
    public let comparison: UUID?
    /// Whether everyone sees the comparison, and so votes.
    public let isListed: Bool
    /// What came of its videos.
    public internal(set) var tally = ExperimentTally()

    /// Reads a row.
    public init(row: Row) throws(DatabaseError) {
        place = try row.value("place")
        label = try row.value("label")
        prompt = try row.value("prompt")
        let state: String = try row.value("state")
        self.state = ComparisonPlan.State(rawValue: state) ?? .waiting
        fault = try row.value("fault")
        comparison = try row.value("comparison_id")
        isListed = try row.value("is_listed")
    }
}

/// What came of an experiment.
public struct ExperimentResult: Sendable {
    /// The experiment.
    public let experiment: Experiment
    /// Its variants in their order.
    public let variants: [ExperimentVariant]
    /// Its models by slug, and what came of the videos of each.
    public let models: [(slug: String, tally: ExperimentTally)]
}

/// What an admin wants to try.
public struct ExperimentRequest: Sendable {
    /// What it is called.
    public var title: String
    /// What is said of it.
    public var note = ""
    /// Label and prompt of each variant.
    public var variants: [(label: String, prompt: String)]
    /// What all comparisons have in common; title and prompt are those of the variant.
    public var common: PlannedRequest

    /// An experiment.
    public init(title: String, variants: [(label: String, prompt: String)], common: PlannedRequest) {
        self.title = title
        self.variants = variants
        self.common = common
    }
}

extension Comparisons {
    /// Makes an experiment, whose comparisons are made by the job that makes planned ones. All have the same seed. What a model cannot make
    /// is refused before anything is planned.
    public func create(_ wanted: ExperimentRequest, by admin: UUID, hasPremium: Bool) throws -> UUID {
        struct Variant: Encodable {
            let label: String
            let title: String
            let prompt: String
            let place: Int
        }
        var common = wanted.common
        common.seed = common.seed ?? Int.random(in: 0...2_147_483_647)
        common.hasPremium = hasPremium
        let prompts = wanted.variants.map { $0.prompt.lowercased() }
        guard Set(prompts).count == prompts.count, Set(wanted.variants.map(\.label)).count == prompts.count else {
            throw ComparisonRefusal.equalVariants
        }
        var request = common.request
        request.prompt = prompts.first ?? ""
        try check(request, hasPremium: hasPremium)
        let variants = wanted.variants.enumerated().map { index, variant in
            Variant(
                label: variant.label, title: String("\(wanted.title): \(variant.label)".prefix(120)),
                prompt: variant.prompt,
                place: index + 1)
        }
        return try database.acting(for: admin).one(
            """
            select create_experiment(
                \(admin), \(wanted.title), \(wanted.note), \(try JSONText(encoding: common)),
                \(try JSONText(encoding: variants))
            )
            """)
    }

    /// A page of experiments from the newest, for an admin.
    public func experiments(_ request: PageRequest, for admin: UUID) throws -> Page<Experiment> {
        let order = Keyset(
            "experiments", .moment("experiments.created_at"), .uuid("experiments.id"), isDescending: true)
        let place = try order.place(after: request)
        let rows: [Row] = try database.acting(for: admin).query(
            """
            select \(sql: Experiment.columns), \(sql: order.columns)
            from experiments
            where \(sql: place.condition)
            \(sql: place.orderAndLimit)
            """)
        return try order.page(of: rows, request) { row in try Experiment(row: row) }
    }

    /// What came of an experiment; nil when there is none.
    public func result(ofExperiment id: UUID, for admin: UUID) throws -> ExperimentResult? {
        let reader = database.acting(for: admin)
        let found: Experiment? = try reader.first(
            "select \(sql: Experiment.columns) from experiments where experiments.id = \(id)")
        guard let experiment = found else { return nil }
        var variants: [ExperimentVariant] = try reader.query(
            """
            select variants.place, variants.label, variants.prompt, plans.state, plans.fault, comparisons.id as comparison_id,
                coalesce(comparisons.is_public and comparisons.archived_at is null, false) as is_listed
            from experiment_variants variants
            join planned_comparisons plans on plans.id = variants.plan_id
            left join comparisons on comparisons.id = plans.comparison_id
            where variants.experiment_id = \(id)
            order by variants.place
            """)
        let cells: [ExperimentCell] = try reader.query(
            """
            select variants.place, models.slug as model, generations.status, coalesce(videos.vote_count, 0) as votes,
                generations.cost_usd::text as cost,
                (extract(epoch from generations.provider_done_at - generations.acknowledged_at) * 1000)::int as took_ms
            from experiment_variants variants
            join planned_comparisons plans on plans.id = variants.plan_id
            join comparison_videos videos on videos.comparison_id = plans.comparison_id
            join generations on generations.id = videos.generation_id
            join models on models.id = videos.model_id
            where variants.experiment_id = \(id)
            """)
        let allVotes = cells.reduce(0) { $0 + $1.votes }
        var tallies: [String: ExperimentTally] = [:]
        for slug in experiment.models { tallies[slug] = ExperimentTally(allVotes: allVotes) }
        for index in variants.indices { variants[index].tally.allVotes = allVotes }
        for cell in cells {
            if let index = variants.firstIndex(where: { $0.place == cell.place }) { variants[index].tally.add(cell) }
            if let model = cell.model { tallies[model, default: ExperimentTally(allVotes: allVotes)].add(cell) }
        }
        return ExperimentResult(
            experiment: experiment, variants: variants,
            models: tallies.sorted { $0.key < $1.key }.map { (slug: $0.key, tally: $0.value) })
    }
}
