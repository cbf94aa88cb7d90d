import Film
import FoundationEssentials
import Postgres
import TestSupport
import Testing

@Suite("Advance under faults", .requiresPostgres)
struct AdvanceFaultTests {
    @Test("FILM-04 eight advances at once close a round once")
    func together() throws {
        try FilmStage.run { stage in
            let (season, _) = try stage.voting((1...10).map { "Clip \($0)" }, slots: 20)
            for slot in 1...5 {
                try stage.test.advanceClock(by: .seconds(3_601))
                let closed = ThreadCounter()
                try concurrently(8) { _ in
                    for event in try stage.rounds.advance() where event.name == "winner_selected" { closed.add() }
                }
                #expect(closed.count == 1)
                #expect(try stage.slots(of: season).count { $0 == .locked } == slot)
                #expect(try stage.slots(of: season).count { $0 == .voting } == 1)
            }
            #expect(
                try stage.superuser.one("select count(*)::int from slot_results where season_id = \(season)")
                    == 10 + 9 + 8 + 7 + 6)
        }
    }

    @Test("FILM-04 an advance that is killed half-way leaves nothing, and the next one does it all")
    func killed() throws {
        try FilmStage.run { stage in
            let (season, clips) = try stage.voting(["A", "B", "C"])
            try stage.count(clips[1], votes: 3)
            try stage.test.advanceClock(by: .seconds(3_601))
            let before = try stage.fingerprint()

            // A lock on the next slot stops the advance after it has locked the winner and moved the others.
            try stage.superuser.transaction { holder in
                try holder.execute("select from story_slots where season_id = \(season) and position = 2 for update")
                let failed = ThreadCounter()
                try concurrently(2) { index in
                    if index == 0 {
                        do {
                            try stage.rounds.advance()
                        } catch is DatabaseError {
                            failed.add()
                        }
                    } else {
                        #expect(try eventually { try stage.blockedAdvances() == 1 })
                        let ended: Bool = try stage.superuser.one(
                            "select bool_and(pg_terminate_backend(pid)) from (\(sql: FilmStage.blockedAdvance)) blocked"
                        )
                        #expect(ended)
                    }
                }
                #expect(failed.count == 1)
            }
            #expect(try stage.fingerprint() == before)

            #expect(try stage.rounds.advance().map(\.name) == ["winner_selected", "round_opened"])
            #expect(try stage.winner(of: season, slot: 1) == clips[1])
            #expect(try stage.rounds.advance().isEmpty)
        }
    }

    @Test("FILM-04 when one of two advances is killed the other does it once")
    func oneOfTwoKilled() throws {
        try FilmStage.run { stage in
            let (season, _) = try stage.voting(["A", "B", "C"])
            try stage.test.advanceClock(by: .seconds(3_601))
            let closed = ThreadCounter()
            let failed = ThreadCounter()
            try concurrently(3) { index in
                guard index == 2 else {
                    do {
                        for event in try stage.rounds.advance() where event.name == "winner_selected" { closed.add() }
                    } catch is DatabaseError {
                        failed.add()
                    }
                    return
                }
                try stage.superuser.transaction { holder in
                    let hold: SQL = "select from story_slots where season_id = \(season) and position = 2 for update"
                    try holder.execute(hold)
                    // One waits for the locked slot, the other for the film's lock.
                    guard try eventually({ try stage.blockedAdvances() == 2 || closed.count == 1 }) else {
                        throw TestFault("the advances were not blocked")
                    }
                    try stage.superuser.execute(
                        """
                        select pg_terminate_backend(pid)
                        from (\(sql: FilmStage.blockedAdvance)) blocked
                        where wait_event <> 'advisory'
                        """)
                    _ = eventually { failed.count == 1 }
                }
            }
            #expect(closed.count == 1)
            #expect(try stage.slots(of: season) == [.locked, .voting, .upcoming])
        }
    }

    @Test("FILM-04 an advance that was due many rounds ago skips none")
    func overdue() throws {
        try FilmStage.run { stage in
            let (season, _) = try stage.voting(["A", "B", "C", "D"], slots: 4)
            try stage.test.advanceClock(by: .seconds(10 * 3_600))
            #expect(try stage.rounds.advance().map(\.name) == ["winner_selected", "round_opened"])
            #expect(try stage.slots(of: season) == [.locked, .voting, .upcoming, .upcoming])
            let left = try #require(try stage.rounds.untilNextDue())
            #expect(left > .seconds(3_500) && left <= .seconds(3_600))
            #expect(try stage.rounds.advance().isEmpty)
        }
    }

    @Test("FILM-04 a clock that jumps back an hour closes nothing twice", arguments: [-3_600, 3_600])
    func clockJumps(seconds: Int) throws {
        try FilmStage.run { stage in
            let (season, _) = try stage.voting(["A", "B", "C", "D"], slots: 4)
            try stage.test.advanceClock(by: .seconds(1_800))
            try stage.test.advanceClock(by: .seconds(seconds))
            let closed = try stage.rounds.advance().count { $0.name == "winner_selected" }
            #expect(closed == (seconds > 0 ? 1 : 0))
            #expect(try stage.rounds.advance().isEmpty)
            try stage.test.setClock(offset: .seconds(2 * 3_600))
            try stage.rounds.advance()
            try stage.rounds.advance()
            #expect(try stage.slots(of: season).count { $0 == .voting } == 1)
            #expect(try stage.slots(of: season).count { $0 == .locked } <= 2)
        }
    }

    @Test("FILM-04 a film without a first pulse has had no outage")
    func noPulse() throws {
        try FilmStage.run { stage in
            _ = try stage.voting(["A", "B"])
            try stage.superuser.execute(
                """
                update story_slots
                set voting_started_at = dailies_now() - interval '400 days',
                    voting_ends_at = dailies_now() - interval '399 days'
                where status = 'voting'
                """)
            #expect(try stage.rounds.advance().map(\.name) == ["winner_selected", "round_opened"])
        }
    }

    @Test(
        "FILM-04 an outage of the last hour is given back",
        arguments: [
            // The server was away from…, until…, in minutes before the end of a round of a day; how much is given back.
            Outage(from: -40, until: -20, givenBack: 20),
            Outage(from: -30, until: 180, givenBack: 210),
            Outage(from: -300, until: -30, givenBack: 30),
            Outage(from: -300, until: 180, givenBack: 240),
            Outage(from: -40, until: -31, givenBack: 0),
            Outage(from: -300, until: -55, givenBack: 0),
            Outage(from: -5, until: 600, givenBack: 0),
        ])
    func outage(_ outage: Outage) throws {
        try FilmStage.run { stage in
            let (season, _) = try stage.voting(["A", "B"]) { $0.roundSeconds = 86_400 }
            let end = try #require(try stage.rounds.nextDue())
            try stage.superuser.execute(
                "insert into film_pulse (beaten_at) values (\(end.addingTimeInterval(outage.from * 60)))")
            let back = end.addingTimeInterval(outage.until * 60)
            try stage.superuser.execute("create table test_serving as select \(back) as since")
            try stage.superuser.execute("grant select on test_serving to public")
            try stage.superuser.execute(
                """
                create or replace function serving_since() returns timestamptz language sql stable
                as 'select since from public.test_serving'
                """)
            try stage.test.setClock(offset: .seconds(86_400 + outage.until * 60))

            let events = try stage.rounds.advance().map(\.name)
            if outage.givenBack > 0 {
                #expect(events == ["round_extended"])
                let newEnd = try #require(try stage.rounds.nextDue())
                #expect(abs(newEnd.timeIntervalSince(end) - outage.givenBack * 60) < 1)
                #expect(try stage.rounds.advance().isEmpty)
            } else {
                #expect(events == (outage.until > 0 ? ["winner_selected", "round_opened"] : []))
                #expect(try stage.slots(of: season).count { $0 == .voting } == 1)
            }
        }
    }
}

struct Outage: Sendable {
    let from: Double
    let until: Double
    let givenBack: Double
}

extension FilmStage {
    /// The sessions of this database in which an advance waits for a lock.
    static let blockedAdvance: SQL = """
        select pid, wait_event
        from pg_stat_activity
        where datname = current_database() and wait_event_type = 'Lock' and query like '%advance_rounds%'
            and pid <> pg_backend_pid()
        """

    func blockedAdvances() throws -> Int {
        try superuser.one("select count(*)::int from (\(sql: Self.blockedAdvance)) blocked")
    }
}
