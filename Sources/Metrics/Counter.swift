internal import Synchronization

/// A number that many threads change and that is read now and then. A change is one atomic instruction.
public final class Counter: Sendable {
    private let number = Atomic<Int>(0)

    /// A counter at zero.
    public init() {}

    /// Adds to the number.
    public func add(_ amount: Int = 1) {
        number.wrappingAdd(amount, ordering: .relaxed)
    }

    /// The number at this moment.
    public var value: Int { number.load(ordering: .relaxed) }
}
