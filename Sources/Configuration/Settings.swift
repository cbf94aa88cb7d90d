internal import FoundationEssentials
public import Logging
internal import Platform
public import Text

/// The configuration of a process, read once at its start and again when it is told to.
public struct Settings: Sendable {
    /// The database as this process's role; a libpq URI or conninfo string.
    public let databaseURL: String
    /// The database as its owner.
    public let migrationDatabaseURL: String
    /// The most connections that this process opens.
    public let databaseConnections: Int
    /// Whether statements are prepared once per connection.
    public let preparedStatements: Bool
    /// How long one statement of a request may run.
    public let statementTimeoutMilliseconds: Int
    /// Where visitors find the site, without a slash at the end. It is the site's origin too.
    public let siteURL: String
    /// What the site calls itself.
    public let siteName: String
    /// The key from which all other keys are derived.
    public let secretKey: [UInt8]
    /// The bearer token of the cron route, if there is one.
    public let cronSecret: [UInt8]?
    /// Addresses, in lower case, whose verified owners become admins.
    public let adminEmails: [String]
    /// The providers by which people may sign in, in the order of their buttons.
    public let signInProviders: [SignInProvider]
    /// The key of messages from an identity provider; nil when none are taken.
    public let identityWebhookKey: [UInt8]?
    /// The static files of the pages.
    public let webDirectory: String
    /// The numbered SQL files.
    public let migrationsDirectory: String
    /// Where uploads arrive and published media lie.
    public let mediaDirectory: String
    /// What stands before the paths of media; empty when nginx serves them.
    public let mediaBaseURL: String
    /// Where the version link lies that is part of nginx's cache key.
    public let versionDirectory: String
    /// Where nchan takes the events to publish.
    public let publishSocket: String
    /// Where a host listens when it inherits no socket; empty when it does.
    public let hostSocket: String
    /// How many requests a host answers at once.
    public let hostThreads: Int
    /// How long a host that is told to end waits for its requests.
    public let hostStopSeconds: Int
    /// The least that is logged.
    public let logLevel: LogLevel
    /// The ffmpeg program.
    public let ffmpeg: String
    /// The ffprobe program.
    public let ffprobe: String
    /// How many votes a voter has on one UTC day.
    public let dailyVotes: Int
    /// Who runs the site; empty when nobody has said.
    public let legalName: String
    /// Where who runs the site is reached by post, line by line.
    public let legalAddress: [String]
    /// Where who runs the site is reached by e-mail; empty when nobody has said.
    public let legalEmail: String
    /// How old members say that they are when they join, in years.
    public let minimumAge: Int
    /// What the visitors of one network can bring to one clip in a round.
    public let networkVoteWeight: Int
    /// How many days a session lasts after its last use.
    public let sessionDays: Int
    /// How many minutes after a sign-in what destroys may be done.
    public let recentSignInMinutes: Int
    /// How often a minute each class of requests may come.
    public let rateLimits: RateLimits
    /// The origins of other sites whose pages may use the API.
    public let corsOrigins: [String]
    /// How the site's mail is sent; nil when it sends none.
    public let mail: MailSettings?
    /// Who gets what visitors write.
    public let contactEmail: EmailAddress?
    /// How many minutes a link sent by mail signs in.
    public let signInLinkMinutes: Int
    /// The captcha, if there is one.
    public let captcha: CaptchaSettings?
    /// The values in force by name; a secret shows only whether it is set.
    public let shown: [String: String]

    /// Whether the site is plain http on this machine, where cookies can be neither `Secure` nor `__Host-`.
    public var isPlainLoopback: Bool { siteURL.hasPrefix("http://") }

    /// Whether the site sends mail.
    public var mailIsConfigured: Bool { mail != nil }

    /// Reads the settings from an environment, and from the file that `file` or `DAILIES_CONFIG` names; the environment
    /// wins. Throws every fault at once.
    public static func load(_ environment: [String: String], file: String? = nil) throws(SettingsError) -> Settings {
        var reader = SettingsReader(environment: environment, file: file)
        let settings = Settings(from: &reader)
        guard reader.faults.isEmpty else { throw SettingsError(faults: reader.faults) }
        return settings
    }

    /// Reads the settings of this process, whose arguments may hold `--config FILE`.
    public static func loadProcess() throws(SettingsError) -> Settings {
        let arguments = CommandLine.arguments
        let option = arguments.firstIndex(of: "--config").map { arguments.index(after: $0) }
        let file = option.flatMap { arguments.indices.contains($0) ? arguments[$0] : nil }
        return try load(ProcessInfo.processInfo.environment, file: file)
    }

