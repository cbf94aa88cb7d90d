internal import Postgres
public import Refusals

/// Why a call about the catalog failed.
public typealias CatalogError = DomainError<ModelRefusal>

/// A request about a model that a rule does not allow.
public enum ModelRefusal: Refusal, Equatable {
    /// There is no such model, or it is not offered any more.
    case notFoundOrInactive
    /// There is no such model.
    case notFound
    /// The model makes videos of certain durations only.
    case unsupportedDuration(asked: String, supported: [Int])
    /// The model makes no videos that long.
    case tooLong(asked: String, longest: String)
    /// The model makes videos of one duration only.
    case fixedDuration(asked: String, fixed: Int)
    /// The model does not have this quality.
    case unsupportedQuality(asked: String, supported: [String])
    /// The model has no price.
    case noPrice
    /// The model's provider cannot be used.
    case unavailable(reason: String)
    /// The model is for members with the premium flag or a grant.
    case locked
    /// Another model has this slug.
    case slugTaken
    /// Another model has this model id.
    case modelIDTaken
    /// There is no such provider.
    case providerNotFound
    /// The default model can be neither deactivated nor deleted.
    case defaultRequired
    /// An inactive or deprecated model cannot be the default.
    case defaultUnavailable
    /// The model has videos, so it can only be retired.
    case hasVideos
    /// There is no such member.
    case memberNotFound
    /// Facts of a model do not fit together, or a value is out of its range.
    case invalidFacts(field: String?, String)
    /// A pack of models cannot be used.
    case invalidPack(String)
    /// No trusted key has signed a pack, and no one has accepted it as it is.
    case untrustedPack(PackOrigin)

    /// Throws the refusal that an outcome of a function of the catalog names.
    static func check(_ outcome: String) throws {
        switch outcome {
        case "done": return
        case "model_not_found": throw Self.notFound
        case "slug_taken": throw Self.slugTaken
        case "model_id_taken": throw Self.modelIDTaken
        case "provider_not_found": throw Self.providerNotFound
        case "default_required": throw Self.defaultRequired
        case "default_unavailable": throw Self.defaultUnavailable
        case "model_has_videos": throw Self.hasVideos
        case "member_not_found": throw Self.memberNotFound
        default: throw DatabaseError.decoding(column: "outcome", expected: "done or a refusal", found: outcome)
        }
    }

    /// The refusal of facts that break a constraint of the table.
    static func invalidFacts(_ error: DatabaseError) -> Self {
        guard case .constraint(let name, _, _) = error else {
            return .invalidFacts(field: nil, "A value of the model has the wrong form or is out of its range.")
        }
        let (field, sentence): (String?, String) =
            switch name {
            case "models_slug_form":
                (
                    "slug",
                    "Use 1 to 80 lower-case letters, digits, dots or hyphens. The words default, premium, stats and by-provider are reserved."
                )
            case "models_pricing_form": ("pricing", "The price has none of the four structures.")
            case "models_qualities_known": ("qualities", "Choose at least one of standard, high and ultra.")
            case "models_capabilities_known": ("capabilities", "A capability is unknown.")
            case "models_durations_range": ("durations", "Durations are from 1 to 600 seconds.")
            case "models_fixed_duration_range": ("fixedDuration", "The duration is from 1 to 600 seconds.")
            case "models_max_duration_range": ("maxDuration", "The longest duration is up to 600 seconds.")
            case "models_parameters_are_objects": ("parameters", "The parameters must be an object.")
            case "models_cost_per_second_range": ("costPerSecond", "The price of a second is less than $100,000.")
            default: (nil, "The values of the model do not fit together.")
            }
        return .invalidFacts(field: field, sentence)
    }

    /// Identifies the refusal for programs.
    public var code: String {
        switch self {
        case .notFoundOrInactive, .notFound: "model_not_found"
        case .unsupportedDuration: "duration_not_supported"
        case .tooLong: "duration_too_long"
        case .fixedDuration: "duration_fixed"
        case .unsupportedQuality: "quality_not_supported"
        case .noPrice: "price_missing"
        case .unavailable: "model_unavailable"
        case .locked: "model_locked"
        case .slugTaken: "slug_taken"
        case .modelIDTaken: "model_id_taken"
        case .providerNotFound: "provider_not_found"
        case .defaultRequired: "default_required"
        case .defaultUnavailable: "default_unavailable"
        case .hasVideos: "model_has_videos"
        case .memberNotFound: "member_not_found"
        case .invalidFacts: "invalid_model"
        case .invalidPack: "invalid_pack"
        case .untrustedPack: "untrusted_pack"
        }
    }

    /// Explains the refusal to people.
    public var sentence: String {
        switch self {
        case .notFoundOrInactive: "There is no such model, or it is inactive."
        case .notFound: "There is no such model."
        case .unsupportedDuration(let asked, let supported):
            supported.isEmpty
                ? "A duration of \(asked) s is not possible."
                : "A duration of \(asked) s is not supported. Choose \(Self.list(supported.map { "\($0) s" }))."
        case .tooLong(let asked, let longest): "A duration of \(asked) s is longer than the maximum of \(longest) s."
        case .fixedDuration(let asked, let fixed):
            "A duration of \(asked) s is not possible. This model makes videos of \(fixed) s only."
        case .unsupportedQuality(let asked, let supported):
            "The quality \(asked) is not supported. Choose \(Self.list(supported))."
        case .noPrice: "This model has no price, so it cannot run."
        case .unavailable(let reason): reason
        case .locked: "This model is for members with premium access. An admin can grant it."
        case .slugTaken: "Another model has this slug."
        case .modelIDTaken: "Another model has this model id."
        case .providerNotFound: "There is no such provider."
        case .defaultRequired: "This is the default model. Make another model the default first."
        case .defaultUnavailable: "An inactive or deprecated model cannot be the default. Activate it first."
        case .hasVideos: "This model has videos. Retire it instead of deleting it."
        case .memberNotFound: "There is no such member."
        case .invalidFacts(_, let reason): reason
        case .invalidPack(let reason): reason
        case .untrustedPack(let origin): origin.sentence + " Nothing was changed."
        }
    }

    /// The sort of refusal.
    public var kind: RefusalKind {
        switch self {
        case .notFoundOrInactive, .notFound, .memberNotFound: .notFound
        case .unsupportedDuration, .tooLong, .fixedDuration: .invalid(field: "duration")
        case .unsupportedQuality: .invalid(field: "quality")
        case .slugTaken, .modelIDTaken, .defaultRequired, .defaultUnavailable, .hasVideos, .noPrice,
            .unavailable, .untrustedPack:
            .conflict
        case .providerNotFound: .invalid(field: "provider")
        case .invalidFacts(let field, _): .invalid(field: field)
        case .invalidPack: .invalid(field: nil)
        case .locked: .forbidden
        }
    }

    private static func list(_ words: [String]) -> String {
        guard let last = words.last, words.count > 1 else { return words.first ?? "" }
        return words.dropLast().joined(separator: ", ") + " or " + last
    }
}
