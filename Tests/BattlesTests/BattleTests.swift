import Battles
import FoundationEssentials
import Money
import Postgres
import Refusals
import Storage
import TestSupport
import Testing
import Text

/// A database in which a member published videos that several models made of one prompt.
private struct BattleStage {
    let test: TestDatabase
    let member: UUID
    let models: [UUID]
    let names: [String]

    var battles: Battles { Battles(database: test.database(as: .web)) }
    var superuser: Database { test.database(as: .superuser) }

    static func run(_ body: (BattleStage) throws -> Void) throws {
        try TestDatabase.run { test in
            let superuser = test.database(as: .superuser)
            let member: UUID = try superuser.one("insert into users (username) values ('mira') returning id")
            let slugs: [String] = try superuser.query("select slug from models where is_active order by slug limit 3")
            let models: [UUID] = try superuser.query("select id from models where slug = any (\(slugs)) order by slug")
            try body(BattleStage(test: test, member: member, models: models, names: slugs))
        }
    }

    /// Videos of one prompt by the first `count` models.
    @discardableResult
    func comparison(_ prompt: String, count: Int = 2, isPublished: Bool = true) throws -> [UUID] {
        let group = UUID()
        return try models.prefix(count).enumerated().map { step, model in
            let id: UUID = try superuser.one(
                """
                insert into generations (
                    user_id, model_id, model_name, provider, endpoint, status, prompt, duration_ms, quality, seed, credits,
                    cost_usd, acknowledged_at, provider_done_at, original_key, video_key, small_key, poster_key, width, height,
                    video_ms, published_at, created_at, updated_at, finished_at, group_id, group_kind, group_step
                )
                select \(member), id, name, provider, 'x', 'completed', \(prompt), 5000, 'standard', 1, 1,
                    0.25 * \(Int32(step + 1)), dailies_now(), dailies_now() + interval '12.5 seconds', 'videos/x/a', 'videos/x/b', 'videos/x/c',
                    'videos/x/d', 1280, 720, 5000, case when \(isPublished) then dailies_now() end, dailies_now(),
                    dailies_now(), dailies_now(), \(group), 'models', \(Int32(step + 1))
                from models
                where id = \(model)
                returning id
                """)
            try superuser.execute(
                """
                insert into battle_videos (generation_id, group_id, model_id, has_source, video_key, made_at)
                values (\(id), \(group), \(model), false, \("videos/\(id.text)/copy.mp4"), dailies_now())
                """)
            return id
        }
    }

    func pair(_ voter: String = "device_a", after: UUID? = nil) throws -> BattlePair {
        try #require(try battles.show(to: voter, after: after))
    }

    func count() throws -> Int { try superuser.one("select count(*)::int from battles") }

    func refusal(_ body: () throws -> Void) -> BattleRefusal? {
        do {
            try body()
            return nil
        } catch {
            return (error as? BattleError)?.refusal
        }
    }
}

