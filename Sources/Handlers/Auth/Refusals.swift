internal import FoundationEssentials
internal import HTTP
internal import Identity
internal import Refusals
internal import Text

extension Problem {
    /// The problem that tells a client of a refusal.
    init(_ refusal: any Refusal) {
        let (code, sentence) = (refusal.code, refusal.sentence)
        let problem: Problem =
            switch refusal.kind {
            case .notFound: .notFound(code, sentence)
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

/// Runs a call of a domain and turns a refusal into a problem.
@discardableResult
func refusing<Answer>(_ call: () throws -> Answer) throws -> Answer {
    do {
        return try call()
    } catch {
        guard let refusal = refusal(in: error) else { throw error }
        throw Problem(refusal)
    }
}
