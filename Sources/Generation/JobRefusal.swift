public import Refusals

/// An act on jobs that a rule does not allow.
public enum JobRefusal: Refusal, Equatable {
    /// There is no such job or video.
    case notFound
    /// There is no such queue.
    case queueNotFound
    /// No kind of job has such a name.
    case kindNotFound
    /// There is no such provider that is called.
    case providerNotFound
    /// The queue, kind or provider is paused already.
    case alreadyPaused
    /// The queue, kind or provider is not paused.
    case notPaused
    /// The video is not uncertain, or no longer.
    case notUncertain
    /// The provider's id of the request belongs to another video.
    case requestTaken
    /// A video that was made needs the provider's id of the request.
    case requestNeeded
    /// Neither jobs nor a filter were named, or both.
    case nothingNamed
    /// Only jobs that failed or were cancelled run again.
    case notDead
    /// The provider has no model that equals the video's and can run it.
    case noEqualModel(provider: String)
    /// The other provider's model costs more than the member agreed to.
    case dearer(credits: Int, agreed: Int)

    /// Identifies the refusal for programs.
    public var code: String {
        switch self {
        case .notFound: "job_not_found"
        case .queueNotFound: "queue_not_found"
        case .kindNotFound: "kind_not_found"
        case .providerNotFound: "provider_not_found"
        case .alreadyPaused: "already_paused"
        case .notPaused: "not_paused"
        case .notUncertain: "not_uncertain"
        case .requestTaken: "request_taken"
        case .requestNeeded: "required"
        case .nothingNamed: "nothing_named"
        case .notDead: "not_dead"
        case .noEqualModel: "no_equal_model"
        case .dearer: "dearer"
        }
    }

    /// Explains the refusal to people.
    public var sentence: String {
        switch self {
        case .notFound: "There is no such job."
        case .queueNotFound: "There is no such queue."
        case .kindNotFound: "There is no such kind of job."
        case .providerNotFound: "There is no such provider, or its videos are added by hand."
        case .alreadyPaused: "This is paused already."
        case .notPaused: "This is not paused."
        case .notUncertain: "This video is not uncertain any more. Load the list again."
        case .requestTaken: "Another video has this request. Check the id at the provider."
        case .requestNeeded: "Enter the provider's id of the request."
        case .nothingNamed: "Name either jobs or a filter."
        case .notDead: "Only jobs that failed or were cancelled can run again."
        case .noEqualModel(let provider): "\(provider) has no equal model that can run this video."
        case .dearer(let credits, let agreed):
            "There it needs \(credits) credits. The member agreed to \(agreed)."
        }
    }

    /// The sort of refusal.
    public var kind: RefusalKind {
        switch self {
        case .notFound, .queueNotFound, .kindNotFound, .providerNotFound: .notFound
        case .alreadyPaused, .notPaused, .notUncertain, .requestTaken, .notDead, .noEqualModel, .dearer: .conflict
        case .requestNeeded: .invalid(field: "requestId")
        case .nothingNamed: .invalid(field: "ids")
        }
    }

    init?(outcome: String) {
        switch outcome {
        case "generation_not_found", "not_found": self = .notFound
        case "queue_not_found": self = .queueNotFound
        case "kind_not_found": self = .kindNotFound
        case "provider_not_found": self = .providerNotFound
        case "already_paused": self = .alreadyPaused
        case "not_paused": self = .notPaused
        case "not_uncertain": self = .notUncertain
        case "request_taken": self = .requestTaken
        default: return nil
        }
    }
}
