import Film
import FoundationEssentials
import Postgres
import Refusals
import TestSupport
import Testing

@Suite("VOTE-13 rounds under review", .requiresPostgres)
struct ReviewTests {
    /// A is ahead with honest votes, B with flagged ones.
    private func contested(
        _ stage: FilmStage, slots: Int = 3, configure: (inout SeasonSettings) -> Void = { _ in }
    ) throws -> (season: UUID, clips: [UUID]) {
        let (season, clips) = try stage.voting(["A", "B", "C"], slots: slots, configure: configure)
        try stage.vote(clips[0], by: 1..<6)
        try stage.vote(clips[1], by: 10..<13)
        try stage.vote(clips[1], by: 20..<25, flag: .missingHeaders)
        return (season, clips)
    }

    @Test("VOTE-13 a round that flagged votes would decide closes under review, with voting over")
    func opens() throws {
        try FilmStage.run { stage in
            let (season, clips) = try contested(stage)
            #expect(try stage.closeRound() == ["round_under_review"])
            #expect(try stage.slots(of: season) == [.underReview, .upcoming, .upcoming])
            #expect(try stage.rounds.advance().isEmpty)
            #expect(try stage.refusal(.visitor(50, clips[0])) == "round_over")
            #expect(throws: (any Error).self) { try stage.undo(.visitor(1, clips[0])) }
            let story = try stage.stories.overview()
            #expect(story.state == .underReview)
            let round = try stage.stories.round(season: season.uuidString, slot: 1)
            #expect(round.status == .underReview && round.results.isEmpty && round.reviewEndsAt != nil)
            #expect(round.interventions.map(\.kind) == ["review_opened"])
            #expect(round.interventions.map(\.byAdmin) == [false])
            let page = try stage.oversight.page(VoteFilter(), for: stage.admin)
            #expect(page.status == .underReview && page.flaggedDecide)
            #expect(page.standing.map(\.clipID).prefix(2) == [clips[1], clips[0]])
            let left = try #require(try stage.rounds.untilNextDue())
            #expect(left > .seconds(43_100) && left <= .seconds(43_200))
            #expect(try stage.drift() == 0)
            #expect(throws: FilmError.refused(.noOpenRound)) { try stage.rounds.advanceNow(by: stage.admin) }
        }
    }

