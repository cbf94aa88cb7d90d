import FoundationEssentials
import People
import Postgres
import Refusals
import TestSupport
import Testing

/// A database with members.
struct PeopleStage: Sendable {
    let test: TestDatabase

    var web: Database { test.database(as: .web) }
    var jobs: Database { test.database(as: .jobs) }
    var superuser: Database { test.database(as: .superuser) }
    var follows: Follows { Follows(database: web) }
    var referrals: Referrals { Referrals(database: web) }

    /// Runs a test, and proves afterwards that every number of followers is that of the rows.
    static func run(_ body: (PeopleStage) throws -> Void) throws {
        try TestDatabase.run { test in
            let stage = PeopleStage(test: test)
            try body(stage)
            #expect(try FollowerDrift.find(in: stage.jobs).isEmpty)
        }
    }

    func member(_ name: String?, age days: Int = 0) throws -> UUID {
        try superuser.one(
            """
            insert into users (username, created_at)
            values (\(name), dailies_now() - make_interval(days => \(Int32(days))))
            returning id
            """)
    }

    func followers(of member: UUID) throws -> Int {
        try superuser.one("select follower_count from users where id = \(member)")
    }

    func ban(_ member: UUID, _ isBanned: Bool = true) throws {
        try superuser.execute(
            """
            update users
            set banned_at = case when \(isBanned) then dailies_now() end, ban_reason = case when \(isBanned) then 'x' end
            where id = \(member)
            """)
    }

    /// The member votes on a UTC day, so many days from today.
    func vote(_ member: UUID, on day: Int = 0) throws {
        try superuser.execute(
            """
            insert into voter_days (voter_key, day, casts)
            values (
                \("user_" + member.uuidString.lowercased()),
                (dailies_now() at time zone 'utc')::date + \(Int32(day)), 1
            )
            on conflict (voter_key, day) do update set casts = 1
            """)
    }

    /// A member whom `code` has brought, ready to be counted: two voting days that are over.
    @discardableResult
    func newcomer(_ name: String, by code: String) throws -> UUID {
        let member = try member(name, age: 3)
        try referrals.accept(code, by: member)
        try superuser.execute(
            "update referrals set joined_at = joined_at - interval '3 days' where referred_id = \(member)")
        try vote(member, on: -2)
        try vote(member, on: -1)
        return member
    }

    /// What invitations have paid a member.
    func paid(_ member: UUID) throws -> Int {
        try superuser.one(
            """
            select coalesce(sum(amount), 0)::int from xp_rewards where user_id = \(member) and reason = 'referral'
            """)
    }

    /// The code of a refusal; nil when there was none.
    func code(_ body: () throws -> Void) -> String? {
        (fault(of: body) as? any Refusal)?.code
    }
}
