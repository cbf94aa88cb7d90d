internal import FoundationEssentials
internal import Platform
internal import Postgres
internal import Synchronization

/// What somebody shows to be taken for a member.
protocol Credential: Sendable {
    /// The word before its id in announcements of the topic `sessions`.
    static var word: String { get }
    /// What names it without giving it away: the hash of its token in hexadecimal.
    var id: String { get }
    /// Whose it is.
    var userID: UUID { get }
    /// When it ends; nil for never.
    var end: Date? { get }
}

/// The credentials that were asked for in the last seconds. Changes announced by Postgres take effect at once; the short
/// life bounds what a lost announcement can do.
final class CredentialCache<Kind: Credential>: Sendable {
    private struct Entry {
        let credential: Kind
        let heldUntil: ContinuousClock.Instant
    }

    private struct State {
        var entries: [String: Entry] = [:]
        /// Grows with every announcement, so that what was read before one is not kept after it.
        var generation = 0
    }

    private let state = Mutex(State())
    private let life: Duration
    private let capacity: Int

    init(life: Duration, capacity: Int) {
        self.life = life
        self.capacity = capacity
    }

    /// The credential of a token at a time, read by `load` unless it is known; nil when it is worth nothing.
    func find(
        _ token: OpaqueToken, at now: Date, load: () throws(DatabaseError) -> Kind?
    ) throws(DatabaseError) -> Kind? {
        let id = Text.hex(token.hash)
        let started = ContinuousClock.now
        let (kept, generation) = state.withLock { state in
            let entry = state.entries[id]
            return (entry.flatMap { $0.heldUntil > started ? $0.credential : nil }, state.generation)
        }
        if let kept { return kept.end.map { $0 > now } ?? true ? kept : nil }
        let credential = try load()
        state.withLock { state in
            guard state.generation == generation else { return }
            if state.entries.count >= capacity { state.entries.removeAll(keepingCapacity: true) }
            state.entries[id] = credential.map { Entry(credential: $0, heldUntil: started + life) }
        }
        return credential
    }

    /// Hears what was announced on the topic `sessions`: a credential's own word and id, `user:<id>`, or the word of
    /// another kind, which matters to another cache; forgets all on anything else.
    func hear(_ detail: String) {
        let parts = detail.split(separator: ":", maxSplits: 1)
        let id = parts.count == 2 ? String(parts[1]) : ""
        state.withLock { state in
            state.generation += 1
            switch parts.first.map(String.init) {
            case Kind.word:
                state.entries[id] = nil
            case "user":
                let user = UUID(uuidString: id)
                state.entries = state.entries.filter { $0.value.credential.userID != user }
            case Session.word, APIKey.word:
                break
            default:
                state.entries = [:]
            }
        }
    }

    /// Hears the payload of a notification of the channel `dailies`, of which only the topic `sessions` matters here.
    func hear(payload: String) {
        guard let change = try? JSONDecoder().decode(AnnouncedChange.self, from: Data(payload.utf8)) else { return }
        if change.topic == "sessions" { hear(change.detail) }
    }

    /// Forgets everything, as after a loss of the listening connection.
    func forgetAll() {
        state.withLock { state in
            state.generation += 1
            state.entries = [:]
        }
    }
}

private struct AnnouncedChange: Decodable {
    let topic: String
    let detail: String
}
