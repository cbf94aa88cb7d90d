/// Threads that run closures for others, in the order in which these were handed in.
public protocol StepRunner: Sendable {
    /// A piece of work.
    typealias Step = @Sendable () -> Void

    /// Accepts steps and returns before they have run.
    func perform(_ steps: [Step])

    /// Accepts a step that does more the later it runs, such as one that processes what others hand in meanwhile. It
    /// runs as soon as there is nothing else to do.
    func performWhenIdle(_ step: @escaping Step)
}

extension StepRunner {
    /// Accepts a step and returns before it has run.
    public func perform(_ step: @escaping Step) { perform([step]) }

    /// Treats the step as any other.
    public func performWhenIdle(_ step: @escaping Step) { perform([step]) }
}
