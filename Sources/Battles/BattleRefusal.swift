public import Refusals

/// Why a pair was not judged.
public typealias BattleError = DomainError<BattleRefusal>

/// A judgement that a rule does not allow.
public enum BattleRefusal: Refusal, Equatable {
    /// There is no such pair, or it was shown to somebody else.
    case notFound
    /// The person has judged these two videos.
    case judged
    /// The pair was shown too long ago.
    case expired
    /// One of the videos was deleted or is no longer public.
    case gone
    /// One of the models was retired.
    case retired
    /// The visitors of one network have judged these two videos often enough today.
    case networkFull

    /// Identifies the refusal for programs.
    public var code: String {
        switch self {
        case .notFound: "battle_not_found"
        case .judged: "battle_judged"
        case .expired: "battle_expired"
        case .gone: "battle_gone"
        case .retired: "battle_retired"
        case .networkFull: "network_full"
        }
    }

    /// Explains it to the person who judged.
    public var sentence: String {
        switch self {
        case .notFound:
            "This pair was not shown to you, or long ago. Nothing was counted. Judge the next pair."
        case .judged: "You've already judged these two videos. Judge the next pair."
        case .expired: "This pair has expired. Nothing was counted. Judge the next pair."
        case .gone:
            "One of these videos was deleted or is no longer public. Nothing was counted. Judge the next pair."
        case .retired: "One of these models was retired. Nothing was counted. Judge the next pair."
        case .networkFull:
            "Your network has judged these two videos very often today. Nothing was counted. Sign in to judge them."
        }
    }

    /// The sort of refusal.
    public var kind: RefusalKind { self == .notFound ? .notFound : .conflict }
}
