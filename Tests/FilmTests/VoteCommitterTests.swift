import FoundationEssentials
import Platform
import Postgres
import Refusals
import Synchronization
import TestSupport
import Testing

@testable import Film

@Suite("The committer", .requiresPostgres)
struct VoteCommitterTests {
    @Test("VOTE-05 VOTE-06 a thousand voters at once get a thousand right answers, and the counters equal the sums")
    func thousand() throws {
        try FilmStage.run { stage in
            let clips = try stage.voting(["A", "B", "C"]).clips
            let committer = stage.committer()
            committer.start()
            let best = Mutex(0)
            try concurrently(1_000) { voter in
                // Most of them want the same clip.
                let clip = clips[voter % 10 == 0 ? 1 + voter / 10 % 2 : 0]
                let tally = try committer.cast(.visitor(voter, clip))
                guard tally.clipID == clip, tally.totalVotesToday == 1, tally.remaining.standard == 199 else {
                    throw TestFault("a wrong answer: \(tally)")
                }
                best.withLock { $0 = max($0, tally.newScore) }
            }
            committer.stop()
            #expect(try clips.map { try stage.counters(of: $0)[0] } == [900, 50, 50])
            #expect(best.withLock(\.self) == 900)
            #expect(try stage.votesCast() == 1_000)
            #expect(try stage.drift() == 0)
        }
    }

    @Test("VOTE-05 two processes count votes for the same clips at once, without a deadlock")
    func twoCommitters() throws {
        try FilmStage.run { stage in
            let clips = try stage.voting((1...8).map { "clip \($0)" }).clips
            let committers = [stage.committer(), stage.committer()]
            for committer in committers { committer.start() }
            let refused = ThreadCounter()
            try concurrently(48) { thread in
                // Both committers are given the same voters and clips, in opposite orders.
                for step in 0..<40 {
                    let number = thread % 2 == 0 ? step : 39 - step
                    let ballot = Ballot.visitor(number * 100 + thread / 2 % 12, clips[(number + thread) % 8])
                    do {
                        _ = try committers[thread % 2].cast(ballot)
                        if number % 5 == 0 { _ = try committers[(thread + 1) % 2].undo(ballot) }
                    } catch VoteError.refused {
                        refused.add()
                    }
                }
            }
            for committer in committers { committer.stop() }
            #expect(refused.count > 0)
            #expect(try stage.votesCast() > 0)
            #expect(try stage.drift() == 0)
            #expect(
                try stage.superuser.one(
                    "select deadlocks = 0 from pg_stat_database where datname = current_database()"))
        }
    }

    @Test("VOTE-06 one poisoned vote fails alone, its neighbours count")
    func poison() throws {
        try FilmStage.run { stage in
            let clip = try stage.voting(["A"]).clips[0]
            let committer = stage.committer()
            let outcomes = Mutex<[Int: String]>([:])
            let started = ThreadCounter()
            // All wait before the thread takes the first of them, so they are one batch.
            let opener = try BackgroundThread(named: "opener") {
                _ = eventually { started.count == 21 && committer.waiting == 21 }
                committer.start()
            }
            try concurrently(21) { index in
                var ballot = Ballot.visitor(index, clip)
                if index == 13 { ballot.voterKey = "user_nobody" }
                started.add()
                do {
                    _ = try committer.cast(ballot)
                    outcomes.withLock { $0[index] = "counted" }
                } catch {
                    outcomes.withLock { $0[index] = "\(error)" }
                }
            }
            opener.join()
            committer.stop()
            #expect(outcomes.withLock { $0.values.count { $0 == "counted" } } == 20)
            #expect(outcomes.withLock { $0[13]?.hasPrefix("database error 22") } == true)
            #expect(try stage.votesCast() == 20)
            #expect(try stage.drift() == 0)
        }
    }

    @Test("VOTE-06 what waits at a stop is counted, what comes later is refused, and no more wait than fit")
    func stop() throws {
        try FilmStage.run { stage in
            let clip = try stage.voting(["A"]).clips[0]
            let committer = stage.committer(capacity: 3)
            let answers = ThreadCounter()
            let waiters = try (0..<3).map { voter in
                try BackgroundThread(named: "voter") {
                    if (try? committer.cast(.visitor(voter, clip)))?.totalVotesToday == 1 { answers.add() }
                }
            }
            #expect(eventually { committer.waiting == 3 })
            #expect(throws: VoteError.refused(.busy)) { try committer.cast(.visitor(4, clip)) }
            committer.start()
            committer.stop()
            for waiter in waiters { waiter.join() }
            #expect(answers.count == 3)
            #expect(throws: VoteError.refused(.busy)) { try committer.cast(.visitor(5, clip)) }
            #expect(try stage.votesCast() == 3)
        }
    }

    @Test(
        "FILM-04 VOTE-06 a steady stream of votes cannot hold a round open, and each that was acknowledged is in a result",
        .safetyLimit)
    func close() throws {
        try FilmStage.run { stage in
            let clips = try stage.voting(["A", "B"]).clips
            // Two processes, so that at any moment one of them holds the slot's share lock.
            let committers = [stage.committer(), stage.committer()]
            for committer in committers { committer.start() }
            let counted = ThreadCounter()
            let closed = ThreadCounter()
            try concurrently(17) { thread in
                guard thread < 16 else {
                    _ = eventually { counted.count > 200 }
                    try stage.rounds.advanceNow(by: stage.admin)
                    closed.add()
                    return
                }
                var voter = thread * 100_000
                while closed.count == 0 {
                    voter += 1
                    let ballot = Ballot.visitor(voter, clips[voter % 2])
                    if (try? committers[thread % 2].cast(ballot)) != nil { counted.add() }
                }
            }
            for committer in committers { committer.stop() }
            let results: Int = try stage.superuser.one("select coalesce(sum(vote_count), 0)::int from slot_results")
            let open: Int = try stage.superuser.one(
                "select coalesce(sum(vote_count), 0)::int from tournament_clips where status = 'active'")
            #expect(results + open == counted.count)
            #expect(try stage.votesCast() == counted.count)
            #expect(try stage.drift() == 0)
        }
    }
}
