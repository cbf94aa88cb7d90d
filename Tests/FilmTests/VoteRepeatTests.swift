import FoundationEssentials
import Postgres
import TestSupport
import Testing

@testable import Film

/// nginx sends a request again when its host died, and does not know whether the first attempt was counted.
@Suite("Repeated votes", .requiresPostgres)
struct VoteRepeatTests {
    @Test("VOTE-06 a request that arrives twice counts once, and its repeat gets the first answer")
    func once() throws {
        try FilmStage.run { stage in
            let clips = try stage.voting(["A", "B"]).clips
            let member = try stage.member("voter")
            for ballot in [Ballot.visitor(1, clips[0]), .member(member, clips[0]), .member(member, clips[1], .super)] {
                let first = try stage.cast(ballot.sent(as: 1))
                let second = try stage.cast(ballot.sent(as: 1))
                #expect(second == first.withRate(second.rateRemaining))
                #expect(try stage.refusal(ballot.sent(as: 2)) == "already_voted", "another request is another vote")
                #expect(try stage.refusal(ballot) == "already_voted")
            }
            #expect(try stage.counters(of: clips[0]) == [2, 2, 0])
            #expect(try stage.counters(of: clips[1]) == [1, 3, 0])
            #expect(try stage.drift() == 0)
        }
    }

    @Test("VOTE-06 VOTE-04 a finished undo is not told that there is no vote, and undoes nothing more")
    func undo() throws {
        try FilmStage.run { stage in
            let clip = try stage.voting(["A"]).clips[0]
            let ballot = Ballot.visitor(1, clip)
            _ = try stage.cast(ballot.sent(as: 1))
            let first = try stage.undo(ballot.sent(as: 2))
            let second = try stage.undo(ballot.sent(as: 2))
            #expect(first.newScore == 0 && second == first.withRate(second.rateRemaining))
            #expect(try stage.votes.undo([ballot.sent(as: 3)]).first?.refusalCode == "vote_not_found")
            _ = try stage.cast(ballot.sent(as: 4))
            #expect(try stage.undo(ballot.sent(as: 2)).newScore == 1, "the newer vote is another one")
            #expect(try stage.drift() == 0)
        }
    }

    @Test("VOTE-06 under multi_vote_enabled each request adds one cast, in any order of the repeats")
    func repeatsOfRepeats() throws {
        try FilmStage.run { stage in
            let clip = try stage.voting(["A"]).clips[0]
            try stage.turn("multi_vote_enabled", on: true)
            let ballots = (1...30).map { Ballot.visitor(1, clip).sent(as: $0) }
            #expect(try stage.votes.cast(ballots).allSatisfy { $0.refusalCode == nil })
            try stage.forgiveRates()
            let again = try stage.votes.cast(ballots.reversed())
            #expect(try again.allSatisfy { try $0.get().newScore == 30 })
            #expect(try stage.counters(of: clip) == [30, 30, 0])
            // A request that is sent twice within one batch.
            try stage.forgiveRates()
            let twin = Ballot.visitor(2, clip).sent(as: 31)
            #expect(try stage.votes.cast([twin, twin]).allSatisfy { try $0.get().newScore == 31 })
            #expect(try stage.undo(Ballot.visitor(1, clip).sent(as: 40)).newScore == 30)
            #expect(try stage.undo(Ballot.visitor(1, clip).sent(as: 40)).newScore == 30)
            #expect(try stage.drift() == 0)
        }
    }

    @Test("VOTE-06 VOTE-10 a minute that the first attempt used up does not refuse the repeat")
    func lastOfTheMinute() throws {
        try FilmStage.run { stage in
            let clips = try stage.voting((1...31).map { "clip \($0)" }).clips
            try stage.stopClock(at: "2026-05-05 12:00:10+00")
            let ballots = clips.enumerated().map { Ballot.visitor(1, $1).sent(as: $0) }
            #expect(try stage.votes.cast(Array(ballots.prefix(30))).allSatisfy { $0.refusalCode == nil })
            let second = try stage.votes.cast([ballots[30], ballots[29], ballots[4], .visitor(2, clips[0])])
            #expect(second.map(\.refusalCode) == ["rate_limited", nil, nil, nil])
            #expect(try stage.votesCast() == 31)
            try stage.forgiveRates()
            _ = try stage.undo(ballots[0].sent(as: 50))
            try stage.superuser.execute("update rate_windows set current_count = 30")
            #expect(try stage.undo(ballots[0].sent(as: 50)).newScore == 1)
            #expect(try stage.votes.undo([ballots[1].sent(as: 51)]).first?.refusalCode == "rate_limited")
            #expect(try stage.drift() == 0)
        }
    }

    @Test("VOTE-06 a repeat waits for the first attempt, which Postgres finishes without its host")
    func unfinished() throws {
        try FilmStage.run { stage in
            let clip = try stage.voting(["A"]).clips[0]
            let ballot = Ballot.visitor(1, clip).sent(as: 1)
            let second = Database(stage.test.options(as: .web))
            defer { second.close() }
            let held = ThreadCounter()
            try concurrently(3) { thread in
                if thread == 0 {
                    try stage.superuser.transaction { holder throws in
                        try holder.execute("select from tournament_clips for update")
                        held.add()
                        // Whichever of the two comes second finds what the first did.
                        #expect(
                            try eventually {
                                try stage.superuser.one(
                                    """
                                    select count(*) = 2
                                    from pg_stat_activity
                                    where wait_event_type = 'Lock' and query ~ 'from cast_votes'
                                    """)
                            })
                    }
                } else {
                    #expect(eventually { held.count == 1 })
                    let batch = VoteBatch(database: thread == 1 ? stage.web : second, dailyVotes: 200)
                    #expect(try batch.cast([ballot]).first?.get().newScore == 1)
                }
            }
            #expect(try stage.counters(of: clip) == [1, 1, 0])
        }
    }
}

extension Ballot {
    /// The vote as the request of this number.
    func sent(as number: Int) -> Ballot {
        var copy = self
        let digits = String(number, radix: 16)
        copy.request = String(repeating: "0", count: 16 - digits.count) + digits
        return copy
    }
}

extension VoteTally {
    /// The repeat is a request of its own to the limits.
    fileprivate func withRate(_ remaining: Int) -> VoteTally {
        VoteTally(
            clipID: clipID, newScore: newScore, voteCount: voteCount, totalVotesToday: totalVotesToday,
            remaining: self.remaining, rateRemaining: remaining)
    }
}
