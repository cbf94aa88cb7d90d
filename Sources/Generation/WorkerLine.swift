public import Logging
internal import Platform

/// Workers that wait for a task. None of them holds a thread: while any waits, one thread looks whether a task could be given
/// out, and lets them try in the order in which they came.
public final class WorkerLine: Sendable {
    /// How long a claim waits at most; shorter than a host has for its last requests when it stops.
    public static let longestWait = Duration.seconds(8)
    /// How many claims may wait; more are answered at once.
    private static let capacity = 64
    private static let pause = Duration.milliseconds(250)

    /// What a waiting worker gets.
    public typealias Outcome = Result<WorkerTasks.Claim?, any Error>

    private struct Place: Sendable {
        let id: Int
        let deadline: ContinuousClock.Instant
        let attempt: @Sendable () throws -> WorkerTasks.Claim?
        let then: @Sendable (Outcome) -> Void
    }

    private struct State {
        var places: [Place] = []
        var isWatched = false
        var next = 0
    }

    private let tasks: WorkerTasks
    private let log: Log
    private let state = Monitor(State())

    /// A line for the tasks of a database.
    public init(tasks: WorkerTasks, log: Log) {
        self.tasks = tasks
        self.log = log
    }

    /// Waits for a task: `attempt` claims one, and is tried whenever one could be given out. `then` gets the outcome once.
    public func wait(
        for time: Duration, _ attempt: @escaping @Sendable () throws -> WorkerTasks.Claim?,
        then: @escaping @Sendable (Outcome) -> Void
    ) {
        let deadline = ContinuousClock.now + min(time, Self.longestWait)
        let (isTaken, mustWatch) = state.withLock { state in
            guard state.places.count < Self.capacity else { return (false, false) }
            state.places.append(Place(id: state.next, deadline: deadline, attempt: attempt, then: then))
            state.next += 1
            defer { state.isWatched = true }
            return (true, !state.isWatched)
        }
        guard isTaken else { return then(.success(nil)) }
        guard mustWatch else { return }
        do {
            _ = try BackgroundThread(named: "worker line") { [self] in watch() }
        } catch {
            log.error("no thread waits for tasks of workers", ["error": .string("\(error)")])
            let places = state.withLock { state in
                defer { state = State() }
                return state.places
            }
            for place in places { place.then(.success(nil)) }
        }
    }

    private func watch() {
        while true {
            _ = Monitor(0).wait(until: .now + Self.pause) { _ in nil as Bool? }
            serve()
            let isOver = state.withLock { state in
                if state.places.isEmpty { state.isWatched = false }
                return !state.isWatched
            }
            if isOver { return }
        }
    }

    private func serve() {
        let hasTask: Bool
        do { hasTask = try tasks.hasWaiting() } catch {
            // Those who wait ask again; what is wrong shows there.
            hasTask = false
        }
        let now = ContinuousClock.now
        for place in state.withLock({ $0.places }) where hasTask || place.deadline <= now {
            let outcome = Outcome { hasTask ? try place.attempt() : nil }
            if case .success(nil) = outcome, place.deadline > now { continue }
            remove(place)
            place.then(outcome)
        }
    }

    private func remove(_ place: Place) {
        state.withLock { state in
            if let index = state.places.firstIndex(where: { $0.id == place.id }) { state.places.remove(at: index) }
        }
    }
}
