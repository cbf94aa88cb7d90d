/// Wilson's interval of a share.
package enum WilsonInterval {
    /// The interval of `successes` in `count`, which holds the true share with `confidence`; everything is possible without any.
    package static func of(
        _ successes: Int, in count: Int, confidence: Double = 0.95
    ) -> (low: Double, high: Double) {
        guard count > 0 else { return (0, 1) }
        let (number, share) = (Double(count), Double(successes) / Double(count))
        let square = Normal.reach(of: confidence) * Normal.reach(of: confidence)
        let middle = (share + square / (2 * number)) / (1 + square / number)
        let half =
            (square * (share * (1 - share) / number + square / (4 * number * number))).squareRoot()
            / (1 + square / number)
        return (max(0, middle - half), min(1, middle + half))
    }
}
