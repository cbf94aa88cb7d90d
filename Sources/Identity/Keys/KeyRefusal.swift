public import Refusals

/// Why a call about an API key failed.
public typealias KeyError = DomainError<KeyRefusal>

/// A request about API keys that a rule does not allow.
public enum KeyRefusal: Refusal, Equatable {
    /// The member has as many keys as one may have.
    case tooMany
    /// Only an admin's key may do what admins do.
    case adminOnly
    /// The member has no such key.
    case notFound
    /// There is no such key.
    case unknown
    /// The account of the caller is gone, or banned.
    case accountGone

    /// Identifies the refusal for programs.
    public var code: String {
        switch self {
        case .tooMany: "too_many_keys"
        case .adminOnly: "admin_only"
        case .notFound, .unknown: "key_not_found"
        case .accountGone: "auth_required"
        }
    }

    /// Explains the refusal to people.
    public var sentence: String {
        switch self {
        case .tooMany: "You already have \(APIKeys.most) keys. Revoke one that you no longer need."
        case .adminOnly: "Only admins can create a key with admin access."
        case .notFound: "You have no such key."
        case .unknown: "This key does not exist, or was revoked."
        case .accountGone: "Sign in to do this."
        }
    }

    /// The sort of refusal.
    public var kind: RefusalKind {
        switch self {
        case .tooMany: .conflict
        case .adminOnly: .forbidden
        case .notFound, .unknown: .notFound
        case .accountGone: .unauthenticated
        }
    }
}
