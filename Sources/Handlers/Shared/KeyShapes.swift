public import HTTP
public import Identity
public import Limits

extension KeyScope: JSONRepresentable, InputValue {}
extension KeyTierLimits.Tier: JSONRepresentable, InputValue {}

/// An API key, for its member and for admins.
public struct ListedKey: Shaped {
    let key: APIKeySummary
    let limits: [String: Int]

    /// A key with the limits that count for it.
    public init(_ key: APIKeySummary, _ tiers: KeyTierLimits) {
        self.key = key
        limits = tiers.numbers(of: KeyTierLimits.Tier(rawValue: key.tier) ?? .standard, own: key.limits)
    }

    /// Its form in JSON.
    public static let shape = Shape<ListedKey>("APIKey") {
        Field("id", \.key.id)
        Field("name", \.key.name, .string(1...60))
        Field("scopes", \.key.scopes, .array(KeyScope.schema))
        Field("createdAt", \.key.createdAt)
        Field("lastUsedAt", \.key.lastUsedAt, "To the minute; null when it was never used.")
        Field("expiresAt", \.key.expiresAt, "Null for a key that does not expire.")
        Field("tier", \.key.tier, KeyTierLimits.Tier.schema, "Which limits count for it.")
        Field("limits", \.limits, "Requests a minute by class. Keys of the tier `standard` share theirs.")
        Field("usage", \.key.usage, "The last 30 days, the latest first. Days without requests are left out.")
    }
}

extension KeyDay: Shaped {
    /// Its form in JSON.
    public static let shape = Shape<KeyDay>("KeyDay") {
        Field("day", \.day, "UTC, as 2026-09-14.")
        Field("requests", \.requests, "With those that were refused; counted within 5 seconds.")
        Field("refused", \.refused, "How many were answered 429.")
    }
}
