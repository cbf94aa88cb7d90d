import Battles
import FoundationEssentials
import Postgres
import Refusals
import TestSupport
import Testing
import Text

/// A site with battles of some days and an admin.
private struct OversightStage {
    let test: TestDatabase
    let admin: UUID
    let models: [UUID]

    var superuser: Database { test.database(as: .superuser) }
    var jobs: Database { test.database(as: .jobs) }
    var oversight: ArenaOversight { ArenaOversight(database: test.database(as: .web)) }
    var boards: RatingBoards { RatingBoards(database: jobs) }

    static func run(_ body: (OversightStage) throws -> Void) throws {
        try TestDatabase.run { test in
            let superuser = test.database(as: .superuser)
            let admin: UUID = try superuser.one(
                "insert into users (username, role) values ('mira', 'admin') returning id")
            let models: [UUID] = try superuser.query("select id from models where is_active order by slug limit 3")
            try body(OversightStage(test: test, admin: admin, models: models))
        }
    }

    /// Battles of the first model against the second one. `left` of ten are won by the first one, on either side.
    @discardableResult
    func fight(
        _ count: Int, wins left: Int, daysAgo: Int = 10, voter: UUID? = nil, device: String = "device",
        network: String = "net"
    ) throws -> [Int64] {
        try superuser.query(
            """
            with made as (
                insert into battles (
                    pair_id, pseudonym, left_model_id, right_model_id, left_id, right_id, has_source, outcome, cast_at
                )
                select gen_random_uuid(), coalesce(\(voter), gen_random_uuid()),
                    case when number % 2 = 0 then \(models[0]) else \(models[1]) end,
                    case when number % 2 = 0 then \(models[1]) else \(models[0]) end, gen_random_uuid(), gen_random_uuid(),
                    false,
                    case when (number / 2 % 10 < \(Int32(left))) = (number % 2 = 0) then 'left' else 'right' end,
                    dailies_now() - \(Int32(daysAgo)) * interval '1 day' + number * interval '1 minute'
                from generate_series(0, \(Int32(count)) - 1) number
                returning id
            ), evidence as (
                insert into battle_evidence (battle_id, device_key, network)
                select id, \(device) || '_' || id, \(network) || '_' || id
                from made
            )
            select id from made order by id
            """)
    }

    func flags(_ battles: [Int64]) throws -> [String] {
        try superuser.query(
            """
            select distinct unnest(flags) from battle_evidence where battle_id = any (\(battles)) order by 1
            """)
    }
}

