public import Catalog
internal import FoundationEssentials
public import HTTP
public import Money
internal import Postgres
internal import SharedHandlers

extension Quality: JSONRepresentable {}
extension ModelCategory: JSONRepresentable {}
extension ModelCapability: JSONRepresentable {}

extension Cost.Warning: JSONRepresentable {
    /// One of the words.
    public static var schema: Schema { .choice(["noSize", "aboveHighestTier", "fallback"]) }
    /// The word.
    public var json: JSONValue { .string(rawValue) }
}

extension Duration {
    /// The seconds as JSON writes them.
    var seconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }
}

extension JSONText {
    /// The value; null if it cannot be read.
    var value: JSONValue { (try? decode()) ?? .null }
}

/// A model as everyone may see it.
struct CatalogModel: Shaped {
    let model: Model
    let obstacle: String?
    let cost: Cost?
    let credits: [String: Int]

    init(_ model: Model, _ catalog: Catalog) {
        self.model = model
        obstacle = catalog.availability(of: model, hasPremium: true)?.sentence
        let cost = model.expectedCost(seconds: model.standardDuration)
        self.cost = cost
        credits = Dictionary(
            uniqueKeysWithValues: cost == nil
                ? []
                : model.qualities.map {
                    ($0.rawValue, catalog.rate.credits(for: cost?.amount ?? .zero, quality: $0))
                })
    }

    private static let pricing = Schema.openObject([
        .required("structure", .choice(Pricing.Name.allCases.map(\.rawValue))), .required("isEstimated", .boolean),
    ]).named("ModelPricing").nullable

    static let shape = Shape<CatalogModel>("CatalogModel") {
        Field("id", \.model.id)
        Field("modelID", \.model.modelID, "What the provider calls it; it may hold a slash.")
        Field("slug", \.model.slug)
        Field("name", \.model.name)
        Field("description", \.model.description)
        Field("version", \.model.version)
        Field("family", \.model.family, "The name that rows of this model at several providers share.")
        Field("maker", \.model.maker)
        Field("provider", \.model.provider.name)
        Field("providerName", \.model.provider.displayName)
        Field("endpoint", \.model.endpoint)
        Field("category", \.model.category)
        Field("capabilities", \.model.capabilities)
        Field("tags", \.model.tags)
        Field("supportedDurations", \.model.durations, "Seconds; empty for any.")
        Field("fixedDuration", \.model.fixedDuration)
        Field("maxDuration", { $0.model.maxDuration?.seconds })
        Field("fps", \.model.framesPerSecond, "By which requests in frames are counted.")
        Field(
            "timeoutSeconds", { $0.model.timeout.map { Int($0.components.seconds) } },
            "How long a request may take at the provider; null for as long as the site allows.")
        Field("supportedQualities", \.model.qualities)
        Field("aspectRatios", \.model.aspectRatios)
        Field("modelParameters", \.model.parameters.value, "The JSON Schema of what a run may set besides.")
        Field("defaultParams", \.model.defaultParameters.value)
        Field("requirements", \.model.requirements)
        Field("costPerSecond", \.model.costPerSecond)
        Field("pricing", { (try? JSONText(encoding: $0.model.pricing))?.value ?? .null }, pricing)
        Field("isPremium", \.model.isPremium, "For members with the premium flag or a grant.")
        Field("isActive", \.model.isActive)
        Field("isDefault", \.model.isDefault)
        Field("isDeprecated", \.model.isDeprecated)
        Field("deprecatedAt", \.model.deprecatedAt)
        Field("isAvailable", { $0.obstacle == nil }, "Whether its provider can run it.")
        Field("unavailableReason", \.obstacle, "Why not.")
        Field("standardDuration", { $0.model.standardDuration.seconds }, "The seconds that the cost below is for.")
        Field("costUsd", { $0.cost?.amount }, "What a run of that duration costs.")
        Field("isEstimated", { $0.cost?.isEstimated ?? true }, "Whether that is an estimate.")
        Field("credits", \.credits, "The same in credits by quality.")
        Field("totalGenerations", \.model.statistics.total)
        Field("completedVideos", \.model.statistics.completed)
        Field("averageGenerationTime", { $0.model.statistics.meanGenerationTime?.seconds }, "Seconds.")
        Field("successRate", { $0.model.statistics.successBasisPoints.map { Double($0) / 100 } }, "Percent.")
        Field("meanCostUsd", \.model.statistics.meanCost)
        Field("createdAt", \.model.createdAt)
        Field("updatedAt", \.model.updatedAt)
    }
}

struct ModelList: Shaped {
    let models: [CatalogModel]

    static let shape = Shape<ModelList>("ModelList") {
        Field("models", \.models)
    }
}

struct DetailedModel: Shaped {
    let model: CatalogModel
    let presets: [CatalogPreset]

    static let shape = Shape<DetailedModel>("DetailedModel") {
        Including(\.model)
        Field("presets", \.presets)
    }
}

extension CatalogPreset: Shaped {
    /// Its form in JSON.
    public static let shape = Shape<CatalogPreset>("CatalogPreset") {
        Field("name", \.name)
        Field("prompt", \.prompt)
        Field("negativePrompt", \.negativePrompt)
        Field("parameters", \.parameters.value)
    }
}

struct ModelStatisticsList: Shaped {
    let models: [Model]

    static let shape = Shape<ModelStatisticsList>("ModelStatisticsList") {
        Field("models", { $0.models.map(Entry.init) })
    }

    private struct Entry: Shaped {
        let model: Model

        static let shape = Shape<Entry>("ModelStatistics") {
            Field("slug", \.model.slug)
            Field("modelID", \.model.modelID)
            Field("name", \.model.name)
            Field("totalGenerations", \.model.statistics.total)
            Field("completedVideos", \.model.statistics.completed)
            Field("averageGenerationTime", { $0.model.statistics.meanGenerationTime?.seconds }, "Seconds.")
            Field("successRate", { $0.model.statistics.successBasisPoints.map { Double($0) / 100 } }, "Percent.")
            Field("meanCostUsd", \.model.statistics.meanCost)
        }
    }
}

struct ModelValidity: Shaped {
    let refusal: ModelRefusal?

    static let shape = Shape<ModelValidity>("ModelValidity") {
        Field("valid", { $0.refusal == nil })
        Field("reason", { $0.refusal?.sentence })
        Field("code", { $0.refusal?.code })
    }
}

struct CreditCost: Shaped {
    let model: Model
    let quality: Quality
    let duration: Duration
    let cost: Cost
    let credits: Int

    static let shape = Shape<CreditCost>("CreditCost") {
        Field("modelID", \.model.modelID)
        Field("quality", \.quality)
        Field("duration", \.duration.seconds, "Seconds.")
        Field("credits", \.credits)
        Field("costUsd", \.cost.amount)
        Field("isEstimated", \.cost.isEstimated)
        Field("breakdown", \.cost.terms, "What the cost is made up of.")
        Field("warnings", \.cost.warnings)
    }
}

extension Cost.Term: Shaped {
    /// Its form in JSON.
    public static let shape = Shape<Cost.Term>("CostTerm") {
        Field("label", \.label, "What is counted.")
        Field("quantity", \.quantity)
        Field("price", \.price)
        Field("amount", \.amount)
    }
}
