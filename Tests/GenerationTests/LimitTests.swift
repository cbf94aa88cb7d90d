import FoundationEssentials
import Generation
import Postgres
import TestSupport
import Testing
import Text

@Suite("GEN-09 seconds and credits")
struct LimitTests {
    /// The rows of the table of limits: what was used when, what is asked for, and what is left then.
    @Test(
        "GEN-09 each row of the table of limits",
        arguments: [
            (600, "2026-03-10T12:00:00Z", "2026-03-05T00:00:00Z", 590.0, 8.0, 2.0, true, false),
            (600, "2026-03-10T12:00:00Z", "2026-03-05T00:00:00Z", 598.0, 5.0, 2.0, false, false),
            (600, "2026-04-01T00:00:00Z", "2026-03-31T23:59:59Z", 600.0, 8.0, 592.0, true, false),
            (900, "2023-12-16T00:00:01Z", "2023-12-15T12:00:00Z", 500.0, 8.0, 892.0, true, true),
            (900, "2024-01-17T00:00:00Z", "2024-01-10T12:00:00Z", 700.0, 8.0, 192.0, true, true),
        ])
    func table(
        limit: Int, now: String, usedAt: String, used: Double, asked: Double, left: Double, isAllowed: Bool,
        hasRange: Bool
    ) throws {
        try GenerationStage.run { first in
            var stage = first
            let moment = try #require(Date(rfc3339: now))
            stage.limit = SecondsLimit(
                milliseconds: limit * 1_000, start: hasRange ? Date(rfc3339: "2023-12-16T00:00:00Z") : nil,
                end: hasRange ? Date(rfc3339: "2024-01-16T23:59:59Z") : nil)
            let clock: Date = try stage.superuser.one("select dailies_now()")
            try stage.test.setClock(offset: .milliseconds(Int(moment.timeIntervalSince(clock) * 1_000)))
            try stage.superuser.execute(
                """
                insert into generation_usage (generation_id, run, user_id, milliseconds, reserved_at)
                values (gen_random_uuid(), 1, \(stage.member), \(Int32(used * 1_000)), \(Date(rfc3339: usedAt)))
                """)
            if isAllowed {
                let receipt = try stage.create(seconds: asked)
                #expect(receipt.remainingMs == Int(left * 1_000))
            } else {
                #expect(throws: GenerationRefusal.limitSeconds(remainingMilliseconds: Int(left * 1_000))) {
                    try stage.create(seconds: asked)
                }
            }
        }
    }

    @Test("GEN-09 PRICE-03 fifty requests at once, with seconds and credits for ten, end in exactly ten")
    func concurrent() throws {
        try GenerationStage.run { first in
            var stage = first
            stage.limit = SecondsLimit(milliseconds: 50_000)
            let copy = stage
            let results = try inParallel(50) { _ -> Bool in
                do {
                    _ = try copy.create("ray-flash-2-540p")
                    return true
                } catch {
                    #expect(error as? GenerationRefusal == .limitSeconds(remainingMilliseconds: 0))
                    return false
                }
            }
            #expect(results.count { $0 } == 10)
            #expect(try stage.generations.usage(of: stage.member).remainingMs == 0)
            #expect(try stage.balance() == 1_000 - 10 * 60)
            #expect(try stage.waiting("submit_generation") == 10)
        }
    }

    @Test("PRICE-03 credits for ten of fifty requests at once end in exactly ten")
    func concurrentCredits() throws {
        try GenerationStage.run { first in
            var stage = first
            stage.monthlyCredits = 600
            let copy = stage
            let results = try inParallel(20) { _ in (try? copy.create("ray-flash-2-540p")) != nil }
            #expect(results.count { $0 } == 10)
            #expect(throws: GenerationRefusal.limitCredits(balance: 0, needed: 60)) {
                try copy.create("ray-flash-2-540p")
            }
            #expect(try stage.generations.usage(of: stage.member).usedMs == 50_000)
        }
    }

    @Test("GEN-01 the same key is the same request, and another price is refused")
    func repeated() throws {
        try GenerationStage.run { stage in
            let first = try stage.create(key: "k-1")
            let second = try stage.create(key: "k-1", prompt: "other")
            #expect(second.isRepeated && second.generation.id == first.generation.id)
            try stage.test.setClock(offset: .seconds(86_401))
            #expect(try !stage.create(key: "k-1").isRepeated)
            #expect(throws: GenerationRefusal.priceChanged(credits: 60)) {
                try stage.create("ray-flash-2-540p", seen: 59)
            }
        }
    }

    @Test("GEN-09 a month that ends between reservation and end belongs to the reservation")
    func monthEnd() throws {
        try GenerationStage.run { stage in
            let clock: Date = try stage.superuser.one("select dailies_now()")
            let moment = try #require(Date(rfc3339: "2026-03-31T23:59:58Z"))
            try stage.test.setClock(offset: .milliseconds(Int(moment.timeIntervalSince(clock) * 1_000)))
            let kept = try stage.remote()
            #expect(try stage.begin(kept) == "go" && stage.accept(kept))
            try stage.test.setClock(offset: .milliseconds(Int(moment.timeIntervalSince(clock) * 1_000) + 10_000))
            #expect(try stage.finish(kept) == [true, true, true])
            #expect(try stage.generations.usage(of: stage.member).usedMs == 0)
        }
    }
}