@Suite("Suspicious battles and votes for videos", .requiresPostgres)
struct ArenaOversightTests {
    @Test("ARENA-08 rigged battles are flagged; voided, the board is what it was; undone, they count again")
    func rigged() throws {
        try OversightStage.run { stage in
            try stage.fight(300, wins: 5)
            _ = try stage.boards.refresh()
            let before = try #require(try stage.boards.find(.all)).board
            #expect(before.groups[0].models.map(\.tier) == [0, 0])

            let rigged = try stage.fight(60, wins: 10, daysAgo: 1, voter: UUID())
            let honest = try stage.fight(40, wins: 5, daysAgo: 1, voter: UUID())
            // For the voter, and for the model that wins so much of late.
            #expect(try BattleAnomalies(database: stage.jobs).flag().battles == 120)
            #expect(try stage.flags(rigged) == ["model_burst", "one_model"] && stage.flags(honest) == [])
            // Nothing new is found the second time.
            #expect(try BattleAnomalies(database: stage.jobs).flag() == (0, 0))
            _ = try stage.boards.refresh()
            #expect(try stage.boards.find(.all)?.board.groups[0].models.map(\.battles) == [400, 400])

            var choice = ArenaChoice()
            choice.flag = "one_model"
            let page = try stage.oversight.battles(choice, voided: nil, PageRequest(limit: 100), for: stage.admin)
            #expect(page.items.count == 60 && page.items.allSatisfy { $0.flags.contains("one_model") })
            let made = try stage.oversight.voidBattles(choice, reason: "One voter", by: stage.admin)
            #expect(made.votes == 60)
            let due: Int = try stage.superuser.one(
                "select count(*)::int from jobs where kind = 'compute_ratings' and state = 'queued'")
            #expect(due == 1)
            #expect(throws: ArenaError.refused(.noSuchVotes)) {
                try stage.oversight.voidBattles(choice, reason: "Again", by: stage.admin)
            }
            // Until the job has run, the board differs from what counts.
            #expect(try stage.boards.verify() == ["all", "text"])
            _ = try stage.boards.refresh()
            let after = try #require(try stage.boards.find(.all)).board
            #expect(after.battles == 340 && after.groups[0].models.map(\.tier) == [0, 0])
            #expect(try stage.boards.verify() == [])
            #expect(try stage.boards.export(after: 0).count { $0.isVoided } == 60)

            let audit: String = try stage.superuser.one(
                "select reason from audit_log where action = 'battles.void' and actor_id = \(stage.admin)")
            #expect(audit == "One voter")
            let undone = try stage.oversight.undo(made.id, reason: "A mistake", by: stage.admin)
            #expect(undone == (60, 0))
            #expect(throws: ArenaError.refused(.voidUndone)) {
                try stage.oversight.undo(made.id, reason: "Again", by: stage.admin)
            }
            #expect(throws: ArenaError.refused(.voidNotFound)) {
                try stage.oversight.undo(UUID(), reason: "No", by: stage.admin)
            }
            _ = try stage.boards.refresh()
            #expect(try stage.boards.find(.all)?.board.battles == 400)
            let voids = try stage.oversight.voids(for: stage.admin)
            #expect(voids.count == 1 && voids[0].restored == 60 && voids[0].username == "mira")
        }
    }

    @Test("ARENA-08 only admins look and void")
    func access() throws {
        try OversightStage.run { stage in
            let member: UUID = try stage.superuser.one("insert into users (username) values ('jojo') returning id")
            var choice = ArenaChoice()
            choice.flagged = true
            for actor in [member, nil] {
                #expect(throws: (any Error).self) {
                    _ = try stage.oversight.battles(choice, voided: nil, PageRequest(limit: 10), for: actor)
                }
                #expect(throws: (any Error).self) {
                    _ = try stage.oversight.voidBattles(choice, reason: "No", by: actor)
                }
                #expect(throws: (any Error).self) {
                    _ = try stage.oversight.voidVideoVotes(choice, reason: "No", by: actor)
                }
            }
        }
    }

    @Test(
        "ARENA-07 GDPR-02 device and network are kept with a battle, for 30 days or until the voter leaves; flags stay")
    func evidence() throws {
        try OversightStage.run { stage in
            try stage.superuser.execute(
                "insert into battle_voters (voter_key, created_at) values ('device_a', now()), ('device_b', now())")
            let people: [UUID] = try stage.superuser.query("select pseudonym from battle_voters order by voter_key")
            let one = try stage.fight(2, wins: 5, daysAgo: 3, voter: people[0])
            let other = try stage.fight(2, wins: 5, daysAgo: 3, voter: people[1])
            try stage.superuser.execute(
                "update battle_evidence set flags = '{burst}' where battle_id = \(other[0])")
            func kept() throws -> Int {
                try stage.superuser.one("select count(device_key)::int from battle_evidence where network is not null")
            }
            #expect(try kept() == 4)
            try stage.superuser.execute("delete from battle_voters where voter_key = 'device_a'")
            #expect(try kept() == 2 && stage.flags(one) == [])
            func sweep() throws -> Int { try stage.jobs.one("select sweep_battle_evidence()") }
            #expect(try sweep() == 0)
            try stage.test.advanceClock(by: .seconds(28 * 86_400))
            #expect(try sweep() == 2 && kept() == 0)
            #expect(try stage.flags(other) == ["burst"])
        }
    }

    @Test("ARENA-04 votes for videos: bursts of one voter, of one network for one model, of one device are flagged")
    func videoVotes() throws {
        try OversightStage.run { stage in
            let videos = try stage.videos(12)
            // Eleven within ten seconds, ten within ten seconds.
            try stage.vote(videos, voter: { _ in "device_quick" }, network: { _ in "a" }, seconds: 0.9, count: 11)
            try stage.vote(videos, voter: { _ in "device_calm" }, network: { _ in "b" }, seconds: 1, count: 10)
            // Six devices of one network for one video, and six of another one for six models' videos.
            try stage.vote([videos[0]], voter: { "device_wave\($0)" }, network: { _ in "c" }, seconds: 30, count: 6)
            try stage.vote(videos, voter: { "device_home\($0)" }, network: { _ in "d" }, seconds: 30, count: 6)
            // Four voters with one device.
            try stage.vote(
                [videos[1]], voter: { "user_\($0)" }, network: { "e\($0)" }, seconds: 600, count: 4,
                device: "device_shared")
            #expect(try BattleAnomalies(database: stage.jobs).flag().votes == 11 + 6 + 4)
            let found: [String] = try stage.superuser.query(
                """
                select distinct flag || ' ' || regexp_replace(voter_key, '[0-9]+$', '')
                from video_votes
                cross join unnest(flags) flag
                order by 1
                """)
            #expect(found == ["burst device_quick", "new_devices device_wave", "one_device user_"])
            #expect(try BattleAnomalies(database: stage.jobs).flag().votes == 0)
        }
    }

    @Test("ARENA-04 voided votes leave every count, and come back except where the voter has voted again")
    func voidedVideoVotes() throws {
        try OversightStage.run { stage in
            let videos = try stage.videos(2)
            try stage.vote([videos[0]], voter: { "device_\($0)" }, network: { _ in "a" }, seconds: 60, count: 5)
            try stage.vote([videos[1]], voter: { "device_\($0)" }, network: { _ in "b" }, seconds: 60, count: 3)
            func counts() throws -> [Int] {
                try stage.superuser.query(
                    "select vote_count from comparison_videos order by array_position(\(videos), generation_id)")
            }
            #expect(try counts() == [5, 3])
            var choice = ArenaChoice()
            choice.network = "a"
            let made = try stage.oversight.voidVideoVotes(choice, reason: "One network", by: stage.admin)
            #expect(made.votes == 5)
            #expect(try counts() == [0, 3])
            let drift: Int = try stage.superuser.one("select count(*)::int from comparison_drift()")
            #expect(drift == 0)
            let gone = try stage.oversight.videoVotes(choice, voided: true, PageRequest(limit: 3), for: stage.admin)
            #expect(gone.items.count == 3 && gone.nextCursor != nil && gone.items.allSatisfy { $0.voidID == made.id })
            #expect(
                try stage.oversight.videoVotes(choice, voided: false, PageRequest(limit: 10), for: stage.admin).items
                    .isEmpty)

            // One of them votes again.
            try stage.vote([videos[0]], voter: { _ in "device_2" }, network: { _ in "f" }, seconds: 1, count: 1)
            let undone = try stage.oversight.undo(made.id, reason: "A mistake", by: stage.admin)
            #expect(undone == (4, 1))
            #expect(try counts() == [5, 3])
            let left: Int = try stage.superuser.one(
                "select (select count(*) from comparison_drift())::int + (select count(*) from voided_video_votes)::int"
            )
            #expect(left == 0)
        }
    }
}

