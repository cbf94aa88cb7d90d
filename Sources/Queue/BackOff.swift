/// How long a job waits after a failure: `first`, doubled with each attempt, at most `longest`, and up to a quarter more
/// so that jobs which failed together do not come back together.
public struct BackOff: Sendable, Equatable {
    /// The wait after the first attempt.
    public var first: Duration
    /// The wait that doubling never passes.
    public var longest: Duration

    /// From five seconds to an hour.
    public init(first: Duration = .seconds(5), longest: Duration = .seconds(3_600)) {
        self.first = first
        self.longest = longest
    }

    /// The wait after attempt `attempt`, counted from 1; `jitter` is a random number from 0 to 1.
    public func delay(after attempt: Int, jitter: Double) -> Duration {
        // Beyond 2^30 every wait is the longest, and shifting further would overflow.
        let doublings = min(max(attempt - 1, 0), 30)
        let wait = min(first * (1 << doublings), longest)
        return wait + wait * (min(max(jitter, 0), 1) / 4)
    }
}
