internal import Platform
internal import Synchronization

/// Threads that take items from one list.
enum Workers {
    /// Does `work` for every item on `count` threads. The first error ends all and is thrown.
    static func run<Item: Sendable>(
        _ count: Int, _ items: [Item], _ work: @escaping @Sendable (Item) throws -> Void
    ) throws {
        let state = Board(items.count)
        let threads = try (0..<max(1, min(count, items.count))).map { number in
            try BackgroundThread(named: "backup \(number)") {
                while let place = state.next() {
                    do { try work(items[place]) } catch { state.fail(error) }
                }
            }
        }
        for thread in threads { thread.join() }
        if let fault = state.fault { throw fault }
    }

    private final class Board: Sendable {
        private let state: Mutex<(next: Int, fault: (any Error)?)>
        private let count: Int

        init(_ count: Int) {
            self.count = count
            state = Mutex((0, nil))
        }

        func next() -> Int? {
            state.withLock { state in
                guard state.fault == nil, state.next < count else { return nil }
                defer { state.next += 1 }
                return state.next
            }
        }

        func fail(_ error: any Error) { state.withLock { $0.fault = $0.fault ?? error } }

        var fault: (any Error)? { state.withLock { $0.fault } }
    }
}
