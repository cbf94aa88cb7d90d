public import Money

/// What a model's video costs, in one of four structures.
public struct Pricing: Sendable, Hashable {
    /// How the price is made up.
    public enum Structure: Sendable, Hashable {
        /// Each second, possibly at another price when the video has sound.
        case perSecond(Money, withAudio: Money?)
        /// A price that includes some seconds, and one for each further second, begun ones included.
        case base(Money, seconds: Int, extraSecond: Money)
        /// One price for any length.
        case flat(Money)
        /// A price that depends on the shorter side. Never empty; sorted by that side.
        case tiers([Tier])
    }

    /// The price of videos whose shorter side is at most so long.
    public struct Tier: Sendable, Hashable, Codable {
        /// What the price counts.
        public enum Unit: String, Sendable, Hashable, Codable, CaseIterable {
            /// Each second.
            case perSecond
            /// The whole video.
            case flat
        }

        /// The longest shorter side that it covers, in pixels.
        public let shortSide: Int
        /// The price.
        public let price: Money
        /// What that counts.
        public let unit: Unit

        /// A tier.
        public init(shortSide: Int, price: Money, unit: Unit) {
            self.shortSide = shortSide
            self.price = price
            self.unit = unit
        }
    }

    /// How the price is made up.
    public let structure: Structure
    /// Whether the price was not published by the provider.
    public let isEstimated: Bool

    /// A price.
    public init(_ structure: Structure, isEstimated: Bool = false) {
        self.structure =
            if case .tiers(let tiers) = structure {
                .tiers(tiers.sorted { $0.shortSide < $1.shortSide })
            } else {
                structure
            }
        self.isEstimated = isEstimated
    }

    /// What a video costs. `seconds` is the measured duration of the file, `requested` the one that was asked for; which
    /// of them counts is decided by ``billed(_:requested:)``. Without width and height the highest tier counts, and the
    /// cost is estimated.
    public func cost(
        seconds: Duration, requested: Duration? = nil, width: Int?, height: Int?, hasAudio: Bool
    ) -> Cost {
        let time = Pricing.billed(seconds, requested: requested)
        var cost = Cost(billedTime: time, isEstimated: isEstimated)
        switch structure {
        case .perSecond(let silent, let withAudio):
            let price = hasAudio ? withAudio ?? silent : silent
            let label = hasAudio && withAudio != nil ? "seconds with sound" : "seconds"
            cost.add(label, time.secondsText, price, price.perSecond(for: time))
        case .base(let base, let included, let extraSecond):
            cost.add("first \(included) seconds", "1", base, base)
            let extra = max(0, time.roundedUpSeconds - included)
            if extra > 0 { cost.add("further seconds", "\(extra)", extraSecond, extraSecond * extra) }
        case .flat(let price):
            cost.add("video", "1", price, price)
        case .tiers(let tiers):
            let side = width.flatMap { width in height.map { min(width, $0) } }
            let fitting = side.flatMap { side in tiers.first { $0.shortSide >= side } }
            if side == nil { cost.warn(.noSize) } else if fitting == nil { cost.warn(.aboveHighestTier) }
            guard let tier = fitting ?? tiers.last else { break }
            switch tier.unit {
            case .perSecond:
                let amount = tier.price.perSecond(for: time)
                cost.add("seconds at \(tier.shortSide)p", time.secondsText, tier.price, amount)
            case .flat:
                cost.add("video at \(tier.shortSide)p", "1", tier.price, tier.price)
            }
        }
        return cost
    }

    /// The time that is billed: the requested one when the file is within 0.25 s of it, since the five seconds of
    /// providers often last 5.04; otherwise that of the file.
    public static func billed(_ seconds: Duration, requested: Duration?) -> Duration {
        guard let requested, abs(seconds, requested) <= .milliseconds(250) else { return seconds }
        return requested
    }

    private static func abs(_ first: Duration, _ second: Duration) -> Duration {
        first > second ? first - second : second - first
    }
}

/// What a video costs, and how that is made up. It is stored with the video.
public struct Cost: Sendable, Hashable, Codable {
    /// One summand.
    public struct Term: Sendable, Hashable, Codable {
        /// What is counted: `seconds`, `further seconds`, `video at 720p`.
        public let label: String
        /// How many.
        public let quantity: String
        /// The price of one.
        public let price: Money
        /// The product, rounded.
        public let amount: Money
    }

    /// Why a cost is not certain.
    public enum Warning: String, Sendable, Hashable, Codable {
        /// The size of the video is not known, so the highest tier counts.
        case noSize
        /// The video is larger than the highest tier, which counts.
        case aboveHighestTier
        /// The price is not valid or there is none, so the model's price per second counts.
        case fallback
    }

    /// The sum of the terms.
    public private(set) var amount = Money.zero
    /// The summands.
    public private(set) var terms: [Term] = []
    /// The time that counts, in milliseconds.
    public let billedMilliseconds: Int
    /// Whether the price is an estimate, or a warning applies.
    public private(set) var isEstimated: Bool
    /// Why the cost is not certain.
    public private(set) var warnings: [Warning] = []

    init(billedTime: Duration, isEstimated: Bool) {
        billedMilliseconds = billedTime.milliseconds
        self.isEstimated = isEstimated
    }

    mutating func add(_ label: String, _ quantity: String, _ price: Money, _ amount: Money) {
        terms.append(Term(label: label, quantity: quantity, price: price, amount: amount))
        self.amount = self.amount + amount
    }

    mutating func warn(_ warning: Warning) {
        warnings.append(warning)
        isEstimated = true
    }
}

extension Duration {
    /// The whole milliseconds, rounded half-up.
    var milliseconds: Int {
        let (seconds, attoseconds) = components
        return Int(seconds) * 1_000 + Int((attoseconds + 500_000_000_000_000) / 1_000_000_000_000_000)
    }

    /// The whole seconds, begun ones included.
    var roundedUpSeconds: Int { (milliseconds + 999) / 1_000 }

    /// The seconds with three decimals at most: `5`, `5.042`.
    package var secondsText: String {
        let (whole, rest) = milliseconds.quotientAndRemainder(dividingBy: 1_000)
        var decimals = String(1_000 + rest).dropFirst()
        while decimals.last == "0" { decimals.removeLast() }
        return decimals.isEmpty ? "\(whole)" : "\(whole).\(decimals)"
    }
}
