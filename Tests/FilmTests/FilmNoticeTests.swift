import Film
import FoundationEssentials
import Postgres
import TestSupport
import Testing

/// What the film's events are notified of, at the place where they happen.
@Suite("Notifications of the film", .requiresPostgres)
struct FilmNoticeTests {
    /// The kinds and facts of a member's notifications, or of those for everybody, the oldest first.
    private func news(_ member: UUID?, _ fact: String, _ stage: FilmStage) throws -> [String] {
        try stage.superuser.query(
            """
            select kind || ' ' || coalesce(facts ->> \(fact), '-')
            from notifications
            where user_id is not distinct from \(member)
            order by id
            """)
    }

    @Test(
        "NOTE-01 CLIP-05 a creator is notified of each decision with its reason and no admin's name; undone, it is gone"
    )
    func decisions() throws {
        try FilmStage.run { stage in
            _ = try stage.voting(["A"])
            let mira = try stage.member("mira")
            let (first, second) = (try stage.clip("Ash", by: mira), try stage.clip("Fog", by: mira))
            let own = try stage.clip("Own")
            let approvals = try stage.clips.approve([first, own], by: stage.admin)
            _ = try stage.clips.reject([second], reason: "Too dark.", by: stage.admin)
            #expect(try news(mira, "slot", stage) == ["clip_approved 1", "clip_rejected -"])
            #expect(try news(mira, "reason", stage) == ["clip_approved -", "clip_rejected Too dark."])
            #expect(try news(stage.admin, "title", stage) == [])
            #expect(try stage.superuser.one("select count(actor_user_id)::int from notifications", as: Int.self) == 0)
            let decision = try #require(approvals.first { $0.clipID == first }?.decisionID)
            _ = try stage.clips.undo([decision], by: stage.admin)
            #expect(try news(mira, "title", stage) == ["clip_rejected Fog"])
        }
    }

    @Test(
        "NOTE-01 FILM-08 a round is one row for everybody, a win one for its creator; followers learn of the season's end"
    )
    func rounds() throws {
        try FilmStage.run { stage in
            let mira = try stage.member("mira")
            let season = try stage.season(slots: 2)
            let clips = try ["Ash", "Fog"].map { try stage.clip($0, by: mira) }
            _ = try stage.clips.approve(clips, by: stage.admin)
            try stage.seasons.activate(season.id, by: stage.admin)
            #expect(try news(nil, "slot", stage) == ["new_round 1"])
            try stage.count(clips[0], votes: 3)
            try stage.closeRound()
            // The row of the round that is over is gone, and there is none for each member.
            #expect(try news(nil, "slot", stage) == ["new_round 2"])
            #expect(try news(mira, "title", stage).suffix(1) == ["clip_won Ash"])
            try stage.count(clips[1], votes: 1)
            try stage.closeRound()
            #expect(try news(mira, "slot", stage).suffix(2) == ["clip_won 1", "clip_won 2"])
            #expect(
                try stage.superuser.query(
                    "select payload ->> 'season' from jobs where kind = 'notify_followers'", as: String.self)
                    == [season.id.uuidString.lowercased()])

            let fans = try (1...3).map { try stage.member("fan_\($0)") }
            for fan in fans {
                try stage.superuser.execute(
                    """
                    insert into follows (follower_id, followed_id, created_at)
                    values (\(fan), \(mira), now())
                    """)
            }
            var last: UUID?
            for _ in 1...2 {
                repeat {
                    last = try stage.jobs.one(
                        "select notify_followers_of_season(\(season.id), \(last), 2)", as: UUID?.self)
                } while last != nil
            }
            for fan in fans { #expect(try news(fan, "title", stage) == ["system Undertow is finished"]) }
        }
    }

    @Test("NOTE-01 FILM-10 a win that an admin takes back is taken back from the list, and its creator is told")
    func acts() throws {
        try FilmStage.run { stage in
            let mira = try stage.member("mira")
            let (season, clips) = try stage.voting(["A", "B"])
            try stage.superuser.execute("update tournament_clips set user_id = \(mira) where id = \(clips[0])")
            try stage.count(clips[0], votes: 3)
            try stage.closeRound()
            #expect(try news(mira, "title", stage) == ["clip_won A"])
            _ = try stage.act(.unlock(season: season, slot: 1))
            let told = try news(mira, "title", stage)
            #expect(told == ["system “A” is no longer the winner of slot 1"])
            try stage.count(clips[0], votes: 3)
            try stage.closeRound()
            #expect(try news(mira, "title", stage) == told + ["clip_won A"])
            _ = try stage.act(.takeDown(clip: clips[0]), reason: "It is not hers.")
            #expect(try news(mira, "reason", stage).last == "clip_rejected It is not hers.")
            #expect(try news(mira, "title", stage) == told + ["clip_rejected A"])
        }
    }
}
