import Film
import FoundationEssentials
import Media
import Postgres
import Queue
import TestSupport
import Testing

@Suite("OPS-01 the demo season", .serialized, .requiresPostgres)
struct DemoSeasonTests {
    func demo(_ workshop: ClipWorkshop) -> DemoSeason {
        DemoSeason(database: workshop.stage.jobs, storage: workshop.storage, tools: workshop.tools)
    }

    @Test("OPS-01 some slots are won, a round is open, the rest comes by jobs; a second call changes nothing")
    func seed() throws {
        try ClipWorkshop.run { workshop in
            let database = workshop.stage.superuser
            try database.execute("delete from story_slots")
            try database.execute("delete from seasons")
            let outcome = try demo(workshop).seed(roundSeconds: 90, ready: 3, locked: 1)
            guard case .running(let season, let toCome) = outcome else {
                Issue.record("\(outcome)")
                return
            }
            #expect(toCome >= 16)
            let slots: [String] = try database.query(
                "select status from story_slots where season_id = \(season) order by position limit 4")
            #expect(slots == ["locked", "voting", "upcoming", "upcoming"])
            let total: Int = try database.one("select count(*) from story_slots where season_id = \(season)")
            #expect(total == 75)
            let results: [Int] = try database.query(
                """
                select count(*)
                from slot_results
                where season_id = \(season)
                group by slot_position
                order by slot_position
                """)
            #expect(results == [3])
            let plausible: Bool = try database.one(
                """
                select bool_and(
                    vote_count between 1 and view_count and opened_at < closed_at and closed_at <= dailies_now()
                )
                from slot_results
                """)
            #expect(plausible)
            let active: Int = try database.one(
                "select count(*) from tournament_clips where status = 'active' and slot_position = 2 and vote_count = 0"
            )
            #expect(active == 2)
            let matching: Bool = try database.one(
                """
                select bool_and(
                    results.vote_count = (
                        select count(*)
                        from votes
                        where votes.slot_position = results.slot_position and votes.clip_id = results.clip_id
                    )
                )
                from slot_results results
                """)
            #expect(matching)

            let again = try demo(workshop).seed(ready: 3, locked: 1)
            #expect(again == outcome)
            let clips: Int = try database.one("select count(*) from tournament_clips")
            #expect(clips == 3)

            // One of the jobs, as the drain does it.
            try database.execute("delete from jobs where payload->>'index' is distinct from '5'")
            var registry = JobRegistry()
            demo(workshop).register(in: &registry)
            _ = try Drainer(database: workshop.stage.jobs, registry: registry).run(until: .empty)
            let added: Int = try database.one(
                "select count(*) from tournament_clips where status = 'active' and slot_position = 2")
            #expect(added == 3)
            let left: Int = try database.one(
                "select count(*) from jobs where state <> 'completed' and kind = 'render_demo_clip'")
            #expect(left == 0)
        }
    }

    @Test("OPS-01 clips keep coming: one at a time, pending for a while, then approved; never into another season")
    func supply() throws {
        try ClipWorkshop.run { workshop in
            let database = workshop.stage.superuser
            let supply = DemoSupply(database: workshop.stage.jobs)
            #expect(try !supply.isDemo())
            try database.execute("delete from story_slots")
            try database.execute("delete from seasons")
            let seeded = try demo(workshop).seed(roundSeconds: 90, ready: 2, locked: 1, addsOthers: false)
            guard case .running(let season, 0) = seeded else {
                Issue.record("\(seeded)")
                return
            }
            #expect(try supply.isDemo())
            #expect(try supply.step() == .ordered(title: DemoClips.clip(2).title))
            #expect(try supply.step() == .nothing, "while one is made, no other is ordered")
            var registry = JobRegistry()
            demo(workshop).register(in: &registry)
            _ = try Drainer(database: workshop.stage.jobs, registry: registry).run(until: .empty)
            #expect(
                try database.one(
                    "select count(*) from tournament_clips where status = 'pending' and processing = 'ready'") == 1)
            // On a busy machine making it takes longer than that.
            try database.execute("update tournament_clips set created_at = dailies_now() + interval '1 hour'")
            #expect(try supply.step() == .nothing, "it is pending for a while")
            try database.execute("update tournament_clips set created_at = dailies_now() - interval '20 s'")
            #expect(try supply.step() == .approved(1))
            #expect(try database.one("select count(*) from tournament_clips where status = 'active'") == 2)
            // Few clips compete, so the next one is ordered at once.
            #expect(try supply.step() == .ordered(title: DemoClips.clip(3).title))
            try database.execute("update seasons set status = 'finished', finished_at = now() where id = \(season)")
            #expect(try supply.step() == .seasonIsOver)
            try database.execute(
                "insert into seasons (label, status, activated_at) values ('Own', 'active', now())")
            #expect(try !supply.isDemo())
        }
    }

    @Test("OPS-01 a site that has a season of its own is left alone")
    func notEmpty() throws {
        try ClipWorkshop.run { workshop in
            let outcome = try demo(workshop).seed()
            #expect(outcome == .notEmpty)
        }
    }
}
