import Film
import FoundationEssentials
import Logging
import Platform
import Postgres
import Refusals
import TestSupport
import Testing

@Suite("Votes at the end of a round", .requiresPostgres)
struct ClosingTests {
    @Test(
        "VOTE-01 a vote before the end counts, one after it is refused, closed or not, and the next round starts anew")
    func beforeAndAfter() throws {
        try FilmStage.run { stage in
            let (season, clips) = try stage.voting(["A", "B"])
            try stage.withCommitter { committer in
                try stage.test.advanceClock(by: .seconds(3_500))
                let counted = try committer.cast(.numbered(1, for: clips[0]))
                try stage.test.advanceClock(by: .seconds(110))
                let late = #expect(throws: VoteError.self) { try committer.cast(.numbered(2, for: clips[1])) }
                #expect(counted.voteCount == 1)
                #expect(late?.refusal?.code == "round_over")
                try stage.rounds.advance()
                let carried = try committer.cast(.numbered(1, for: clips[1]))
                #expect(carried.voteCount == 1)
            }
            #expect(try stage.winner(of: season, slot: 1) == clips[0])
            #expect(try stage.stories.round(season: season.uuidString, slot: 1).results.map(\.voteCount) == [1, 0])
            #expect(try Counters(database: stage.jobs).verify().isEmpty)
        }
    }

    @Test("FILM-04 the advance waits for a vote that came in time and is not committed yet")
    func voteInFlight() throws {
        try FilmStage.run { stage in
            let (season, clips) = try stage.voting(["A", "B", "C"])
            try stage.count(clips[0], votes: 0)
            try stage.web.transaction { voter in
                let code: String? = try voter.one(
                    """
                    select code
                    from cast_votes(
                        array['device_x'], \([clips[2]]), array['standard'], array['device_x'], array[''], array['aa'],
                        array[''], 200
                    )
                    """)
                #expect(code == nil)
                try stage.test.advanceClock(by: .seconds(3_601))
                let closing = try BackgroundThread(named: "closing") {
                    _ = try? stage.rounds.advance()
                }
                let waits = try eventually { try stage.blockedAdvances() == 1 }
                #expect(waits)
                try voter.execute("commit")
                closing.join()
                try voter.execute("begin")
            }
            #expect(try stage.winner(of: season, slot: 1) == clips[2])
        }
    }

    @Test("VOTE-05 VOTE-06 under a storm of votes over many closings, results and counters are the sums of the votes")
    func storm() throws {
        try FilmStage.run { stage in
            let (season, clips) = try stage.voting((1...8).map { "Clip \($0)" }, slots: 7)
            let acknowledged = ThreadCounter()
            let isOver = ThreadCounter()
            try stage.withCommitter { committer in
                try concurrently(7) { index in
                    guard index > 0 else {
                        for _ in 1...5 {
                            let before = acknowledged.count
                            _ = eventually { acknowledged.count > before + 20 }
                            try stage.rounds.advanceNow(by: stage.admin)
                        }
                        isOver.add()
                        return
                    }
                    var number = index
                    while isOver.count == 0 {
                        do {
                            _ = try committer.cast(.numbered(number, for: clips[number % clips.count]))
                            acknowledged.add()
                        } catch VoteError.refused {
                            // The clip has just been locked in.
                        }
                        number += 7
                    }
                }
            }
            #expect(try Counters(database: stage.jobs).verify().isEmpty)
            let rows: Int = try stage.superuser.one("select coalesce(sum(casts), 0)::int from votes")
            #expect(rows == acknowledged.count)
            let closed: Int = try stage.superuser.one("select sum(vote_count)::int from slot_results")
            let open: Int = try stage.superuser.one(
                "select sum(vote_count)::int from tournament_clips where status = 'active'")
            #expect(closed + open == acknowledged.count)
            let wrong: Int = try stage.superuser.one(
                """
                select count(*)::int
                from slot_results results
                where results.vote_count <> (
                    select coalesce(sum(casts), 0)
                    from votes
                    where votes.season_id = \(season) and votes.slot_position = results.slot_position
                        and votes.clip_id = results.clip_id
                )
                """)
            #expect(wrong == 0)
        }
    }
}

extension Ballot {
    /// The vote of an anonymous voter of this number, each in a network of their own.
    fileprivate static func numbered(_ number: Int, for clip: UUID) -> Ballot {
        let digits = String(number + 0x1000_0000, radix: 16)
        let key = "device_" + String(repeating: "0", count: 32 - digits.count) + digits
        return Ballot(voterKey: key, clipID: clip, deviceKey: key, network: digits)
    }
}

extension FilmStage {
    /// A committer that counts votes while `body` runs.
    fileprivate func withCommitter(_ body: (VoteCommitter) throws -> Void) throws {
        let committer = VoteCommitter(database: web, dailyVotes: 200, log: .silent)
        committer.start()
        defer { committer.stop() }
        try body(committer)
    }
}
