internal import Money

/// The form in which prices are stored and travel. `is_pricing()` in migrations/0030_catalog.sql enforces the same.
extension Pricing: Codable {
    private enum Key: String, CodingKey {
        case structure, isEstimated, perSecond, perSecondWithAudio, base, baseSeconds, extraSecond, flat, tiers
    }

    /// The names of the structures in that form.
    public enum Name: String, Sendable, Codable, CaseIterable {
        /// Each second.
        case perSecond
        /// A base price and further seconds.
        case base
        /// One price.
        case flat
        /// By resolution.
        case tiers
    }

    /// The name of its structure.
    public var name: Name {
        switch structure {
        case .perSecond: .perSecond
        case .base: .base
        case .flat: .flat
        case .tiers: .tiers
        }
    }

    /// Reads the stored form.
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: Key.self)
        let structure: Structure =
            switch try values.decode(Name.self, forKey: .structure) {
            case .perSecond:
                .perSecond(
                    try values.decode(Money.self, forKey: .perSecond),
                    withAudio: try values.decodeIfPresent(Money.self, forKey: .perSecondWithAudio))
            case .base:
                .base(
                    try values.decode(Money.self, forKey: .base),
                    seconds: try values.decode(Int.self, forKey: .baseSeconds),
                    extraSecond: try values.decode(Money.self, forKey: .extraSecond))
            case .flat: .flat(try values.decode(Money.self, forKey: .flat))
            case .tiers: .tiers(try values.decode([Tier].self, forKey: .tiers))
            }
        self.init(structure, isEstimated: try values.decode(Bool.self, forKey: .isEstimated))
    }

    /// Writes the stored form.
    public func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: Key.self)
        try values.encode(name, forKey: .structure)
        try values.encode(isEstimated, forKey: .isEstimated)
        switch structure {
        case .perSecond(let price, let withAudio):
            try values.encode(price, forKey: .perSecond)
            try values.encodeIfPresent(withAudio, forKey: .perSecondWithAudio)
        case .base(let base, let seconds, let extraSecond):
            try values.encode(base, forKey: .base)
            try values.encode(seconds, forKey: .baseSeconds)
            try values.encode(extraSecond, forKey: .extraSecond)
        case .flat(let price): try values.encode(price, forKey: .flat)
        case .tiers(let tiers): try values.encode(tiers, forKey: .tiers)
        }
    }
}
