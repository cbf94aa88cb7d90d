import FoundationEssentials
import Postgres
import Testing

@testable import TestSupport

@Suite("The clock of test databases", .requiresPostgres)
struct TestClockTests {
    @Test("the last twenty minutes of a day are skipped, so that no test sees the day change")
    func midnight() throws {
        func offset(_ time: String) throws -> Duration {
            TestDatabase.offsetPastMidnight(at: try Date(time, strategy: .iso8601))
        }
        #expect(try offset("2026-03-01T00:00:00Z") == .zero)
        #expect(try offset("2026-03-01T23:39:59Z") == .zero)
        #expect(try offset("2026-03-01T23:40:01Z") == .seconds(1_200))
        #expect(try offset("2026-03-01T23:59:59Z") == .seconds(2))
    }

    @Test("a test's own offsets count from there")
    func offsets() throws {
        let late = try Date("2026-03-01T23:50:00Z", strategy: .iso8601)
        let test = try TestDatabase(at: late)
        defer { test.drop() }
        func ahead() throws -> Duration { try test.database(as: .superuser).one("select ahead from test_clock") }
        #expect(try ahead() == .seconds(601))
        try test.setClock(offset: .seconds(60))
        #expect(try ahead() == .seconds(661))
        try test.advanceClock(by: .seconds(9))
        #expect(try ahead() == .seconds(670))
        try test.setClock(offset: .zero)
        #expect(try ahead() == .seconds(601))
    }
}
