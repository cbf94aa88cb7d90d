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
    /// One of the videos is no longer public.
    case gone

    /// Identifies the refusal for programs.
    public var code: String {
        switch self {
        case .notFound: "battle_not_found"
        case .judged: "battle_judged"
        case .expired: "battle_expired"
        case .gone: "battle_gone"
        }
    }

    /// Explains it to the person who judged.
    public var sentence: String {
        switch self {
        case .notFound:
            "This pair was not shown to you, or one of its videos was deleted. Nothing was counted. Judge the next pair."
        case .judged: "You've already judged these two videos. Judge the next pair."
        case .expired: "This pair has expired. Nothing was counted. Judge the next pair."
        case .gone: "One of these videos is no longer public. Nothing was counted. Judge the next pair."
        }
    }

    /// The sort of refusal.
    public var kind: RefusalKind { self == .notFound ? .notFound : .conflict }
}
