import Battles
import FoundationEssentials
import Postgres
import TestSupport
import Testing

@Suite("Boards of ratings", .requiresPostgres)
struct RatingBoardTests {
    /// Battles of the first three models: the first is better than the others, which are level. `person` judges all of them.
    private func fill(_ superuser: Database, _ count: Int, hasSource: Bool = false, person: UUID = UUID()) throws {
        try superuser.execute(
            """
            insert into battles (
                pair_id, pseudonym, left_model_id, right_model_id, left_id, right_id, has_source, outcome, cast_at
            )
            select gen_random_uuid(), \(person), left_models.id, right_models.id, gen_random_uuid(), gen_random_uuid(),
                \(hasSource),
                case
                    when number % 10 = 0 then 'tie'
                    when number % 10 = 1 then 'bothBad'
                    when 0 in (left_models.place, right_models.place) and number % 10 < 9
                        then case left_models.place when 0 then 'left' else 'right' end
                    when number % 2 = 0 then 'left'
                    else 'right'
                end,
                dailies_now()
            from generate_series(1, \(Int32(count))) number
            cross join lateral (
                select id, row_number() over (order by slug) - 1 as place from models order by slug offset number % 3 limit 1
            ) left_models
            cross join lateral (
                select id, row_number() over (order by slug) - 1 as place from models order by slug offset (number + 1) % 3 limit 1
            ) right_models
            """)
    }

    @Test(
        "ARENA-08 a board has tiers, ranks, its number of battles and the moment; kinds of videos have boards of their own"
    )
    func boards() throws {
        try TestDatabase.run { test in
            let superuser = test.database(as: .superuser)
            let jobs = RatingBoards(database: test.database(as: .jobs))
            let web = RatingBoards(database: test.database(as: .web))
            #expect(try web.find(.all) == nil)
            try fill(superuser, 600)
            #expect(try jobs.refresh() == 3)
            let stored = try #require(try web.find(.all))
            #expect(stored.board.battles == 600 && stored.board.minimumBattles == 60)
            let models = try #require(stored.board.groups.first).models
            #expect(models.map(\.tier) == [0, 1, 1])
            #expect(models.map(\.bestRank) == [1, 2, 2] && models.map(\.worstRank) == [1, 3, 3])
            #expect(models[0].bothBad > 0 && models[0].wins > models[0].losses)
            #expect(try web.find(.text)?.board.battles == 600 && web.find(.picture)?.board.battles == 0)
            // Nothing has changed, so the board keeps its moment.
            #expect(try jobs.refresh() == 0)

            try fill(superuser, 30, hasSource: true)
            #expect(try jobs.refresh() == 2)
            #expect(try web.find(.picture)?.board.battles == 30)
            // Below the floor there is a rating and no rank.
            #expect(try web.find(.picture)?.board.groups.first?.models.allSatisfy { $0.tier == nil } == true)
        }
    }

    @Test("ARENA-08 a board that differs from its battles is found; later battles and another name are no difference")
    func verified() throws {
        try TestDatabase.run { test in
            let superuser = test.database(as: .superuser)
            let boards = RatingBoards(database: test.database(as: .jobs))
            try fill(superuser, 200)
            _ = try boards.refresh()
            #expect(try boards.verify() == [])
            try fill(superuser, 10)
            try superuser.execute("update models set name = name || ' 2'")
            #expect(try boards.verify() == [])
            try superuser.execute(
                "update battles set outcome = 'right' where id = (select min(id) from battles where outcome = 'left')")
            #expect(try boards.verify() == ["all", "text"])
            // Two computations at once leave the board of the later battles.
            try concurrently(4) { _ in _ = try boards.refresh() }
            #expect(try boards.verify() == [] && boards.find(.all)?.board.battles == 210)
        }
    }

