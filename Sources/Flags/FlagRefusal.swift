public import Refusals

/// Why a call about feature flags failed.
public typealias FlagError = DomainError<FlagRefusal>

/// A request about a feature flag that a rule does not allow.
public enum FlagRefusal: Refusal, Equatable {
    /// There is no such feature flag.
    case notFound
    /// The flag is the same for all.
    case rolloutNotPossible

    /// Identifies the refusal for programs.
    public var code: String {
        switch self {
        case .notFound: "flag_not_found"
        case .rolloutNotPossible: "rollout_not_possible"
        }
    }

    /// Explains the refusal to people.
    public var sentence: String {
        switch self {
        case .notFound: "There is no such feature flag."
        case .rolloutNotPossible: "This flag is the same for everyone. It has no roll-out."
        }
    }

    /// The sort of refusal.
    public var kind: RefusalKind {
        switch self {
        case .notFound: .notFound
        case .rolloutNotPossible: .conflict
        }
    }
}
