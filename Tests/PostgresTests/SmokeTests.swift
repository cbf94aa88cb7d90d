import FoundationEssentials
import Postgres
import TestSupport
import Testing

@Suite("Smoke", .requiresPostgres)
struct SmokeTests {
    @Test("values come back as they went")
    func roundTrip() throws {
        try TestDatabase.run { test in
            let web = test.database(as: .web)
            let now: Date = try web.one("select dailies_now()")
            try test.advanceClock(by: .seconds(3600))
            let later: Date = try web.one("select dailies_now()")
            #expect(later.timeIntervalSince(now) >= 3600)
            let id = UUID()
            let row: Row = try web.one(
                "select \(id) as id, \([1, 2, 3]) as numbers, \("it's; drop table x") as text, \([UInt8](0..<4)) as bytes, \(Int?.none) as nothing, \(1.5) as double, \(true) as yes, 12.50::numeric as numeric, 'a'::name as name"
            )
            #expect(try row.value("id") == id)
            #expect(try row.value("numbers") == [1, 2, 3])
            #expect(try row.value("text") == "it's; drop table x")
            #expect(try row.value("bytes") == [UInt8](0..<4))
            #expect(try row.value("nothing") == Int?.none)
            #expect(try row.value("numeric") == "12.50")
            let user: String = try web.pipeline(
                settings: ["dailies.user_id": "7"], "select current_setting('dailies.user_id', true)")[0]
            #expect(user == "7")
            #expect(try web.one("select coalesce(current_setting('dailies.user_id', true), '')", as: String.self) == "")
        }
    }
}
