import FoundationEssentials
import Logging
import Postgres
import Synchronization
import TestSupport
import Testing

@testable import Film

@Suite("A whole season in simulated time", .requiresPostgres)
struct SeasonSimulationTests {
    private func options(_ configure: (inout SeasonSimulation.Options) -> Void = { _ in }) -> SeasonSimulation.Options {
        var options = SeasonSimulation.Options()
        options.slots = 8
        options.clips = 14
        options.voters = 120
        options.votesPerVoter = 12
        options.ringEvery = 3
        options.seed = 7
        configure(&options)
        return options
    }

    @Test("FILM-04 FILM-08 FILM-13 a season runs to its end, its film is complete, and every count can be checked")
    func season() throws {
        try FilmStage.run { stage in
            let outcome = try SeasonSimulation(database: stage.superuser, options: options()).run()
            #expect(outcome.isSound, "\(outcome)")
            #expect(outcome.winners.map(\.slot) == Array(1...8))
            #expect(Set(outcome.winners.map(\.title)).count == 8)
            #expect(outcome.cast > 1_000 && outcome.undone > 0 && outcome.views > 0)
            #expect(outcome.days >= 8)
            #expect(try stage.faultsOfTallies(outcome.season) == [])
        }
    }

    @Test("FILM-05 where fewer clips are sent in than there are slots, rounds wait for more")
    func fewClips() throws {
        try FilmStage.run { stage in
            let outcome = try SeasonSimulation(
                database: stage.superuser,
                options: options {
                    $0.clips = 3
                    $0.slots = 5
                }
            ).run()
            #expect(outcome.isSound && outcome.waits > 0 && outcome.winners.count == 5, "\(outcome)")
        }
    }

    @Test(
        "FILM-04 VOTE-06 two hosts and an advance that is killed in every round give the season of an undisturbed run",
        .safetyLimit)
    func disturbed() throws {
        let calm = Mutex<[SeasonSimulation.Outcome.Winner]>([])
        let results = Mutex<[String]>([])
        try FilmStage.run { stage in
            let outcome = try SeasonSimulation(database: stage.superuser, options: options()).run()
            calm.withLock { $0 = outcome.winners }
            let all = try stage.results(of: outcome.season)
            results.withLock { $0 = all }
        }
        try FilmStage.run { stage in
            let hosts = [0, 1].map { _ in Database(stage.test.options(as: .web)) }
            defer { for host in hosts { host.close() } }
            let killed = ThreadCounter()
            let machinery = SeasonSimulation.Machinery(
                cast: { ballots in
                    // Each host counts half of them, at the same time.
                    let halves = [Array(ballots[..<(ballots.count / 2)]), Array(ballots[(ballots.count / 2)...])]
                    let judged = Mutex<[Int: [JudgedVote]]>([:])
                    try concurrently(2) { host in
                        let votes = try VoteBatch(database: hosts[host], dailyVotes: 200).judgeCasts(halves[host])
                        judged.withLock { $0[host] = votes }
                    }
                    return judged.withLock { ($0[0] ?? []) + ($0[1] ?? []) }
                },
                advance: { try stage.advanceWithOneKilled(killed) })
            let outcome = try SeasonSimulation(
                database: stage.superuser, options: options(), machinery: machinery
            ).run()
            #expect(outcome.isSound, "\(outcome)")
            #expect(killed.count >= 3)
            #expect(outcome.winners == calm.withLock(\.self))
            #expect(try stage.results(of: outcome.season) == results.withLock(\.self))
            #expect(try stage.faultsOfTallies(outcome.season) == [])
        }
    }
}

extension FilmStage {
    /// Every result of a season in words that do not depend on ids.
    fileprivate func results(of season: UUID) throws -> [String] {
        try superuser.query(
            """
            select concat_ws(
                ' ', results.slot_position, results.rank, clips.title, results.vote_count, results.weighted_score,
                results.view_count
            )
            from slot_results results
            join tournament_clips clips on clips.id = results.clip_id
            where results.season_id = \(season)
            order by results.slot_position, results.rank
            """)
    }

    /// Two processes advance at once. The first is killed in the middle of its work; what the second did is returned.
    fileprivate func advanceWithOneKilled(_ killed: ThreadCounter) throws -> [RoundEvent] {
        let events = Mutex<[RoundEvent]>([])
        let failed = ThreadCounter()
        let finished = ThreadCounter()
        let lock: SQL = "lock table round_tallies, slot_results in share row exclusive mode"
        try concurrently(2) { index in
            if index == 0 {
                do {
                    let done = try rounds.advance()
                    events.withLock { $0 += done }
                    finished.add()
                } catch is DatabaseError {
                    failed.add()
                    killed.add()
                    let done = try rounds.advance()
                    events.withLock { $0 += done }
                }
                return
            }
            try superuser.transaction { holder in
                // The result cannot be written while this is held: the advance waits after it has locked its rows.
                try holder.execute(lock)
                guard try eventually({ try blockedAdvances() > 0 || finished.count > 0 }) else { return }
                try superuser.execute(
                    "select pg_terminate_backend(pid) from (\(sql: FilmStage.blockedAdvance)) blocked")
                _ = eventually { failed.count + finished.count > 0 }
            }
        }
        return events.withLock(\.self)
    }
}
