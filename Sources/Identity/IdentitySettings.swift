package import Configuration

/// How long sign-ins last.
package struct IdentitySettings: SettingGroup {
    package static let title = "Sessions"

    package let sessionDays = Setting(
        "SESSION_DAYS", default: 30, in: 1...3_650, unit: "days", "How long a session lasts after its last use.")
    package let recentSignInMinutes = Setting(
        "RECENT_SIGN_IN_MINUTES", default: 60, in: 1...525_600, unit: "minutes",
        "How long after signing in a member can delete the account or make a key, and an admin can do what cannot be "
            + "undone.")
    package let linkMinutes = Setting(
        "SIGN_IN_LINK_MINUTES", default: 15, in: 1...1_440, unit: "minutes",
        "How long a sign-in link sent by mail is valid.")
    package let cronSecret = Setting(
        optional: "CRON_SECRET", .key(atLeast: 16), secret: true,
        "The bearer token of `GET /api/cron/auto-advance`; without it the route refuses everyone.")

    package init() {}
}

extension Settings {
    /// How long sign-ins last.
    package var identity: SettingValues<IdentitySettings> { self[IdentitySettings.self] }
}
