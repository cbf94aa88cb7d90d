internal import Postgres
public import Refusals

/// A request about comparisons that a rule does not allow.
public enum ComparisonRefusal: Refusal, Equatable {
    /// There is no such comparison, or the reader may not see it.
    case notFound
    /// The model has a video in the comparison already.
    case modelPresent
    /// A run of this video has not ended.
    case videoRunning
    /// A model cannot make this video.
    case model(String, reason: String)
    /// The comparison would have more videos than a grid shows.
    case tooManyModels
    /// A model was named twice.
    case repeatedModel(String)
    /// Comparisons from pictures need one, and others take none.
    case picture(isNeeded: Bool)
    /// The picture that the comparison began with is gone.
    case pictureGone
    /// There is no such video in a public comparison.
    case videoNotFound
    /// The voter has voted for this video.
    case alreadyVoted
    /// The visitors of one network have voted for this video often enough today.
    case networkFull
    /// The voter has not voted for this video.
    case notVoted
    /// There is no such tag.
    case tagNotFound
    /// Another tag has this name, or one that gives the same address.
    case tagTaken
    /// A tag cannot be merged into itself.
    case tagItself
    /// The upload does not exist, is registered, or has expired.
    case uploadNotFound
    /// There is no such active model.
    case modelNotFound
    /// There is no such template or schedule.
    case templateNotFound
    /// Two variants of an experiment have the same name or prompt.
    case equalVariants
    /// A name has no letter or digit of which an address could be made.
    case tagWithoutLetters(String)

    /// Throws the refusal that an outcome of a function in SQL names.
    static func check(_ outcome: String) throws {
        switch outcome {
        case "done": return
        case "comparison_not_found": throw Self.notFound
        case "model_present": throw Self.modelPresent
        case "video_running": throw Self.videoRunning
        case "upload_not_found": throw Self.uploadNotFound
        case "model_not_found": throw Self.modelNotFound
        case "too_many_models": throw Self.tooManyModels
        case "tag_not_found": throw Self.tagNotFound
        case "tag_taken": throw Self.tagTaken
        case "tag_itself": throw Self.tagItself
        case "video_not_found": throw Self.videoNotFound
        case "repeated": throw Self.alreadyVoted
        case "not_voted": throw Self.notVoted
        case "network_full": throw Self.networkFull
        default: throw DatabaseError.decoding(column: "outcome", expected: "done or a refusal", found: outcome)
        }
    }

    /// Identifies the refusal for programs.
    public var code: String {
        switch self {
        case .notFound: "comparison_not_found"
        case .modelPresent: "model_present"
        case .videoRunning: "video_running"
        case .model: "model_unsuitable"
        case .tooManyModels: "too_many_models"
        case .repeatedModel: "repeated_model"
        case .picture(isNeeded: true): "image_required"
        case .picture(isNeeded: false): "image_not_allowed"
        case .pictureGone: "image_gone"
        case .videoNotFound: "video_not_found"
        case .alreadyVoted: "already_voted"
        case .notVoted: "not_voted"
        case .networkFull: "network_full"
        case .tagNotFound: "tag_not_found"
        case .tagTaken: "tag_taken"
        case .tagItself: "tag_itself"
        case .uploadNotFound: "upload_not_found"
        case .modelNotFound: "model_not_found"
        case .templateNotFound: "template_not_found"
        case .equalVariants: "equal_variants"
        case .tagWithoutLetters: "invalid_tag"
        }
    }

    /// Explains the refusal to people.
    public var sentence: String {
        switch self {
        case .notFound: "There is no such comparison."
        case .modelPresent: "This model has a video in the comparison already. Retry that one."
        case .videoRunning: "A run of this video has not ended. Wait for it, or cancel it."
        case .model(let name, let reason): "\(name): \(reason)"
        case .tooManyModels: "A comparison has at most \(Comparisons.mostVideos) videos."
        case .repeatedModel(let name): "“\(name)” is named twice."
        case .picture(isNeeded: true): "Choose the picture that the videos start from."
        case .picture(isNeeded: false): "Videos from words take no picture."
        case .pictureGone: "The picture of this comparison is gone, so no model can be added."
        case .videoNotFound: "There is no such video in a public comparison."
        case .alreadyVoted: "You've already voted for this video."
        case .notVoted: "You haven't voted for this video."
        case .networkFull:
            "Your network has voted for this video very often today. Your vote was not counted. Sign in to vote."
        case .tagNotFound: "There is no such tag."
        case .tagTaken: "Another tag has this name."
        case .tagItself: "A tag can't be merged into itself. Choose another tag."
        case .uploadNotFound: "This upload doesn't exist, or has expired. Send the file again."
        case .modelNotFound: "There is no such active model."
        case .templateNotFound: "There is no such template or schedule."
        case .equalVariants: "Two variants have the same name or prompt."
        case .tagWithoutLetters(let name): "“\(name)” needs a letter from a to z or a digit."
        }
    }

    /// Says which sort of refusal it is.
    public var kind: RefusalKind {
        switch self {
        case .notFound, .videoNotFound, .tagNotFound, .uploadNotFound, .templateNotFound: .notFound
        case .modelPresent, .videoRunning, .alreadyVoted, .notVoted, .networkFull, .tagTaken, .pictureGone:
            .conflict
        case .model, .tooManyModels, .repeatedModel: .invalid(field: "models")
        case .modelNotFound: .invalid(field: "model")
        case .equalVariants: .invalid(field: "variants")
        case .picture: .invalid(field: "imageId")
        case .tagItself: .invalid(field: "into")
        case .tagWithoutLetters: .invalid(field: "tags")
        }
    }
}