extension OversightStage {
    /// Videos of a public comparison, each by another model.
    fileprivate func videos(_ count: Int) throws -> [UUID] {
        let comparison: UUID = try superuser.one(
            """
            insert into comparisons (
                slug, title, kind, prompt, duration_ms, quality, seed, is_public, published_at, words, created_at, updated_at
            )
            values ('fog', 'Fog', 'text-to-video', 'Fog', 5000, 'standard', 1, true, now(), '', now(), now())
            returning id
            """)
        let videos: [UUID] = try superuser.query(
            """
            insert into generations (
                user_id, model_id, model_name, provider, endpoint, status, prompt, duration_ms, quality, seed, credits,
                original_key, video_key, small_key, poster_key, width, height, video_ms, created_at, updated_at, finished_at
            )
            select \(admin), id, name, provider, 'x', 'completed', 'Fog', 5000, 'standard', 1, 1, 'a', 'b', 'c', 'd', 1280, 720,
                5000, now(), now(), now()
            from (select * from models order by slug limit \(Int32(count))) models
            returning id
            """)
        try superuser.execute(
            """
            with added as (
                insert into comparison_videos (generation_id, comparison_id, model_id, added_at)
                select id, \(comparison), model_id, now()
                from generations
                where id = any (\(videos))
            )
            update comparisons set completed_videos = \(Int32(count)) where id = \(comparison)
            """)
        return videos
    }

    /// Votes so many seconds apart, for one video after another.
    fileprivate func vote(
        _ videos: [UUID], voter: (Int) -> String, network: (Int) -> String, seconds: Double, count: Int,
        device: String? = nil
    ) throws {
        for number in 0..<count {
            try superuser.execute(
                """
                insert into video_votes (video_id, voter_key, device_key, network, created_at)
                values (
                    \(videos[number % videos.count]), \(voter(number)), \(device ?? voter(number)), \(network(number)),
                    dailies_now() - interval '1 hour' + \(Double(number) * seconds) * interval '1 second'
                )
                """)
        }
    }
}
