import Platform
import TestSupport
import Testing

@Suite("Items processed in groups")
struct GroupQueueTests {
    private struct Refused: Error {}

    @Test("VOTE-06 each gets the answer to its own item, and no group is larger than allowed")
    func answers() throws {
        let queue = GroupQueue<Int, Int>(groupLimit: 8, capacity: 1_000)
        let groups = Monitor<[Int]>([])
        let atOnce = Monitor(0)
        queue.start { tickets in
            #expect(
                atOnce.update {
                    $0 += 1; return $0
                } == 1, "one group at a time")
            groups.update { $0.append(tickets.count) }
            for ticket in tickets {
                ticket.answer(ticket.item % 7 == 3 ? .failure(Refused()) : .success(ticket.item * 2))
            }
            atOnce.update { $0 -= 1 }
        }
        try concurrently(64) { (thread: Int) throws in
            for turn in 0..<200 {
                let item = thread * 1_000 + turn
                if item % 7 == 3 {
                    #expect(throws: Refused.self) { try queue.submit(item) }
                } else {
                    #expect(try queue.submit(item) == item * 2)
                }
            }
        }
        queue.stop()
        let counts = groups.withLock(\.self)
        #expect(counts.reduce(0, +) == 64 * 200)
        #expect(counts.allSatisfy { (1...8).contains($0) })
        #expect(queue.waiting == 0)
    }

    @Test("VOTE-06 items that come while a group is processed form the next group, in their order")
    func groups() throws {
        let queue = GroupQueue<Int, Int>(groupLimit: 100, capacity: 100)
        let gate = Monitor(false)
        let groups = Monitor<[[Int]]>([])
        queue.start { tickets in
            groups.update { $0.append(tickets.map(\.item)) }
            if tickets.first?.item == 0 { _ = gate.wait { $0 ? true : nil } }
            for ticket in tickets { ticket.answer(.success(ticket.item)) }
        }
        try concurrently(21) { (number: Int) throws in
            if number == 0 {
                #expect(try queue.submit(0) == 0)
            } else if number < 20 {
                #expect(eventually { groups.withLock { !$0.isEmpty } && queue.waiting == number - 1 })
                #expect(try queue.submit(number) == number)
            } else {
                #expect(eventually { queue.waiting == 19 })
                gate.update { $0 = true }
            }
        }
        #expect(groups.withLock(\.self) == [[0], Array(1..<20)])
        queue.stop()
    }

    /// What a queue with a runner has done with five items after each turn of the runner.
    private func turns(runsBackToBack: Bool) -> [(groups: [[Int]], received: [Int: Int])] {
        let runner = Collecting()
        let queue = GroupQueue<Int, Int>(groupLimit: 2, capacity: 100, runner: runner, runsBackToBack: runsBackToBack)
        let groups = Monitor<[[Int]]>([])
        let received = Monitor<[Int: Int]>([:])
        queue.start { tickets in
            groups.update { $0.append(tickets.map(\.item)) }
            for ticket in tickets { ticket.answer(ticket.item == 3 ? .failure(Refused()) : .success(ticket.item * 2)) }
        }
        for item in 0..<5 {
            queue.submit(item) { result in received.update { $0[item] = (try? result.get()) ?? -1 } }
        }
        var turns: [(groups: [[Int]], received: [Int: Int])] = []
        repeat {
            turns.append((groups.withLock(\.self), received.withLock(\.self)))
        } while runner.run()
        queue.stop()
        queue.submit(9) { result in received.update { $0[9] = (try? result.get()) ?? -1 } }
        #expect(received.withLock { $0[9] } == -1, "a stopped queue refuses")
        return turns
    }

    @Test("VOTE-06 a thread that submits never waits: groups and completion handlers run on the runner")
    func runner() throws {
        let turns = turns(runsBackToBack: false)
        #expect(turns[0].groups.isEmpty && turns[0].received.isEmpty)
        #expect(turns[1].groups == [[0, 1]])
        #expect(turns[1].received.isEmpty, "the answers come in their own turn")
        #expect(turns[2].received == [0: 0, 1: 2])
        #expect(turns[2].groups == [[0, 1], [2, 3]], "the next group comes after them")
        let last = try #require(turns.last)
        #expect(last.groups == [[0, 1], [2, 3], [4]])
        #expect(last.received == [0: 0, 1: 2, 2: 4, 3: -1, 4: 8])
    }

    @Test("VOTE-06 when groups run back to back, one turn processes all that wait")
    func backToBack() throws {
        let turns = turns(runsBackToBack: true)
        #expect(turns[0].groups.isEmpty)
        #expect(turns[1].groups == [[0, 1], [2, 3], [4]])
        #expect(turns[1].received == [4: 8], "only the lone one at the end completes at once")
        #expect(try #require(turns.last).received == [0: 0, 1: 2, 2: 4, 3: -1, 4: 8])
    }

    @Test("VOTE-06 a thread that waits for an answer leads one group, and leaves the rest to the runner")
    func leading() throws {
        let runner = Collecting()
        let queue = GroupQueue<Int, Int>(groupLimit: 1, capacity: 100, runner: runner)
        let gate = Monitor(false)
        let received = Monitor<[Int]>([])
        let begun = Monitor(0)
        queue.start { tickets in
            begun.update { $0 += 1 }
            _ = gate.wait { $0 ? true : nil }
            for ticket in tickets { ticket.answer(.success(ticket.item)) }
        }
        // The one that waits begins, two more come, and then the work continues.
        try concurrently(2) { (number: Int) throws in
            if number == 0 {
                #expect(try queue.submit(0) == 0)
                #expect(
                    received.withLock(\.isEmpty), "its answer was there after one group, although others came meanwhile"
                )
            } else {
                #expect(eventually { begun.withLock { $0 == 1 } })
                for item in 1...2 { queue.submit(item) { _ in received.update { $0.append(item) } } }
                gate.update { $0 = true }
            }
        }
        while received.withLock({ $0.count < 2 }), runner.run() {}
        #expect(received.withLock(\.self).sorted() == [1, 2])
        queue.stop()
    }

    @Test("VOTE-06 without a runner a waiting thread leads one group, and then the next waiting thread leads")
    func handingOver() throws {
        let queue = GroupQueue<Int, Int>(groupLimit: 1, capacity: 100)
        let begun = Monitor(0)
        let answered = Monitor<Set<Int>>([])
        queue.start { tickets in
            let group = begun.update { count -> Int in
                count += 1; return count
            }
            // There are always more items, as under load.
            if group == 1 { #expect(eventually { queue.waiting == 3 }) }
            if group > 1 {
                #expect(eventually { answered.withLock { $0.count == group - 1 } }, "the leader still waits")
            }
            for ticket in tickets { ticket.answer(.success(ticket.item)) }
        }
        try concurrently(4) { (number: Int) throws in
            #expect(try queue.submit(number) == number)
            answered.update { _ = $0.insert(number) }
        }
        queue.stop()
        #expect(answered.withLock { $0.count == 4 } && queue.waiting == 0)
    }

    @Test("items that wait for the start are processed; a full queue and a stopped one refuse")
    func limits() throws {
        let queue = GroupQueue<Int, Int>(groupLimit: 2, capacity: 3)
        try concurrently(4) { (number: Int) throws in
            if number < 3 {
                #expect(try queue.submit(number) == number)
            } else {
                #expect(eventually { queue.waiting == 3 })
                #expect(throws: GroupQueueFull.self) { try queue.submit(number) }
                queue.start { for ticket in $0 { ticket.answer(.success(ticket.item)) } }
            }
        }
        queue.stop()
        queue.stop()
        #expect(throws: GroupQueueFull.self) { try queue.submit(1) }
        GroupQueue<Int, Int>(groupLimit: 1, capacity: 1).stop()
    }
}

/// Keeps steps until it is told to run them.
private final class Collecting: StepRunner {
    private let steps = Monitor<[Step]>([])

    func perform(_ steps: [Step]) { self.steps.update { $0 += steps } }

    /// One turn: what has come until now. False when nothing has.
    func run() -> Bool {
        let taken = steps.update { steps -> [Step] in
            defer { steps = [] }
            return steps
        }
        for step in taken { step() }
        return !taken.isEmpty
    }
}
