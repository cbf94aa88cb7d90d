import Film
import FoundationEssentials
import Postgres
import TestSupport
import Testing

@Suite("The story", .requiresPostgres)
struct StoryTests {
    @Test("FILM-11 the story lists seasons, slots, winners, progress and the open slot")
    func story() throws {
        try FilmStage.run { stage in
            #expect(try stage.stories.story().seasons.isEmpty)
            let (season, clips) = try stage.voting(["A", "B", "C"], slots: 4)
            try stage.count(clips[2], votes: 8)
            try stage.closeRound()
            try stage.count(clips[0], votes: 2)
            _ = try stage.season("Coming soon")
            try stage.superuser.execute(
                """
                insert into comments (clip_id, user_id, text, created_at)
                values (\(clips[2]), \(stage.admin), 'I could watch this all day.', dailies_now())
                """)

            let story = try stage.stories.story()
            #expect(story.seasons.map(\.label) == ["Coming soon", "Undertow"])
            #expect(story.currentSeasonID == season)
            let current = try #require(story.shownSeason)
            #expect(current.slots.map(\.position) == [1, 2, 3, 4])
            #expect(current.slots.map(\.status) == [.locked, .voting, .upcoming, .upcoming])
            #expect(current.slots[0].winner?.clip.title == "C")
            #expect(current.slots[0].winner?.clip.username == "the_admin")
            #expect(current.slots[0].winner?.voteCount == 8)
            #expect(current.slots[0].winner?.commentCount == 1)
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
            #expect(overview.openClips.count == 2)
            #expect(overview.winners.isEmpty)
            try stage.closeRound()
            overview = try stage.stories.overview()
            #expect(overview.state == .seasonComplete)
            #expect(overview.season?.id == draft.id)
            #expect(overview.winners.map(\.position) == [1])
            #expect(overview.openClips.isEmpty)
        }
    }

    @Test("RT-01 each step of the film is published by a job of its transaction, and nothing else is")
    func published() throws {
        try FilmStage.run { stage in
            let (season, clips) = try stage.voting(["A", "B"], slots: 2)
            #expect(try stage.published() == ["round_opened"])
            try stage.closeRound()
            try stage.closeRound()
            try stage.rounds.advance()
            #expect(
                try stage.published() == [
                    "round_opened", "winner_selected", "round_opened", "winner_selected", "season_finished",
                ])
            let winner: JSONText = try stage.superuser.one(
                """
                select (payload ->> 'message')::jsonb
                from jobs
                where kind = 'publish' and payload ->> 'name' = 'winner_selected'
                order by id
                limit 1
                """)
            let message = try winner.decode(WinnerMessage.self)
            #expect(message.seasonId == season)
            #expect(message.slot == 1)
            #expect(clips.contains(message.clipId))
            #expect(message.username == "the_admin")
            let channels: [String] = try stage.superuser.query(
                """
                select distinct payload ->> 'channel'
                from jobs
                where kind = 'publish' and payload ->> 'name' not in ('clips_decided', 'notified')
                """)
            #expect(channels == ["slot"])
        }
    }

    @Test("RT-01 what an admin does to the open slot is published too")
    func publishedByAdmins() throws {
        try FilmStage.run { stage in
            try stage.seasons.activate(try stage.season().id, by: stage.admin)
            _ = try stage.clips.approve([try stage.clip("A"), try stage.clip("B")], by: stage.admin)
            _ = try stage.clips.approve([try stage.clip("C")], by: stage.admin)
            try Rounds(database: stage.web).advanceNow(by: stage.admin)
            #expect(
                try stage.published() == ["round_waiting", "round_opened", "winner_selected", "round_opened"])
        }
    }

    @Test("FILM-04 what the public sees is announced to every process at commit, what it does not see is not")
    func announced() throws {
        try FilmStage.run { stage in
            func news(_ body: () throws -> Void) throws -> Bool {
                let before: Int = try stage.superuser.one("select last_value from change_numbers")
                try body()
                return try stage.superuser.one("select last_value from change_numbers") > before
            }
            var clips: [UUID] = []
            let hasBegun = try news { clips = try stage.voting(["A", "B"]).clips }
            #expect(hasBegun)
            #expect(try news { try stage.closeRound() })
            #expect(try !news { try stage.rounds.advance() })
            var pending = UUID()
            #expect(try !news { pending = try stage.clip("C") })
            let edit: (UUID) throws -> Void = { clip in
                try stage.clips.edit(clip, title: "D", description: nil, genre: nil, by: stage.admin)
            }
            #expect(try !news { try edit(pending) })
            #expect(try news { try edit(clips[0]) })
            #expect(try !news { _ = try stage.clips.reject([pending], reason: "no", by: stage.admin) })
            #expect(try news { _ = try stage.clips.approve([pending], by: stage.admin) })
            #expect(try news { _ = try stage.clips.reject([pending], reason: "no", by: stage.admin) })
        }
    }
}

private struct WinnerMessage: Decodable {
    let seasonId: UUID
    let slot: Int
    let clipId: UUID
    let username: String
}

extension FilmStage {
    /// The names of the events that wait to be published, in order.
    func published() throws -> [String] {
        try superuser.query(
            "select payload ->> 'name' from jobs where kind = 'publish' and payload ->> 'channel' = 'slot' order by id")
    }
}
