internal import Postgres

/// A request that a rule of the site does not allow. It is never a fault of the machine.
public protocol Refusal: Error, Sendable {
    /// Identifies the refusal for programs. It is stable.
    var code: String { get }
    /// Explains the refusal to the person who asked.
    var sentence: String { get }
    /// Says which sort of refusal it is, from which the edge derives the HTTP status.
    var kind: RefusalKind { get }
}

/// The sorts of refusals.
public enum RefusalKind: Equatable, Sendable {
    /// The thing does not exist, or the caller may not know that it does.
    case notFound
    /// The thing was there for everybody, and is not any more.
    case gone
    /// The state of things does not allow it.
    case conflict
    /// The caller may not do this.
    case forbidden
    /// The caller must sign in first.
    case unauthenticated
    /// A value is wrong: that of the field with this name, or the request as a whole when it is nil.
    case invalid(field: String?)
    /// Too many requests; the next one is possible after so many seconds.
    case tooMany(retryAfter: Int)
    /// It is not possible at the moment; trying again makes sense after so many seconds.
    case unavailable(retryAfter: Int)
}

/// The refusal that an error is, or that it passes on as a `DomainError`; nil after a failure.
public func refusal(in error: any Error) -> (any Refusal)? {
    ((error as? any CausedError)?.cause ?? error) as? any Refusal
}
