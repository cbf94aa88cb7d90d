internal import Film
internal import FoundationEssentials
internal import HTTP
internal import SharedHandlers

extension VoteRefusal {
    /// The problem for a client. A vote that counts already tells the totals, as far as the season shows them.
    func problem(_ counts: CountVisibility, at now: Date) -> Problem {
        let problem = Problem(self)
        return switch self {
        case .alreadyVoted(let tally):
            problem.with(VoteTotals(tally: tally, showsScore: counts != .afterClose).members)
        case .rateLimited(let seconds):
            problem
                .with("X-RateLimit-Limit", String(VoteAnswer.votesAMinute))
                .with("X-RateLimit-Remaining", "0")
                .with("X-RateLimit-Reset", now.unixTime(after: seconds))
        default:
            problem
        }
    }
}
