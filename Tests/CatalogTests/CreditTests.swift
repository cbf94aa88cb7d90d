import Credits
import FoundationEssentials
import Postgres
import Refusals
import Synchronization
import TestSupport
import Testing

@Suite("Credits", .requiresPostgres)
struct CreditTests {
    private func credits(_ stage: CatalogStage, monthly: Int = 0) -> Credits {
        Credits(database: stage.web, monthly: monthly)
    }

    private func entries(_ stage: CatalogStage, _ member: UUID) throws -> [String] {
        try stage.superuser.query(
            """
            select concat_ws(' ', kind, amount, balance, reference)
            from credit_entries
            where user_id = \(member)
            order by id
            """)
    }

    @Test("PRICE-03 fifty requests at once with credits for ten end in exactly ten", .safetyLimit)
    func overspending() throws {
        try CatalogStage.run { stage in
            let mira = try stage.member("mira")
            let credits = credits(stage)
            _ = try credits.grant(1_005, to: mira, reason: "Ten runs", by: stage.admin)
            let outcomes = try inParallel(50) { index -> Bool? in
                do throws(CreditError) {
                    _ = try credits.reserve(100, for: mira, reference: "run \(index)")
                    return true
                } catch {
                    return error.refusal?.code == "limit_credits" ? false : nil
                }
            }
            #expect(outcomes.filter { $0 == true }.count == 10)
            #expect(outcomes.filter { $0 == false }.count == 40)
            let balance = try credits.balance(of: mira)
            #expect(balance.balance == 5 && balance.reserved == 1_000)
        }
    }

