public import Catalog
internal import FoundationEssentials
public import HTTP
internal import Money
internal import SharedHandlers

/// The routes about models, prices and credits.
public enum ModelRoutes {
    /// Half a minute is the bound if a change were ever missed; a change of the catalog drops the copy at once.
    private static let shared = CachePolicy.publicCache(seconds: 30, stale: 60)

    /// What everyone may know of the catalog.
    public static func routes(_ catalog: Catalog) -> [Route] {
        [
            list("/api/models", "The active models by name.", ["CAT-03", "CAT-06"], catalog) { try catalog.active() },
            list("/api/models/premium", "The active premium models.", ["CAT-03"], catalog) { try catalog.premium() },
            statistics(catalog), byProvider(catalog), standard(catalog), model(catalog), validity(catalog),
            creditCost(catalog),
        ]
    }

    private static func list(
        _ path: String, _ summary: String, _ features: [String], _ catalog: Catalog,
        _ models: @escaping @Sendable () throws -> [Model]
    ) -> Route {
        .get(path, access: .any, cache: shared, features: features, summary: summary) { _ in
            ModelList(models: try models().map { CatalogModel($0, catalog) })
        }
    }

    private static func byProvider(_ catalog: Catalog) -> Route {
        .get(
            "/api/models/by-provider/[name]", access: .any, cache: shared, features: ["CAT-03"],
            summary: "The active models of a provider or of a maker, in upper or lower case."
        ) { context in
            let models = try catalog.by(providerOrMaker: context.parameter("name"))
            return ModelList(models: models.map { CatalogModel($0, catalog) })
        }
    }

    private static func statistics(_ catalog: Catalog) -> Route {
        .get(
            "/api/models/stats", access: .any, cache: shared, features: ["CAT-03", "CAT-04"],
            summary: "How the runs of the active models went. Cancelled runs do not count."
        ) { _ in ModelStatisticsList(models: try catalog.active()) }
    }

    private static func standard(_ catalog: Catalog) -> Route {
        .get(
            "/api/models/default", access: .any, cache: shared, features: ["CAT-02", "CAT-03"],
            summary: "The model that is used when a run names none."
        ) { _ in
            guard let model = try catalog.standard() else { throw ModelRefusal.notFound }
            return CatalogModel(model, catalog)
        }
    }

    private static func model(_ catalog: Catalog) -> Route {
        .get(
            "/api/models/[slug]", access: .any, cache: shared, features: ["CAT-03", "CAT-04", "CAT-06"],
            summary: "A model with its price, its statistics and its presets; a retired one too."
        ) { context in
            let model = try find(context.parameter("slug"), in: catalog)
            return DetailedModel(
                model: CatalogModel(model, catalog), presets: try catalog.presets(of: model.id))
        }
    }

    private static func validity(_ catalog: Catalog) -> Route {
        .get(
            "/api/models/[slug]/validate", access: .any,
            query: [
                .required("duration", seconds, "The seconds of the video."),
                .optional("quality", .string(1...40), default: "standard", "The quality."),
            ],
            features: ["CAT-03"], summary: "Whether a run with this duration and quality is possible, and why not."
        ) { context in
            let model = try catalog.find(slug: context.parameter("slug"))
            let refusal = catalog.validate(
                model, duration: duration(context) ?? .zero, quality: context.text(query: "quality") ?? "standard")
            return ModelValidity(refusal: refusal)
        }
    }

    private static func creditCost(_ catalog: Catalog) -> Route {
        .get(
            "/api/pricing/credit-cost", access: .any,
            query: [
                .required("modelId", .string(1...200), "The model id, the slug or the id of the model."),
                .optional("quality", .choice(Quality.allCases.map(\.rawValue)), default: "standard", "The quality."),
                .optional("duration", seconds, "The seconds of the video; else the shortest the model makes."),
                .optional("resolution", .integer(1...10_000), "The shorter side in pixels; else the model's default."),
                .optional("audio", .boolean, "Whether the video has sound; else as the model does by default."),
            ],
            features: ["PRICE-01", "PRICE-03"], summary: "What a run costs, in credits and in dollars."
        ) { context in
            let model = try find(context.text(query: "modelId") ?? "", in: catalog)
            let quality = Quality(rawValue: context.text(query: "quality") ?? "") ?? .standard
            let duration = duration(context) ?? model.standardDuration
            if let refusal = catalog.validate(model, duration: duration, quality: quality.rawValue) { throw refusal }
            let cost = model.expectedCost(
                seconds: duration, shortSide: context.integer(query: "resolution"),
                hasAudio: context.bool(query: "audio"))
            guard let cost else { throw ModelRefusal.noPrice }
            return CreditCost(
                model: model, quality: quality, duration: duration, cost: cost,
                credits: catalog.rate.credits(for: cost.amount, quality: quality))
        }
    }

    private static func find(_ name: String, in catalog: Catalog) throws -> Model {
        guard let model = try catalog.find(named: name) else { throw ModelRefusal.notFound }
        return model
    }

    /// Seconds as decimal text, so that nothing rounds them.
    static let seconds = Schema.string(
        1...10,
        pattern: Pattern("^[0-9]{1,4}([.][0-9]{1,3})?$", explanation: "must be a number of seconds, such as 5 or 5.5") {
            let parts = $0.split(separator: ".", omittingEmptySubsequences: false)
            return Money($0) != nil && !$0.hasPrefix("-") && parts[0].count <= 4
                && (parts.count == 1 || parts[1].count <= 3)
        })

    static func duration(_ context: Context) -> Duration? {
        context.text(query: "duration").flatMap { Money($0) }.map { .milliseconds($0.tenThousandths / 10) }
    }
}
