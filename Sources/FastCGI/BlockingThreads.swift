internal import Platform

/// The threads on which requests are answered that wait for something: the database, a file, another site.
final class BlockingThreads: StepRunner {
    private struct State {
        var steps = Line<Step>()
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

    /// Lets every thread end that has nothing left to do.
    func close() {
        state.update { $0.isClosed = true }
    }

    /// What each of the threads does.
    func run() {
        while let step = next() { step() }
    }

    private func next() -> Step? {
        state.withLock { $0.idle += 1 }
        return state.wait { state -> Step?? in
            let step = state.steps.takeFirst()
            guard step != nil || state.isClosed else { return nil }
            state.idle -= 1
            return .some(step)
        } ?? nil
    }
}
