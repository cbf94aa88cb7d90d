public import FoundationEssentials
public import Platform
public import Postgres

/// The sessions that were asked for in the last seconds. Changes announced by Postgres take effect at once; the short
/// life bounds what a lost announcement can do.
public final class SessionCache: Sendable {
    private let cache: CredentialCache<Session>
    private let reader: SessionReader

    /// A cache over a database. What depends on a session that had to be read goes on by `runner`.
    public init(
        database: Database, sessionDays: Int, life: Duration = .seconds(5), capacity: Int = 50_000,
        runner: (any StepRunner)? = nil
    ) {
        reader = SessionReader(database: database, sessionDays: sessionDays, runner: runner)
        cache = CredentialCache(life: life, capacity: capacity)
    }

    /// The session of a token at a time; nil when there is none, or none any more.
    public func find(_ token: OpaqueToken, at now: Date) throws(DatabaseError) -> Session? {
        try cache.find(token, at: now) { () throws(DatabaseError) in
            try reader.find(token.hash)
        }
    }

    /// The same without waiting: `then` hears it on whichever thread it becomes known.
    public func find(
        _ token: OpaqueToken, at now: Date, then: @escaping @Sendable (Result<Session?, DatabaseError>) -> Void
    ) {
        switch cache.find(token, at: now) {
        case .known(let session): then(.success(session))
        case .unknown(let reading):
            reader.find(token.hash) { [cache] found in
                if case .success(let session?) = found { cache.keep(session, reading) }
                then(found)
            }
        }
    }

    /// Hears what was announced on the topic `sessions`: `session:<id>` or `user:<id>`; forgets all on anything that is
    /// not about another kind of credential.
    public func hear(_ detail: String) { cache.hear(detail) }

    /// Hears a notification of the channel `dailies`, of which only the topic `sessions` matters here.
    public func hear(_ notification: Postgres.Notification) { cache.hear(payload: notification.payload) }

    /// Hears the payload of a notification of the channel `dailies`.
    public func hear(payload: String) { cache.hear(payload: payload) }

    /// Forgets everything, as after a loss of the listening connection.
    public func forgetAll() { cache.forgetAll() }
}

extension Session: Credential {
    static let word = "session"
    var end: Date? { expiresAt }
}
