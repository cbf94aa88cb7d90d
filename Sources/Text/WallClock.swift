public import FoundationEssentials

/// The time of day, passed in so that a test can pass another.
public struct WallClock: Sendable {
    /// The current time.
    public let now: @Sendable () -> Date

    /// Creates a clock that tells the time `now` returns.
    public init(now: @escaping @Sendable () -> Date) {
        self.now = now
    }

    /// The machine's clock.
    public static let system = WallClock { Date() }
}
