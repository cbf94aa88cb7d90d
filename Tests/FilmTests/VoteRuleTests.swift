import FoundationEssentials
import Postgres
import TestSupport
import Testing

@testable import Film

@Suite("Votes", .requiresPostgres)
struct VoteRuleTests {
    @Test("VOTE-01 VOTE-03 votes weigh 1, 3 and 10, and a clip's counters are their sums")
    func weights() throws {
        try FilmStage.run { stage in
            let clips = try stage.voting(["A", "B", "C"]).clips
            let member = try stage.member("voter")
            #expect(try stage.cast(.member(member, clips[0])).newScore == 1)
            #expect(try stage.cast(.member(member, clips[1], .super)).newScore == 3)
            let tally = try stage.cast(.member(member, clips[2], .mega))
            #expect(tally.newScore == 10 && tally.voteCount == 1 && tally.totalVotesToday == 3)
            #expect(tally.remaining == RemainingVotes(standard: 197, super: 0, mega: 0))
            #expect(try stage.counters(of: clips[2]) == [1, 10, 0])
            #expect(try stage.drift() == 0)
        }
    }

    @Test("VOTE-01 VOTE-02 VOTE-03 votes of one voter in one batch see each other")
    func sameBatch() throws {
        try FilmStage.run { stage in
            let clips = try stage.voting(["A", "B", "C", "D"]).clips
            let member = try stage.member("voter")
            let outcomes = try stage.votes.cast([
                .member(member, clips[0]), .visitor(1, clips[0]), .member(member, clips[0]),
                .member(member, clips[1], .super), .member(member, clips[2], .super), .visitor(1, clips[0]),
                .member(member, clips[2]), .visitor(2, UUID()), .visitor(2, clips[3]),
            ])
            #expect(
                outcomes.map(\.refusalCode) == [
                    nil, nil, "already_voted", nil, "super_used", "already_voted", nil, "clip_not_found", nil,
                ])
            #expect(try outcomes[6].get().totalVotesToday == 3)
            #expect(try outcomes[0].get().newScore == 2)
            #expect(try stage.drift() == 0)

            try stage.superuser.execute("update voter_days set casts = 199 where voter_key like 'user%'")
            let last = try stage.votes.cast([
                .member(member, clips[3]), .visitor(3, clips[3]), .member(member, clips[1]),
            ])
            #expect(last.map(\.refusalCode) == [nil, nil, "already_voted"])
            #expect(try last[0].get().remaining.standard == 0)
        }
    }

    @Test("VOTE-02 the day's last vote counts, the next one waits for midnight, UTC")
    func dayLimit() throws {
        try FilmStage.run { stage in
            let clips = try stage.voting(["A", "B", "C"], configure: { $0.roundSeconds = 30 * 86_400 }).clips
            try stage.stopClock(at: "2026-05-05 23:59:59.5+00")
            _ = try stage.cast(.visitor(1, clips[0]))
            try stage.superuser.execute("update voter_days set casts = 199")
            let outcomes = try stage.votes.cast([.visitor(1, clips[1]), .visitor(1, clips[2])])
            #expect(outcomes.map(\.refusalCode) == [nil, "daily_limit"])
            try stage.stopClock(at: "2026-05-06 00:00:00+00")
            let tally = try stage.cast(.visitor(1, clips[2]))
            #expect(tally.totalVotesToday == 1 && tally.remaining.standard == 199)
            // An undo gives the cast back to the day on which it was cast.
            #expect(try stage.undo(.visitor(1, clips[1])).totalVotesToday == 1)
            #expect(try stage.superuser.query("select casts from voter_days order by day") == [199, 1])
            #expect(try stage.undo(.visitor(1, clips[2])).totalVotesToday == 0)
        }
    }

    @Test("VOTE-02 vote and undo cannot be repeated more than 400 times a day")
    func attempts() throws {
        try FilmStage.run { stage in
            let clip = try stage.voting(["A"]).clips[0]
            try stage.stopClock(at: "2026-05-05 12:00:00+00")
            _ = try stage.cast(.visitor(1, clip))
            _ = try stage.undo(.visitor(1, clip))
            try stage.superuser.execute("update voter_days set attempts = 399")
            _ = try stage.cast(.visitor(1, clip))
            _ = try stage.undo(.visitor(1, clip))
            #expect(throws: VoteRefusal.rateLimited(retryAfter: 43_200)) { try stage.cast(.visitor(1, clip)) }
        }
    }

    @Test("VOTE-04 an undo takes the weight back and frees the super, and there is nothing to undo twice")
    func undo() throws {
        try FilmStage.run { stage in
            let clips = try stage.voting(["A", "B"]).clips
            let member = try stage.member("voter")
            _ = try stage.cast(.visitor(1, clips[0]))
            _ = try stage.cast(.member(member, clips[0], .super))
            let tally = try stage.undo(.member(member, clips[0]))
            #expect(tally.newScore == 1 && tally.voteCount == 1 && tally.totalVotesToday == 0)
            #expect(tally.remaining == RemainingVotes(standard: 200, super: 1, mega: 1))
            #expect(throws: VoteRefusal.voteNotFound) { try stage.undo(.member(member, clips[0])) }
            #expect(throws: VoteRefusal.voteNotFound) { try stage.undo(.member(member, UUID())) }
            #expect(try stage.cast(.member(member, clips[1], .super)).newScore == 3)
            let both = try stage.votes.undo([.visitor(1, clips[0]), .visitor(1, clips[0])])
            #expect(both.map(\.refusalCode) == [nil, "vote_not_found"])
            #expect(try stage.counters(of: clips[0]) == [0, 0, 0])
            #expect(try stage.drift() == 0)
        }
    }

    @Test("VOTE-04 VOTE-01 a closed round keeps its votes, and a carried clip may be voted for again")
    func closedRound() throws {
        try FilmStage.run { stage in
            let clips = try stage.voting(["A", "B"]).clips
            _ = try stage.cast(.visitor(1, clips[0]))
            _ = try stage.cast(.visitor(2, clips[0]))
            _ = try stage.cast(.visitor(1, clips[1]))
            try stage.test.setClock(offset: .seconds(3_601))
            #expect(throws: VoteRefusal.roundOver) { try stage.undo(.visitor(1, clips[0])) }
            try stage.rounds.advance()
            #expect(throws: VoteRefusal.roundOver) { try stage.undo(.visitor(1, clips[0])) }
            #expect(throws: VoteRefusal.voteNotFound) { try stage.undo(.visitor(1, clips[1])) }
            #expect(try stage.refusal(.visitor(1, clips[0])) == "clip_not_active")
            #expect(try stage.cast(.visitor(1, clips[1])).newScore == 1)
            #expect(try stage.votesCast() == 4)
            #expect(try stage.drift() == 0)
        }
    }

    @Test("VOTE-01 VOTE-04 under multi_vote_enabled a repeat adds to the row, and an undo takes the last cast back")
    func repeats() throws {
        try FilmStage.run { stage in
            let clip = try stage.voting(["A"]).clips[0]
            let member = try stage.member("voter")
            try stage.turn("multi_vote_enabled", on: true)
            let kinds: [VoteKind] = [.standard, .super, .standard, .mega]
            let outcomes = try stage.votes.cast(kinds.map { Ballot.member(member, clip, $0) })
            #expect(try outcomes.map { try $0.get().newScore } == [1, 4, 5, 15])
            #expect(try stage.superuser.one("select array[casts, weight] from votes") == [4, 15])
            #expect(try stage.refusal(.member(member, clip, .super)) == "super_used")
            #expect(try stage.undo(.member(member, clip)).newScore == 5)
            #expect(try stage.undo(.member(member, clip)).newScore == 4)
            #expect(try stage.undo(.member(member, clip)).remaining.super == 1)
            #expect(try stage.undo(.member(member, clip)).newScore == 0)
            #expect(throws: VoteRefusal.voteNotFound) { try stage.undo(.member(member, clip)) }
            #expect(try stage.drift() == 0)
        }
    }

    @Test("VOTE-07 at sign-in the device's votes become the member's, duplicates and own clips are dropped")
    func adoption() throws {
        try FilmStage.run { stage in
            let member = try stage.member("voter")
            let own = try stage.clip("own", by: member)
            let clips = try ["A", "B", "C"].map { try stage.clip($0) } + [own]
            let season = try stage.season()
            _ = try stage.clips.approve(clips, by: stage.admin)
            try stage.seasons.activate(season.id, by: stage.admin)
            _ = try stage.cast(.member(member, clips[0]))
            for clip in [clips[0], clips[1], own] { _ = try stage.cast(.visitor(1, clip)) }
            _ = try stage.cast(.visitor(2, clips[1]))

            let taken: Int = try stage.superuser.one("select adopt_device_votes(\(Ballot.device(1)), \(member))")
            #expect(taken == 1)
            #expect(try clips.map { try stage.counters(of: $0)[0] } == [1, 2, 0, 0])
            #expect(try stage.drift() == 0)
            #expect(try stage.refusal(.member(member, clips[1])) == "already_voted")
            #expect(try stage.cast(.member(member, clips[2], device: 1)).totalVotesToday == 3)
            // What the device cast as a member it may not cast again as a visitor.
            #expect(try stage.refusal(.visitor(1, clips[1])) == "already_voted")
            #expect(try stage.refusal(.visitor(1, clips[2])) == "already_voted")
            #expect(try stage.refusal(.visitor(1, own)) == nil)
            #expect(try stage.superuser.one("select adopt_device_votes(\(Ballot.device(9)), \(member))") == 0)
        }
    }

    @Test("VOTE-08 what was odd about a request is written down with its vote")
    func signals() throws {
        try FilmStage.run { stage in
            let clip = try stage.voting(["A"]).clips[0]
            var ballot = Ballot.visitor(1, clip)
            ballot.signals = [.missingHeaders, .feedTokenStale]
            ballot.cookieHash = "00ff"
            _ = try stage.cast(ballot)
            #expect(try stage.superuser.one("select flags from votes") == ["missing_headers", "feed_token_stale"])
            #expect(try stage.superuser.one("select voter_cookie from votes") == [0, 255] as [UInt8])
        }
    }
}
