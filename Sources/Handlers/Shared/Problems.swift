public import HTTP
internal import Identity
public import Refusals
internal import Text

/// What clients learn of the errors that the domains throw. This is the one table; handlers let errors pass.
public enum Problems {
    /// The problem for a refusal or for an error of the database; nil for any other error, which is then a fault of the
    /// site.
    public static func problem(for error: any Error) -> Problem? {
        if let refusal = refusal(in: error) { return Problem(refusal) }
        return DatabaseProblems.problem(for: error)
    }
}

extension Problem {
    /// The problem that a refusal is for a client. The log keeps the rest.
    public init(_ refusal: any Refusal) {
        let (code, sentence) = (refusal.code, refusal.sentence)
        let problem: Problem =
            switch refusal.kind {
            case .notFound: .notFound(code, sentence)
            case .gone: .gone(code, sentence)
            case .conflict: .conflict(code, sentence)
            case .forbidden: .forbidden(code, sentence)
            case .unauthenticated: Problem(status: 401, code: code, message: sentence)
            case .invalid(let field?): .invalid(field, code, sentence)
            case .invalid(nil): Problem(status: 422, code: code, message: sentence)
            case .tooMany(let seconds):
                Problem(status: 429, code: code, message: sentence, headers: ["Retry-After": String(seconds)])
            case .unavailable(let seconds): .unavailable(code, sentence, retryAfter: seconds)
            }
        if case MemberRefusal.renamedTooSoon(let next) = refusal {
            self = problem.with(["nextChangeAt": .string(next.rfc3339)])
        } else {
            self = problem
        }
    }
}