    @Test("PRICE-03 a run settles below its reservation, never above, and a failed one returns everything, each once")
    func course() throws {
        try CatalogStage.run { stage in
            let mira = try stage.member("mira")
            let credits = credits(stage)
            _ = try credits.grant(100, to: mira, reason: "Start", by: stage.admin)
            #expect(try credits.reserve(40, for: mira, reference: "a") == 60)
            #expect(try credits.reserve(40, for: mira, reference: "a") == 60, "the same request again")
            #expect(try credits.reserve(30, for: mira, reference: "b") == 30)
            #expect(try credits.reserve(30, for: mira, reference: "c") == 0)
            #expect(try credits.settle("a", spent: 25) == 25)
            #expect(try credits.settle("a", spent: 1) == 25, "a second settlement changes nothing")
            #expect(try credits.settle("b", spent: 45) == 30, "the site bears the excess")
            try credits.release("c")
            try credits.release("c")
            #expect(throws: CreditError.self) { try credits.release("a") }
            #expect(throws: CreditError.self) { _ = try credits.settle("c", spent: 1) }
            #expect(throws: CreditError.self) { _ = try credits.settle("nothing", spent: 1) }
            #expect(throws: CreditError.self) { _ = try credits.reserve(1, for: mira, reference: "c") }
            #expect(try credits.balance(of: mira).balance == 45)
            #expect(
                try entries(stage, mira) == [
                    "grant 100 100", "reserve -40 60 a", "reserve -30 30 b", "reserve -30 0 c", "settle 15 15 a",
                    "settle 0 15 b", "release 30 45 c",
                ])
        }
    }

    @Test("PRICE-05 the allotment comes once a month, is spent first, and lapses with its month; grants stay")
    func months() throws {
        try CatalogStage.run { stage in
            let mira = try stage.member("mira")
            let credits = credits(stage, monthly: 100)
            #expect(
                try inParallel(8) { _ in try? credits.balance(of: mira).balance } == Array(repeating: 100, count: 8))
            _ = try credits.grant(50, to: mira, reason: "A prize", by: stage.admin)
            _ = try credits.reserve(120, for: mira, reference: "over the end of the month")
            let renewal = try credits.balance(of: mira).renewsAt
            _ = try credits.reserve(10, for: mira, reference: "of grants")
            // Into the next month: what was reserved stays reserved.
            let now: Date = try stage.superuser.one("select dailies_now()")
            try stage.test.advanceClock(by: .seconds(renewal.timeIntervalSince(now) + 60))
            try credits.release("over the end of the month")
            let after = try credits.balance(of: mira)
            #expect(after.balance == 140 && after.allotment == 100 && after.granted == 40 && after.reserved == 10)
            _ = try credits.settle("of grants", spent: 4)
            #expect(
                try entries(stage, mira) == [
                    "allotment 100 100", "grant 50 150", "reserve -120 30 over the end of the month",
                    "reserve -10 20 of grants", "release 120 140 over the end of the month", "lapse -100 40",
                    "allotment 100 140", "settle 6 146 of grants",
                ])
            try stage.test.advanceClock(by: .seconds(32 * 86_400))
            let later = try credits.balance(of: mira)
            #expect(later.allotment == 100 && later.granted == 46)
        }
    }

    @Test("PRICE-05 grants have a reason, are audited, can be taken back, and never below nothing")
    func grants() throws {
        try CatalogStage.run { stage in
            let mira = try stage.member("mira")
            let credits = credits(stage, monthly: 10)
            #expect(try credits.grant(90, to: mira, reason: "A prize", by: stage.admin) == 100)
            #expect(try credits.grant(-95, to: mira, reason: "By mistake", by: stage.admin) == 5)
            #expect(throws: CreditError.refused(.insufficient(balance: 5, needed: 6))) {
                try credits.grant(-6, to: mira, reason: "Too much", by: stage.admin)
            }
            #expect(throws: CreditError.refused(.memberNotFound)) {
                try credits.grant(1, to: UUID(), reason: "No one", by: stage.admin)
            }
            #expect(throws: DatabaseError.self) {
                try unwrappingCause { try credits.grant(1, to: mira, reason: "Mine", by: mira) }
            }
            #expect(
                try stage.audited("member.grant_credits") == [
                    #"{"balance": 10} {"balance": 100}"#, #"{"balance": 100} {"balance": 5}"#,
                ])
        }
    }

    @Test("PRICE-05 a grant that is sent again with its key changes nothing, also at once from two windows")
    func repeatedGrants() throws {
        try CatalogStage.run { stage in
            let (mira, nova) = (try stage.member("mira"), try stage.member("nova"))
            let credits = credits(stage, monthly: 10)
            @Sendable func grant(
                _ amount: Int = 90, to member: UUID? = nil, key: String? = "k-1"
            ) throws(CreditError) -> Int {
                try credits.grant(amount, to: member ?? mira, reason: "A prize", by: stage.admin, key: key)
            }
            #expect(try inParallel(4) { _ in (try? grant()) ?? -1 } == [100, 100, 100, 100])
            #expect(try credits.balance(of: mira).balance == 100)
            #expect(throws: CreditError.refused(.keyReused)) { try grant(91) }
            #expect(throws: CreditError.refused(.keyReused)) { try grant(to: nova) }
            #expect(try credits.balance(of: mira).balance == 100 && credits.balance(of: nova).balance == 10)
            #expect(try grant(key: "k-2") == 190 && grant(key: nil) == 280)
            try stage.test.advanceClock(by: .seconds(86_401))
            #expect(try grant() == 370, "the key is forgotten after a day")
        }
    }

    @Test("PRICE-03 SEC-03 the ledger cannot be changed, and is shown to its member and to admins")
    func ledger() throws {
        try CatalogStage.run { stage in
            let mira = try stage.member("mira")
            let nova = try stage.member("nova")
            let credits = credits(stage, monthly: 10)
            for amount in 1...3 { _ = try credits.grant(amount, to: mira, reason: "\(amount)", by: stage.admin) }
            let page = try credits.ledger(of: mira, PageRequest(limit: 2), for: mira)
            #expect(page.items.map(\.amount) == [3, 2])
            let next = try credits.ledger(of: mira, PageRequest(limit: 2, cursor: page.nextCursor), for: stage.admin)
            #expect(next.items.map(\.amount) == [1, 10] && next.nextCursor == nil)
            #expect(try credits.ledger(of: mira, PageRequest(), for: nova).items.isEmpty)
            for change: SQL in [
                "update credit_entries set amount = 1000", "update credit_entries set user_id = \(nova)",
            ] {
                let error = #expect(throws: DatabaseError.self) { try stage.superuser.execute(change) }
                #expect(error?.sqlstate == "23001")
            }
            try stage.superuser.execute("delete from users where id = \(mira)")
            #expect(try stage.superuser.one("select count(*)::int from credit_entries where user_id = \(mira)") == 0)
        }
    }

    @Test("PRICE-03 a balance that is not the sum of the ledger is found and repaired")
    func drift() throws {
        try CatalogStage.run { stage in
            let mira = try stage.member("mira")
            let credits = credits(stage, monthly: 10)
            _ = try credits.reserve(4, for: mira, reference: "a")
            try stage.superuser.execute("update credit_balances set granted = 7")
            let found = try CreditDrift.find(in: stage.jobs)
            #expect(found.map(\.fault) == ["balance"] && found.first?.found == 13 && found.first?.expected == 6)
            #expect(try CreditDrift.repair(in: stage.jobs).count == 1)
            #expect(try credits.balance(of: mira).balance == 6)
            try stage.superuser.execute("update credit_reservations set amount = 5")
            #expect(try CreditDrift.find(in: stage.jobs).map(\.fault) == ["reservation"])
            try stage.superuser.execute("update credit_reservations set amount = 4")
        }
    }
}
