public import Postgres

/// Why a call of a domain did not do what it was asked: a rule refused it, or something failed, most often the database.
///
/// Every call that a rule can refuse throws this with the refusals of its domain, so its signature names them.
public enum DomainError<Rule: Refusal>: Error {
    /// A rule does not allow it. Nothing was changed.
    case refused(Rule)
    /// The database or another part failed. The payload is the original error.
    case failed(any Error)

    /// Sorts an error: a refusal of this domain, alone or in such an error already, or a failure.
    public init(_ error: any Error) {
        self =
            switch error {
            case let error as Self: error
            case let refusal as Rule: .refused(refusal)
            default: .failed(error)
            }
    }

    /// Runs `body` and sorts what it throws.
    public static func wrapping<Answer>(_ body: () throws -> Answer) throws(Self) -> Answer {
        do {
            return try body()
        } catch {
            throw Self(error)
        }
    }

    /// The refusal, nil after a failure.
    public var refusal: Rule? {
        if case .refused(let refusal) = self { refusal } else { nil }
    }
}

extension DomainError: CausedError {
    /// The refusal or the original error.
    public var cause: any Error {
        switch self {
        case .refused(let refusal): refusal
        case .failed(let error): error
        }
    }
}

extension DomainError: CustomStringConvertible, CustomDebugStringConvertible {
    /// The words of the cause, which are safe to show when the cause's are.
    public var description: String { "\(cause)" }

    /// All that the cause says of itself, for logs that only operators read.
    public var debugDescription: String { String(reflecting: cause) }
}

extension DomainError: Equatable where Rule: Equatable {
    /// Equal refusals are equal. Failures are equal when both are the same error of the database.
    public static func == (left: Self, right: Self) -> Bool {
        switch (left, right) {
        case (.refused(let left), .refused(let right)): left == right
        case (.failed(let left as DatabaseError), .failed(let right as DatabaseError)): left == right
        default: false
        }
    }
}