    @Test("VOTE-13 an admin accepts or voids, once; then the round closes as any other", arguments: [true, false])
    func decided(keeps: Bool) throws {
        try FilmStage.run { stage in
            let (season, clips) = try contested(stage)
            try stage.closeRound()
            let events = try stage.rounds.review(
                season: season, slot: 1, keepsFlagged: keeps, reason: "Looked at", by: stage.admin)
            #expect(events.map(\.name) == ["winner_selected", "round_opened"])
            #expect(try stage.winner(of: season, slot: 1) == clips[keeps ? 1 : 0])
            #expect(try stage.slots(of: season) == [.locked, .voting, .upcoming])
            let round = try stage.stories.round(season: season.uuidString, slot: 1)
            #expect(round.results.map(\.voteCount) == (keeps ? [8, 5, 0] : [5, 3, 0]))
            #expect(round.interventions.map(\.kind) == ["review_opened", keeps ? "review_accepted" : "review_voided"])
            #expect(try stage.drift() == 0)
            #expect(throws: FilmError.refused(.notUnderReview)) {
                try stage.rounds.review(season: season, slot: 1, keepsFlagged: keeps, reason: "x", by: stage.admin)
            }
            #expect(throws: FilmError.refused(.slotNotFound)) {
                try stage.rounds.review(season: season, slot: 9, keepsFlagged: keeps, reason: "x", by: stage.admin)
            }
            let audit: [String] = try stage.superuser.query(
                "select action from audit_log where action = 'round.review'")
            #expect(audit.count == 1)
        }
    }

    @Test("VOTE-13 undecided, the flagged votes are voided and the slot locks; the last slot finishes the season")
    func expires() throws {
        try FilmStage.run { stage in
            let (season, clips) = try contested(stage, slots: 1) { $0.reviewHours = 2 }
            try stage.closeRound()
            try stage.test.advanceClock(by: .seconds(7_100))
            #expect(try stage.rounds.advance().isEmpty)
            try stage.test.advanceClock(by: .seconds(110))
            #expect(try stage.rounds.advance().map(\.name) == ["winner_selected", "season_finished"])
            #expect(try stage.winner(of: season, slot: 1) == clips[0])
            #expect(try stage.rounds.advance().isEmpty)
            #expect(try stage.rounds.untilNextDue() == nil)
            let round = try stage.stories.round(season: season.uuidString, slot: 1)
            #expect(round.interventions.map(\.kind) == ["review_opened", "review_expired"])
            #expect(round.interventions.last?.votes == 5)
        }
    }

    @Test(
        "VOTE-13 without flagged votes, or where they change nothing, or when it is switched off, rounds lock at once")
    func locksAtOnce() throws {
        try FilmStage.run { stage in
            let (season, clips) = try contested(stage) { $0.reviewsFlagged = false }
            #expect(try stage.closeRound() == ["winner_selected", "round_opened"])
            #expect(try stage.winner(of: season, slot: 1) == clips[1])
            // The one ahead is ahead without them too.
            try stage.superuser.execute("update seasons set review_flagged = true")
            try stage.vote(clips[0], by: 1..<6)
            try stage.vote(clips[0], by: 10..<13, flag: .missingHeaders)
            #expect(try stage.closeRound() == ["winner_selected", "round_opened"])
            #expect(try stage.closeRound() == ["winner_selected", "season_finished"])
        }
    }

    @Test("VOTE-13 voided votes decide nothing: a round whose flagged votes were voided before locks at once")
    func voidedBefore() throws {
        try FilmStage.run { stage in
            let (season, clips) = try contested(stage)
            _ = try stage.oversight.void(
                season: season, slot: 1, choice: stage.flagged(), reason: "x", by: stage.admin)
            #expect(try stage.closeRound() == ["winner_selected", "round_opened"])
            #expect(try stage.winner(of: season, slot: 1) == clips[0])
        }
    }

    @Test("VOTE-13 an advance that is killed while it opens or ends a review leaves nothing, and the next does it once")
    func killed() throws {
        try FilmStage.run { stage in
            let (season, clips) = try contested(stage)
            for (step, expected) in [(3_601, ["round_under_review"]), (43_201, ["winner_selected", "round_opened"])] {
                try stage.test.advanceClock(by: .seconds(step))
                let before = (try stage.fingerprint(), try stage.ballotBox())
                try stage.superuser.transaction { holder in
                    // The advance is blocked before its last step: what it wrote before must not stay.
                    if step == 3_601 {
                        try holder.execute("lock table round_interventions in exclusive mode")
                    } else {
                        try holder.execute(
                            "select from story_slots where season_id = \(season) and position = 2 for update")
                    }
                    let failed = ThreadCounter()
                    try concurrently(2) { index in
                        if index == 0 {
                            do { try stage.rounds.advance() } catch is DatabaseError { failed.add() }
                        } else {
                            #expect(try eventually { try stage.blockedAdvances() == 1 })
                            try stage.superuser.execute(
                                "select pg_terminate_backend(pid) from (\(sql: FilmStage.blockedAdvance)) blocked")
                        }
                    }
                    #expect(failed.count == 1)
                }
                #expect(try stage.fingerprint() == before.0)
                #expect(try stage.ballotBox() == before.1)
                let done = ThreadCounter()
                try concurrently(6) { _ in
                    if try stage.rounds.advance().map(\.name) == expected { done.add() }
                }
                #expect(done.count == 1)
            }
            #expect(try stage.winner(of: season, slot: 1) == clips[0])
            #expect(try stage.drift() == 0)
            let voids: Int = try stage.superuser.one("select count(*)::int from vote_voids")
            #expect(voids == 1)
        }
    }

    @Test("VOTE-13 of a decision and the end of the review, one happens")
    func decisionAgainstEnd() throws {
        try FilmStage.run { stage in
            let (season, _) = try contested(stage)
            try stage.closeRound()
            try stage.test.advanceClock(by: .seconds(43_201))
            let closed = ThreadCounter()
            try concurrently(8) { index in
                do {
                    let events =
                        index.isMultiple(of: 2)
                        ? try stage.rounds.advance()
                        : try stage.rounds.review(
                            season: season, slot: 1, keepsFlagged: true, reason: "x", by: stage.admin)
                    if events.contains(where: { $0.name == "winner_selected" }) { closed.add() }
                } catch FilmError.refused(.notUnderReview) {}
            }
            #expect(closed.count == 1)
            #expect(try stage.slots(of: season) == [.locked, .voting, .upcoming])
        }
    }

    @Test("VOTE-13 a clip that is approved while the last slot is under review does not compete in it")
    func lateClip() throws {
        try FilmStage.run { stage in
            let (season, clips) = try contested(stage, slots: 1)
            try stage.closeRound()
            try stage.test.advanceClock(by: .seconds(60))
            let late = try stage.clip("Late")
            _ = try stage.clips.approve([late], by: stage.admin)
            try stage.rounds.review(season: season, slot: 1, keepsFlagged: false, reason: "x", by: stage.admin)
            let round = try stage.stories.round(season: season.uuidString, slot: 1)
            #expect(round.results.map(\.clip.id) == [clips[0], clips[1], clips[2]])
            #expect(try stage.status(of: late) == .eliminated)
        }
    }
}
