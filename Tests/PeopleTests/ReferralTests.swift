import FoundationEssentials
import People
import Platform
import Postgres
import Refusals
import TestSupport
import Testing

@Suite("Invitations", .requiresPostgres)
struct ReferralTests {
    @Test("SOC-02 each member has one code, which says nothing about the member and outlasts a change of the name")
    func codes() throws {
        try PeopleStage.run { stage in
            let members = try (0..<20).map { try stage.member("member_\($0)") }
            let codes = try members.map { try stage.referrals.standing(of: $0).code }
            #expect(Set(codes).count == 20)
            #expect(codes.allSatisfy { $0.wholeMatch(of: /[2-9a-hjkmnp-z]{8}/) != nil })
            // Two who ask for the first time at once get the same.
            let late = try stage.member("late")
            let seen = Monitor<[String]>([])
            try concurrently(4) { _ in
                let code = try stage.referrals.standing(of: late).code
                seen.update { $0.append(code) }
            }
            #expect(Set(seen.withLock { $0 }).count == 1)
            try stage.superuser.execute("update users set username = 'renamed' where id = \(members[0])")
            #expect(try stage.referrals.standing(of: members[0]).code == codes[0])
            #expect(try stage.referrals.inviter(by: codes[0].uppercased())?.username == "renamed")
            #expect(try stage.referrals.inviter(by: "aaaaaaaa") == nil)
            try stage.ban(members[0])
            #expect(try stage.referrals.inviter(by: codes[0]) == nil)
        }
    }

