import FoundationEssentials
import Postgres
import Refusals
import Tally
import TestSupport
import Testing

@testable import Film

extension FilmStage {
    var acts: FilmActs { FilmActs(database: web) }

    @discardableResult
    func act(_ act: FilmAct, reason: String = "The jury said so") throws -> ActOutcome {
        try acts.perform(act, reason: reason, by: admin)
    }

    func season(_ id: UUID) throws -> Season { try seasons.season(id) }

    func interventions(_ season: UUID, _ slot: Int) throws -> [String] {
        try superuser.query(
            "select kind from round_interventions where season_id = \(season) and slot_position = \(slot) order by id")
    }

    /// How often the film of a finished season was requested.
    func filmRequests(of season: UUID) throws -> Int {
        try superuser.one("select wanted from film_builds where season_id = \(season)")
    }

    /// What the film's chain of exports says once everything that is due is written.
    func faultsOfTallies(_ season: UUID) throws -> [String] {
        try tallies.write()
        let entries = try tallies.records(season: season.uuidString).map(TallyFile.entry)
        return TallyCheck.report(on: entries, isWhole: true).faults.map { "\($0)" }
    }
}

@Suite("Acts of admins on slots", .requiresPostgres)
struct FilmActTests {
    @Test("FILM-10 an assigned winner ends the open round; the result keeps the ranks by votes and says who decided")
    func assignOpen() throws {
        try FilmStage.run { stage in
            let (season, clips) = try stage.voting(["A", "B", "C"])
            try stage.vote(clips[0], by: 1..<4)
            try stage.vote(clips[1], by: 10..<11)
            let done = try stage.act(.assign(season: season, slot: 1, clip: clips[1]))
            #expect(done.events.map(\.name) == ["winner_selected", "round_opened"])
            #expect(done.consequences.winner?.title == "B" && done.consequences.replaced == nil)
            #expect(try stage.slots(of: season) == [.locked, .voting, .upcoming])
            let round = try stage.stories.round(season: season.uuidString, slot: 1)
            #expect(round.results.map(\.clip.id) == clips && round.results.map(\.won) == [false, true, false])
            #expect(round.winner?.id == clips[1])
            #expect(round.interventions.map(\.kind) == ["winner_assigned"] && round.interventions[0].byAdmin)
            #expect(round.interventions[0].reason == "The jury said so")
            #expect(try stage.status(of: clips[1]) == .locked && stage.slot(of: clips[0]) == 2)
            #expect(try stage.counters(of: clips[1])[0] == 1 && stage.counters(of: clips[0]) == [0, 0, 0])
            #expect(try stage.faultsOfTallies(season) == [])
            #expect(try stage.drift() == 0)
        }
    }

    @Test(
        "FILM-10 FILM-09 on locked slot 12 of a finished season: a new winner, a film to rebuild, by admin with reason")
    func assignFinished() throws {
        try FilmStage.run { stage in
            let (season, clips) = try stage.voting((1...16).map { "Clip \($0)" }, slots: 14)
            for _ in 1...14 { try stage.closeRound() }
            #expect(try stage.season(season).status == .finished)
            let old = try #require(try stage.winner(of: season, slot: 12))
            let loser = clips[15]
            let requests = try stage.filmRequests(of: season)
            let locked: Date = try stage.superuser.one(
                "select locked_at from story_slots where season_id = \(season) and position = 12")
            let done = try stage.act(
                .assign(
                    season: season, slot: 12, clip: loser,
                    believing: SlotBelief(status: .locked, winner: old)), reason: "The rights were withdrawn")
            #expect(done.events.map(\.name) == ["winner_selected"])
            #expect(done.consequences.filmChanges == true)
            #expect(done.sentences.contains("The finished film is assembled again."))
            #expect(try stage.winner(of: season, slot: 12) == loser)
            #expect(try stage.filmRequests(of: season) > requests)
            #expect(try stage.status(of: old) == .eliminated && stage.season(season).status == .finished)
            let lockedNow: Date = try stage.superuser.one(
                "select locked_at from story_slots where season_id = \(season) and position = 12")
            #expect(lockedNow == locked)
            let round = try stage.stories.round(season: season.uuidString, slot: 12)
            #expect(round.interventions.last?.byAdmin == true)
            #expect(round.interventions.last?.reason == "The rights were withdrawn")
            #expect(round.winner?.id == loser)
            #expect(try stage.faultsOfTallies(season) == [])
            let story = try #require(try stage.stories.story().seasons.first)
            #expect(story.slots[11].winner?.clip.id == loser)
        }
    }

