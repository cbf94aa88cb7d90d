internal import Film
internal import FoundationEssentials
internal import HTTP
internal import SharedHandlers

extension VoteRefusal {
    /// The problem for a client. A vote that counts already tells the totals, as far as the season shows them. A vote that
    /// was counted against the limit tells the `room` that is left.
    func problem(_ counts: CountVisibility, room: Int?, at now: Date) -> Problem {
        let problem = Problem(self)
        return switch self {
        case .alreadyVoted(let tally):
            problem
                .with(VoteTotals(tally: tally, showsScore: counts != .afterClose).members)
                .with(VoteRoom(remaining: room ?? tally.rateRemaining), at: now)
        case .rateLimited(let seconds):
            problem
                .with("X-RateLimit-Limit", String(VoteRoom.votesAMinute))
                .with("X-RateLimit-Remaining", "0")
                .with("X-RateLimit-Reset", now.unixTime(after: seconds))
        default:
            room.map { problem.with(VoteRoom(remaining: $0), at: now) } ?? problem
        }
    }
}

extension Problem {
    fileprivate func with(_ room: VoteRoom, at now: Date) -> Problem {
        room.headers(at: now).fields.reduce(self) { $0.with($1.name, $1.value) }
    }
}