@Suite("Blind battles", .requiresPostgres)
struct BattleTests {
    @Test("ARENA-07 a pair is judged once, and names, prices and times come after that")
    func judged() throws {
        try BattleStage.run { stage in
            let videos = try stage.comparison("fog over a harbour")
            let pair = try stage.pair()
            #expect(pair.prompt == "fog over a harbour" && pair.battles == 0 && !pair.hasSource)
            let result = try stage.battles.judge(pair.id, .left, by: "device_a", member: nil)
            #expect(result.outcome == .left && result.battles == 1)
            #expect(Set([result.left.video, result.right.video]) == Set(videos))
            #expect(Set([result.left.slug, result.right.slug]) == Set(stage.names.prefix(2)))
            #expect(Set([result.left.cost?.description, result.right.cost?.description]) == ["0.25", "0.5"])
            #expect(result.left.generationMs == 12_500)
            // The sides are those that were shown.
            let kept: UUID = try stage.superuser.one("select left_id from battles")
            #expect(kept == result.left.video)

            #expect(
                stage.refusal { _ = try stage.battles.judge(pair.id, .right, by: "device_a", member: nil) } == .judged)
            #expect(try stage.battles.show(to: "device_a") == nil)
            #expect(try stage.count() == 1)
        }
    }

    @Test("ARENA-07 of two requests at once one counts, also for two pairs of the same videos")
    func atOnce() throws {
        try BattleStage.run { stage in
            try stage.comparison("fog")
            let pairs = [try stage.pair(), try stage.pair(), try stage.pair()]
            #expect(Set(pairs.map(\.id)).count == 3 && Set(pairs.map(\.left.token)).count == 3)
            let battles = stage.battles
            let outcomes = try inParallel(9) { number in
                (try? battles.judge(pairs[number % 3].id, .tie, by: "device_a", member: nil)) != nil
            }
            #expect(outcomes.count { $0 } == 1)
            #expect(try stage.count() == 1)
        }
    }

    @Test("ARENA-07 no vote without the pair's token, from another person, or from an old pair")
    func refused() throws {
        try BattleStage.run { stage in
            try stage.comparison("fog")
            let pair = try stage.pair()
            #expect(
                stage.refusal { _ = try stage.battles.judge(UUID(), .tie, by: "device_a", member: nil) } == .notFound)
            #expect(
                stage.refusal { _ = try stage.battles.judge(pair.id, .tie, by: "device_b", member: nil) } == .notFound)
            // The token of a side is no token of the pair.
            #expect(
                stage.refusal { _ = try stage.battles.judge(pair.left.token, .tie, by: "device_a", member: nil) }
                    == .notFound)
            try stage.test.advanceClock(by: .seconds(1_801))
            #expect(
                stage.refusal { _ = try stage.battles.judge(pair.id, .tie, by: "device_a", member: nil) } == .expired)
            #expect(try stage.count() == 0)
            #expect(try stage.pair().id != pair.id)
        }
    }

    @Test("ARENA-07 a video that is deleted or no longer public while it is in a battle; a model that is retired")
    func changed() throws {
        try BattleStage.run { stage in
            let videos = try stage.comparison("fog")
            let hidden = try stage.pair()
            try stage.superuser.execute("update generations set published_at = null where id = \(videos[0])")
            #expect(
                stage.refusal { _ = try stage.battles.judge(hidden.id, .tie, by: "device_a", member: nil) } == .gone)
            #expect(try stage.battles.show(to: "device_a") == nil)

            try stage.superuser.execute("update generations set published_at = dailies_now() where id = \(videos[0])")
            let deleted = try stage.pair()
            try stage.superuser.execute("delete from generations where id = \(videos[0])")
            #expect(
                stage.refusal { _ = try stage.battles.judge(deleted.id, .tie, by: "device_a", member: nil) }
                    == .notFound)
            #expect(try stage.battles.file(deleted.left.token) == nil && stage.battles.file(deleted.right.token) == nil)

            // What was shown while both models ran is a judgement of both.
            try stage.comparison("rain")
            let retired = try stage.pair()
            try stage.superuser.execute(
                "update models set is_default = false, is_active = false where id = \(stage.models[0])")
            _ = try stage.battles.judge(retired.id, .right, by: "device_a", member: nil)
            #expect(try stage.battles.show(to: "device_b") == nil)
        }
    }

    @Test("ARENA-07 each pair is shown to a person until it is judged, on random sides, by random tokens")
    func shown() throws {
        try BattleStage.run { stage in
            try stage.comparison("fog", count: 3)
            try stage.comparison("not public", isPublished: false)
            var sides: Set<String> = []
            var last: BattlePair?
            for _ in 0..<3 {
                let pair = try stage.pair(after: last?.id)
                _ = try stage.battles.judge(pair.id, .bothBad, by: "device_a", member: nil)
                last = pair
            }
            #expect(try stage.battles.show(to: "device_a") == nil)
            #expect(try stage.count() == 3)
            // Another person gets them anew, on both sides.
            for _ in 0..<60 {
                let pair = try stage.pair("device_b")
                let file = try #require(try stage.battles.file(pair.left.token))
                sides.insert(file.text)
                #expect(file.text != (try stage.battles.file(pair.right.token))?.text)
            }
            #expect(sides.count == 3)
            // Of the pairs that are not judged, few are kept.
            let kept: Int = try stage.superuser.one(
                "select count(*)::int from battle_pairs where voter_key = 'device_b'")
            #expect(kept == 20)
        }
    }

    @Test("ARENA-07 the pair that a person looks at does not come next")
    func after() throws {
        try BattleStage.run { stage in
            try stage.comparison("fog")
            let open = try stage.pair()
            #expect(try stage.battles.show(to: "device_a", after: open.id) == nil)
            try stage.comparison("rain")
            for _ in 0..<8 { #expect(try stage.pair(after: open.id).prompt == "rain") }
        }
    }

    @Test("ARENA-07 GDPR-01 a member's battles are exported, and stay without a way back when the member leaves")
    func departure() throws {
        try BattleStage.run { stage in
            try stage.comparison("fog")
            let voter: UUID = try stage.superuser.one("insert into users (username) values ('jojo') returning id")
            let key = "user_" + voter.text
            let pair = try stage.pair(key)
            _ = try stage.battles.judge(pair.id, .tie, by: key, member: voter)
            let exported: String = try stage.superuser.one("select export_member(\(voter)) ->> 'battles'")
            #expect(exported.contains("\"tie\"") && exported.contains(stage.names[0]))

            try stage.superuser.execute("select * from delete_member(\(voter), false)")
            #expect(try stage.count() == 1)
            let ways: Int = try stage.superuser.one(
                """
                select (select count(*) from battle_voters where voter_key = \(key))::int
                    + (select count(*) from battle_pairs where voter_key = \(key))::int
                """)
            #expect(ways == 0)
        }
    }
}