    private init(from reader: inout SettingsReader) {
        let database = reader.text("DATABASE_URL")
        databaseURL = database
        let migration = reader.text("MIGRATION_DATABASE_URL")
        migrationDatabaseURL = migration.isEmpty ? database : migration
        databaseConnections = reader.number("DATABASE_CONNECTIONS", 1...1_000)
        preparedStatements = reader.truth("PREPARED_STATEMENTS")
        statementTimeoutMilliseconds = reader.number("STATEMENT_TIMEOUT_MS", 1...3_600_000)
        siteURL = reader.siteURL()
        siteName = reader.text("SITE_NAME")
        secretKey = reader.secret("SECRET_KEY", atLeast: 32)
        let cron = reader.secret("CRON_SECRET", atLeast: 16)
        cronSecret = cron.isEmpty ? nil : cron
        adminEmails = reader.list("ADMIN_EMAILS").map { $0.lowercased() }
        signInProviders = reader.signInProviders()
        identityWebhookKey = reader.identityWebhookKey()
        webDirectory = reader.path("WEB_DIR")
        migrationsDirectory = reader.path("MIGRATIONS_DIR")
        mediaDirectory = reader.path("MEDIA_DIR")
        mediaBaseURL = reader.mediaBaseURL()
        versionDirectory = reader.path("VERSION_DIR")
        publishSocket = reader.path("PUBLISH_SOCKET")
        hostSocket = reader.path("HOST_SOCKET")
        hostThreads = reader.number("HOST_THREADS", 1...4_096)
        hostStopSeconds = reader.number("HOST_STOP_SECONDS", 1...3_600)
        logLevel = reader.logLevel()
        ffmpeg = reader.path("FFMPEG")
        ffprobe = reader.path("FFPROBE")
        dailyVotes = reader.number("DAILY_VOTES", 1...1_000_000)
        legalName = reader.text("LEGAL_NAME")
        legalAddress = reader.text("LEGAL_ADDRESS").split(separator: "|").map(\.trimmed).filter { !$0.isEmpty }
        legalEmail = reader.text("LEGAL_EMAIL")
        minimumAge = reader.number("MINIMUM_AGE", 13...99)
        networkVoteWeight = reader.number("NETWORK_VOTE_WEIGHT", 1...1_000_000)
        sessionDays = reader.number("SESSION_DAYS", 1...3_650)
        recentSignInMinutes = reader.number("RECENT_SIGN_IN_MINUTES", 1...525_600)
        rateLimits = reader.rateLimits()
        corsOrigins = reader.origins("CORS_ORIGINS")
        mail = reader.mail()
        contactEmail = reader.address("CONTACT_EMAIL")
        signInLinkMinutes = reader.number("SIGN_IN_LINK_MINUTES", 1...1_440)
        captcha = reader.captcha()
        shown = reader.shown
    }
}

extension SettingsReader {
    fileprivate mutating func siteURL() -> String {
        let text = text("SITE_URL")
        if text.isEmpty { return text }
        guard let (scheme, host, path) = parts(text), path.isEmpty || path == "/" else {
            fault("SITE_URL", "must be like https://example.org, without a path, not \"\(text)\"")
            return text
        }
        if scheme == "http" && !NetworkAddress.isLoopback(host: host) {
            fault("SITE_URL", "must be https; plain http is for loopback addresses only")
        }
        return path == "/" ? String(text.dropLast()) : text
    }

    fileprivate mutating func mediaBaseURL() -> String {
        let text = text("MEDIA_BASE_URL")
        if !text.isEmpty && parts(text) == nil {
            fault("MEDIA_BASE_URL", "must be like https://cdn.example.org/media, not \"\(text)\"")
        }
        return text.hasSuffix("/") ? String(text.dropLast()) : text
    }

    fileprivate mutating func rateLimits() -> RateLimits {
        var limits = RateLimits()
        for entry in list("RATE_LIMITS") {
            if let fault = limits.take(entry) { self.fault("RATE_LIMITS", fault) }
        }
        return limits
    }

    fileprivate mutating func origins(_ name: String) -> [String] {
        list(name).map { text in
            let origin = text.hasSuffix("/") ? String(text.dropLast()) : text
            if parts(origin).map(\.path) != "" {
                fault(name, "each must be like https://example.org, not \"\(text)\"")
            }
            return origin
        }
    }

    fileprivate mutating func logLevel() -> LogLevel {
        let text = text("LOG_LEVEL")
        guard let level = LogLevel(name: text) else {
            fault("LOG_LEVEL", "must be debug, info, notice, warning or error, not \"\(text)\"")
            return .info
        }
        return level
    }

    func parts(_ url: String) -> (scheme: String, host: String, path: String)? {
        guard let parts = URLComponents(string: url), let scheme = parts.scheme, ["http", "https"].contains(scheme),
            let host = parts.host, !host.isEmpty, parts.user == nil, parts.query == nil, parts.fragment == nil
        else { return nil }
        return (scheme, host, parts.path)
    }

    func isLoopback(_ host: String) -> Bool { NetworkAddress.isLoopback(host: host) }
}
