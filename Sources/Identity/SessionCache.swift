public import FoundationEssentials
internal import Platform
public import Postgres
internal import Synchronization

/// The sessions that were asked for in the last seconds. Changes announced by Postgres take effect at once; the short
/// life bounds what a lost announcement can do.
public final class SessionCache: Sendable {
    private struct Entry {
        let session: Session
        let heldUntil: ContinuousClock.Instant
    }

    private struct State {
        var entries: [String: Entry] = [:]
        /// Grows with every announcement, so that what was read before one is not kept after it.
        var generation = 0
    }

    private let state = Mutex(State())
    private let database: Database
    private let sessionDays: Int
    private let life: Duration
    private let capacity: Int

    /// A cache over a database.
    public init(database: Database, sessionDays: Int, life: Duration = .seconds(5), capacity: Int = 50_000) {
        self.database = database
        self.sessionDays = sessionDays
        self.life = life
        self.capacity = capacity
    }

    /// The session of a token at a time; nil when there is none, or none any more.
    public func find(_ token: OpaqueToken, at now: Date) throws(DatabaseError) -> Session? {
        let id = Text.hex(token.hash)
        let started = ContinuousClock.now
        let (kept, generation) = state.withLock { state in
            let entry = state.entries[id]
            return (entry.flatMap { $0.heldUntil > started ? $0.session : nil }, state.generation)
        }
        if let kept { return kept.expiresAt > now ? kept : nil }
        let session = try Sessions.find(token, sessionDays: sessionDays, in: database)
        state.withLock { state in
            guard state.generation == generation else { return }
            if state.entries.count >= capacity { state.entries.removeAll(keepingCapacity: true) }
            state.entries[id] = session.map { Entry(session: $0, heldUntil: started + life) }
        }
        return session
    }

    /// Hears what was announced on the topic `sessions`: `session:<id>` or `user:<id>`; forgets all on anything else.
    public func hear(_ detail: String) {
        let parts = detail.split(separator: ":", maxSplits: 1)
        let id = parts.count == 2 ? String(parts[1]) : ""
        state.withLock { state in
            state.generation += 1
            switch parts.first {
            case "session":
                state.entries[id] = nil
            case "user":
                let user = UUID(uuidString: id)
                state.entries = state.entries.filter { $0.value.session.userID != user }
            default:
                state.entries = [:]
            }
        }
    }

    /// Hears a notification of the channel `dailies`, of which only the topic `sessions` matters here.
    public func hear(_ notification: Postgres.Notification) {
        hear(payload: notification.payload)
    }

    /// Hears the payload of a notification of the channel `dailies`.
    public func hear(payload: String) {
        guard let change = try? JSONDecoder().decode(Change.self, from: Data(payload.utf8)) else { return }
        if change.topic == "sessions" { hear(change.detail) }
    }

    /// Forgets everything, as after a loss of the listening connection.
    public func forgetAll() {
        state.withLock { state in
            state.generation += 1
            state.entries = [:]
        }
    }

    private struct Change: Decodable {
        let topic: String
        let detail: String
    }
}
