internal import Backup
internal import Captcha
internal import Catalog
package import Configuration
internal import Contact
internal import Disk
internal import ErrorReports
internal import Film
internal import Generation
internal import Identity
internal import Limits
internal import Mail
internal import Media
internal import Postgres
internal import Providers
internal import Push
internal import Realtime
internal import SignIn
internal import Storage
internal import Webhooks

/// All settings of an installation. Its programs share one configuration file, so each of them knows every name in it
/// and checks every value.
package enum Installation {
    /// The groups of settings in the order of the documentation.
    package static let groups: [any SettingGroup.Type] = [
        SiteSettings.self, BrandSettings.self, DatabaseSettings.self, HostSettings.self, StorageSettings.self,
        DiskSettings.self, BackupSettings.self,
        MediaSettings.self,
        RealtimeSettings.self, FilmSettings.self, IdentitySettings.self, LimitSettings.self, SignInSettings.self,
        MailSettings.self, ContactSettings.self, CaptchaSettings.self, CatalogSettings.self, ProviderSettings.self,
        GenerationSettings.self, PushSettings.self, WebhookSettings.self, ErrorReportSettings.self,
        OperatorSettings.self,
    ]

    /// Settings of services that this version does not use, by their names or, with a `_` at the end, their beginnings. A file
    /// shared with an older system may hold them.
    static let foreignNames = [
        "CURRENT_TOS_", "NEXTAUTH_", "NEXT_PUBLIC_", "REDIS_", "SENTRY_AUTH_TOKEN", "SENTRY_ORG", "SENTRY_PROJECT",
        "SUPABASE_ANON_KEY", "UPSTASH_",
    ]

    /// The page docs/configuration.md.
    package static var document: String { Settings.document(of: groups) }

    /// The manual page dailies.conf(5).
    package static var manual: String { Settings.manual(of: groups) }

    /// Where the Debian package has the settings.
    package static let file = "/etc/dailies/dailies.conf"
}

extension Settings {
    /// Reads all settings of an installation from an environment and from the file that `file` or `DAILIES_CONFIG`
    /// names; the environment wins. Throws every fault at once.
    package static func load(
        _ environment: [String: String], file: String? = nil
    ) throws(SettingsError) -> Settings {
        try load(Installation.groups, from: environment, file: file, ignoring: Installation.foreignNames)
    }

    /// What was understood in another way than it is written, in sentences for the operator.
    package var notices: [String] {
        var notices = database.notices
        if !ignored.isEmpty { notices.append("These settings have no use here: \(ignored.joined(separator: ", ")).") }
        return notices
    }
}
