internal import Identity
public import Refusals

/// Why a sign-in by a provider, or the linking of a further sign-in method, failed.
public typealias SignInError = DomainError<SignInRefusal>

/// A sign-in, or a linking, that led to nothing.
public struct SignInRefusal: Refusal, Equatable {
    /// The reasons.
    public enum Reason: String, Sendable, CaseIterable {
        /// There is no such provider here.
        case unknownProvider = "provider_unknown"
        /// The provider cannot be reached.
        case unavailable = "provider_unavailable"
        /// The provider refused.
        case refused = "provider_error"
        /// The person refused at the provider's page.
        case denied = "access_denied"
        /// The provider's answer cannot be trusted.
        case untrusted = "token_invalid"
        /// The browser began no such sign-in, or began it too long ago, or it is over.
        case noFlow = "flow_expired"
        /// The identity is linked to another account.
        case taken = "identity_taken"
        /// The session that began the linking has ended.
        case otherSession = "link_session"
        /// The provider has reported that this account is blocked.
        case blocked = "identity_blocked"
    }

    /// The reason.
    public let reason: Reason
    /// More about it, for the log.
    public let detail: String
    /// The page to return to after another try; nil when it is not known.
    public let returnPath: String?

    /// A refusal.
    public init(_ reason: Reason, detail: String, returnPath: String? = nil) {
        self.reason = reason
        self.detail = detail
        self.returnPath = returnPath
    }

    /// A fault of the provider as a refusal.
    init(_ fault: ProviderFault, returnPath: String?) {
        switch fault {
        case .unavailable(let detail): self.init(.unavailable, detail: detail, returnPath: returnPath)
        case .refused(let detail): self.init(.refused, detail: detail, returnPath: returnPath)
        case .untrusted(let detail): self.init(.untrusted, detail: detail, returnPath: returnPath)
        }
    }

    /// Identifies the refusal for programs.
    public var code: String { reason.rawValue }

    /// Explains the refusal to people.
    public var sentence: String {
        switch reason {
        case .unknownProvider: "This sign-in provider does not exist."
        case .unavailable: "The sign-in provider is not responding. Try again soon."
        case .refused: "The sign-in provider refused. Try again."
        case .denied: "You cancelled the sign-in."
        case .untrusted: "The sign-in provider's answer could not be verified. Try again."
        case .noFlow: "This sign-in has expired. Start again."
        case .taken: "This account is already linked to another member."
        case .otherSession: "You were signed out in the meantime. Sign in and try again."
        case .blocked: "This account is blocked at the sign-in provider."
        }
    }

    /// The sort of refusal.
    public var kind: RefusalKind {
        switch reason {
        case .unknownProvider: .notFound
        case .unavailable, .refused, .untrusted: .unavailable(retryAfter: 30)
        case .denied, .noFlow, .taken: .conflict
        case .otherSession: .unauthenticated
        case .blocked: .forbidden
        }
    }
}

/// Why a change of a member's sign-in methods failed.
public typealias IdentityError = DomainError<IdentityRefusal>

/// A change of a member's sign-in methods that a rule does not allow.
public enum IdentityRefusal: String, Refusal {
    /// The member has no such sign-in method.
    case notFound = "identity_not_found"
    /// It is the member's only usable sign-in method.
    case last = "last_way_in"

    /// Identifies the refusal for programs.
    public var code: String { rawValue }

    /// Explains the refusal to people.
    public var sentence: String {
        switch self {
        case .notFound: "You have no such sign-in method."
        case .last: "This is your only sign-in method. Add another one before you remove it."
        }
    }

    /// The sort of refusal.
    public var kind: RefusalKind { self == .notFound ? .notFound : .conflict }
}