    @Test("SOC-02 refused: the own code, a second inviter, an unknown code, an account of 30 days, a circle")
    func refused() throws {
        try PeopleStage.run { stage in
            let referrals = stage.referrals
            let (mira, nova, dana) = (try stage.member("mira"), try stage.member("nova"), try stage.member("dana"))
            let (miras, novas, danas) = (
                try referrals.standing(of: mira).code, try referrals.standing(of: nova).code,
                try referrals.standing(of: dana).code
            )
            func refusal(_ code: String, by member: UUID) -> String? {
                stage.code { try referrals.accept(code, by: member) }
            }
            #expect(refusal(miras, by: mira) == "own_code")
            #expect(refusal("nonsense", by: mira) == "code_unknown")
            for _ in 1...2 { #expect(refusal(miras.uppercased(), by: nova) == nil, "said again, it stays") }
            #expect(refusal(danas, by: nova) == "already_referred")
            #expect(refusal(novas, by: dana) == nil)
            // mira invited nova, and nova invited dana: dana cannot have brought mira.
            #expect(refusal(danas, by: mira) == "referral_circle")
            #expect(refusal(novas, by: mira) == "referral_circle")
            let old = try stage.member("old", age: 30)
            #expect(refusal(miras, by: old) == "not_new")
            #expect(refusal(miras, by: try stage.member("younger", age: 29)) == nil)
            #expect(try referrals.standing(of: mira).waiting == 2 && referrals.standing(of: mira).canJoin)
            #expect(try !referrals.standing(of: old).canJoin && !referrals.standing(of: nova).canJoin)
        }
    }

    @Test("SOC-02 two who invite each other at once: one of them is refused")
    func circleAtOnce() throws {
        try PeopleStage.run { stage in
            for round in 0..<5 {
                let pair = try ["a", "b"].map { try stage.member("\($0)_member_\(round)") }
                let codes = try pair.map { try stage.referrals.standing(of: $0).code }
                let refusals = try inParallel(2) { index in
                    stage.code { try stage.referrals.accept(codes[1 - index], by: pair[index]) } ?? "none"
                }
                #expect(refusals.sorted() == ["none", "referral_circle"])
            }
        }
    }

    @Test("SOC-02 a newcomer counts who has voted on two UTC days within 30 days, once, and not while banned")
    func counting() throws {
        try PeopleStage.run { stage in
            let mira = try stage.member("mira", age: 90)
            let code = try stage.referrals.standing(of: mira).code
            func counts() throws -> Int { try Referrals.count(in: stage.jobs) }
            let nova = try stage.member("nova")
            try stage.referrals.accept(code, by: nova)
            try stage.vote(nova)
            #expect(try counts() == 0, "one day")
            // The totals of a day are kept for a week: the first day is remembered.
            try stage.test.advanceClock(by: .seconds(86_400))
            #expect(try counts() == 0, "still one day")
            try stage.superuser.execute("delete from voter_days")
            try stage.test.advanceClock(by: .seconds(9 * 86_400))
            try stage.vote(nova)
            #expect(try counts() == 0, "the second day is not over: its votes may be undone")
            try stage.superuser.execute("update voter_days set casts = 0")
            try stage.test.advanceClock(by: .seconds(86_400))
            #expect(try counts() == 0, "they were undone")
            try stage.vote(nova)
            try stage.test.advanceClock(by: .seconds(86_400))
            try stage.ban(nova)
            #expect(try counts() == 0, "banned")
            try stage.ban(nova, false)
            try stage.ban(mira)
            #expect(try counts() == 0, "the inviter is banned")
            try stage.ban(mira, false)
            try stage.superuser.execute("update feature_flags set enabled = false where key = 'referral_system'")
            #expect(try counts() == 0, "switched off")
            try stage.superuser.execute("update feature_flags set enabled = true where key = 'referral_system'")
            #expect(try counts() == 1 && counts() == 0)
            #expect(try stage.paid(mira) == 50)
            // On the thirty-first day it is too late.
            let late = try stage.member("late")
            try stage.referrals.accept(code, by: late)
            try stage.vote(late)
            try stage.test.advanceClock(by: .seconds(86_400))
            _ = try counts()
            try stage.test.advanceClock(by: .seconds(30 * 86_400))
            try stage.vote(late)
            try stage.test.advanceClock(by: .seconds(86_400))
            #expect(try counts() == 0)
            let standing = try stage.referrals.standing(of: mira)
            #expect(standing.counted == 1 && standing.waiting == 0 && standing.next?.key == "networker")
        }
    }

    @Test("SOC-02 GAME-01 each tier pays once: 350 XP at ten, however often and by however many it is counted")
    func tiers() throws {
        try PeopleStage.run { stage in
            let mira = try stage.member("mira", age: 90)
            let code = try stage.referrals.standing(of: mira).code
            for number in 1...10 {
                try stage.newcomer("newcomer_\(number)", by: code)
                if number == 4 || number == 5 || number == 10 {
                    try concurrently(3) { _ in _ = try Referrals.count(in: stage.jobs) }
                }
                if number == 4 { #expect(try stage.paid(mira) == 50) }
                if number == 5 {
                    #expect(try stage.paid(mira) == 150)
                    // As when the count was lost with the process and is made again.
                    try stage.superuser.execute(
                        "update referrals set counted_at = null where id = (select max(id) from referrals)")
                    #expect(try Referrals.count(in: stage.jobs) == 1 && stage.paid(mira) == 150)
                }
            }
            let standing = try stage.referrals.standing(of: mira)
            #expect(try standing.counted == 10 && standing.earned == 350 && stage.paid(mira) == 350)
            #expect(standing.next.map { "\($0.name) \($0.needed) \($0.xp)" } == "Ambassador 25 500")
            #expect(standing.tiers.map(\.xp) == [50, 100, 200, 500, 1_000])
            // What counted stays counted when a newcomer leaves; what has not will not.
            let web = stage.web
            func leave(_ name: String) throws {
                _ = try web.one(
                    "select outcome from delete_member((select id from users where username = \(name)), false)",
                    as: String.self)
            }
            let undecided = try stage.member("undecided")
            try stage.referrals.accept(code, by: undecided)
            try leave("newcomer_1")
            try leave("undecided")
            let after = try stage.referrals.standing(of: mira)
            #expect(after.counted == 10 && after.waiting == 0)
            // Without the inviter nothing is counted or paid, and the newcomers stay.
            let last = try stage.newcomer("last_one", by: code)
            try leave("mira")
            #expect(try Referrals.count(in: stage.jobs) == 0)
            #expect(
                try stage.superuser.one("select count(*)::int from referrals where referred_id = \(last)", as: Int.self)
                    == 1)
        }
    }
}
