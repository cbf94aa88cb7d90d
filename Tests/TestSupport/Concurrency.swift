public import Platform
internal import Synchronization
public import Testing

/// Runs `body` on `count` threads at once, waits for all of them, and throws the first error of any.
public func concurrently(_ count: Int, _ body: @escaping @Sendable (Int) throws -> Void) throws {
    let faults = Monitor<[any Error]>([])
    let threads = try (0..<count).map { index in
        try BackgroundThread(named: "test \(index)") {
            do {
                try body(index)
            } catch {
                faults.update { $0.append(error) }
            }
        }
    }
    for thread in threads { thread.join() }
    if let first = faults.withLock({ $0.first }) { throw first }
}

/// Runs `body` on `count` threads at once and returns their results in order.
public func inParallel<Value: Sendable>(_ count: Int, _ body: @escaping @Sendable (Int) -> Value) throws -> [Value] {
    let results = Monitor<[Int: Value]>([:])
    try concurrently(count) { index in
        let value = body(index)
        results.update { $0[index] = value }
    }
    return results.withLock { all in (0..<count).compactMap { all[$0] } }
}

/// Runs steps at once, on the thread that hands them in.
public struct ThisThread: StepRunner {
    /// A runner without threads of its own.
    public init() {}

    /// Runs the steps before it returns.
    public func perform(_ steps: [Step]) { for step in steps { step() } }
}

/// Waits for what `begin` tells the closure that it is given.
public func awaited<Value: Sendable, Failure: Error>(
    _ begin: (@escaping @Sendable (Result<Value, Failure>) -> Void) -> Void
) throws -> Value {
    let outcome = Monitor<Result<Value, Failure>?>(nil)
    begin { result in outcome.update { $0 = result } }
    return try #require(outcome.wait { $0 }).get()
}

/// How long a test waits for what must happen. A safety net far beyond what a slow and busy machine needs: it ends a test
/// that would hang and nothing else.
public let safetyLimit: Duration = .seconds(300)

extension Trait where Self == TimeLimitTrait {
    /// Ends a whole test that would hang, as `safetyLimit` ends a wait.
    public static var safetyLimit: Self { .timeLimit(.minutes(20)) }
}

/// Asks again and again until `condition` holds; false when it did not by the deadline.
public func eventually(
    within limit: Duration = safetyLimit, _ condition: () throws -> Bool
) rethrows -> Bool {
    let deadline = ContinuousClock.now + limit
    // Nothing ever changes this monitor: it makes a pause of a few milliseconds between two looks.
    let pause = Monitor(0)
    while true {
        if try condition() { return true }
        guard ContinuousClock.now < deadline else { return false }
        _ = pause.wait(until: .now + .milliseconds(5)) { _ in Int?.none }
    }
}

/// Waits until `condition` holds, and records an issue when it does not by the deadline.
public func waitUntil(
    within limit: Duration = safetyLimit, sourceLocation: SourceLocation = #_sourceLocation,
    _ condition: () throws -> Bool
) throws {
    guard try !eventually(within: limit, condition) else { return }
    Issue.record("the condition did not hold within \(limit)", sourceLocation: sourceLocation)
}

/// The error that `body` throws; nil when it throws none.
public func fault<R>(of body: () throws -> R) -> (any Error)? {
    do {
        _ = try body()
        return nil
    } catch {
        return error
    }
}
