import Glibc
import Platform
import TestSupport
import Testing

@testable import FastCGI

@Suite("The event loop of a server")
struct EventLoopTests {
    /// Both ends of a connection: nginx's own and the one that is served.
    private struct Peer {
        let own: Int32
        let served: Int32

        init() {
            var ends: [Int32] = [-1, -1]
            socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends)
            own = ends[0]
            served = ends[1]
        }

        func send() {
            var byte: UInt8 = 0
            _ = write(own, &byte, 1)
        }

        func end() {
            close(own)
            close(served)
        }
    }

    private func connection(_ work: EventLoop.Work?) -> Int32? {
        if case .connection(let connection)? = work { connection } else { nil }
    }

    @Test("OPS-04 once there is room, every thread that stopped for lack of it reads again")
    func room() throws {
        for _ in 0..<20 {
            let eventLoop = try EventLoop(limit: 1)
            let peers = (0..<4).map { _ in Peer() }
            defer { for peer in peers { peer.end() } }
            eventLoop.beginRequest()
            let begun = Monitor(0)
            let found = Monitor<Set<Int32>>([])
            try concurrently(5) { (number: Int) throws in
                if number < 4 {
                    eventLoop.enter()
                    begun.update { $0 += 1 }
                    // No thread asks for a second connection, as if the work on the first took for ever.
                    if let connection = connection(eventLoop.next()) { found.update { _ = $0.insert(connection) } }
                } else {
                    #expect(eventually { begun.withLock { $0 == 4 } })
                    usleep(2_000)
                    eventLoop.endRequest()
                    for peer in peers {
                        #expect(eventLoop.add(peer.served))
                        peer.send()
                    }
                    let isFound = eventually { found.withLock { $0.count == 4 } }
                    eventLoop.stopPipe.hangUp()
                    eventLoop.finishAdding()
                    try #require(isFound, "some threads did not wake")
                }
            }
        }
    }

    @Test("OPS-04 an idle step runs although a thread that is awake is blocked")
    func blocked() throws {
        let eventLoop = try EventLoop(limit: 8)
        let gate = Monitor(false)
        let isBlocked = Monitor(false)
        let isDone = Monitor(false)
        try concurrently(4) { (number: Int) throws in
            switch number {
            case 0, 1:
                eventLoop.enter()
                while case .step(let step)? = eventLoop.next() { step() }
            case 2:
                eventLoop.blockingThreads.run()
            default:
                eventLoop.perform {
                    isBlocked.update { $0 = true }
                    _ = gate.wait { $0 ? true : nil }
                }
                #expect(eventually { isBlocked.withLock(\.self) && eventLoop.hasRoom })
                eventLoop.performWhenIdle { isDone.update { $0 = true } }
                #expect(eventually { isDone.withLock(\.self) })
                gate.update { $0 = true }
                eventLoop.stopPipe.hangUp()
                eventLoop.finishAdding()
                eventLoop.blockingThreads.close()
            }
        }
    }

    @Test("OPS-04 an idle step does not wait for ever while there is always something to read")
    func busy() throws {
        let eventLoop = try EventLoop(limit: 8)
        let peer = Peer()
        defer { peer.end() }
        #expect(eventLoop.add(peer.served))
        peer.send()
        eventLoop.performWhenIdle {}
        var reads = 0
        while let connection = connection(eventLoop.next()), reads < 1_000 {
            reads += 1
            #expect(eventLoop.putBack(connection))
        }
        #expect((1...8).contains(reads))
    }
}
