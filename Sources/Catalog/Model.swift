public import FoundationEssentials
public import Money
public import Postgres

/// An AI video model of the catalog.
public struct Model: Sendable, Hashable {
    /// The id.
    public let id: UUID
    /// What pages and routes call it.
    public let slug: String
    /// What its provider calls it; it may hold a slash.
    public let modelID: String
    /// What people call it.
    public let name: String
    /// What it is good at, in a sentence.
    public let description: String
    /// Its version, where its maker says one.
    public let version: String?
    /// Who made it.
    public let maker: String
    /// The provider that runs it.
    public let provider: Provider
    /// The name that rows of one model at several providers share; a run may move from one to another.
    public let family: String?
    /// Where the provider runs it; nil when that follows from the provider.
    public let endpoint: String?
    /// The sort of model; nil when it is none of these.
    public let category: ModelCategory?
    /// What it can make videos from.
    public let capabilities: [ModelCapability]
    /// Words by which admins sort models.
    public let tags: [String]
    /// The durations in seconds that it supports; empty when it supports any.
    public let durations: [Int]
    /// The only duration in seconds, if there is one.
    public let fixedDuration: Int?
    /// The longest duration, if there is one.
    public let maxDuration: Duration?
    /// The frames a second by which requests in frames are counted.
    public let framesPerSecond: Int?
    /// How long after its submission a request is cancelled at the provider; nil for as long as the site allows.
    public let timeout: Duration?
    /// The qualities that it supports. Never empty.
    public let qualities: [Quality]
    /// The aspect ratios that a run may choose, as the provider writes them; empty when it follows the picture.
    public let aspectRatios: [String]
    /// The JSON Schema of what a run may set besides; `{}` for nothing.
    public let parameters: JSONText
    /// The parameters that are sent unless a run sets them.
    public let defaultParameters: JSONText
    /// What a run needs, for people.
    public let requirements: String
    /// The price of a second, by which costs are counted when there is no `pricing`.
    public let costPerSecond: Money?
    /// The price; nil when there is none, or when the stored one is not valid.
    public let pricing: Pricing?
    /// Whether it is for members with the premium flag or a grant.
    public let isPremium: Bool
    /// Whether it is offered.
    public let isActive: Bool
    /// Whether it is used when a run names none.
    public let isDefault: Bool
    /// Whether it was withdrawn.
    public let isDeprecated: Bool
    /// When that was.
    public let deprecatedAt: Date?
    /// When it was added.
    public let createdAt: Date
    /// When it was last changed.
    public let updatedAt: Date
    /// How its runs went.
    public let statistics: ModelStatistics
}

/// The sorts of models.
public enum ModelCategory: String, Sendable, CaseIterable, SQLValue, RowDecodable, Codable {
    /// Better and dearer.
    case premium
    /// For little money.
    case budget
    /// Not proven yet.
    case experimental
}

/// What a model makes videos from.
public enum ModelCapability: String, Sendable, CaseIterable, SQLValue, RowDecodable, Codable {
    /// From a picture and words.
    case imageToVideo = "image-to-video"
    /// From words alone.
    case textToVideo = "text-to-video"
}

/// How the finished runs of a model went. Cancelled ones do not count.
public struct ModelStatistics: Sendable, Hashable {
    /// The runs that ended with a video.
    public let completed: Int
    /// The runs that failed.
    public let failed: Int
    /// The sum of the generation times of the completed runs.
    public let generationTime: Duration
    /// The sum of the costs of the completed runs whose cost is known.
    public let costTotal: Money
    /// How many these are.
    public let costed: Int

    /// The finished runs.
    public var total: Int { completed + failed }
    /// The mean time of the completed runs; nil without one.
    public var meanGenerationTime: Duration? { completed == 0 ? nil : generationTime / completed }
    /// The completed among the finished runs, in hundredths of a percent; nil without one.
    public var successBasisPoints: Int? { total == 0 ? nil : (completed * 10_000 + total / 2) / total }
    /// The mean cost; nil when none is known.
    public var meanCost: Money? { costed == 0 ? nil : costTotal.divided(by: costed) }
}

