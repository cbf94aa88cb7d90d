/// Wilson's 95 % interval of a share.
public enum WilsonInterval {
    /// The interval of `successes` in `count`; everything is possible without any.
    public static func of(_ successes: Int, in count: Int) -> (low: Double, high: Double) {
        guard count > 0 else { return (0, 1) }
        let reach = 1.959_963_984_540_054
        let (number, share, square) = (Double(count), Double(successes) / Double(count), reach * reach)
        let middle = (share + square / (2 * number)) / (1 + square / number)
        let half =
            (square * (share * (1 - share) / number + square / (4 * number * number))).squareRoot()
            / (1 + square / number)
        return (max(0, middle - half), min(1, middle + half))
    }
}
