import Film
import FoundationEssentials
import Postgres
import TestSupport
import Testing

@Suite("The story", .requiresPostgres)
struct StoryTests {
    @Test("FILM-11 the story tells seasons, slots, winners, progress and the open slot")
    func story() throws {
        try FilmStage.run { stage in
            #expect(try stage.stories.story().seasons.isEmpty)
            let (season, clips) = try stage.voting(["A", "B", "C"], slots: 4)
            try stage.count(clips[2], votes: 8)
            try stage.closeRound()
            try stage.count(clips[0], votes: 2)
            _ = try stage.season("Coming soon")

            let story = try stage.stories.story()
            #expect(story.seasons.map(\.label) == ["Coming soon", "Undertow"])
            #expect(story.currentSeasonId == season)
            let current = try #require(story.shownSeason)
            #expect(current.slots.map(\.position) == [1, 2, 3, 4])
            #expect(current.slots.map(\.status) == [.locked, .voting, .upcoming, .upcoming])
            #expect(current.slots[0].winner?.clip.title == "C")
            #expect(current.slots[0].winner?.clip.username == "the_admin")
            #expect(current.slots[0].winner?.voteCount == 8)
            #expect(current.slots[1].winner == nil)
            #expect(current.lockedSlots == 1)
            #expect(current.progress == 0.25)
            #expect(current.durationSeconds == 8)
            #expect(current.contributors == 1)
            #expect(current.currentSlot == 2)
            #expect(current.round?.clips == 2)
            #expect(current.round?.votes == 2)
            #expect(current.votingEndsAt == (try stage.rounds.nextDue()))
        }
    }

    @Test("FILM-11 the overview follows the film from nothing to the end")
    func overview() throws {
        try FilmStage.run { stage in
            #expect(try stage.stories.overview().state == .noSeason)
            let draft = try stage.season(slots: 1)
            #expect(try stage.stories.overview().state == .noSeason)
            try stage.seasons.activate(draft.id, by: stage.admin)
            #expect(try stage.stories.overview().state == .waitingForClips)
            let mira = try stage.member("mira")
            _ = try stage.clips.approve(
                [try stage.clip("A"), try stage.clip("B", by: mira)], by: stage.admin)
            var overview = try stage.stories.overview()
            #expect(overview.state == .voting)
            #expect(overview.creators == 2)
            #expect(overview.takes.count == 2)
            #expect(overview.winners.isEmpty)
            try stage.closeRound()
            overview = try stage.stories.overview()
            #expect(overview.state == .seasonComplete)
            #expect(overview.season?.id == draft.id)
            #expect(overview.winners.map(\.position) == [1])
            #expect(overview.takes.isEmpty)
        }
    }

    @Test("FILM-04 every change of the film is announced to the listeners at commit")
    func announced() throws {
        try FilmStage.run { stage in
            let before: Int = try stage.superuser.one("select last_value from change_numbers")
            _ = try stage.voting(["A", "B"])
            try stage.closeRound()
            let after: Int = try stage.superuser.one("select last_value from change_numbers")
            #expect(after > before)
        }
    }
}
