package import Configuration

/// How often requests may come.
package struct LimitSettings: SettingGroup {
    package static let title = "Limits"

    package let rateLimits = Setting(
        "RATE_LIMITS", default: "", .rateLimits,
        "Requests a minute by class, where they differ from: \(RateLimits.explained). `auth`, `contact`, `read` and "
            + "`arena_vote` count by network, the others by member or device. Votes have limits of their own.")

    package let keyRateLimits = Setting(
        "KEY_RATE_LIMITS", default: "", .rateLimitChanges,
        "Requests a minute of the API keys of a member in the tier `standard`, all together, where they differ from "
            + "`RATE_LIMITS`.")
    package let partnerRateLimits = Setting(
        "PARTNER_RATE_LIMITS", default: "api=600,read=1200,upload=30,comment=60,admin_sensitive=30", .rateLimitChanges,
        "Requests a minute of each API key in the tier `partner`, where they differ from `RATE_LIMITS`.")

    package init() {}
}

extension Settings {
    /// How often requests may come.
    package var limits: SettingValues<LimitSettings> { self[LimitSettings.self] }
}

extension SettingValues<LimitSettings> {
    /// How often requests by API keys may come.
    package var keyTiers: KeyTierLimits {
        KeyTierLimits(
            standard: self.rateLimits.changed(by: self.keyRateLimits),
            partner: self.rateLimits.changed(by: self.partnerRateLimits))
    }
}
