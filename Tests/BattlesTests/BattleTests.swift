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
    func comparison(
        _ prompt: String, count: Int = 2, isPublished: Bool = true, hasCopies: Bool = true
    ) throws -> [UUID] {
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
            if hasCopies { try copy(id, group, model) }
            return id
        }
    }

    private func copy(_ video: UUID, _ group: UUID, _ model: UUID) throws {
        try superuser.execute(
            """
            insert into battle_videos (generation_id, group_id, model_id, has_source, video_key, made_at)
            values (\(video), \(group), \(model), false, \("videos/\(video.text)/copy.mp4"), dailies_now())
            """)
    }

    /// A comparison with such videos, which their owner did not publish.
    @discardableResult
    func compared(
        _ prompt: String, count: Int = 2, isPublic: Bool = true, hasCopies: Bool = true
    ) throws -> UUID {
        let videos = try comparison(prompt, count: count, isPublished: false, hasCopies: false)
        let id: UUID = try superuser.one(
            """
            insert into comparisons (
                slug, title, kind, prompt, duration_ms, quality, seed, is_public, published_at, words, created_at, updated_at
            )
            values (
                \(prompt.replacing(" ", with: "-")), \(prompt), 'text-to-video', \(prompt), 5000, 'standard', 1, \(isPublic),
                dailies_now(), '', dailies_now(), dailies_now()
            )
            returning id
            """)
        for (video, model) in zip(videos, models) {
            try superuser.execute(
                """
                insert into comparison_videos (generation_id, comparison_id, model_id, added_at)
                values (\(video), \(id), \(model), dailies_now())
                """)
            if hasCopies { try copy(video, id, model) }
        }
        return id
    }

    /// Device A judges a pair.
    @discardableResult
    func judge(_ pair: BattlePair, _ outcome: BattleOutcome = .tie) throws -> BattleResult {
        try battles.judge(pair.id, outcome, by: BattleVoter(key: "device_a"))
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
            let result = try stage.battles.judge(pair.id, .left, by: BattleVoter(key: "device_a"))
            #expect(result.outcome == .left && result.battles == 1)
            #expect(Set([result.left.video, result.right.video]) == Set(videos))
            #expect(Set([result.left.slug, result.right.slug]) == Set(stage.names.prefix(2)))
            #expect(Set([result.left.cost?.description, result.right.cost?.description]) == ["0.25", "0.5"])
            #expect(result.left.generationMs == 12_500)
            // The sides are those that were shown.
            let kept: UUID = try stage.superuser.one("select left_id from battles")
            #expect(kept == result.left.video)

            #expect(
                stage.refusal { _ = try stage.battles.judge(pair.id, .right, by: BattleVoter(key: "device_a")) }
                    == .judged)
            #expect(try stage.battles.show(to: "device_a") == nil)
            #expect(try stage.count() == 1)
        }
    }

    @Test("ARENA-07 a visitor who signs in or changes the network does not judge a pair again in the same browser")
    func sameBrowser() throws {
        try BattleStage.run { stage in
            try stage.comparison("fog")
            let member: UUID = try stage.superuser.one("insert into users (username) values ('jojo') returning id")
            let key = "user_" + member.text
            let early = try stage.pair(key)
            let pair = try stage.pair()
            _ = try stage.battles.judge(pair.id, .left, by: BattleVoter(key: "device_a", cookie: "c"))
            #expect(try stage.battles.show(to: key, cookie: "c") == nil)
            #expect(try stage.battles.show(to: "device_b", cookie: "c") == nil)
            // Nor does a pair that was shown before.
            let again = BattleVoter(key: key, member: member, cookie: "c")
            #expect(stage.refusal { _ = try stage.battles.judge(early.id, .left, by: again) } == .judged)
            #expect(try stage.count() == 1)
            // Another browser of the network is another voter.
            let other = try #require(try stage.battles.show(to: key, cookie: "d"))
            _ = try stage.battles.judge(other.id, .left, by: BattleVoter(key: key, member: member, cookie: "d"))
            #expect(try stage.count() == 2)
            // With the account goes what the browser judged.
            try stage.superuser.execute("select * from delete_member(\(member), false)")
            #expect(try stage.superuser.one("select count(*)::int from battle_cookies") == 1)
        }
    }

    @Test("ARENA-07 of several requests with one cookie at once one counts, from any voter")
    func sameBrowserAtOnce() throws {
        try BattleStage.run { stage in
            try stage.comparison("fog")
            let pairs = try (0..<8).map { try stage.pair("device_\($0)") }
            let several = [stage.battles, stage.battles]
            let outcomes = try inParallel(8) { number in
                let voter = BattleVoter(key: "device_\(number)", cookie: "c")
                return (try? several[number % 2].judge(pairs[number].id, .tie, by: voter)) != nil
            }
            #expect(outcomes.count { $0 } == 1)
            #expect(try stage.count() == 1)
        }
    }

    @Test("ARENA-07 the visitors of one network judge a pair only so often a day; members and other networks are free")
    func network() throws {
        try BattleStage.run { stage in
            try stage.comparison("fog")
            let battles = Battles(database: stage.test.database(as: .web), networkBattles: 3)
            func judge(_ key: String, member: UUID? = nil, network: String = "n") -> BattleRefusal? {
                stage.refusal {
                    let pair = try #require(try battles.show(to: key))
                    let voter = BattleVoter(
                        key: key, member: member, device: key, cookie: "c" + key, network: network)
                    _ = try battles.judge(pair.id, .tie, by: voter)
                }
            }
            #expect((1...5).map { judge("device_\($0)") } == [nil, nil, nil, .networkFull, .networkFull])
            #expect(try stage.count() == 3)
            #expect(judge("device_6", network: "other") == nil)
            let member: UUID = try stage.superuser.one("insert into users (username) values ('jojo') returning id")
            #expect(judge("user_" + member.text, member: member) == nil)
            // What was refused was not judged: the same browser does so as a member.
            #expect(try battles.show(to: "user_other", cookie: "cdevice_5") != nil)
            // Networks have other names on the next day.
            try stage.test.advanceClock(by: .seconds(86_400))
            _ = try stage.test.database(as: .jobs).one("select sweep_battle_pairs()", as: Int.self)
            #expect(try stage.superuser.one("select count(*)::int from battle_networks") == 0)
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
                (try? battles.judge(pairs[number % 3].id, .tie, by: BattleVoter(key: "device_a"))) != nil
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
                stage.refusal { _ = try stage.battles.judge(UUID(), .tie, by: BattleVoter(key: "device_a")) }
                    == .notFound)
            #expect(
                stage.refusal { _ = try stage.battles.judge(pair.id, .tie, by: BattleVoter(key: "device_b")) }
                    == .notFound)
            // The token of a side is no token of the pair.
            #expect(
                stage.refusal { _ = try stage.battles.judge(pair.left.token, .tie, by: BattleVoter(key: "device_a")) }
                    == .notFound)
            try stage.test.advanceClock(by: .seconds(1_801))
            #expect(
                stage.refusal { _ = try stage.battles.judge(pair.id, .tie, by: BattleVoter(key: "device_a")) }
                    == .expired)
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
            #expect(stage.refusal { _ = try stage.judge(hidden) } == .gone)
            #expect(try stage.battles.show(to: "device_a") == nil)

            try stage.superuser.execute("update generations set published_at = dailies_now() where id = \(videos[0])")
            let deleted = try stage.pair()
            try stage.superuser.execute("delete from generations where id = \(videos[0])")
            #expect(stage.refusal { _ = try stage.judge(deleted) } == .gone)
            // The copy of the other video still loads: it says nothing about the one that is gone.
            let files = [try stage.battles.file(deleted.left.token), try stage.battles.file(deleted.right.token)]
            #expect(files.count { $0 != nil } == 1)

            try stage.comparison("rain")
            let retired = try stage.pair()
            try stage.superuser.execute(
                "update models set is_default = false, is_active = false where id = \(stage.models[0])")
            #expect(stage.refusal { _ = try stage.judge(retired) } == .retired)
            #expect(try stage.battles.show(to: "device_b") == nil && stage.count() == 0)
        }
    }

    @Test("ARENA-07 videos of public comparisons fight; hiding, archiving or deleting the comparison ends that")
    func comparisons() throws {
        try BattleStage.run { stage in
            let comparison = try stage.compared("fog", count: 3)
            let pair = try stage.pair()
            #expect(pair.prompt == "fog")
            _ = try stage.judge(pair)
            let kept: UUID = try stage.superuser.one("select comparison_id from battles")
            #expect(kept == comparison)

            for (hide, show) in [
                ("is_public = false", "is_public = true"), ("archived_at = dailies_now()", "archived_at = null"),
            ] {
                let open = try stage.pair()
                let change: (String) throws -> Void = { text in
                    try stage.superuser.withConnection { connection in
                        try connection.script("update comparisons set \(text) where id = '\(comparison)'")
                    }
                }
                try change(hide)
                #expect(stage.refusal { _ = try stage.judge(open) } == .gone)
                #expect(try stage.battles.show(to: "device_a") == nil)
                try change(show)
            }
            let open = try stage.pair()
            try stage.superuser.execute("delete from comparisons where id = \(comparison)")
            #expect(stage.refusal { _ = try stage.judge(open) } == .gone)
            // The battle stays, and counts.
            #expect(try stage.count() == 1)
        }
    }

    @Test(
        "ARENA-07 one function says which videos are public for battles; private, unfinished and lone ones get no copy")
    func copies() throws {
        try BattleStage.run { stage in
            let jobs = stage.test.database(as: .jobs)
            func missing() throws -> Set<UUID> {
                Set(try jobs.query("select generation_id from battle_copies_missing(null, 100)", as: UUID.self))
            }
            let published = try stage.comparison("fog", hasCopies: false)
            let comparison = try stage.compared("rain", hasCopies: false)
            try stage.compared("not public", isPublic: false, hasCopies: false)
            try stage.comparison("alone", count: 1, hasCopies: false)
            let compared: [UUID] = try stage.superuser.query(
                "select generation_id from comparison_videos where comparison_id = \(comparison)")
            #expect(try missing() == Set(published + compared))
            try stage.superuser.execute(
                """
                update generations
                set status = 'failed', error = 'x', video_key = null, original_key = null, small_key = null, poster_key = null
                where id = \(compared[0])
                """)
            #expect(try missing() == Set(published))
            // A copy that was made for another group is made again for this one.
            try stage.superuser.execute(
                """
                insert into battle_videos (generation_id, group_id, model_id, has_source, video_key, made_at)
                select generation_id, gen_random_uuid(), model_id, has_source, 'x', dailies_now()
                from public_battle_videos()
                """)
            #expect(try missing() == Set(published))
            try stage.superuser.execute(
                """
                update battle_videos
                set group_id = shown.group_id
                from public_battle_videos() shown
                where shown.generation_id = battle_videos.generation_id
                """)
            #expect(try missing() == [])
        }
    }

    @Test("ARENA-08 which models fight is drawn in proportion to what their battle tells; nothing is left out for good")
    func informative() throws {
        try BattleStage.run { stage in
            try stage.comparison("fog", count: 3)
            try stage.comparison("rain", count: 3)
            for (one, other, weight) in [(0, 1, 1e-9), (0, 2, 1.0), (1, 2, 1e-9)] {
                try stage.superuser.execute(
                    """
                    insert into battle_weights (low_model_id, high_model_id, weight)
                    select least(one, other), greatest(one, other), \(weight)
                    from (values (\(stage.models[one]), \(stage.models[other]))) given (one, other)
                    """)
            }
            var judged: [Set<String>] = []
            while let pair = try stage.battles.show(to: "device_a") {
                let result = try stage.judge(pair)
                judged.append([result.left.slug, result.right.slug])
            }
            let wanted: Set = [stage.names[0], stage.names[2]]
            #expect(judged.count == 6 && judged.prefix(2).allSatisfy { $0 == wanted })
            #expect(judged.count { $0 == wanted } == 2)
            // Models without a weight are new: they fight as soon as there is nothing else, or when the job has seen them.
            try stage.superuser.execute("delete from battle_weights")
            _ = try stage.pair("device_b")
        }
    }

    @Test("ARENA-07 pairs that were left unjudged go an hour after they expired, judged ones a day later")
    func swept() throws {
        try BattleStage.run { stage in
            try stage.comparison("fog", count: 3)
            let jobs = stage.test.database(as: .jobs)
            let judged = try stage.pair()
            _ = try stage.judge(judged)
            _ = try stage.pair()
            func sweep() throws -> Int { try jobs.one("select sweep_battle_pairs()") }
            #expect(try sweep() == 0)
            try stage.test.advanceClock(by: .seconds(1_800 + 3_601))
            #expect(try sweep() == 1)
            #expect(stage.refusal { _ = try stage.judge(judged) } == .judged)
            try stage.test.advanceClock(by: .seconds(86_400))
            #expect(try sweep() == 1 && sweep() == 0)
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
                _ = try stage.battles.judge(pair.id, .bothBad, by: BattleVoter(key: "device_a"))
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
            _ = try stage.battles.judge(pair.id, .tie, by: BattleVoter(key: key, member: voter))
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
