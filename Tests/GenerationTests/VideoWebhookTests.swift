import FoundationEssentials
import Generation
import Postgres
import TestSupport
import Testing

/// What other systems are notified of when a video is done.
@Suite("Events of videos for webhooks", .requiresPostgres)
struct VideoWebhookTests {
    @Test("RT-02 a video that is done is notified of once, with its model and cost and without its prompt")
    func done() throws {
        try GenerationStage.run { stage in
            try stage.superuser.execute(
                """
                insert into webhooks (id, name, url, events, secret, created_at, updated_at)
                values (gen_random_uuid(), 'a', 'https://example.org/', array['video.done'], 'x', now(), now())
                """)
            let kept = try stage.remote()
            #expect(try stage.begin(kept) == "go" && stage.accept(kept))
            #expect(try stage.finish(kept) == [true, true, true])
            #expect(try stage.finish(kept).last == false)
            let bodies: [String] = try stage.superuser.query("select body from webhook_events")
            #expect(bodies.count == 1 && !bodies[0].contains("fog"))
            let data: String = try stage.superuser.one(
                """
                select concat_ws(
                    ' ', body::jsonb ->> 'type', data ->> 'username', data ->> 'model', data ->> 'costUsd',
                    data ->> 'durationMs', data ->> 'published'
                )
                from webhook_events
                cross join lateral (select body::jsonb -> 'data' as data) parsed
                where user_id = \(stage.member)
                """)
            #expect(data == "video.done mira ray-flash-2-540p 0.6000 5000 false")
        }
    }
}
