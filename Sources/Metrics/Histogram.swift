/// How often something took how long, in classes of durations. To note a duration is three atomic instructions.
public final class Histogram: Sendable {
    /// Classes for what answers within milliseconds and must not take seconds, in seconds.
    public static let latencies = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

    /// The upper ends of the classes but the last, which has none; in seconds.
    let bounds: [Double]
    private let limits: [Int]
    private let classes: [Counter]
    private let nanoseconds = Counter()

    /// A histogram with these upper ends, in seconds and in rising order.
    public init(bounds: [Double] = Histogram.latencies) {
        self.bounds = bounds
        limits = bounds.map { Int($0 * 1e9) }
        classes = (0...bounds.count).map { _ in Counter() }
    }

    /// Notes one duration.
    public func note(nanoseconds duration: Int) {
        var index = 0
        while index < limits.count, duration > limits[index] { index += 1 }
        classes[index].add()
        nanoseconds.add(duration)
    }

    /// How many durations were noted.
    public var count: Int { classes.reduce(0) { $0 + $1.value } }

    /// What has been noted, at one moment: how many up to each bound and in all, and their sum in seconds.
    func reading() -> (cumulative: [Int], count: Int, sum: Double) {
        var total = 0
        let cumulative = classes.map { one in
            total += one.value
            return total
        }
        return (Array(cumulative.dropLast()), total, Double(nanoseconds.value) / 1e9)
    }
}
