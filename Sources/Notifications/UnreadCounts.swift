public import FoundationEssentials
internal import Platform
public import Postgres

/// How many notifications members have not read, kept in memory from one look to the next: a page of a member for whom
/// nothing is new costs no query. Changes announced by Postgres take effect at once; a lost announcement does so within
/// twice `keptFor`.
public final class UnreadCounts: Sendable {
    private static let keptFor = Duration.seconds(300)

    /// Those asked for lately, and those asked for before that, which are dropped as a whole.
    private struct State {
        var young: [UUID: Int] = [:]
        var old: [UUID: Int] = [:]
        var youngSince = ContinuousClock.now
        /// Grows with every announcement, so that what was read before one is not kept after it.
        var generation = 0

        mutating func age() {
            old = young
            young = [:]
            youngSince = .now
        }
    }

    private let state = Monitor(State())
    private let capacity: Int
    private let reception: Reception
    private let load: @Sendable (UUID) throws -> Int

    /// Counts that `load` reads. The standard capacity takes some 3 MB. While `reception` is off none that is kept is used.
    public init(
        capacity: Int = 65_536, reception: Reception = Reception(), load: @escaping @Sendable (UUID) throws -> Int
    ) {
        self.capacity = capacity
        self.reception = reception
        self.load = load
    }

    /// How many notifications a member has not read; 100 means that many or more.
    public func count(of member: UUID) throws -> Int {
        let (known, generation) = state.withLock { state in
            if ContinuousClock.now - state.youngSince > Self.keptFor { state.age() }
            return (state.young[member] ?? state.old[member], state.generation)
        }
        if let known, reception.isOn { return known }
        return try read(member, generation)
    }

    /// The same, read anew: a change that another process made a moment ago is in it, though its announcement is still
    /// on its way. For answers that show the notifications themselves.
    public func currentCount(of member: UUID) throws -> Int {
        try read(member, state.withLock(\.generation))
    }

    private func read(_ member: UUID, _ generation: Int) throws -> Int {
        let count = try load(member)
        state.update { state in
            guard state.generation == generation else { return }
            if state.young.count >= capacity / 2 { state.age() }
            state.young[member] = count
        }
        return count
    }

    /// Forgets what an announcement on the topic `notices` names: `user:` and a member's id, or everything.
    public func forget(_ announcement: String) {
        if announcement.hasPrefix("user:"), let member = UUID(uuidString: String(announcement.dropFirst(5))) {
            forget(member)
        } else {
            forgetAll()
        }
    }

    /// Forgets a member's count, so that this process need not wait for the announcement of its own change.
    public func forget(_ member: UUID) {
        state.update { state in
            state.generation += 1
            state.young[member] = nil
            state.old[member] = nil
        }
    }

    /// Forgets everything, as after a loss of the listening connection.
    public func forgetAll() {
        state.update { state in
            state.generation += 1
            state.young = [:]
            state.old = [:]
        }
    }
}
