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
}
