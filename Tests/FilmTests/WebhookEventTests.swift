import Film
import FoundationEssentials
import Postgres
import TestSupport
import Testing

/// What the film notifies other systems of.
@Suite("Events of the film for webhooks", .requiresPostgres)
struct WebhookEventTests {
    private func subscribe(_ stage: FilmStage) throws {
        try stage.superuser.execute(
            """
            insert into webhooks (id, name, url, events, secret, created_at, updated_at)
            values (
                gen_random_uuid(), 'a', 'https://example.org/', array['clip.approved', 'slot.won', 'season.finished'], 'x',
                now(), now()
            )
            """)
    }

    private func events(_ stage: FilmStage) throws -> [String] {
        try stage.superuser.query(
            """
            select concat_ws(
                ' ', type, body::jsonb -> 'data' ->> 'title', body::jsonb -> 'data' ->> 'slot',
                body::jsonb -> 'data' ->> 'label', users.username
            )
            from webhook_events
            left join users on users.id = user_id
            order by webhook_events.created_at, body::jsonb -> 'data' ->> 'title'
            """)
    }

    @Test("RT-02 approving, winning and finishing a season each notify once, in the transaction of what happened")
    func film() throws {
        try FilmStage.run { stage in
            try subscribe(stage)
            let mira = try stage.member("mira")
            let season = try stage.season(slots: 1)
            try stage.seasons.activate(season.id, by: stage.admin)
            let clips = [try stage.clip("A", by: mira), try stage.clip("B")]
            _ = try stage.clips.approve(clips + [UUID()], by: stage.admin)
            #expect(try events(stage) == ["clip.approved A 1 mira", "clip.approved B 1 the_admin"])
            // What is active already is not approved again.
            _ = try stage.clips.approve(clips, by: stage.admin)
            #expect(try events(stage).count == 2)
            try stage.count(clips[0], votes: 3)
            try stage.closeRound()
            #expect(
                try events(stage).dropFirst(2).sorted() == [
                    "season.finished Undertow", "slot.won A 1 mira",
                ])
            let body: String = try stage.superuser.one("select body from webhook_events where type = 'slot.won'")
            #expect(body.hasPrefix(#"{"type":"slot.won","timestamp":"2"#) && body.contains(#""voteCount": 3"#))
            #expect(try stage.superuser.one("select count(*)::int from jobs where kind = 'deliver_webhook'") == 4)
        }
    }

    @Test("RT-02 a winner that an admin chooses is notified of too; a preview notifies of nothing")
    func chosen() throws {
        try FilmStage.run { stage in
            let (season, clips) = try stage.voting(["A", "B"])
            try subscribe(stage)
            try stage.count(clips[0], votes: 3)
            try stage.closeRound()
            #expect(try events(stage) == ["slot.won A 1 the_admin"])
            let rows: [Row] = try stage.superuser.query(
                "select * from assign_winner(\(stage.admin), \(season), 1, \(clips[1]), null, 'The jury')")
            #expect(!rows.isEmpty)
            #expect(try events(stage) == ["slot.won A 1 the_admin", "slot.won B 1 the_admin"])
        }
    }

    @Test("RT-02 without a webhook nothing is written")
    func silent() throws {
        try FilmStage.run { stage in
            _ = try stage.voting(["A"], slots: 1)
            try stage.closeRound()
            #expect(try events(stage) == [])
            #expect(try stage.superuser.one("select count(*)::int from jobs where kind = 'deliver_webhook'") == 0)
        }
    }
}
