import Platform
import Postgres
import TestSupport
import Testing

/// Items of many threads that one statement answers.
@Suite("Statements for groups")
struct GroupedStatementTests {
    /// Submits the numbers 1 to 7 as one group to a statement that fails with `fault` where the 5th is among them. Returns
    /// the answers and how often the statement was run for the group.
    private func answers(_ fault: DatabaseError) throws -> (answers: [Int: Int], calls: Int) {
        let queue = GroupQueue<Int, Int>(groupLimit: 16, capacity: 16)
        let calls = Monitor(0)
        let (isHeld, isOpen) = (Monitor(false), Monitor(false))
        queue.start { tickets in
            // The first one holds the queue until all others wait.
            if tickets.contains(where: { $0.item == 0 }) {
                isHeld.update { $0 = true }
                _ = isOpen.wait(until: .now + safetyLimit) { $0 ? true : nil }
            }
            GroupQueue.answer(tickets.map { ($0, $0.item) }) { numbers in
                if !numbers.contains(0) { calls.update { $0 += 1 } }
                if numbers.contains(5) { throw fault }
                return numbers.map { $0 * 10 }
            }
        }
        let found = Monitor<[Int: Int]>([:])
        let first = try BackgroundThread(named: "first") { _ = try? queue.submit(0) }
        #expect(isHeld.wait(until: .now + safetyLimit) { $0 ? true : nil } == true)
        let rest = try (1...7).map { number in
            try BackgroundThread(named: "item") {
                if let answer = try? queue.submit(number) { found.update { $0[number] = answer } }
            }
        }
        #expect(eventually { queue.waiting == 7 })
        isOpen.update { $0 = true }
        for thread in [first] + rest { thread.join() }
        return (found.withLock(\.self), calls.withLock(\.self))
    }

    @Test("an item that cannot be stored fails alone, in whichever place of the group it is")
    func neighbours() throws {
        let (answers, calls) = try answers(.constraint(name: "x", sqlstate: "23503", table: "t"))
        #expect(answers == [1: 10, 2: 20, 3: 30, 4: 40, 6: 60, 7: 70])
        #expect(calls > 1)
    }

    @Test("what concerns the server fails for all, and is not tried in parts")
    func server() throws {
        let (answers, calls) = try answers(.timeout(sqlstate: "57014", statement: ""))
        #expect(answers.isEmpty && calls == 1)
    }

    @Test("an answer that cannot be read is not asked for again, since the statement has been done")
    func done() throws {
        let (answers, calls) = try answers(.rowCount(expected: 7, found: 6))
        #expect(answers.isEmpty && calls == 1)
    }
}
