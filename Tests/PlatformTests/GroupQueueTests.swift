import Platform
import TestSupport
import Testing

@Suite("Items worked off in groups")
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

    @Test("VOTE-06 what comes while a group is worked off makes the next group, in its order")
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

    @Test("What waits for the start is worked off; a full queue and a stopped one refuse")
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
