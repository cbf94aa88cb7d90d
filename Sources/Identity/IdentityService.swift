public import Configuration
public import Platform
public import Postgres

/// All that handlers need to know who calls.
public struct IdentityService: Sendable {
    /// The database, as the web role.
    public let database: Database
    /// The sessions asked for lately.
    public let sessions: SessionCache
    /// The API keys used lately.
    public let keys: APIKeyCache
    /// Tokens of forms.
    public let csrf: CSRFTokens
    /// Keys of voters.
    public let voterKeys: VoterKeys
    /// The names of cookies.
    public let cookies: CookieNames
    /// How many days a session lasts after its last use.
    public let sessionDays: Int

    /// Composes the parts by the settings. What waits for a session goes on by `runner`.
    public init(settings: Settings, database: Database, runner: (any StepRunner)? = nil) {
        self.database = database
        sessions = SessionCache(database: database, sessionDays: settings.identity.sessionDays, runner: runner)
        keys = APIKeyCache(database: database)
        csrf = CSRFTokens(secretKey: settings.site.secretKey)
        voterKeys = VoterKeys(secretKey: settings.site.secretKey)
        cookies = CookieNames(isPlainLoopback: settings.site.isPlainLoopback)
        sessionDays = settings.identity.sessionDays
    }

    /// Hears what was announced on the topic `sessions`.
    public func hear(_ detail: String) {
        sessions.hear(detail)
        keys.hear(detail)
    }

    /// Forgets who was asked for, as after a loss of the listening connection.
    public func forgetAll() {
        sessions.forgetAll()
        keys.forgetAll()
    }
}
