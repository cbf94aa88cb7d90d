public import Refusals

/// Why the use of a sign-in link failed.
public typealias SignInLinkError = DomainError<SignInLinkRefusal>

/// Why a link is worth nothing.
public enum SignInLinkRefusal: Refusal, Equatable {
    /// It has been used.
    case used
    /// It is too old.
    case expired
    /// There is no such link.
    case unknown

    /// Identifies the refusal for programs.
    public var code: String {
        switch self {
        case .used: "link_used"
        case .expired: "link_expired"
        case .unknown: "link_unknown"
        }
    }

    /// Explains the refusal to people.
    public var sentence: String {
        switch self {
        case .used: "This link has already been used. Request a new one."
        case .expired: "This link has expired. Request a new one."
        case .unknown: "This link does not exist. Check that you copied all of it."
        }
    }

    /// The sort of refusal.
    public var kind: RefusalKind {
        switch self {
        case .used, .expired: .conflict
        case .unknown: .notFound
        }
    }
}
