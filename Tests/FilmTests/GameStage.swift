import FoundationEssentials
import Games
import Postgres
import TestSupport
import Testing

@testable import Film

extension FilmStage {
    var games: Games { Games(database: web) }
    var badges: BadgeAwards { BadgeAwards(database: jobs) }

    func stats(_ member: UUID) throws -> MemberStats { try #require(try games.stats(of: member)) }

    /// The keys of the badges that a member has.
    func earned(_ member: UUID) throws -> [String] { try stats(member).badges.filter { $0.earnedAt != nil }.map(\.key) }

    /// The kinds and events that a member was notified of, sorted.
    func notices(_ member: UUID) throws -> [String] {
        try superuser.query(
            "select kind || ' ' || event_key as notice from notifications where user_id = \(member) order by notice")
    }

    func reward(_ member: UUID, _ reason: String, _ event: String, _ amount: Int) throws {
        try superuser.execute("select grant_reward(\(member), \(reason), \(event), \(amount)::int)")
    }

    func revoke(_ member: UUID, _ reason: String, _ event: String) throws {
        try superuser.execute("select revoke_reward(\(member), \(reason), \(event))")
    }

    /// Folds what is logged and looks at the badges.
    func settleGames() throws {
        try fold.run()
        try badges.run()
    }

    /// Settles, and expects of every member that XP, streak and badges are what the votes, clips and rewards say: by this
    /// test's count and by the operator's.
    func expectExactGames(_ note: String = "", _ location: SourceLocation = #_sourceLocation) throws {
        try settleGames()
        let today = Int(try superuser.one("select extract(epoch from dailies_now())::bigint / 86400") as Int64)
        var days: [UUID: [Int: Int]] = [:]
        let rows: [Row] = try superuser.query(
            """
            select votes.user_id, (extract(epoch from votes.created_at)::bigint / 86400)::int as day, casts
            from votes
            join users on users.id = votes.user_id and users.left_at is null
            where votes.voided_at is null
            """)
        for row in rows {
            days[try row.value("user_id"), default: [:]][try row.value("day"), default: 0] += try row.value("casts")
        }
        let members: [Row] = try superuser.query(
            """
            select users.id,
                count(*) filter (where clips.status in ('active', 'locked', 'eliminated'))::int as accepted,
                count(*) filter (where clips.status = 'locked')::int as wins,
                (
                    select coalesce(sum(amount), 0)::int
                    from xp_rewards
                    where user_id = users.id and reason <> 'win' and revoked_at is null
                ) as other_rewards
            from users
            left join tournament_clips clips on clips.user_id = users.id
            where users.left_at is null
            group by users.id
            """)
        for row in members {
            let member: UUID = try row.value("id")
            let wins: Int = try row.value("wins")
            var (xp, streak, longest, last) = (100 * wins, 0, 0, 0)
            xp += try row.value("other_rewards") as Int
            for (day, casts) in (days[member] ?? [:]).sorted(by: { $0.key < $1.key }) {
                streak = last == day - 1 ? streak + 1 : 1
                longest = max(longest, streak)
                last = day
                xp += casts + 5 + 10 * min(streak, 7)
            }
            if last < today - 1 { streak = 0 }
            let votes = (days[member] ?? [:]).values.reduce(0, +)
            let stats = try stats(member)
            let found = [stats.totalVotes, stats.xp, stats.streak, stats.wins]
            #expect(found == [votes, xp, streak, wins], "\(note)", sourceLocation: location)
            let accepted: Int = try row.value("accepted")
            let expected = [
                ("votes_100", votes >= 100), ("votes_1000", votes >= 1_000), ("streak_3", longest >= 3),
                ("streak_7", longest >= 7), ("streak_30", longest >= 30), ("first_clip", accepted >= 1),
                ("first_win", wins >= 1), ("wins_5", wins >= 5),
            ].filter(\.1).map(\.0)
            #expect(
                stats.badges.filter { $0.earnedAt != nil }.map(\.key) == expected, "\(note)", sourceLocation: location)
        }
        #expect(try GameDrift.find(in: jobs) == [], "\(note)", sourceLocation: location)
    }
}
