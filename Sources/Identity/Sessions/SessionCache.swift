public import FoundationEssentials
public import Platform
public import Postgres

/// The sessions that were asked for in the last minute. Changes announced by Postgres take effect at once; the life bounds
/// what can go wrong when one is lost, and how far what is written down of a session's use stays behind.
public final class SessionCache: Sendable {
    private let cache: CredentialCache<SessionFacts>
    private let reader: SessionReader

    /// A cache over a database. The standard capacity is what its two dictionaries have room for before they double once
    /// more; full, it takes some 12 MB. `runner` resumes what waits for a session that has to be read. While `reception` is off
    /// each session is read, and what is kept counts only when the database is away.
    public init(
        database: Database, sessionDays: Int, life: Duration = .seconds(60), capacity: Int = 49_152,
        runner: (any StepRunner)? = nil, reception: Reception = Reception()
    ) {
        reader = SessionReader(database: database, sessionDays: sessionDays, runner: runner)
        cache = CredentialCache(life: life, capacity: capacity, reception: reception)
    }

    /// The session of a token at a time; nil when there is none, or none any more.
    public func find(_ token: OpaqueToken, at now: Date) throws(DatabaseError) -> Session? {
        let facts = try cache.find(token, at: now) { () throws(DatabaseError) in
            try reader.find(token.hash)
        }
        return facts.map { Session(hash: token.hash, facts: $0) }
    }

    /// The same without waiting: `then` is called with the answer, on any thread.
    public func find(
        _ token: OpaqueToken, at now: Date, then: @escaping @Sendable (Result<Session?, DatabaseError>) -> Void
    ) {
        switch cache.find(token, at: now) {
        case .known(let facts):
            then(.success(facts.map { Session(hash: token.hash, facts: $0) }))
        case .unknown(let reading):
            read(token, reading, orElse: nil, then: then)
        case .unsure(let kept, let reading):
            read(token, reading, orElse: kept, then: then)
        }
    }

    private func read(
        _ token: OpaqueToken, _ reading: CredentialCache<SessionFacts>.Reading, orElse kept: SessionFacts?,
        then: @escaping @Sendable (Result<Session?, DatabaseError>) -> Void
    ) {
        reader.find(token.hash) { [cache] found in
            if case .success(let facts?) = found { cache.keep(facts, reading) }
            if let kept, case .failure(.unavailable) = found {
                then(.success(Session(hash: token.hash, facts: kept)))
            } else {
                then(found.map { facts in facts.map { Session(hash: token.hash, facts: $0) } })
            }
        }
    }

    /// Forgets the sessions that an announcement on the topic `sessions` names: `session:<id>` or `user:<id>`. The word of
    /// another kind of credential changes nothing. Anything else empties the cache.
    public func forget(_ announcement: String) { cache.forget(announcement) }

    /// Forgets the sessions that the payload of a notification on the channel `dailies` names.
    public func forget(payload: String) { cache.forget(payload: payload) }

    /// Forgets everything, as after a loss of the listening connection.
    public func forgetAll() { cache.forgetAll() }
}

extension SessionFacts: Credential {
    static let word = "session"
    var end: Date? { expiresAt }
    // An admin's use is recorded every minute, which happens when the session is read.
    var longestLife: Duration? { isAdmin ? .seconds(5) : nil }
}
