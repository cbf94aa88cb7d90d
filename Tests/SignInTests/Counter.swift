import Synchronization
import TestSupport

/// Numbers from one, for any thread.
final class Counter: Sendable {
    private let count = Mutex(0)

    func next() -> Int {
        count.withLock {
            $0 += 1
            return $0
        }
    }
}

/// What `body` answers on so many threads at once, in any order.
func gathered<R: Sendable>(_ count: Int, _ body: @escaping @Sendable (Int) throws -> R) throws -> [R] {
    let answers = Answers<R>()
    try concurrently(count) { answers.add(try body($0)) }
    return answers.all
}

private final class Answers<R: Sendable>: Sendable {
    private let values = Mutex<[R]>([])

    var all: [R] { values.withLock(\.self) }

    func add(_ value: R) {
        values.withLock { $0.append(value) }
    }
}
