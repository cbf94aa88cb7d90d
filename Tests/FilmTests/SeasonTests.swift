import Film
import FoundationEssentials
import Postgres
import Refusals
import TestSupport
import Testing

@Suite("Seasons", .requiresPostgres)
struct SeasonTests {
    @Test("FILM-01 a season is a draft with its defaults and all its slots")
    func defaults() throws {
        try FilmStage.run { stage in
            let season = try stage.seasons.create(SeasonSettings(label: "Undertow"), by: stage.admin)
            #expect(season.status == .draft)
            #expect(season.settings.totalSlots == 75)
            #expect(season.settings.roundSeconds == 86_400)
            #expect(season.settings.aspect == .portrait)
            #expect(season.settings.maxActiveClipsPerMember == 3)
            #expect(season.settings.maxRoundsPerClip == nil)
            #expect(season.settings.showCounts == .always)
            #expect(season.settings.minVotes == 0)
            #expect(try stage.slots(of: season.id) == Array(repeating: .upcoming, count: 75))
        }
    }

    @Test("FILM-01 a season has 1 to 500 slots", arguments: [0, 501])
    func slotRange(count: Int) throws {
        try FilmStage.run { stage in
            #expect(throws: DatabaseError.self) { try unwrappingCause { try stage.season(slots: count) } }
            let made = try stage.seasons.list()
            #expect(made.isEmpty)
        }
    }

    @Test("FILM-01 one season is active at a time")
    func oneActive() throws {
        try FilmStage.run { stage in
            let first = try stage.season("One")
            let second = try stage.season("Two")
            try stage.seasons.activate(first.id, by: stage.admin)
            #expect(throws: FilmError.refused(.anotherSeasonActive)) {
                try stage.seasons.activate(second.id, by: stage.admin)
            }
            #expect(throws: FilmError.refused(.seasonNotDraft)) {
                try stage.seasons.activate(first.id, by: stage.admin)
            }
            #expect(throws: FilmError.refused(.seasonNotFound)) { try stage.seasons.activate(UUID(), by: stage.admin) }
            #expect(try stage.seasons.active()?.id == first.id)
        }
    }

    @Test("FILM-01 two activations at once leave one active season")
    func activationRace() throws {
        try FilmStage.run { stage in
            let drafts = try (0..<4).map { try stage.season("Season \($0)").id }
            let refused = ThreadCounter()
            try concurrently(drafts.count) { index in
                do {
                    try stage.seasons.activate(drafts[index], by: stage.admin)
                } catch FilmError.refused(.anotherSeasonActive) {
                    refused.add()
                }
            }
            #expect(refused.count == 3)
            #expect(try stage.seasons.list().count { $0.status == .active } == 1)
        }
    }

    @Test("FILM-02 the database itself refuses a second open slot")
    func oneVotingSlot() throws {
        try FilmStage.run { stage in
            let (season, _) = try stage.voting(["A", "B"])
            #expect(throws: DatabaseError.self) {
                try stage.superuser.execute(
                    """
                    update story_slots
                    set status = 'voting', voting_started_at = now(), voting_ends_at = now()
                    where season_id = \(season) and position = 2
                    """)
            }
        }
    }

    @Test("FILM-03 activation opens slot 1 for a full round when a clip is in it")
    func activationWithClip() throws {
        try FilmStage.run { stage in
            let draft = try stage.season()
            _ = try stage.clips.approve([try stage.clip("A")], by: stage.admin)
            let before: Date = try stage.superuser.one("select dailies_now()")
            let season = try stage.seasons.activate(draft.id, by: stage.admin)
            #expect(season.status == .active)
            #expect(season.currentSlot == 1)
            #expect(season.currentSlotStatus == .voting)
            let ends = try #require(season.votingEndsAt)
            #expect(ends >= before.addingTimeInterval(3_600))
            #expect(ends < before.addingTimeInterval(3_660))
        }
    }

    @Test("FILM-03 activation without a clip waits for one")
    func activationWithoutClip() throws {
        try FilmStage.run { stage in
            let season = try stage.seasons.activate(try stage.season().id, by: stage.admin)
            #expect(season.currentSlotStatus == .waitingForClips)
            #expect(season.votingEndsAt == nil)
        }
    }

    @Test("FILM-01 settings can be changed, the number of slots only before the season begins")
    func edit() throws {
        try FilmStage.run { stage in
            let draft = try stage.season(slots: 3)
            var settings = draft.settings
            settings.totalSlots = 5
            settings.maxRoundsPerClip = 4
            #expect(try stage.seasons.edit(draft.id, settings: settings, by: stage.admin).settings == settings)
            #expect(try stage.slots(of: draft.id).count == 5)
            settings.totalSlots = 2
            _ = try stage.seasons.edit(draft.id, settings: settings, by: stage.admin)
            #expect(try stage.slots(of: draft.id).count == 2)

            try stage.seasons.activate(draft.id, by: stage.admin)
            settings.label = "Overtow"
            settings.maxRoundsPerClip = nil
            #expect(try stage.seasons.edit(draft.id, settings: settings, by: stage.admin).settings == settings)
            settings.totalSlots = 9
            #expect(throws: FilmError.refused(.seasonNotDraft)) {
                try stage.seasons.edit(draft.id, settings: settings, by: stage.admin)
            }
        }
    }

    @Test("FILM-01 only a finished season can be archived, and it leaves the story")
    func archive() throws {
        try FilmStage.run { stage in
            let (season, _) = try stage.voting(["A"], slots: 1)
            #expect(throws: FilmError.refused(.seasonNotFinished)) {
                try stage.seasons.archive(season, by: stage.admin)
            }
            try stage.closeRound()
            #expect(try stage.stories.story().seasons.count == 1)
            #expect(try stage.seasons.archive(season, by: stage.admin).status == .archived)
            #expect(try stage.stories.story().seasons.isEmpty)
        }
    }

    @Test("SEC-03 the web role changes the film only through functions that check the admin")
    func rights() throws {
        try FilmStage.run { stage in
            let member = try stage.member("mallory")
            let (season, clips) = try stage.voting(["A"])
            for actor in [member, UUID(), nil] {
                #expect(throws: DatabaseError.self) {
                    try unwrappingCause { try stage.seasons.create(SeasonSettings(label: "X"), by: actor) }
                }
                #expect(throws: DatabaseError.self) { try stage.clips.reject(clips, reason: "no", by: actor) }
                #expect(throws: DatabaseError.self) { try stage.clips.approve(clips, by: actor) }
                #expect(throws: DatabaseError.self) {
                    try unwrappingCause { try Rounds(database: stage.web).advanceNow(by: actor) }
                }
            }
            let forbidden: [SQL] = [
                "update tournament_clips set vote_count = 1000",
                "update story_slots set voting_ends_at = now()",
                "update seasons set status = 'finished'",
                "delete from slot_results",
                "select * from close_round(\(season), 1, true)",
                "insert into tournament_clips (user_id, title, genre, rights_confirmed_at) select id, 't', 'Other', now() from users",
            ]
            for statement in forbidden {
                let error = #expect(throws: DatabaseError.self) { try stage.web.execute(statement) }
                #expect(error?.sqlstate == "42501", "\(statement)")
            }
        }
    }
}
