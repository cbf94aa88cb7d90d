/// How money becomes credits: `ceil(cost × multiplier of the quality × credits a dollar)`.
public struct CreditRate: Sendable, Hashable {
    /// How many credits a dollar is.
    public let perDollar: Int
    /// The multiplier of each quality in hundredths.
    private let multipliers: [Quality: Int]

    /// A rate; a quality without a multiplier counts once.
    public init(perDollar: Int = 100, multipliers: [Quality: Int] = CreditRate.standardMultipliers) {
        self.perDollar = perDollar
        self.multipliers = multipliers
    }

    /// Standard 1, high 1.5, ultra 2.
    public static let standardMultipliers: [Quality: Int] = [.standard: 100, .high: 150, .ultra: 200]

    /// The multiplier of a quality in hundredths: 150 is one and a half.
    public func multiplier(_ quality: Quality) -> Int { multipliers[quality] ?? 100 }

    /// What a cost is in credits, rounded up.
    public func credits(for cost: Money, quality: Quality) -> Int {
        let exact = Int128(cost.tenThousandths) * Int128(multiplier(quality)) * Int128(perDollar)
        let unit: Int128 = 10_000 * 100
        return Int(clamping: exact <= 0 ? 0 : (exact + unit - 1) / unit)
    }
}

/// The qualities that a run can have.
public enum Quality: String, Sendable, Codable, CaseIterable {
    /// As the model works best for its price.
    case standard
    /// Better, one and a half times as dear.
    case high
    /// The best, twice as dear.
    case ultra
}
