import Film
import FoundationEssentials
import Postgres
import Refusals
import TestSupport
import Testing

@Suite("Rounds", .requiresPostgres)
struct RoundTests {
    @Test("FILM-04 the highest weighted score wins, the others move on with no votes")
    func winner() throws {
        try FilmStage.run { stage in
            let (season, clips) = try stage.voting(["A", "B", "C"])
            try stage.count(clips[0], votes: 9, weight: 9)
            try stage.count(clips[1], votes: 2, weight: 20)
            #expect(try stage.closeRound() == ["winner_selected", "round_opened"])
            #expect(try stage.slots(of: season) == [.locked, .voting, .upcoming])
            #expect(try stage.winner(of: season, slot: 1) == clips[1])
            #expect(try stage.status(of: clips[1]) == .locked)
            #expect(try stage.counters(of: clips[1]) == [2, 20, 2])
            for carried in [clips[0], clips[2]] {
                #expect(try stage.status(of: carried) == .active)
                #expect(try stage.slot(of: carried) == 2)
                #expect(try stage.counters(of: carried) == [0, 0, 0])
                #expect(try stage.superuser.one("select rounds from tournament_clips where id = \(carried)") == 1)
            }
        }
    }

    @Test("FILM-04 nothing happens before the round is over")
    func notDue() throws {
        try FilmStage.run { stage in
            _ = try stage.voting(["A", "B"])
            try stage.test.advanceClock(by: .seconds(3_500))
            let before = try stage.fingerprint()
            #expect(try stage.rounds.advance().isEmpty)
            #expect(try stage.fingerprint() == before)
            let left = try #require(try stage.rounds.untilNextDue())
            #expect(left > .zero && left <= .seconds(100))
        }
    }

    @Test("FILM-04 a tie goes to the higher vote count")
    func tieByVotes() throws {
        try FilmStage.run { stage in
            let (season, clips) = try stage.voting(["A", "B"])
            try stage.count(clips[0], votes: 1, weight: 10)
            try stage.count(clips[1], votes: 10, weight: 10)
            try stage.closeRound()
            #expect(try stage.winner(of: season, slot: 1) == clips[1])
            let ranked = try stage.stories.round(season: season.uuidString, slot: 1).results.map(\.clip.title)
            #expect(ranked == ["B", "A"])
        }
    }

    @Test("FILM-04 then to the earlier upload, then to the lower id")
    func tieByAge() throws {
        try FilmStage.run { stage in
            let day = Date(timeIntervalSince1970: 1_700_000_000)
            let season = try stage.season(slots: 3)
            let late = try stage.clip("late", createdAt: day.addingTimeInterval(1), id: .numbered(1))
            let high = try stage.clip("high", createdAt: day, id: .numbered(3))
            let low = try stage.clip("low", createdAt: day, id: .numbered(2))
            _ = try stage.clips.approve([late, high, low], by: stage.admin)
            try stage.seasons.activate(season.id, by: stage.admin)
            for clip in [late, high, low] { try stage.count(clip, votes: 5) }
            try stage.closeRound()
            try stage.closeRound()
            try stage.closeRound()
            let winners = try (1...3).map { try stage.winner(of: season.id, slot: $0) }
            #expect(winners == [low, high, late])
            let ranked = try stage.stories.round(season: season.id.uuidString, slot: 1).results.map(\.clip.id)
            #expect(ranked == [low, high, late])
        }
    }

    @Test("FILM-06 a round without any vote still has a winner")
    func noVotes() throws {
        try FilmStage.run { stage in
            let (season, clips) = try stage.voting(["A", "B"])
            try stage.closeRound()
            let winner = try #require(try stage.winner(of: season, slot: 1))
            #expect(clips.contains(winner))
        }
    }

