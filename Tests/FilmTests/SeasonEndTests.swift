import FoundationEssentials
import Postgres
import Refusals
import TestSupport
import Testing

@testable import Film

@Suite("Resetting and deleting a season", .requiresPostgres)
struct SeasonEndTests {
    @Test("FILM-10 ADM-03 a season that is reset starts over with its clips, and its published exports stay")
    func reset() throws {
        try FilmStage.run { stage in
            let (season, clips) = try stage.voting(["A", "B", "C", "D"])
            try stage.vote(clips[3], by: 1..<4)
            try stage.closeRound()
            try stage.closeRound()
            try stage.vote(clips[1], by: 1..<4)
            for label in ["undertow", "", "Undertow!"] {
                #expect(throws: FilmError.refused(.labelMismatch("Undertow"))) {
                    try stage.act(.reset(season: season, label: label))
                }
            }
            let done = try stage.act(.reset(season: season, label: "Undertow"), reason: "The rules were wrong")
            #expect(done.events.map(\.name) == ["season_reset", "round_opened"])
            // Another admin, who saw the season before that and wants the same, would undo what has begun since.
            let before = try stage.fingerprint()
            for act: FilmAct in [
                .reset(season: season, label: "Undertow", believing: SeasonBelief(status: .active, lockedSlots: 2)),
                .delete(season: season, label: "Undertow", believing: SeasonBelief(status: .finished)),
            ] {
                let error = #expect(throws: FilmError.self) { try stage.act(act) }
                #expect(error?.refusal?.code == "season_changed")
                #expect(error?.refusal?.sentence.contains("It is running, and 0 of its slots are locked.") == true)
            }
            #expect(try stage.fingerprint() == before)
            #expect(done.consequences.votes == 6 && done.consequences.results == 2 && done.consequences.clips == 4)
            #expect(try stage.season(season).status == .active)
            #expect(try stage.slots(of: season) == [.voting, .upcoming, .upcoming])
            for clip in clips {
                #expect(try stage.status(of: clip) == .active && stage.slot(of: clip) == 1)
                #expect(try stage.counters(of: clip) == [0, 0, 0])
            }
            #expect(
                try stage.superuser.one(
                    "select count(*)::int from slot_results where superseded_at is null") == 0)
            #expect(try stage.superuser.one("select count(*)::int from slot_results") == 7)
            #expect(try stage.tallies.records(season: season.uuidString).map(\.number) == [1, 2])
            for slot in 1...3 { #expect(try stage.interventions(season, slot) == ["season_reset"]) }
            try stage.vote(clips[2], by: 1..<4)
            try stage.closeRound()
            #expect(try stage.winner(of: season, slot: 1) == clips[2])
            #expect(try stage.faultsOfTallies(season) == [])
            #expect(try stage.drift() == 0)
        }
    }

    @Test("FILM-10 while another season runs, a finished one that is reset becomes a draft")
    func resetFinished() throws {
        try FilmStage.run { stage in
            let (season, clips) = try stage.voting(["A", "B"], slots: 1)
            try stage.closeRound()
            let other = try stage.season("Other")
            #expect(throws: FilmError.refused(.seasonNotBegun)) {
                try stage.act(.reset(season: other.id, label: "Other"))
            }
            try stage.seasons.activate(other.id, by: stage.admin)
            let done = try stage.act(.reset(season: season, label: "Undertow"))
            #expect(done.events.map(\.name) == ["season_reset"] && done.consequences.seasonStatus == .draft)
            #expect(try stage.season(season).status == .draft && stage.season(season).activatedAt == nil)
            #expect(try stage.status(of: clips[0]) == .active && stage.slot(of: clips[1]) == 1)
            try stage.act(.delete(season: other.id, label: "Other"))
            try stage.seasons.activate(season, by: stage.admin)
            #expect(try stage.slots(of: season) == [.voting])
        }
    }

    @Test("FILM-10 the clips of a banned member come back with the end of the ban, removed ones never")
    func bannedCreators() throws {
        try FilmStage.run { stage in
            let season = try stage.season()
            let mira = try stage.member("mira")
            let clips = [try stage.clip("A", by: mira), try stage.clip("B"), try stage.clip("C")]
            _ = try stage.clips.approve(clips, by: stage.admin)
            try stage.seasons.activate(season.id, by: stage.admin)
            try stage.closeRound()
            #expect(try stage.winner(of: season.id, slot: 1) == clips[0])
            try stage.superuser.execute("select ban_member(\(stage.admin), \(mira), 'Spam')")
            #expect(try stage.status(of: clips[0]) == .locked, "what is in the film stays")
            try stage.act(.unlock(season: season.id, slot: 1))
            #expect(try stage.status(of: clips[0]) == .rejected && stage.slot(of: clips[0]) == 1)
            try stage.superuser.execute("select from lift_ban(\(stage.admin), \(mira), 'Sorry')")
            #expect(try stage.status(of: clips[0]) == .active && stage.drift() == 0)
        }
    }

    @Test("FILM-10 ADM-03 a season that is deleted takes everything with it; pending clips stay in the queue")
    func delete() throws {
        try FilmStage.run { stage in
            let (season, clips) = try stage.voting(["A", "B", "C"])
            try stage.vote(clips[0], by: 1..<4)
            try stage.closeRound()
            try stage.act(.takeDown(clip: clips[0]))
            try stage.tallies.write()
            let pending = try stage.clip("Pending")
            try stage.superuser.execute("update tournament_clips set season_id = \(season) where id = \(pending)")
            #expect(throws: FilmError.refused(.labelMismatch("Undertow"))) {
                try stage.act(.delete(season: season, label: "Overtow"))
            }
            let done = try stage.act(.delete(season: season, label: " Undertow "))
            #expect(done.events.map(\.name) == ["season_deleted"])
            #expect(done.consequences.clips == 3 && done.consequences.clipsKept == 1)
            #expect(try stage.seasons.list().isEmpty)
            let left: [String] = try stage.superuser.query(
                """
                select 'clip' from tournament_clips where id <> \(pending)
                union all select 'slot' from story_slots
                union all select 'result' from slot_results
                union all select 'vote' from votes
                union all select 'tally' from round_tallies
                union all select 'intervention' from round_interventions
                union all select 'removal' from film_removals
                union all select relname::text from pg_class where relname ~ '^(votes|clip_views)_[0-9a-f]{32}$'
                """)
            #expect(left == [])
            #expect(try stage.status(of: pending) == .pending && stage.slot(of: pending) == nil)
            let files: [Int] = try stage.superuser.query(
                "select jsonb_array_length(payload -> 'clips') from jobs where kind = 'remove_media'")
            #expect(files == [3])
            let entry: String = try stage.superuser.one(
                "select concat_ws(' ', reason, before ->> 'label') from audit_log where action = 'season.delete'")
            #expect(entry == "The jury said so Undertow")
            // The queue feeds the next season.
            let next = try stage.season("Next")
            _ = try stage.clips.approve([pending], by: stage.admin)
            #expect(try stage.seasons.activate(next.id, by: stage.admin).currentSlotStatus == .voting)
        }
    }

    @Test("FILM-10 when a season is deleted, a clip that competed in an earlier one returns to it with its result")
    func deleteAfterAnEarlierSeason() throws {
        try FilmStage.run { stage in
            let (first, clips) = try stage.voting(["A", "B", "C", "D"], slots: 3)
            try stage.vote(clips[0], by: 1..<4)
            try stage.vote(clips[1], by: 1..<3)
            try stage.closeRound()
            _ = try stage.clips.reject([clips[1], clips[2]], reason: "Too loud", by: stage.admin)
            try stage.closeRound()
            try stage.superuser.execute(
                "update seasons set status = 'archived', finished_at = now() where id = \(first)")
            let second = try stage.season("Second")
            try stage.seasons.activate(second.id, by: stage.admin)
            _ = try stage.clips.approve([clips[1], clips[2]], by: stage.admin)
            #expect(try stage.slots(of: second.id)[0] == .voting)
            try stage.vote(clips[1], by: 1..<6)
            _ = try stage.clips.reject([clips[2]], reason: "Still too loud", by: stage.admin)
            try stage.closeRound()
            #expect(try stage.winner(of: second.id, slot: 1) == clips[1])
            let done = try stage.act(.delete(season: second.id, label: "Second"))
            #expect(done.consequences.clips == 0)
            #expect(try stage.status(of: clips[1]) == .eliminated && stage.slot(of: clips[1]) == 1)
            #expect(try stage.counters(of: clips[1]) == [2, 2, 0])
            #expect(try stage.status(of: clips[2]) == .rejected && stage.slot(of: clips[2]) == 1)
            let season: UUID = try stage.superuser.one("select season_id from tournament_clips where id = \(clips[1])")
            #expect(season == first)
        }
    }

    @Test("FILM-08 FILM-12 slot 75 of 75 closes with three losers: one locked, three eliminated, finished once")
    func lastSlot() throws {
        try FilmStage.run { stage in
            let (season, clips) = try stage.voting((1...78).map { "Clip \($0)" }, slots: 75)
            for _ in 1...74 { try stage.closeRound() }
            #expect(try clips.count { try stage.status(of: $0) == .active } == 4)
            try stage.test.advanceClock(by: .seconds(3_601))
            let events = ThreadCounter()
            try concurrently(4) { _ in
                for event in try stage.rounds.advance() where event.name == "season_finished" { events.add() }
            }
            #expect(events.count == 1)
            #expect(try stage.season(season).status == .finished && stage.season(season).lockedSlots == 75)
            #expect(try clips.count { try stage.status(of: $0) == .locked } == 75)
            #expect(try clips.count { try stage.status(of: $0) == .eliminated } == 3)
            let films: Int = try stage.superuser.one("select count(*)::int from jobs where kind = 'assemble_film'")
            #expect(films == 1)
            #expect(try GenreVotes(database: stage.web).poll(for: nil).isOpen)
        }
    }

    @Test("FILM-05 slot 3 without a clip at its end waits, and the first approval opens a full round of 24 hours")
    func emptySlot() throws {
        try FilmStage.run { stage in
            let (season, clips) = try stage.voting(["A", "B", "C"]) { $0.roundSeconds = 86_400 }
            for _ in 1...2 {
                try stage.test.advanceClock(by: .seconds(86_401))
                try stage.rounds.advance()
            }
            _ = try stage.clips.reject([clips[2]], reason: "no", by: stage.admin)
            try stage.test.advanceClock(by: .seconds(86_401))
            #expect(try stage.rounds.advance().map(\.name) == ["round_waiting"])
            #expect(try stage.slots(of: season) == [.locked, .locked, .waitingForClips])
            let now: Date = try stage.superuser.one("select dailies_now()")
            _ = try stage.clips.approve([try stage.clip("D")], by: stage.admin)
            let ends = try #require(try stage.season(season).votingEndsAt)
            #expect(ends >= now.addingTimeInterval(86_400) && ends < now.addingTimeInterval(86_460))
        }
    }

    @Test("FILM-04 two clips of 40 weight, one of 38 votes and one of 36: the one with 38 wins")
    func tie() throws {
        try FilmStage.run { stage in
            let (season, clips) = try stage.voting(["A", "B"])
            try stage.count(clips[0], votes: 36, weight: 40)
            try stage.count(clips[1], votes: 38, weight: 40)
            try stage.closeRound()
            #expect(try stage.winner(of: season, slot: 1) == clips[1])
        }
    }

    @Test("FILM-02 the database refuses a slot out of turn and every move that the table does not list")
    func order() throws {
        try FilmStage.run { stage in
            let (season, clips) = try stage.voting(["A", "B"])
            // The role of the jobs may write to the tables, and is held to the order all the same.
            let wrong: [SQL] = [
                "update story_slots set status = 'locked', winner_clip_id = \(clips[0]), locked_at = now() where position = 2",
                "update story_slots set status = 'upcoming' where position = 1",
                "update seasons set status = 'finished' where id = \(season)",
                "update story_slots set status = 'waiting_for_clips' where position = 3",
                """
                update story_slots set status = 'locked', winner_clip_id = \(clips[0]), locked_at = now()
                where position = 1
                """,
            ]
            for statement in wrong {
                let error = #expect(throws: DatabaseError.self) { try stage.jobs.execute(statement) }
                #expect(["23514", "23505"].contains(error?.sqlstate), "\(statement)")
            }
            #expect(try stage.slots(of: season) == [.voting, .upcoming, .upcoming])
        }
    }
}
