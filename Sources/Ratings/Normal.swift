internal import Glibc

/// The standard normal distribution.
enum Normal {
    /// The chance of a value at least as far from zero, on either side.
    static func beyond(_ value: Double) -> Double { erfc(abs(value) / 2.squareRoot()) }

    /// The distance from zero within which a value is with the given chance: 1.96 for 0.95.
    static func reach(of confidence: Double) -> Double {
        var (low, high) = (0.0, 40.0)
        // Each step halves the range: 60 of them leave less than one unit of the last place.
        for _ in 0..<60 {
            let middle = (low + high) / 2
            if beyond(middle) > 1 - confidence { low = middle } else { high = middle }
        }
        return (low + high) / 2
    }
}