    @Test("FILM-06 min_votes extends a round at most three times")
    func minVotes() throws {
        try FilmStage.run { stage in
            let (season, clips) = try stage.voting(["A", "B"]) { $0.minVotes = 3 }
            try stage.count(clips[0], votes: 2, weight: 20)
            for _ in 1...3 {
                #expect(try stage.closeRound() == ["round_extended"])
                #expect(try stage.slots(of: season).first == .voting)
                let left = try #require(try stage.rounds.untilNextDue())
                #expect(left > .seconds(3_500) && left <= .seconds(3_600))
            }
            #expect(try stage.counters(of: clips[0]) == [2, 20, 2])
            #expect(try stage.closeRound() == ["winner_selected", "round_opened"])
            #expect(
                try stage.superuser.one(
                    "select extensions from story_slots where season_id = \(season) and position = 2") == 0)
        }
    }

    @Test("FILM-06 a clip that reaches min_votes ends the round in time")
    func minVotesReached() throws {
        try FilmStage.run { stage in
            let (_, clips) = try stage.voting(["A", "B"]) { $0.minVotes = 3 }
            try stage.count(clips[0], votes: 3)
            #expect(try stage.closeRound() == ["winner_selected", "round_opened"])
        }
    }

    @Test("FILM-04 a clip that has had its rounds is eliminated")
    func maxRounds() throws {
        try FilmStage.run { stage in
            let (season, clips) = try stage.voting(["A", "B", "C", "D"], slots: 5) { $0.maxRoundsPerClip = 2 }
            try stage.closeRound()
            #expect(try clips.filter { try stage.status(of: $0) == .active }.count == 3)
            try stage.closeRound()
            #expect(try clips.filter { try stage.status(of: $0) == .eliminated }.count == 2)
            #expect(try stage.slots(of: season) == [.locked, .locked, .waitingForClips, .upcoming, .upcoming])
        }
    }

    @Test("FILM-05 an expired slot without a clip waits, and the first clip opens a fresh full round")
    func waiting() throws {
        try FilmStage.run { stage in
            let (season, clips) = try stage.voting(["A"])
            _ = try stage.clips.reject(clips, reason: "blurred", by: stage.admin)
            #expect(try stage.closeRound() == ["round_waiting"])
            #expect(try stage.slots(of: season)[0] == .waitingForClips)
            #expect(try stage.rounds.untilNextDue() == nil)
            #expect(try stage.closeRound().isEmpty)

            let decisions = try stage.clips.approve([try stage.clip("B")], by: stage.admin)
            #expect(decisions.map(\.outcome) == [.approved])
            #expect(try stage.slots(of: season)[0] == .voting)
            let left = try #require(try stage.rounds.untilNextDue())
            #expect(left > .seconds(3_500) && left <= .seconds(3_600))
            #expect(try stage.closeRound() == ["winner_selected", "round_waiting"])
        }
    }

    @Test("FILM-07 every round leaves the counts and ranks of the clips that competed")
    func results() throws {
        try FilmStage.run { stage in
            let (season, clips) = try stage.voting(["A", "B", "C"])
            try stage.count(clips[0], votes: 5)
            try stage.count(clips[1], votes: 7)
            try stage.closeRound()
            try stage.count(clips[2], votes: 4)
            try stage.closeRound()

            let first = try stage.stories.round(season: season.uuidString, slot: 1)
            #expect(first.status == .locked)
            #expect(first.results.map(\.clip.title) == ["B", "A", "C"])
            #expect(first.results.map(\.rank) == [1, 2, 3])
            #expect(first.results.map(\.won) == [true, false, false])
            #expect(first.results.map(\.voteCount) == [7, 5, 0])
            #expect(first.results.map(\.viewCount) == [7, 5, 0])
            let second = try stage.stories.round(season: String(first.season.number), slot: 2)
            #expect(second.results.map(\.clip.title) == ["C", "A"])
            #expect(try stage.stories.round(season: season.uuidString, slot: 3).results.isEmpty)
            #expect(throws: FilmError.refused(.slotNotFound)) { try stage.stories.round(season: "1", slot: 4) }
            #expect(throws: FilmError.refused(.seasonNotFound)) { try stage.stories.round(season: "last", slot: 1) }
        }
    }

    @Test("FILM-08 after the last slot the season is finished and clips that never won are eliminated")
    func finish() throws {
        try FilmStage.run { stage in
            let (season, clips) = try stage.voting(["A", "B", "C"], slots: 2)
            #expect(try stage.closeRound() == ["winner_selected", "round_opened"])
            #expect(try stage.closeRound() == ["winner_selected", "season_finished"])
            #expect(try stage.closeRound().isEmpty)
            let finished = try stage.seasons.season(season)
            #expect(finished.status == .finished)
            #expect(finished.finishedAt != nil)
            #expect(finished.lockedSlots == 2)
            #expect(
                try clips.map { try stage.status(of: $0) }.sorted { $0.rawValue < $1.rawValue } == [
                    .eliminated, .locked, .locked,
                ])
        }
    }

    @Test("FILM-10 an admin can close the open round before its time, once")
    func advanceNow() throws {
        try FilmStage.run { stage in
            let rounds = Rounds(database: stage.web)
            #expect(throws: FilmError.refused(.noOpenRound)) { try rounds.advanceNow(by: stage.admin) }
            let (season, clips) = try stage.voting(["A", "B"]) { $0.minVotes = 100 }
            try stage.count(clips[1], votes: 1)
            #expect(throws: FilmError.refused(.slotNotOpen(open: 1))) {
                try rounds.advanceNow(slot: 2, by: stage.admin)
            }
            #expect(try rounds.advanceNow(slot: 1, by: stage.admin).map(\.name) == ["winner_selected", "round_opened"])
            #expect(throws: FilmError.refused(.slotNotOpen(open: 2))) {
                try rounds.advanceNow(slot: 1, by: stage.admin)
            }
            #expect(try stage.winner(of: season, slot: 1) == clips[1])
            let left = try #require(try stage.rounds.untilNextDue())
            #expect(left > .seconds(3_500))
        }
    }
}

extension UUID {
    /// An id whose order among others is known.
    static func numbered(_ number: UInt8) -> UUID {
        UUID(uuid: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, number))
    }
}
