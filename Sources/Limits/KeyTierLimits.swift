/// How often requests by API keys may come, by the tier of the key.
public struct KeyTierLimits: Sendable, Equatable {
    /// Which limits count for a key.
    public enum Tier: String, Sendable, CaseIterable, Codable {
        /// Those of every key, which all such keys of a member share.
        case standard
        /// Those of partners, for each key.
        case partner
        /// Numbers of its own, which an admin has set.
        case own
    }

    /// The classes that keys can use and that do not count by network.
    public static let classes = ["read", "api", "upload", "comment", "admin_sensitive"]

    private let standard: RateLimits
    private let partner: RateLimits

    /// Limits of the tiers that settings describe.
    public init(standard: RateLimits = RateLimits(), partner: RateLimits = RateLimits()) {
        self.standard = standard
        self.partner = partner
    }

    /// The limits of a key. A class that a key of the tier `own` has no number for is as in the tier `standard`.
    public func limits(of tier: Tier, own: [String: Int]) -> RateLimits {
        switch tier {
        case .standard: standard
        case .partner: partner
        case .own: standard.changed(by: own)
        }
    }

    /// The same, by class, for people.
    public func numbers(of tier: Tier, own: [String: Int]) -> [String: Int] {
        let limits = limits(of: tier, own: own)
        return Dictionary(uniqueKeysWithValues: Self.classes.map { ($0, limits[$0]) })
    }
}
