public import Catalog
internal import FoundationEssentials
internal import Money
internal import Postgres

/// A model as the public pages show it.
public struct ModelView: Sendable {
    /// A price with what it is for: `Each second`, `$0.10`.
    struct Price: Sendable {
        let label: String
        let amount: String
    }

    /// What one duration costs: in dollars, and in credits by quality.
    struct Bill: Sendable {
        let duration: String
        let cost: String
        let credits: [Int]
    }

    /// A parameter that a run may set.
    struct Parameter: Sendable {
        let title: String
        let form: String
    }

    let slug: String
    let modelID: String
    let name: String
    let description: String
    let version: String?
    let maker: String
    let providerName: String
    let category: String?
    let capabilities: [String]
    let durations: String
    let qualities: [String]
    let aspectRatios: [String]
    let requirements: String
    let parameters: [Parameter]
    let presets: [String]
    let isPremium: Bool
    let isDefault: Bool
    /// Why it cannot run here at the moment; nil when it can.
    let obstacle: String?
    let prices: [Price]
    /// Whether the price is an estimate.
    let isEstimated: Bool
    /// What its durations cost; the first is that of a run that names none. Empty without a price.
    let bills: [Bill]
    let completed: Int
    let failed: Int
    let successRate: String?
    let meanTime: String?
    let meanCost: String?
    /// What to expect of each length and quality, where enough runs have been made.
    var expectations: [Parameter] = []
}

extension ModelView {
    /// A model of a catalog. `presets` are those of the catalog.
    public init(
        _ model: Model, in catalog: Catalog, presets: [CatalogPreset] = [], expectations: [Expectation] = []
    ) {
        self.expectations = expectations.map {
            Parameter(title: "\($0.duration.secondsText) s, \($0.quality.rawValue)", form: $0.sentence)
        }
        slug = model.slug
        modelID = model.modelID
        name = model.name
        description = model.description
        version = model.version
        maker = model.maker
        providerName = model.provider.displayName
        category = model.category?.rawValue.capitalized
        capabilities = model.capabilities.map(Self.word)
        durations = Self.durations(model)
        qualities = model.qualities.map(\.rawValue)
        aspectRatios = model.aspectRatios
        requirements = model.requirements
        parameters = Self.parameters(model)
        self.presets = presets.map(\.name)
        isPremium = model.isPremium
        isDefault = model.isDefault
        obstacle =
            model.isDeprecated || !model.isActive
            ? "This model is not offered any more."
            : catalog.availability(of: model, hasPremium: true)?.sentence
        prices = Self.prices(model)
        isEstimated = model.pricing?.isEstimated ?? true
        bills = Self.lengths(model).compactMap { seconds in
            model.expectedCost(seconds: seconds).map { cost in
                Bill(
                    duration: "\(seconds.secondsText) s", cost: cost.amount.formatted,
                    credits: model.qualities.map { catalog.rate.credits(for: cost.amount, quality: $0) })
            }
        }
        let statistics = model.statistics
        completed = statistics.completed
        failed = statistics.failed
        successRate = statistics.successBasisPoints.map { "\($0 / 100).\($0 / 10 % 10)\u{2009}%" }
        meanTime = statistics.meanGenerationTime.map { "\($0.secondsText.prefix { $0 != "." }) s" }
        meanCost = statistics.meanCost?.formatted
    }

    private static func word(_ capability: ModelCapability) -> String {
        switch capability {
        case .imageToVideo: "Image to video"
        case .textToVideo: "Text to video"
        }
    }

    private static func durations(_ model: Model) -> String {
        if let fixed = model.fixedDuration { return "\(fixed) s" }
        guard let shortest = model.durations.min(), let longest = model.durations.max() else {
            return model.maxDuration.map { "up to \($0.secondsText) s" } ?? "any"
        }
        if model.durations.count > 3, model.durations.count == longest - shortest + 1 {
            return "\(shortest)–\(longest) s"
        }
        return model.durations.sorted().map { "\($0)" }.joined(separator: ", ") + " s"
    }

    /// The durations for which the page says what they cost: the one of a run that names none comes first.
    private static func lengths(_ model: Model) -> [Duration] {
        let standard = model.standardDuration
        let others = model.durations.sorted().map { Duration.seconds($0) }.filter { $0 != standard }
        return [standard] + (others.count > 4 ? [others[others.count / 2], others[others.count - 1]] : others)
    }

    private static func prices(_ model: Model) -> [Price] {
        func price(_ label: String, _ amount: Money) -> Price { Price(label: label, amount: amount.formatted) }
        guard let pricing = model.pricing else {
            return model.costPerSecond.map { [price("Each second", $0)] } ?? []
        }
        switch pricing.structure {
        case .perSecond(let silent, let withAudio):
            guard let withAudio else { return [price("Each second", silent)] }
            return [price("Each second without sound", silent), price("Each second with sound", withAudio)]
        case .base(let base, let seconds, let extraSecond):
            return [price("First \(seconds) seconds", base), price("Each further second", extraSecond)]
        case .flat(let amount): return [price("Each video", amount)]
        case .tiers(let tiers):
            return tiers.map {
                price($0.unit == .flat ? "Video at \($0.shortSide)p" : "Second at \($0.shortSide)p", $0.price)
            }
        }
    }

    private static func parameters(_ model: Model) -> [Parameter] {
        guard let schema = try? model.parameters.decode(ParameterSchema.self) else { return [] }
        return (schema.properties ?? [:]).sorted { $0.key < $1.key }.map { name, property in
            Parameter(title: property.title ?? name, form: property.form)
        }
    }

    private struct ParameterSchema: Decodable {
        let properties: [String: Property]?
    }

    private struct Property: Decodable {
        let title: String?
        let type: String?
        let `enum`: [String]?
        let minimum: Double?
        let maximum: Double?

        private enum CodingKeys: String, CodingKey {
            case title, type, `enum`, minimum, maximum
        }

        init(from decoder: any Decoder) throws {
            let values = try decoder.container(keyedBy: CodingKeys.self)
            title = try values.decodeIfPresent(String.self, forKey: .title)
            type = try? values.decodeIfPresent(String.self, forKey: .type)
            `enum` = try? values.decodeIfPresent([String].self, forKey: .enum)
            minimum = try? values.decodeIfPresent(Double.self, forKey: .minimum)
            maximum = try? values.decodeIfPresent(Double.self, forKey: .maximum)
        }

        var form: String {
            if let words = `enum` { return words.joined(separator: ", ") }
            if type == "boolean" { return "yes or no" }
            if let minimum, let maximum { return "\(Self.text(minimum)) to \(Self.text(maximum))" }
            return type == "string" ? "text" : "number"
        }

        private static func text(_ number: Double) -> String {
            number == number.rounded() && abs(number) < 1e9 ? String(Int(number)) : String(number)
        }
    }
}
