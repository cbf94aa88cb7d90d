package import Configuration

/// How often requests may come.
package struct LimitSettings: SettingGroup {
    package static let title = "Limits"

    package let rateLimits = Setting(
        "RATE_LIMITS", default: "", .rateLimits,
        "Requests a minute by class, where they differ from: \(RateLimits.explained). `auth`, `contact`, `read` and "
            + "`arena_vote` count by network, the others by member or device. Votes have limits of their own.")

    package init() {}
}

extension Settings {
    /// How often requests may come.
    package var limits: SettingValues<LimitSettings> { self[LimitSettings.self] }
}
