internal import FoundationEssentials
internal import Platform
internal import Postgres

/// What a client sends to act as a member.
protocol Credential: Sendable {
    /// The word before its id in announcements of the topic `sessions`.
    static var word: String { get }
    /// Whose it is.
    var userID: UUID { get }
    /// When it ends; nil for never.
    var end: Date? { get }
    /// How long it may be kept, however long others of its kind are; nil for as long as they.
    var longestLife: Duration? { get }
}

/// The credentials that were asked for lately. Changes announced by Postgres take effect at once; the life bounds what a
/// lost announcement can do.
final class CredentialCache<Kind: Credential>: Sendable {
    /// On the heap, so that the free places of a dictionary are small.
    private final class Entry: Sendable {
        let credential: Kind
        let heldUntil: Double

        init(_ credential: Kind, heldUntil: Double) {
            self.credential = credential
            self.heldUntil = heldUntil
        }
    }

    /// Recent entries are in `young`, earlier ones in `old`, which is dropped as a whole. So no search for expired entries
    /// is needed.
    private struct State {
        var young: [TokenHash: Entry] = [:]
        var old: [TokenHash: Entry] = [:]
        var agesAt = 0.0
        /// Grows with every announcement, so that what was read before one is not kept after it.
        var generation = 0

        func find(_ hash: TokenHash, at now: Double) -> Kind? {
            guard let entry = young[hash] ?? old[hash], entry.heldUntil > now else { return nil }
            return entry.credential
        }

        /// Makes the young old; answers what was old, for the caller to release outside of the lock.
        mutating func age(until next: Double) -> [TokenHash: Entry] {
            defer {
                old = young
                young = [:]
                agesAt = next
            }
            return old
        }

        mutating func forget(where isMeant: (Kind) -> Bool) {
            generation += 1
            young = young.filter { !isMeant($0.value.credential) }
            old = old.filter { !isMeant($0.value.credential) }
        }
    }

    private let state = Monitor(State())
    private let origin = ContinuousClock.now
    private let life: Duration
    private let capacity: Int
    private let reception: Reception

    init(life: Duration, capacity: Int, reception: Reception = Reception()) {
        self.life = life
        self.capacity = capacity
        self.reception = reception
    }

    /// Seconds that have passed since this was made.
    private var seconds: Double { (ContinuousClock.now - origin) / .seconds(1) }

    /// What is known of a token at a time.
    enum Finding {
        /// Whose it is; nil when it is worth nothing any more.
        case known(Kind?)
        /// It has to be read, and what was read given to `keep`.
        case unknown(Reading)
        /// It has to be read, since announcements do not arrive. When that is impossible, because the database is away, this is the last
        /// that was known.
        case unsure(Kind, Reading)
    }

    /// A token that is being read.
    struct Reading: Sendable {
        fileprivate let hash: TokenHash
        fileprivate let generation: Int
        fileprivate let started: Double
    }

    /// The credential of a token at a time, unless it has to be read.
    func find(_ token: OpaqueToken, at now: Date) -> Finding {
        let hash = TokenHash(token.hash)
        let started = seconds
        let (kept, generation) = state.withLock { ($0.find(hash, at: started), $0.generation) }
        let reading = Reading(hash: hash, generation: generation, started: started)
        guard let kept else { return .unknown(reading) }
        guard reception.isOn || kept.end.map({ $0 <= now }) ?? false else { return .unsure(kept, reading) }
        return .known(kept.end.map { $0 > now } ?? true ? kept : nil)
    }

    /// Keeps what was read, unless something has changed since.
    func keep(_ credential: Kind, _ reading: Reading) {
        let entry = Entry(
            credential, heldUntil: reading.started + min(life, credential.longestLife ?? life) / .seconds(1))
        _ = state.withLock { state -> [TokenHash: Entry] in
            guard state.generation == reading.generation else { return [:] }
            var dropped: [TokenHash: Entry] = [:]
            if state.agesAt <= reading.started || state.young.count >= capacity / 2 {
                dropped = state.age(until: reading.started + life / .seconds(1))
            }
            state.young[reading.hash] = entry
            return dropped
        }
    }

    /// The credential of a token at a time, read by `load` unless it is known; nil when it is worth nothing.
    func find(
        _ token: OpaqueToken, at now: Date, load: () throws(DatabaseError) -> Kind?
    ) throws(DatabaseError) -> Kind? {
        switch find(token, at: now) {
        case .known(let credential): return credential
        case .unknown(let reading):
            let credential = try load()
            if let credential { keep(credential, reading) }
            return credential
        case .unsure(let kept, let reading):
            do {
                let credential = try load()
                if let credential { keep(credential, reading) }
                return credential
            } catch .unavailable {
                return kept
            }
        }
    }

    /// Forgets the credentials that an announcement on the topic `sessions` names. `announcement` is the word of this kind
    /// and a hash in hexadecimal, or `user:<id>`. The word of another kind concerns another cache. Anything else empties
    /// the cache.
    func forget(_ announcement: String) {
        let parts = announcement.split(separator: ":", maxSplits: 1)
        let id = parts.count == 2 ? String(parts[1]) : ""
        let user = UUID(uuidString: id)
        state.withLock { state in
            switch parts.first.map(String.init) {
            case Kind.word:
                state.generation += 1
                guard let hash = TokenHash(hex: id) else { break }
                state.young[hash] = nil
                state.old[hash] = nil
            case "user":
                state.forget { $0.userID == user }
            case SessionFacts.word, APIKey.word:
                state.generation += 1
            default:
                state.forget { _ in true }
            }
        }
    }

    /// Forgets the credentials that the payload of a notification on the channel `dailies` names. Only its topic
    /// `sessions` matters here.
    func forget(payload: String) {
        guard let change = try? JSONDecoder().decode(AnnouncedChange.self, from: Data(payload.utf8)) else { return }
        if change.topic == "sessions" { forget(change.detail) }
    }

    /// Forgets everything, as after a loss of the listening connection.
    func forgetAll() {
        state.withLock { $0.forget { _ in true } }
    }
}

private struct AnnouncedChange: Decodable {
    let topic: String
    let detail: String
}
