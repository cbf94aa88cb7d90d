/// Threads that run steps of others, in the order in which these came.
public protocol StepRunner: Sendable {
    /// What is to be done.
    typealias Step = @Sendable () -> Void

    /// Takes steps and returns before they are done.
    func perform(_ steps: [Step])

    /// Takes a step that serves all the more the later it is run: one that works off what others hand in meanwhile. It
    /// is run as soon as there is nothing else to do.
    func performWhenIdle(_ step: @escaping Step)
}

extension StepRunner {
    /// Takes a step and returns before it is done.
    public func perform(_ step: @escaping Step) { perform([step]) }

    /// Takes the step as any other.
    public func performWhenIdle(_ step: @escaping Step) { perform([step]) }
}

/// Things that wait in line.
public struct Line<Element> {
    private var elements: [Element?] = []
    private var first = 0

    /// An empty line.
    public init() {}

    /// Whether nothing waits.
    public var isEmpty: Bool { first == elements.count }

    /// How many wait.
    public var count: Int { elements.count - first }

    /// What has waited longest.
    public var next: Element? { isEmpty ? nil : elements[first] }

    /// Puts something at the end.
    public mutating func append(_ element: Element) { elements.append(element) }

    /// Takes what has waited longest; nil when nothing waits.
    public mutating func takeFirst() -> Element? {
        guard !isEmpty else { return nil }
        defer {
            // What was taken must not live on here.
            elements[first] = nil
            first += 1
            if isEmpty {
                elements.removeAll(keepingCapacity: first < 1_024)
                first = 0
            } else if first >= 4_096, first * 2 > elements.count {
                elements.removeFirst(first)
                first = 0
            }
        }
        return elements[first]
    }

    /// Takes what has waited longest, so many at most.
    public mutating func takeFirst(_ limit: Int) -> [Element] {
        var taken: [Element] = []
        taken.reserveCapacity(Swift.min(limit, count))
        while taken.count < limit, let element = takeFirst() { taken.append(element) }
        return taken
    }
}

extension Line: Sendable where Element: Sendable {}
