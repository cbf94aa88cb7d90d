public import Configuration
public import FoundationEssentials
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

    /// Composes the parts by the settings. `runner` resumes what waits for a session. While `reception` is off nothing that is
    /// kept of sessions and keys is trusted.
    public init(
        settings: Settings, database: Database, runner: (any StepRunner)? = nil, reception: Reception = Reception()
    ) {
        self.database = database
        sessions = SessionCache(
            database: database, sessionDays: settings.identity.sessionDays, runner: runner, reception: reception)
        keys = APIKeyCache(database: database, reception: reception)
        csrf = CSRFTokens(secretKey: settings.site.secretKey)
        voterKeys = VoterKeys(secretKey: settings.site.secretKey)
        cookies = CookieNames(isPlainLoopback: settings.site.isPlainLoopback)
        sessionDays = settings.identity.sessionDays
    }

    /// Forgets the cached credentials that an announcement on the topic `sessions` names.
    public func forget(_ announcement: String) {
        sessions.forget(announcement)
        keys.forget(announcement)
    }

    /// Forgets the cached credentials of a member, so that this process need not wait for the announcement of its own
    /// change.
    public func forget(member: UUID) { forget("user:" + member.uuidString) }

    /// Forgets a cached session, so that this process need not wait for the announcement of its own change.
    public func forget(session id: String) { forget("session:" + id) }

    /// Forgets every cached credential, as after a loss of the listening connection.
    public func forgetAll() {
        sessions.forgetAll()
        keys.forgetAll()
    }
}
