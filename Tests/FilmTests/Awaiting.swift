import FoundationEssentials
import TestSupport

@testable import Film

extension VoteCommitter {
    func cast(_ ballot: Ballot) throws -> VoteTally {
        try awaited { then in cast(ballot) { then($0.result) } }
    }

    func undo(_ ballot: Ballot) throws -> VoteTally {
        try awaited { then in undo(ballot) { then($0.result) } }
    }
}

extension Feed {
    func page(_ request: FeedRequest) throws -> FeedPage { try awaited { page(request, at: Date(), then: $0) } }
}

extension VoterStandings {
    func find(
        _ voter: String, season: UUID?, slot: Int?, hasPowerVotes: Bool = false
    ) throws -> VoterStanding {
        try awaited { find(voter, season: season, slot: slot, hasPowerVotes: hasPowerVotes, then: $0) }
    }
}
