internal import Film
internal import HTTP
internal import Refusals

/// Runs a call that casts or undoes a vote and tells a refusal in the words of HTTP.
func refusing<Answer>(_ counts: CountVisibility, _ call: () throws -> Answer) throws -> Answer {
    do {
        return try call()
    } catch VoteError.refused(let refusal) {
        throw refusal.problem(counts)
    }
}

extension VoteRefusal {
    func problem(_ counts: CountVisibility) -> Problem {
        let problem = Problem(status: status, code: code, message: sentence)
        return switch self {
        case .alreadyVoted(let tally):
            problem.with(VoteAnswer.members(tally, showsScore: counts != .afterClose))
        case .rateLimited(let seconds):
            problem.with("Retry-After", String(seconds))
                .with("X-RateLimit-Limit", String(VoteAnswer.votesAMinute))
                .with("X-RateLimit-Remaining", "0")
                .with("X-RateLimit-Reset", String(seconds))
        case .featureOff:
            problem.with("Retry-After", "60")
        case .limiterUnavailable, .busy:
            problem.with("Retry-After", "2")
        default:
            problem
        }
    }

    private var status: Int {
        switch self {
        case .featureOff, .limiterUnavailable, .busy: 503
        case .rateLimited: 429
        case .authRequired: 401
        case .banned, .ownClip, .dailyLimit, .captchaRequired: 403
        case .clipNotFound, .voteNotFound: 404
        case .clipNotActive, .wrongSlot, .roundOver, .alreadyVoted, .superUsed, .megaUsed: 409
        }
    }
}
