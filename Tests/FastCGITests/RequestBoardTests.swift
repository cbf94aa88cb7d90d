import Glibc
import Platform
import TestSupport
import Testing

@testable import FastCGI

@Suite("Where front threads find work")
struct RequestBoardTests {
    /// A connection that nginx has, and what it sends.
    private struct Peer {
        let own: Int32
        let served: Int32

        init() {
            var ends: [Int32] = [-1, -1]
            socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends)
            own = ends[0]
            served = ends[1]
        }

        func speak() {
            var byte: UInt8 = 0
            _ = write(own, &byte, 1)
        }

        func end() {
            close(own)
            close(served)
        }
    }

    private func connection(_ work: RequestBoard.Work?) -> Int32? {
        if case .connection(let connection)? = work { connection } else { nil }
    }

    @Test("OPS-04 once there is room, everybody reads again who stopped for want of it")
    func room() throws {
        for _ in 0..<20 {
            let board = try RequestBoard(limit: 1)
            let peers = (0..<4).map { _ in Peer() }
            defer { for peer in peers { peer.end() } }
            board.begin()
            let begun = Monitor(0)
            let found = Monitor<Set<Int32>>([])
            try concurrently(5) { (number: Int) throws in
                if number < 4 {
                    board.enter()
                    begun.update { $0 += 1 }
                    // Nobody takes a second, as if the work on the first took for ever.
                    if let connection = connection(board.next()) { found.update { _ = $0.insert(connection) } }
                } else {
                    #expect(eventually { begun.withLock { $0 == 4 } })
                    usleep(2_000)
                    board.end()
                    for peer in peers {
                        #expect(board.add(peer.served))
                        peer.speak()
                    }
                    let isHeard = eventually { found.withLock { $0.count == 4 } }
                    board.stopPipe.hangUp()
                    board.complete()
                    try #require(isHeard, "some are deaf")
                }
            }
        }
    }

    @Test("OPS-04 a step that waits for idleness is run although somebody who is awake waits for something")
    func blocked() throws {
        let board = try RequestBoard(limit: 8)
        let gate = Monitor(false)
        let isBlocked = Monitor(false)
        let isDone = Monitor(false)
        try concurrently(4) { (number: Int) throws in
            switch number {
            case 0, 1:
                board.enter()
                while case .step(let step)? = board.next() { step() }
            case 2:
                board.blockingThreads.run()
            default:
                board.perform {
                    isBlocked.update { $0 = true }
                    _ = gate.wait { $0 ? true : nil }
                }
                #expect(eventually { isBlocked.withLock(\.self) && board.hasRoom })
                board.performWhenIdle { isDone.update { $0 = true } }
                #expect(eventually { isDone.withLock(\.self) })
                gate.update { $0 = true }
                board.stopPipe.hangUp()
                board.complete()
                board.blockingThreads.close()
            }
        }
    }

    @Test("OPS-04 a step that waits for idleness does not wait for ever while there is always something to read")
    func busy() throws {
        let board = try RequestBoard(limit: 8)
        let peer = Peer()
        defer { peer.end() }
        #expect(board.add(peer.served))
        peer.speak()
        board.performWhenIdle {}
        var reads = 0
        while let connection = connection(board.next()), reads < 1_000 {
            reads += 1
            #expect(board.putBack(connection))
        }
        #expect((1...8).contains(reads))
    }
}
