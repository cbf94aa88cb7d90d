/// An amount of US dollars, exact to four decimals. It never passes through binary floating point.
///
/// Every operation rounds half-up at the fourth decimal, away from zero for negative amounts.
public struct Money: Sendable, Hashable, Comparable {
    /// The amount in ten-thousandths of a dollar.
    public let tenThousandths: Int64

    /// An amount of so many ten-thousandths of a dollar.
    public init(tenThousandths: Int64) {
        self.tenThousandths = tenThousandths
    }

    /// No money.
    public static let zero = Money(tenThousandths: 0)

    /// Reads a decimal number such as `0.5512` or `6`, rounded to four decimals. Nil for anything else, exponents
    /// included, and beyond a hundred million dollars.
    public init?(_ text: some StringProtocol) {
        let isNegative = text.utf8.first == UInt8(ascii: "-")
        let parts = text.utf8.dropFirst(isNegative ? 1 : 0)
            .split(separator: UInt8(ascii: "."), maxSplits: 1, omittingEmptySubsequences: false)
        let digits = parts.map { part in part.compactMap { $0 &- UInt8(ascii: "0") <= 9 ? Int64($0 - 48) : nil } }
        guard zip(parts, digits).allSatisfy({ $0.count == $1.count && !$1.isEmpty }), digits[0].count <= 9 else {
            return nil
        }
        let fraction = parts.count == 2 ? digits[1] : []
        var amount = digits[0].reduce(0) { $0 * 10 + $1 }
        for place in 0..<4 { amount = amount * 10 + (place < fraction.count ? fraction[place] : 0) }
        if fraction.count > 4, fraction[4] >= 5 { amount += 1 }
        guard amount <= 1_000_000_000_000 else { return nil }
        tenThousandths = isNegative ? -amount : amount
    }

    /// The smaller amount first.
    public static func < (left: Money, right: Money) -> Bool { left.tenThousandths < right.tenThousandths }

    /// The sum.
    public static func + (left: Money, right: Money) -> Money {
        Money(tenThousandths: left.tenThousandths + right.tenThousandths)
    }

    /// The difference.
    public static func - (left: Money, right: Money) -> Money {
        Money(tenThousandths: left.tenThousandths - right.tenThousandths)
    }

    /// The amount so many times.
    public static func * (left: Money, right: Int) -> Money {
        Money(tenThousandths: left.tenThousandths * Int64(right))
    }

    /// The amount for each second of `time`, which counts in milliseconds.
    public func perSecond(for time: Duration) -> Money {
        multiplied(by: time.wholeMilliseconds, dividedBy: 1_000)
    }

    /// The amount as a share of `total`, as a mean of so many amounts is. Zero for no amounts.
    public func divided(by count: Int) -> Money {
        count == 0 ? .zero : multiplied(by: 1, dividedBy: Int64(count))
    }

    /// `self × factor ÷ divisor`, rounded half-up.
    func multiplied(by factor: Int64, dividedBy divisor: Int64) -> Money {
        let product = Int128(tenThousandths) * Int128(factor)
        let half = Int128(divisor) / 2
        let rounded = product < 0 ? -((-product + half) / Int128(divisor)) : (product + half) / Int128(divisor)
        return Money(tenThousandths: Int64(clamping: rounded))
    }
}

extension Duration {
    /// The whole milliseconds, rounded half-up.
    var wholeMilliseconds: Int64 {
        let (seconds, attoseconds) = components
        return seconds * 1_000 + (attoseconds + 500_000_000_000_000) / 1_000_000_000_000_000
    }
}

extension Money: CustomStringConvertible {
    /// The decimal number with four decimals at most and without needless zeros: `0.5512`, `6`.
    public var description: String {
        let (whole, fraction) = tenThousandths.magnitude.quotientAndRemainder(dividingBy: 10_000)
        var decimals = String(10_000 + fraction).dropFirst()
        while decimals.last == "0" { decimals.removeLast() }
        let sign = tenThousandths < 0 ? "-" : ""
        return sign + String(whole) + (decimals.isEmpty ? "" : "." + decimals)
    }

    /// The amount for people: `$0.70`, `$0.5512`, `$1,317.00`. It has at least two decimals; the third and the fourth
    /// only when they are not zero.
    public var formatted: String {
        let (whole, fraction) = tenThousandths.magnitude.quotientAndRemainder(dividingBy: 10_000)
        var decimals = String(10_000 + fraction).dropFirst()
        while decimals.count > 2, decimals.last == "0" { decimals.removeLast() }
        var digits = String(whole)
        var grouped = ""
        while digits.count > 3 {
            grouped = "," + digits.suffix(3) + grouped
            digits.removeLast(3)
        }
        return (tenThousandths < 0 ? "-$" : "$") + digits + grouped + "." + decimals
    }
}

extension Money: Codable {
    /// Reads decimal text; a JSON number is refused, since decoders read it as binary floating point.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let amount = Money(text) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "\(text) is not an amount")
        }
        self = amount
    }

    /// Writes decimal text.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
