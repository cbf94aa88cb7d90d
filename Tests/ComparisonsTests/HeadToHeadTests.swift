import Comparisons
import FoundationEssentials
import Generation
import Postgres
import TestSupport
import Testing

@Suite("Two models side by side", .requiresPostgres)
struct HeadToHeadTests {
    /// A battle of two models, by slug.
    private func battle(_ stage: ComparisonStage, _ left: String, _ right: String, _ outcome: String) throws {
        try stage.superuser.execute(
            """
            insert into battles (
                pair_id, pseudonym, left_model_id, right_model_id, left_id, right_id, has_source, outcome, cast_at
            )
            select gen_random_uuid(), gen_random_uuid(), one.id, other.id, gen_random_uuid(), gen_random_uuid(), false,
                \(outcome), now()
            from models one, models other
            where one.slug = \(left) and other.slug = \(right)
            """)
    }

    @Test("ARENA-10 battles count from either side, and votes only in public comparisons in which both are finished")
    func counts() throws {
        try ComparisonStage.run { stage in
            func model(_ slug: String) throws -> UUID {
                try stage.superuser.one("select id from models where slug = \(slug)")
            }
            let (one, other, third) = (try model("local"), try model("local-2"), try model("local-3"))
            for (left, right, outcome) in [
                ("local", "local-2", "left"), ("local-2", "local", "right"), ("local-2", "local", "left"),
                ("local", "local-2", "tie"), ("local-2", "local", "bothBad"), ("local", "local-3", "left"),
            ] {
                try battle(stage, left, right, outcome)
            }
            let fog = try stage.made(stage.request("Fog", models: 3))
            let rain = try stage.made(stage.request("Rain", models: 2))
            var hidden = stage.request("Secret", models: 2)
            hidden.isPublic = false
            _ = try stage.made(hidden)
            // Only one of the two is finished here.
            let half = try stage.comparisons.create(stage.request("Half"), by: stage.admin, hasPremium: true).comparison
            try stage.complete(half.videos[0].generation)
            let votes = VideoVotes(database: stage.web)
            for voter in 1...2 { _ = try votes.change(stage.ballot(fog.videos[0].generation.id, voter)) }
            _ = try votes.change(stage.ballot(rain.videos[1].generation.id, 1))
            let found = try stage.comparisons.headToHead(one, other)
            #expect(found.one.wins == 2 && found.other.wins == 1 && found.ties == 1 && found.bothBad == 1)
            #expect(found.comparisons == 2 && found.one.votes == 2 && found.other.votes == 1)
            #expect(found.one.ahead == 1 && found.other.ahead == 1 && found.battles == 5)
            let turned = try stage.comparisons.headToHead(other, one)
            #expect(turned.one.wins == 1 && turned.other.votes == 2)
            #expect(try stage.comparisons.shared(one, other).map(\.slug) == ["rain", "fog"])
            #expect(try stage.comparisons.shared(other, third).map(\.slug) == ["fog"])
            #expect(try stage.comparisons.rivals(of: third).map(\.slug) == ["local", "local-2"])
            try stage.superuser.execute("update battles set void_id = gen_random_uuid() where outcome = 'tie'")
            #expect(try stage.comparisons.headToHead(one, other).ties == 0)
            let none = try stage.comparisons.headToHead(one, UUID())
            #expect(none.battles == 0 && none.comparisons == 0 && none.one.meanCost == nil)
        }
    }
}