    @Test("FILM-10 the winner that is replaced competes again in the open slot, and a clip comes back with its votes")
    func replacedCompetes() throws {
        try FilmStage.run { stage in
            let (season, clips) = try stage.voting(["A", "B", "C"])
            try stage.closeRound()
            try stage.vote(clips[1], by: 1..<4)
            try stage.act(.assign(season: season, slot: 1, clip: clips[1]))
            #expect(try stage.slot(of: clips[0]) == 2 && stage.status(of: clips[0]) == .active)
            #expect(try stage.counters(of: clips[1]) == [0, 0, 0], "its counts in the first round")
            #expect(try stage.drift() == 0)
            // Back again: the votes that were cast in the open round are still its own.
            try stage.act(.assign(season: season, slot: 1, clip: clips[0]))
            #expect(try stage.slot(of: clips[1]) == 2 && stage.counters(of: clips[1])[0] == 3)
            #expect(try stage.drift() == 0)
            #expect(try stage.faultsOfTallies(season) == [])
        }
    }

    @Test("FILM-10 a slot that waits gets a winner that was eliminated; one whose turn has not come gets none")
    func assignWaiting() throws {
        try FilmStage.run { stage in
            let (season, clips) = try stage.voting(["A", "B"]) { $0.maxRoundsPerClip = 1 }
            try stage.closeRound()
            #expect(try stage.slots(of: season) == [.locked, .waitingForClips, .upcoming])
            #expect(try stage.status(of: clips[1]) == .eliminated)
            #expect(throws: FilmError.refused(.slotNotOpen(open: 2))) {
                try stage.act(.assign(season: season, slot: 3, clip: clips[1]))
            }
            #expect(throws: FilmError.refused(.clipInFilm)) {
                try stage.act(.assign(season: season, slot: 2, clip: clips[0]))
            }
            #expect(throws: FilmError.refused(.clipIsWinner)) {
                try stage.act(.assign(season: season, slot: 1, clip: clips[0]))
            }
            #expect(throws: FilmError.refused(.clipNotFound)) {
                try stage.act(.assign(season: season, slot: 2, clip: UUID()))
            }
            let pending = try stage.clip("Pending")
            try stage.superuser.execute("update tournament_clips set season_id = \(season) where id = \(pending)")
            #expect(throws: FilmError.refused(.clipNotInRace)) {
                try stage.act(.assign(season: season, slot: 2, clip: pending))
            }
            let done = try stage.act(.assign(season: season, slot: 2, clip: clips[1]))
            #expect(done.events.map(\.name) == ["winner_selected", "round_waiting"])
            #expect(try stage.slots(of: season) == [.locked, .locked, .waitingForClips])
            #expect(try stage.faultsOfTallies(season) == [])
        }
    }

    @Test("FILM-10 unlocking the last slot brings everything of its round back, for a fresh one")
    func unlock() throws {
        try FilmStage.run { stage in
            let (season, clips) = try stage.voting(["A", "B", "C"])
            try stage.vote(clips[2], by: 1..<3)
            try stage.closeRound()
            try stage.vote(clips[0], by: 5..<9)
            let late = try stage.clip("Late")
            _ = try stage.clips.approve([late], by: stage.admin)
            let before: Date = try stage.superuser.one("select dailies_now()")
            let done = try stage.act(
                .unlock(season: season, slot: 1, believing: SlotBelief(status: .locked, winner: clips[2])))
            #expect(done.events.map(\.name) == ["slot_unlocked", "round_opened"])
            #expect(done.consequences.votes == 6 && done.consequences.clips == 4)
            #expect(done.consequences.closesSlot == 2)
            #expect(try stage.slots(of: season) == [.voting, .upcoming, .upcoming])
            #expect(try stage.winner(of: season, slot: 1) == nil)
            for clip in clips + [late] {
                #expect(try stage.status(of: clip) == .active && stage.slot(of: clip) == 1)
                #expect(try stage.counters(of: clip) == [0, 0, 0])
            }
            let rounds: Int = try stage.superuser.one("select sum(rounds)::int from tournament_clips")
            #expect(rounds == 0)
            let ends = try #require(try stage.season(season).votingEndsAt)
            #expect(ends >= before.addingTimeInterval(3_600))
            let superseded: [Bool] = try stage.superuser.query(
                "select superseded_at is not null from slot_results where season_id = \(season)")
            #expect(superseded == [true, true, true], "superseded and never deleted")
            #expect(try stage.superuser.one("select count(*)::int from votes where voided_at is null") == 0)
            #expect(try stage.stories.round(season: season.uuidString, slot: 1).results.isEmpty)
            #expect(try stage.interventions(season, 1) == ["slot_unlocked"])
            #expect(try stage.interventions(season, 2) == ["round_cancelled"])
            // The same people vote again, and receipts are of the new round alone.
            try stage.vote(clips[0], by: 1..<3)
            #expect(
                try stage.tallies.receipts(season: season.uuidString, slot: 1, voterKeys: [Ballot.device(1)]).isEmpty)
            #expect(try stage.closeRound() == ["winner_selected", "round_opened"])
            #expect(try stage.winner(of: season, slot: 1) == clips[0])
            #expect(try stage.faultsOfTallies(season) == [])
            #expect(
                try stage.tallies.receipts(season: season.uuidString, slot: 1, voterKeys: [Ballot.device(1)]).count
                    == 1)
            #expect(try stage.drift() == 0)
        }
    }

    @Test("FILM-10 the last slot of a finished season can be unlocked while no other season runs")
    func unlockFinished() throws {
        try FilmStage.run { stage in
            let (season, clips) = try stage.voting(["A", "B", "C"], slots: 2)
            try stage.closeRound()
            try stage.closeRound()
            #expect(try stage.season(season).status == .finished)
            #expect(throws: FilmError.refused(.slotNotLast(last: 2))) {
                try stage.act(.unlock(season: season, slot: 1))
            }
            let other = try stage.season("Other")
            try stage.seasons.activate(other.id, by: stage.admin)
            #expect(throws: FilmError.refused(.anotherSeasonActive)) {
                try stage.act(.unlock(season: season, slot: 2))
            }
            try stage.act(.delete(season: other.id, label: "Other"))
            let done = try stage.act(.unlock(season: season, slot: 2))
            #expect(done.consequences.seasonStatus == .active && done.consequences.filmChanges == true)
            #expect(try stage.season(season).status == .active && stage.season(season).finishedAt == nil)
            #expect(try stage.slots(of: season) == [.locked, .voting])
            #expect(try stage.status(of: clips[2]) == .active, "what was eliminated at the end competes again")
            #expect(try stage.closeRound() == ["winner_selected", "season_finished"])
            #expect(throws: FilmError.refused(.slotNotFound)) { try stage.act(.unlock(season: season, slot: 9)) }
            #expect(try stage.faultsOfTallies(season) == [])
        }
    }

    @Test("FILM-10 VOTE-12 resetting votes is a void of all of them, which can be undone")
    func resetVotes() throws {
        try FilmStage.run { stage in
            let (season, clips) = try stage.voting(["A", "B"])
            #expect(throws: FilmError.refused(.noSuchVotes)) { try stage.act(.resetVotes(season: season, slot: 1)) }
            try stage.vote(clips[0], by: 1..<6)
            let before = try stage.ballotBox()
            let done = try stage.act(.resetVotes(season: season, slot: 1), reason: "A test round")
            #expect(done.events.map(\.name) == ["votes_reset"] && done.consequences.votes == 5)
            #expect(try stage.counters(of: clips[0]) == [0, 0, 0] && stage.drift() == 0)
            #expect(try stage.interventions(season, 1) == ["votes_reset"])
            let void = try #require(done.consequences.voidId)
            _ = try stage.oversight.restore(void, reason: "They were real", by: stage.admin)
            #expect(try stage.ballotBox() == before)
            // Everybody may vote again after a reset.
            try stage.act(.resetVotes(season: season, slot: 1))
            try stage.vote(clips[1], by: 1..<3)
            #expect(try stage.closeRound().first == "winner_selected")
            #expect(try stage.winner(of: season, slot: 1) == clips[1])
            // Of a locked slot the result stays.
            let late = try stage.act(.resetVotes(season: season, slot: 1))
            #expect(late.consequences.resultStays == true)
            #expect(try stage.stories.round(season: season.uuidString, slot: 1).results[0].voteCount == 2)
            #expect(try stage.faultsOfTallies(season) == [])
        }
    }

    @Test("FILM-10 the end of the open round can be moved, within a year and not into the past")
    func reschedule() throws {
        try FilmStage.run { stage in
            let (season, _) = try stage.voting(["A", "B"])
            let now: Date = try stage.superuser.one("select dailies_now()")
            let ends = now.addingTimeInterval(600)
            let seen = try #require(try stage.season(season).votingEndsAt)
            let done = try stage.act(
                .reschedule(season: season, slot: 1, ends: ends, believing: SlotBelief(votingEndsAt: seen)))
            #expect(done.events.map(\.name) == ["round_rescheduled"])
            let moved = try #require(try stage.season(season).votingEndsAt)
            #expect(abs(moved.timeIntervalSince(ends)) < 0.001)
            for bad in [now.addingTimeInterval(-1), now.addingTimeInterval(370 * 86_400)] {
                #expect(throws: FilmError.refused(.endOutOfRange)) {
                    try stage.act(.reschedule(season: season, slot: 1, ends: bad))
                }
            }
            #expect(throws: FilmError.refused(.slotNotOpen(open: 1))) {
                try stage.act(.reschedule(season: season, slot: 2, ends: ends))
            }
            try stage.test.advanceClock(by: .seconds(601))
            #expect(try stage.rounds.advance().map(\.name) == ["winner_selected", "round_opened"])
            #expect(try stage.interventions(season, 1) == ["round_rescheduled"])
        }
    }

    @Test(
        "FILM-10 a clip that is taken down is replaced by the best of the others, or leaves a gap that the film fills")
    func takeDown() throws {
        try FilmStage.run { stage in
            let (season, clips) = try stage.voting(["A", "B", "C"])
            try stage.vote(clips[0], by: 1..<4)
            try stage.vote(clips[1], by: 5..<7)
            try stage.closeRound()
            let first = try stage.act(.takeDown(clip: clips[0]), reason: "Copyright")
            #expect(first.consequences.winner?.title == "B" && first.consequences.leavesGap == false)
            #expect(try stage.winner(of: season, slot: 1) == clips[1])
            #expect(try stage.counters(of: clips[1])[0] == 2, "its votes in that round")
            #expect(try stage.status(of: clips[0]) == .rejected)
            let statements: [String] = try stage.superuser.query(
                "select reason from statements_of_reasons where clip_id = \(clips[0]) and action = 'reject'")
            #expect(statements == ["Copyright"], "its creator learns why, and can appeal")
            #expect(throws: FilmError.refused(.clipNotInFilm)) { try stage.act(.takeDown(clip: clips[0])) }
            #expect(throws: FilmError.refused(.clipNotFound)) { try stage.act(.takeDown(clip: UUID())) }
            try stage.act(.takeDown(clip: clips[1]))
            let last = try stage.act(.takeDown(clip: clips[2]), reason: "Copyright too")
            #expect(last.events.map(\.name) == ["clip_taken_down"] && last.consequences.leavesGap == true)
            let removals: [UUID] = try stage.superuser.query("select clip_id from film_removals")
            #expect(removals == [clips[2]])
            let round = try stage.stories.round(season: season.uuidString, slot: 1)
            #expect(round.winner == nil && round.results.allSatisfy { !$0.won && $0.clip.videoURL == nil })
            #expect(round.results.map(\.clip.title) == Array(repeating: "Removed take", count: 3))
            let story = try #require(try stage.stories.story().seasons.first)
            #expect(story.lockedSlots == 1 && story.slots[0].winner == nil)
            #expect(try stage.slots(of: season) == [.locked, .voting, .upcoming])
            let decisions = try stage.clips.approve([clips[2]], by: stage.admin)
            #expect(decisions.map(\.outcome) == [.notOpen])
            // An admin may fill the gap.
            let other = try stage.clip("D")
            _ = try stage.clips.approve([other], by: stage.admin)
            try stage.act(.assign(season: season, slot: 1, clip: other))
            #expect(try stage.winner(of: season, slot: 1) == other)
            #expect(try stage.superuser.one("select count(*)::int from film_removals") == 0)
            #expect(try stage.slots(of: season) == [.locked, .voting, .upcoming])
            #expect(try stage.faultsOfTallies(season) == [])
            #expect(try stage.drift() == 0)
        }
    }

    @Test("FILM-10 an act on a slot that has changed since is refused with what it is now, and does nothing")
    func changed() throws {
        try FilmStage.run { stage in
            let (season, clips) = try stage.voting(["A", "B", "C"])
            try stage.closeRound()
            let seen = SlotBelief(status: .locked, winner: clips[0])
            try stage.act(.assign(season: season, slot: 1, clip: clips[1], believing: seen))
            let before = try stage.fingerprint()
            for act: FilmAct in [
                .assign(season: season, slot: 1, clip: clips[2], believing: seen),
                .unlock(season: season, slot: 1, believing: seen),
                .resetVotes(season: season, slot: 1, believing: seen),
            ] {
                let error = #expect(throws: FilmError.self) { try stage.act(act) }
                #expect(error?.refusal?.code == "slot_changed")
                #expect(error?.refusal?.sentence.contains("“B” is its winner") == true)
            }
            #expect(try stage.fingerprint() == before)
            let open = try #require(try stage.season(season).votingEndsAt)
            #expect(throws: FilmError.self) {
                try stage.act(
                    .reschedule(
                        season: season, slot: 2, ends: open, believing: SlotBelief(votingEndsAt: open + 1)))
            }
        }
    }

    @Test("FILM-10 of opposite acts at once each sees what the one before it did", .safetyLimit)
    func opposite() throws {
        try FilmStage.run { stage in
            let (season, clips) = try stage.voting(["A", "B", "C", "D"])
            try stage.closeRound()
            let seen = SlotBelief(status: .locked, winner: clips[0])
            let done = ThreadCounter()
            let refused = ThreadCounter()
            try concurrently(6) { index in
                do {
                    try stage.act(
                        index.isMultiple(of: 2)
                            ? .unlock(season: season, slot: 1, believing: seen)
                            : .assign(season: season, slot: 1, clip: clips[1 + index / 2], believing: seen))
                    done.add()
                } catch let error as FilmError {
                    guard error.refusal?.code == "slot_changed" else { throw error }
                    refused.add()
                }
            }
            #expect(done.count == 1 && refused.count == 5)
        }
    }

    @Test("FILM-10 ADM-03 a preview says what the act then does, and changes nothing")
    func preview() throws {
        try FilmStage.run { stage in
            let (season, clips) = try stage.voting(["A", "B", "C"])
            try stage.vote(clips[0], by: 1..<4)
            try stage.closeRound()
            try stage.vote(clips[1], by: 1..<3)
            let label = "Undertow"
            for act: FilmAct in [
                .resetVotes(season: season, slot: 2), .assign(season: season, slot: 1, clip: clips[2]),
                .takeDown(clip: clips[2]), .advance(slot: 2), .unlock(season: season, slot: 2),
                .reset(season: season, label: label), .delete(season: season, label: label),
            ] {
                let before = (try stage.fingerprint(), try stage.ballotBox())
                let foreseen = try stage.acts.preview(act, by: stage.admin)
                #expect(try stage.fingerprint() == before.0)
                #expect(try stage.ballotBox() == before.1)
                let done = try stage.act(act)
                // Times differ by what passes between the two.
                func words(_ outcome: ActOutcome) -> [String] { outcome.sentences.filter { !$0.contains("until") } }
                #expect(words(foreseen) == words(done), "\(act)")
                #expect(!words(done).isEmpty, "\(act)")
            }
            #expect(throws: FilmError.refused(.seasonNotFound)) {
                try stage.acts.preview(.reset(season: season, label: ""), by: stage.admin)
            }
        }
    }

    @Test("SEC-03 FILM-10 only an admin acts on the film")
    func rights() throws {
        try FilmStage.run { stage in
            let (season, clips) = try stage.voting(["A", "B"])
            let mallory = try stage.member("mallory")
            for actor in [mallory, UUID(), nil] {
                for act: FilmAct in [
                    .assign(season: season, slot: 1, clip: clips[0]), .unlock(season: season, slot: 1),
                    .resetVotes(season: season, slot: 1), .reschedule(season: season, slot: 1, ends: .distantFuture),
                    .takeDown(clip: clips[0]), .advance(slot: 1), .reset(season: season, label: "Undertow"),
                    .delete(season: season, label: "Undertow"),
                ] {
                    let error = #expect(throws: (any Error).self) {
                        try unwrappingCause { try stage.acts.perform(act, reason: "x", by: actor) }
                    }
                    #expect((error as? DatabaseError)?.sqlstate == "42501", "\(act)")
                }
            }
        }
    }

    @Test("FILM-10 SOC-03 an appeal that is granted puts a clip back into its empty place, and the count still holds")
    func restored() throws {
        try FilmStage.run { stage in
            let (season, clips) = try stage.voting(["A"])
            try stage.vote(clips[0], by: 1..<4)
            try stage.closeRound()
            let done = try stage.act(.takeDown(clip: clips[0]))
            #expect(done.consequences.leavesGap == true)
            let statement: UUID = try stage.superuser.one(
                """
                update statements_of_reasons
                set appeal = 'It is mine', appealed_at = dailies_now()
                where clip_id = \(clips[0])
                returning id
                """)
            func decide() throws -> [String] {
                try stage.superuser.query(
                    """
                    select concat_ws(' ', outcome, name)
                    from decide_appeal(\(stage.admin), \(statement), true, 'The licence was shown')
                    """)
            }
            try stage.superuser.execute("update tournament_clips set processing = 'failed', processing_error = 'x'")
            #expect(try decide() == ["not_ready"] && stage.status(of: clips[0]) == .rejected)
            try stage.superuser.execute("update tournament_clips set processing = 'ready', processing_error = null")
            #expect(try decide() == ["done", "winner_selected"])
            #expect(try stage.status(of: clips[0]) == .locked && stage.winner(of: season, slot: 1) == clips[0])
            #expect(try stage.counters(of: clips[0])[0] == 3 && stage.drift() == 0)
            #expect(try stage.interventions(season, 1) == ["clip_taken_down", "clip_restored"])
            #expect(try stage.faultsOfTallies(season) == [])
            #expect(try decide() == ["no_open_appeal"])
        }
    }
}