    @Test("ARENA-08 a board of one's own comes with 30 battles; every battle can be read, with a pseudonym")
    func own() throws {
        try TestDatabase.run { test in
            let superuser = test.database(as: .superuser)
            let boards = RatingBoards(database: test.database(as: .web))
            let person: UUID = try superuser.one(
                "insert into battle_voters (voter_key, created_at) values ('device_a', now()) returning pseudonym")
            #expect(try boards.own("device_a") == nil && boards.own("device_b") == nil)
            try fill(superuser, 29, person: person)
            #expect(try boards.own("device_a") == nil)
            try fill(superuser, 1, person: person)
            try fill(superuser, 50)
            let own = try #require(try boards.own("device_a"))
            #expect(own.battles == 30 && own.groups.first?.models.allSatisfy { $0.tier != nil } == true)

            var read: [PublicBattle] = []
            var cursor: String?
            repeat {
                let page = try boards.battles(PageRequest(limit: 32, cursor: cursor))
                read += page.items
                cursor = page.nextCursor
            } while cursor != nil
            #expect(read.count == 80 && Set(read.map(\.id)).count == 80)
            #expect(read.count { $0.voter == person } == 30)
        }
    }

    @Test("ARENA-08 a tag has a board from 60 battles on, of the comparisons that have it now")
    func tags() throws {
        try TestDatabase.run { test in
            let superuser = test.database(as: .superuser)
            let boards = RatingBoards(database: test.database(as: .jobs))
            let web = RatingBoards(database: test.database(as: .web))
            try superuser.withConnection { connection in
                try connection.script(
                    """
                    insert into comparisons (
                        slug, title, kind, prompt, duration_ms, quality, seed, words, created_at, updated_at
                    )
                    values
                        ('fog', 'Fog', 'text-to-video', 'Fog', 5000, 'standard', 1, '', now(), now()),
                        ('rain', 'Rain', 'text-to-video', 'Rain', 5000, 'standard', 1, '', now(), now());
                    insert into tags (slug, name, created_at) values ('night', 'Night', now()), ('water', 'Water', now());
                    insert into comparison_tags (comparison_id, tag_id)
                    select comparisons.id, tags.id
                    from comparisons
                    join tags on tags.slug = 'night' or comparisons.slug = 'rain'
                    """)
            }
            try fill(superuser, 100)
            try superuser.execute(
                """
                update battles
                set comparison_id = comparisons.id
                from comparisons
                where comparisons.slug = case when battles.id % 2 = 0 then 'fog' else 'rain' end
                """)
            #expect(try boards.refresh() == 4)
            #expect(try web.tags().map(\.slug) == ["night"] && web.tags().map(\.battles) == [100])
            #expect(try web.find(.tag("night"))?.board.battles == 100)
            #expect(try web.find(.tag("water")) == nil && web.find(.tag("none")) == nil)
            let exported = try web.export(after: 0)
            #expect(exported.count { $0.tags == ["night", "water"] } == 50)
            #expect(exported.count { $0.tags == ["night"] } == 50)
            try superuser.execute(
                """
                delete from comparison_tags
                where comparison_id = (select id from comparisons where slug = 'fog')
                """)
            _ = try boards.refresh()
            #expect(try web.tags() == [] && boards.verify() == [])
            #expect(BoardKind("tag:") == nil && BoardKind("other") == nil)
            #expect(BoardKind("tag:night") == .tag("night") && BoardKind.tag("night").name == "tag:night")
        }
    }

    @Test("ARENA-08 the export is every battle, and gives each board again; a changed line gives another one")
    func export() throws {
        try TestDatabase.run { test in
            let superuser = test.database(as: .superuser)
            let boards = RatingBoards(database: test.database(as: .jobs))
            try fill(superuser, 200)
            try fill(superuser, 90, hasSource: true)
            try superuser.execute("update battles set void_id = gen_random_uuid() where id % 7 = 0")
            _ = try boards.refresh()
            try fill(superuser, 20)
            let first = try boards.export(after: 0, limit: 100)
            let rest = try boards.export(after: try #require(first.last).id)
            #expect(first.count == 100 && rest.count == 210)
            func file(_ battles: [PublicBattle]) -> String {
                ([PublicBattle.csvHeader] + battles.map(\.csv)).joined(separator: "\r\n") + "\r\n"
            }
            // One part after another, and the first one twice.
            let read = try PublicBattle.read(csv: file(first) + file(rest) + file(first))
            #expect(read.map(\.csv) == (first + rest).map(\.csv))
            for kind in BoardKind.fixed {
                let published = try #require(try boards.find(kind)).board
                #expect(try RatedBoard(read, kind, like: published).agrees(with: published))
            }
            let published = try #require(try boards.find(.all)).board
            let forged = try PublicBattle.read(
                csv: file(read).replacing(",left,no,", with: ",right,no,", maxReplacements: 1))
            #expect(try !RatedBoard(forged, .all, like: published).agrees(with: published))
            for line in [
                "1,2", "x" + first[0].csv, first[0].csv + ",more", first[0].csv.replacing("no", with: "maybe"),
            ] {
                #expect(throws: BattleExportFault(line: 2)) {
                    try PublicBattle.read(csv: PublicBattle.csvHeader + "\n" + line)
                }
            }
        }
    }

