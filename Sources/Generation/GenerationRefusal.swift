internal import Postgres
public import Refusals

/// Why a call about generation failed.
public typealias GenerationError = DomainError<GenerationRefusal>

/// A request about generated videos that a rule does not allow.
public enum GenerationRefusal: Refusal, Equatable {
    /// There is no such generation, or it is another member's.
    case notFound
    /// Only failed generations can be run again.
    case notFailed
    /// The generation has ended.
    case finished
    /// There is no video yet.
    case notCompleted
    /// The seconds of the period are used up.
    case limitSeconds(remainingMilliseconds: Int)
    /// The member has too few credits.
    case limitCredits(balance: Int, needed: Int)
    /// The price is no longer the one that was shown.
    case priceChanged(credits: Int)
    /// The model was changed or taken away meanwhile.
    case modelChanged
    /// A model that starts from a picture needs one.
    case pictureNeeded
    /// The model starts from words alone.
    case pictureNotSupported
    /// There is no such picture.
    case pictureNotFound
    /// The model has no such shape.
    case aspectNotSupported([String])
    /// A parameter is not what the model takes.
    case invalidParameter(String, String)
    /// Two fields that say the same differ.
    case contradiction(String, String)
    /// The video is a clip already.
    case alreadySubmitted
    /// The member has as many presets as there may be.
    case presetLimit
    /// There is no such preset, or it is another member's.
    case presetNotFound
    /// Another preset of the member for this model has the name.
    case presetNameTaken
    /// The part that was chosen is not in the video.
    case trimOutOfRange

    /// The site lets the member spend fewer credits in this month.
    case capCredits(remaining: Int, needed: Int)
    /// The site has spent what it may spend at the provider in this month.
    case limitProvider(String)

    /// There is no such provider.
    case providerNotFound
    /// There is no such member.
    case memberNotFound

    /// Identifies the refusal for programs.
    public var code: String {
        switch self {
        case .notFound: "generation_not_found"
        case .notFailed: "not_failed"
        case .finished: "already_finished"
        case .notCompleted: "not_completed"
        case .limitSeconds: "limit_seconds"
        case .limitCredits, .capCredits: "limit_credits"
        case .limitProvider: "limit_provider"
        case .providerNotFound: "provider_not_found"
        case .memberNotFound: "member_not_found"
        case .priceChanged: "price_changed"
        case .modelChanged: "model_changed"
        case .pictureNeeded: "image_required"
        case .pictureNotSupported: "image_not_supported"
        case .pictureNotFound: "image_not_found"
        case .aspectNotSupported: "aspect_not_supported"
        case .invalidParameter: "invalid_parameter"
        case .contradiction: "contradiction"
        case .alreadySubmitted: "already_submitted"
        case .trimOutOfRange: "trim_out_of_range"
        case .presetLimit: "preset_limit"
        case .presetNotFound: "preset_not_found"
        case .presetNameTaken: "preset_name_taken"
        }
    }

    /// Explains the refusal to people.
    public var sentence: String {
        switch self {
        case .notFound: "There is no such video."
        case .notFailed: "Only failed videos can be tried again."
        case .finished: "This video has ended already."
        case .notCompleted: "This video is not finished yet."
        case .limitSeconds(let left):
            "Your seconds for this period are used up: \((left + 999) / 1_000) s are left. Choose a shorter video."
        case .limitCredits(let balance, let needed): "This needs \(needed) credits, and you have \(balance)."
        case .capCredits(let left, let needed):
            "This needs \(needed) credits, and this site lets you spend \(left) more this month."
        case .providerNotFound: "There is no such provider."
        case .memberNotFound: "There is no such member."
        case .limitProvider(let provider):
            "This site has reached what it may spend at \(provider) this month. Choose a model of another provider."
        case .priceChanged(let credits):
            "The price has changed to \(credits) credits. Check it and send the form again."
        case .modelChanged: "This model was changed meanwhile. Load the page again."
        case .pictureNeeded: "This model starts from a picture. Add one."
        case .pictureNotSupported: "This model starts from words alone. Remove the picture, or choose another model."
        case .pictureNotFound: "There is no such picture. Add it again."
        case .aspectNotSupported(let known): "This model has other shapes: \(known.joined(separator: ", "))."
        case .invalidParameter(_, let words): words
        case .contradiction(let one, let other): "“\(one)” and “\(other)” must say the same."
        case .alreadySubmitted: "This video was sent in already."
        case .trimOutOfRange: "The part you chose is not in this video."
        case .presetLimit: "You have \(Generations.presetLimit) presets, which is the limit. Delete one first."
        case .presetNotFound: "There is no such preset."
        case .presetNameTaken: "Another preset of this model has that name. Choose another name."
        }
    }

    /// The sort of refusal.
    public var kind: RefusalKind {
        switch self {
        case .notFound, .presetNotFound, .providerNotFound, .memberNotFound: .notFound
        case .notFailed, .finished, .notCompleted, .priceChanged, .modelChanged, .alreadySubmitted, .presetLimit:
            .conflict
        case .limitSeconds, .limitCredits, .capCredits, .limitProvider: .forbidden
        case .pictureNeeded, .pictureNotSupported, .pictureNotFound: .invalid(field: "imageId")
        case .aspectNotSupported: .invalid(field: "aspectRatio")
        case .invalidParameter(let name, _): .invalid(field: "parameters.\(name)")
        case .contradiction(let one, _): .invalid(field: one)
        case .trimOutOfRange: .invalid(field: "startSeconds")
        case .presetNameTaken: .invalid(field: "name")
        }
    }
}
