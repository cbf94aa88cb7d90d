internal import Platform

/// The threads that answer requests which block: on the database, a file, another site.
final class BlockingThreads: StepRunner {
    private struct State {
        var steps = FIFOBuffer<Step>()
        var isClosed = false
        var idle = 0
    }

    private let state = Monitor(State())

    func perform(_ steps: [Step]) {
        state.update(waking: steps.count) { state in
            for step in steps { state.steps.append(step) }
        }
    }

    /// Whether a thread has nothing to do.
    var hasIdle: Bool { state.withLock { $0.idle > 0 } }

    /// How many steps wait for a thread.
    var waiting: Int { state.withLock { $0.steps.count } }

    /// Lets each thread end once no step is left.
    func close() {
        state.update { $0.isClosed = true }
    }

    /// Runs steps on the calling thread until `close`.
    func run() {
        while let step = next() { step() }
    }

    private func next() -> Step? {
        state.withLock { $0.idle += 1 }
        return state.wait { state -> Step?? in
            let step = state.steps.popFirst()
            guard step != nil || state.isClosed else { return nil }
            state.idle -= 1
            return .some(step)
        } ?? nil
    }
}