    @Test("ARENA-08 what the next pairs are drawn by is computed with the boards, for models with videos")
    func weights() throws {
        try TestDatabase.run { test in
            let superuser = test.database(as: .superuser)
            let boards = RatingBoards(database: test.database(as: .jobs))
            try fill(superuser, 900)
            _ = try boards.refresh()
            #expect(try superuser.one("select count(*)::int from battle_weights", as: Int.self) == 0)
            try superuser.execute(
                """
                with member as (insert into users (username) values ('mira') returning id),
                made as (
                    insert into generations (
                        user_id, model_id, model_name, provider, endpoint, status, prompt, duration_ms, quality, seed, credits,
                        original_key, video_key, small_key, poster_key, width, height, video_ms, created_at, updated_at, finished_at
                    )
                    select member.id, models.id, name, provider, 'x', 'completed', 'Fog', 5000, 'standard', 1, 1, 'a', 'b', 'c', 'd',
                        1280, 720, 5000, now(), now(), now()
                    from (select * from models order by slug limit 4) models
                    cross join member
                    returning id, model_id
                )
                insert into battle_videos (generation_id, group_id, model_id, has_source, video_key, made_at)
                select id, gen_random_uuid(), model_id, false, 'x', now()
                from made
                """)
            _ = try boards.refresh()
            _ = try boards.refresh()
            let weights: [Double] = try superuser.query(
                """
                select weight
                from battle_weights
                join models low on low.id = low_model_id
                join models high on high.id = high_model_id
                order by least(low.slug, high.slug), greatest(low.slug, high.slug)
                """)
            // The first one is above the others, which are level; the fourth one is new.
            #expect(weights.count == 6)
            #expect(weights[2] == 20 && weights[4] == 20 && weights[5] == 20)
            #expect(weights[3] == 1 && weights[0] < 0.1 && weights[1] < 0.1)
        }
    }

    @Test("ARENA-08 a computation that is killed half-way leaves whole boards, and the next one does the rest")
    func killed() throws {
        try TestDatabase.run { test in
            let superuser = test.database(as: .superuser)
            let boards = RatingBoards(database: test.database(as: .jobs))
            try fill(superuser, 200)
            _ = try boards.refresh()
            try fill(superuser, 50)
            try superuser.transaction { connection in
                // The second board waits for this lock.
                try connection.execute(
                    "select pg_advisory_xact_lock(hashtextextended('rating board text', 0))")
                try concurrently(2) { number in
                    if number == 0 {
                        #expect(throws: (any Error).self) { try boards.refresh() }
                    } else {
                        var isKilled = false
                        while !isKilled {
                            isKilled = try superuser.one(
                                """
                                select coalesce(bool_or(pg_terminate_backend(pid)), false)
                                from pg_stat_activity
                                where datname = current_database() and wait_event = 'advisory' and pid <> pg_backend_pid()
                                """)
                        }
                    }
                }
            }
            #expect(try boards.find(.all)?.board.battles == 250 && boards.find(.text)?.board.battles == 200)
            #expect(try boards.verify() == [])
            #expect(try boards.refresh() == 1)
            #expect(try boards.find(.text)?.board.battles == 250)
        }
    }
}
