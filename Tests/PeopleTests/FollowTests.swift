import FoundationEssentials
import People
import Postgres
import TestSupport
import Testing

@Suite("Following", .requiresPostgres)
struct FollowTests {
    @Test("SOC-01 NOTE-01 a follow is a wish: repeated it counts once, and a member is notified of each follower once")
    func wish() throws {
        try PeopleStage.run { stage in
            let (mira, nova, dana) = (try stage.member("mira"), try stage.member("nova"), try stage.member("dana"))
            for _ in 1...2 { #expect(try stage.follows.follow(nova, true, by: mira) == 1) }
            #expect(try stage.follows.follow(nova, true, by: dana) == 2)
            #expect(try stage.follows.ties(of: mira, with: ["nova", "dana", "mira", "x"]).followed == ["nova"])
            for _ in 1...2 { #expect(try stage.follows.follow(nova, false, by: mira) == 1) }
            #expect(try stage.follows.follow(nova, true, by: mira) == 2)
            let told: [String] = try stage.superuser.query(
                """
                select users.username || ' ' || kind
                from notifications
                join users on users.id = actor_user_id
                where user_id = \(nova)
                order by 1
                """)
            #expect(told == ["dana follower", "mira follower"])
            #expect(try stage.superuser.one("select count(*)::int from notifications", as: Int.self) == 2)
        }
    }

    @Test("SOC-01 no member follows oneself, somebody banned, gone or unknown, or without a name of one's own")
    func refused() throws {
        try PeopleStage.run { stage in
            let (mira, nova, nameless) = (try stage.member("mira"), try stage.member("nova"), try stage.member(nil))
            let follows = stage.follows
            func refusal(_ wanted: UUID, by member: UUID) -> String? {
                stage.code { _ = try follows.follow(wanted, true, by: member) }
            }
            #expect(refusal(mira, by: mira) == "own_account")
            #expect(refusal(UUID(), by: mira) == "member_not_found")
            #expect(refusal(nova, by: nameless) == "no_username")
            #expect(stage.code { _ = try follows.member(named: "nobody_here") } == "member_not_found")
            #expect(try follows.follow(nova, true, by: mira) == 1)
            try stage.ban(nova)
            // One may always go.
            #expect(try follows.follow(nova, false, by: mira) == 0)
            #expect(refusal(nova, by: mira) == "member_banned")
            try stage.superuser.execute(
                "update users set left_at = now(), username = null, banned_at = null, ban_reason = null where id = \(nova)"
            )
            #expect(refusal(nova, by: mira) == "member_not_found")
            let dana = try stage.member("dana")
            try stage.superuser.execute(
                """
                with many as (
                    insert into users (username) select 'm_' || number from generate_series(1, \(Int32(Follows.most))) number
                    returning id
                )
                insert into follows (follower_id, followed_id, created_at) select \(mira), id, now() from many
                """)
            #expect(refusal(dana, by: mira) == "follow_limit")
        }
    }

    @Test("SOC-01 SOC-03 two of whom one blocks the other do not follow each other")
    func blocks() throws {
        try PeopleStage.run { stage in
            let (mira, nova) = (try stage.member("mira"), try stage.member("nova"))
            _ = try stage.follows.follow(nova, true, by: mira)
            _ = try stage.follows.follow(mira, true, by: nova)
            try stage.superuser.execute(
                "insert into user_blocks (user_id, blocked_id, created_at) values (\(nova), \(mira), now())")
            #expect(try stage.followers(of: mira) == 0 && stage.followers(of: nova) == 0)
            #expect(stage.code { _ = try stage.follows.follow(nova, true, by: mira) } == "blocked")
            #expect(stage.code { _ = try stage.follows.follow(mira, true, by: nova) } == "blocked")
            #expect(try stage.follows.ties(of: nova, with: ["mira"]).blocked == ["mira"])
            #expect(try stage.follows.ties(of: mira, with: ["nova"]).blocked == [])
        }
    }

    @Test("SOC-01 the number of followers stays exact while many follow and unfollow at once, from several tabs each")
    func concurrency() throws {
        try PeopleStage.run { stage in
            let stars = [try stage.member("star_1"), try stage.member("star_2")]
            let fans = try (0..<4).map { try stage.member("fan_\($0)") }
            // Two threads for each fan are two tabs; the last wish of both is to follow.
            try concurrently(8) { thread in
                for turn in 0..<12 {
                    _ = try stage.follows.follow(stars[turn % 2], turn > 9 || turn % 3 > 0, by: fans[thread / 2])
                }
            }
            #expect(try stars.map { try stage.followers(of: $0) } == [4, 4])
            // Who leaves is counted no more, on both sides of several others who leave at once.
            try concurrently(4) { thread in
                _ = try stage.test.database(as: .web).one(
                    "select outcome from delete_member(\(fans[thread]), false)", as: String.self)
            }
            #expect(try stars.map { try stage.followers(of: $0) } == [0, 0])
            #expect(
                try stage.superuser.one("select count(*)::int from notifications where kind = 'follower'", as: Int.self)
                    == 0)
        }
    }

    @Test("SOC-01 SEC-03 the lists of both sides are paged, and for the two alone")
    func lists() throws {
        try PeopleStage.run { stage in
            let mira = try stage.member("mira")
            let others = try (1...5).map { try stage.member("other_\($0)") }
            for other in others {
                _ = try stage.follows.follow(other, true, by: mira)
                try stage.test.advanceClock(by: .seconds(1))
            }
            _ = try stage.follows.follow(mira, true, by: others[0])
            let first = try stage.follows.list(.following, of: mira, PageRequest(limit: 3))
            #expect(first.items.map(\.username) == ["other_5", "other_4", "other_3"])
            let rest = try stage.follows.list(.following, of: mira, PageRequest(limit: 3, cursor: first.nextCursor))
            #expect(rest.items.map(\.username) == ["other_2", "other_1"] && rest.nextCursor == nil)
            #expect(throws: InvalidCursor.self) {
                try stage.follows.list(.followers, of: mira, PageRequest(limit: 3, cursor: first.nextCursor))
            }
            #expect(try stage.follows.list(.followers, of: mira, PageRequest()).items.map(\.username) == ["other_1"])
            for (viewer, rows) in [(mira, 6), (others[0], 2), (others[1], 1), (try stage.member("nova"), 0)] {
                #expect(
                    try stage.web.acting(for: viewer).one("select count(*)::int from follows", as: Int.self) == rows)
            }
        }
    }

    @Test("OPS-03 SOC-01 a number of followers that differs from the rows is found and corrected")
    func drift() throws {
        try PeopleStage.run { stage in
            let (mira, nova) = (try stage.member("mira"), try stage.member("nova"))
            _ = try stage.follows.follow(nova, true, by: mira)
            try stage.superuser.execute("update users set follower_count = 7 where username in ('mira', 'nova')")
            let found = try FollowerDrift.find(in: stage.jobs)
            #expect(Dictionary(uniqueKeysWithValues: found.map { ($0.userID, $0.expected) }) == [mira: 0, nova: 1])
            #expect(try FollowerDrift.repair(in: stage.jobs) == found)
        }
    }
}
