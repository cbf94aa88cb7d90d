public import Comparisons
public import FoundationEssentials
public import HTTP
internal import Money
internal import Postgres
internal import SharedHandlers
internal import Text

extension ComparisonRoutes {
    /// The routes of experiments with prompts.
    public static func experimentRoutes(
        _ comparisons: Comparisons, hasPremium: @escaping @Sendable (UUID) throws -> Bool
    ) -> [Route] {
        @Sendable
        func result(_ id: UUID, _ context: Context) throws -> ExperimentAnswer {
            guard let found = try comparisons.result(ofExperiment: id, for: try context.member().id) else {
                throw Problem.notFound()
            }
            return ExperimentAnswer(result: found)
        }
        return [
            .get(
                "/api/experiments", access: .admin, limit: .api, query: .paging(default: 24, cap: 100),
                features: ["ARENA-13"], summary: "Experiments with prompts, from the newest."
            ) { context in
                try comparisons.experiments(context.pageRequest, for: try context.member().id)
                    .map { ExperimentEntry(experiment: $0) }
            },
            .get(
                "/api/experiments/[id]", access: .admin, features: ["ARENA-13"],
                summary: "An experiment with the votes, times and costs of each variant and model."
            ) { context in try result(try context.uuid("id"), context) },
            .post(
                "/api/experiments", access: .admin, flag: "generation_enabled", body: CreateExperimentInput.self,
                answers: [201: ExperimentAnswer.schema], features: ["ARENA-13"],
                summary: "Runs variants of a prompt through the same models, with the same seed."
            ) { context, input in
                let admin = try context.member().id
                let id = try comparisons.create(input.request, by: admin, hasPremium: try hasPremium(admin))
                return Response.json(try result(id, context), status: 201)
            }.afterTerms(),
        ]
    }
}

/// One of the prompts that are tried.
struct VariantInput: InputShape, InputValue {
    @Input(.text(1...40), "What admins call it.") var label: String
    @Input(.text(1...4_000, lines: .many)) var prompt: String
}

struct CreateExperimentInput: InputShape {
    @Input(.text(1...100)) var title: String
    @Input(.text(0...1_000, lines: .many)) var note: String?
    @Input(.array(VariantInput.schema, count: 2...6), "The prompts, in their order.") var variants: [VariantInput]
    @Input(.array(.string(1...200), count: 1...Comparisons.mostVideos), "The models, by slug.") var models: [String]
    @Input(.number(0.1...600), "Seconds; without it each model's usual length.") var duration: Double?
    @Input(.choice(["standard", "high", "ultra"])) var quality: String?
    @Input(.string(1...20), "A shape that every model knows, such as `16:9`.") var aspectRatio: String?
    @Input(.integer(0...4_294_967_295), "The seed of every run.") var seed: Int?
    @Input("Whether everyone sees the comparisons, and so votes, from the start.") var isPublic: Bool?

    var request: ExperimentRequest {
        var common = PlannedRequest(title: title.trimmed, kind: "text-to-video", prompt: "", models: models)
        common.durationMs = duration.map { Int(($0 * 1_000).rounded()) }
        common.quality = quality
        common.aspectRatio = aspectRatio
        common.seed = seed
        common.isPublic = isPublic ?? false
        var request = ExperimentRequest(
            title: title.trimmed, variants: variants.map { ($0.label.trimmed, $0.prompt.trimmed) }, common: common)
        request.note = note?.trimmed ?? ""
        return request
    }
}

/// An experiment in a list.
struct ExperimentEntry: ListItem, Shaped {
    static let listName = "experiments"
    static let pageName = "ExperimentPage"
    let experiment: Experiment

    static let shape = Shape<ExperimentEntry>("ExperimentEntry") {
        Field("id", \.experiment.id)
        Field("title", \.experiment.title)
        Field("note", \.experiment.note)
        Field("models", \.experiment.models, "By slug.")
        Field("variantCount", \.experiment.variants)
        Field("createdAt", \.experiment.createdAt)
    }
}

/// What came of the videos of a variant or a model.
struct TallyForm: Shaped {
    let tally: ExperimentTally

    static let shape = Shape<TallyForm>("ExperimentTally") {
        Field("videos", \.tally.videos, "How many were asked for.")
        Field("completed", \.tally.completed)
        Field("failed", \.tally.failed)
        Field("votes", \.tally.votes)
        Field("share", \.tally.share, "Of all votes of the experiment; null without any.")
        Field("shareLow", \.tally.interval.low, "The 95 % interval of the share (Wilson).")
        Field("shareHigh", \.tally.interval.high)
        Field("costUSD", \.tally.cost.description, "What the finished videos cost, as decimal text.")
        Field("meanSeconds", { $0.tally.meanMs.map { Double($0) / 1_000 } }, "The mean time to make one.")
    }
}

/// A variant with what came of it.
struct VariantForm: Shaped {
    let variant: ExperimentVariant

    static let shape = Shape<VariantForm>("ExperimentVariant") {
        Field("label", \.variant.label)
        Field("prompt", \.variant.prompt)
        Field(
            "state", \.variant.state.rawValue, .choice(ComparisonPlan.State.allCases.map(\.rawValue)),
            "Whether its comparison is made.")
        Field("fault", \.variant.fault, "Why its comparison could not be made.")
        Field("comparisonID", \.variant.comparison)
        Field("isListed", \.variant.isListed, "Whether everyone sees the comparison, and so votes.")
        Field("tally", { TallyForm(tally: $0.variant.tally) })
    }
}

/// A model with what came of it.
struct ExperimentModelForm: Shaped {
    let slug: String
    let tally: ExperimentTally

    static let shape = Shape<ExperimentModelForm>("ExperimentModel") {
        Field("model", \.slug)
        Field("tally", { TallyForm(tally: $0.tally) })
    }
}

/// An experiment with what came of it.
struct ExperimentAnswer: Shaped {
    let result: ExperimentResult

    static let shape = Shape<ExperimentAnswer>("Experiment") {
        Including { ExperimentEntry(experiment: $0.result.experiment) }
        Field("variants", { $0.result.variants.map { VariantForm(variant: $0) } })
        Field(
            "perModel", { $0.result.models.map { ExperimentModelForm(slug: $0.slug, tally: $0.tally) } },
            "What came of each model over all variants.")
    }
}
