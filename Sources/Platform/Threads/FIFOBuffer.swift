/// Elements that leave in the order in which they came.
public struct FIFOBuffer<Element> {
    private var elements: [Element?] = []
    private var head = 0

    /// An empty buffer.
    public init() {}

    /// Whether the buffer holds nothing.
    public var isEmpty: Bool { head == elements.count }

    /// How many elements the buffer holds.
    public var count: Int { elements.count - head }

    /// The oldest element; nil when there is none.
    public var first: Element? { isEmpty ? nil : elements[head] }

    /// Adds an element at the end.
    public mutating func append(_ element: Element) { elements.append(element) }

    /// Removes the oldest element; nil when there is none.
    public mutating func popFirst() -> Element? {
        guard !isEmpty else { return nil }
        defer {
            // A removed element must not stay alive here.
            elements[head] = nil
            head += 1
            if isEmpty {
                elements.removeAll(keepingCapacity: head < 1_024)
                head = 0
            } else if head >= 4_096, head * 2 > elements.count {
                elements.removeFirst(head)
                head = 0
            }
        }
        return elements[head]
    }

    /// Removes the oldest elements, at most `limit`.
    public mutating func popFirst(_ limit: Int) -> [Element] {
        var popped: [Element] = []
        popped.reserveCapacity(Swift.min(limit, count))
        while popped.count < limit, let element = popFirst() { popped.append(element) }
        return popped
    }
}

extension FIFOBuffer: Sendable where Element: Sendable {}