extension Model {
    /// What a video costs, by the pricing, or else by the price per second. Nil when the model has neither.
    ///
    /// `seconds`, `width`, `height` and `hasAudio` are those of the file, `requested` is the duration that was asked for.
    public func cost(
        seconds: Duration, requested: Duration? = nil, width: Int?, height: Int?, hasAudio: Bool
    ) -> Cost? {
        if let pricing {
            return pricing.cost(
                seconds: seconds, requested: requested, width: width, height: height, hasAudio: hasAudio)
        }
        return costPerSecond.map { price in
            var cost = Pricing(.perSecond(price, withAudio: nil), isEstimated: true)
                .cost(seconds: seconds, requested: requested, width: width, height: height, hasAudio: hasAudio)
            cost.warn(.fallback)
            return cost
        }
    }

    /// What a run is expected to cost. What it does not say follows from the defaults of the model's parameters
    /// `resolution` (`720p`) and `generate_audio`; a tier that is not known is the highest one.
    public func expectedCost(seconds: Duration, shortSide: Int? = nil, hasAudio: Bool? = nil) -> Cost? {
        let defaults = ParameterDefaults(self)
        let side = shortSide ?? defaults.shortSide
        return cost(
            seconds: seconds, width: side, height: side, hasAudio: hasAudio ?? defaults.hasAudio)
    }

    /// What a run costs in credits; nil when the model has no price.
    public func credits(
        seconds: Duration, quality: Quality, shortSide: Int? = nil, hasAudio: Bool? = nil, rate: CreditRate
    ) -> Int? {
        expectedCost(seconds: seconds, shortSide: shortSide, hasAudio: hasAudio)
            .map { rate.credits(for: $0.amount, quality: quality) }
    }

    /// The duration of a run that names none: the fixed one, the shortest supported one, or five seconds.
    public var standardDuration: Duration {
        if let fixedDuration { return .seconds(fixedDuration) }
        if let shortest = durations.min() { return .seconds(shortest) }
        return maxDuration.map { min($0, .seconds(5)) } ?? .seconds(5)
    }

    /// Whether a run of this duration and quality is possible, or why not.
    public func check(duration: Duration, quality: String) -> ModelRefusal? {
        if isDeprecated || !isActive { return .notFoundOrInactive }
        if let fixedDuration, duration != .seconds(fixedDuration) {
            return .fixedDuration(asked: duration.secondsText, fixed: fixedDuration)
        }
        if !durations.isEmpty, !durations.contains(where: { .seconds($0) == duration }) {
            return .unsupportedDuration(asked: duration.secondsText, supported: durations)
        }
        if let maxDuration, duration > maxDuration {
            return .tooLong(asked: duration.secondsText, longest: maxDuration.secondsText)
        }
        if duration <= .zero {
            return .unsupportedDuration(asked: duration.secondsText, supported: durations)
        }
        guard let known = Quality(rawValue: quality), qualities.contains(known) else {
            return .unsupportedQuality(asked: quality, supported: qualities.map(\.rawValue))
        }
        return pricing == nil && costPerSecond == nil ? .noPrice : nil
    }
}

/// What the parameters of a model say about the size and the sound of a run that sets nothing.
private struct ParameterDefaults {
    var shortSide: Int?
    var hasAudio = false

    init(_ model: Model) {
        let properties = (try? model.parameters.decode(Schema.self))?.properties
        let chosen = try? model.defaultParameters.decode(Values.self)
        shortSide = (chosen?.resolution ?? properties?.resolution?.default).flatMap(Self.side)
        hasAudio = chosen?.hasAudio ?? properties?.hasAudio?.default ?? false
    }

    private static func side(_ text: String) -> Int? {
        text.hasSuffix("p") ? Int(text.dropLast()) : text == "4k" ? 2_160 : nil
    }

    private struct Schema: Decodable {
        let properties: Properties
    }

    private struct Properties: Decodable {
        let resolution: Default<String>?
        let hasAudio: Default<Bool>?

        enum CodingKeys: String, CodingKey {
            case resolution
            case hasAudio = "generate_audio"
        }
    }

    private struct Default<Value: Decodable>: Decodable {
        let `default`: Value?
    }

    private struct Values: Decodable {
        let resolution: String?
        let hasAudio: Bool?

        enum CodingKeys: String, CodingKey {
            case resolution
            case hasAudio = "generate_audio"
        }
    }
}
