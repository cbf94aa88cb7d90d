import Platform
import TestSupport
import Testing

@Suite("Threads and monitors")
struct ThreadTests {
    @Test("a waiter takes what another thread puts in")
    func waiterTakesItem() throws {
        let box = Monitor<[Int]>([])
        let taken = Monitor<Int?>(nil)
        let thread = try BackgroundThread(named: "taker") {
            let item = box.wait { items in items.popLast() }
            taken.update { $0 = item }
        }
        box.update(waking: 1) { $0.append(7) }
        #expect(thread.join(until: .now + safetyLimit))
        #expect(taken.withLock { $0 } == 7)
    }

    @Test("a wait ends at its deadline")
    func waitEndsAtDeadline() {
        let never = Monitor(false)
        let start = ContinuousClock.now
        let answer: Bool? = never.wait(until: start + .milliseconds(20)) { $0 ? true : nil }
        #expect(answer == nil)
        #expect(start.duration(to: .now) >= .milliseconds(20))
    }

    @Test("ten threads add without losing a step")
    func tenThreadsAdd() throws {
        let count = Monitor(0)
        let threads = try (0..<10).map { _ in
            try BackgroundThread(named: "adder") {
                for _ in 0..<1_000 { count.update { $0 += 1 } }
            }
        }
        for thread in threads { #expect(thread.join(until: .now + safetyLimit)) }
        #expect(count.withLock { $0 } == 10_000)
    }
}
