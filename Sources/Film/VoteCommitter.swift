public import Platform
public import Postgres
internal import Synchronization

/// Counts the votes of one process in groups.
///
/// Handlers hand their vote over and wait. Whenever the committer is free it takes all that wait, at most `batchLimit`,
/// and counts them by one call, which is one transaction; each waiter learns its own outcome after the commit. So a
/// group forms by itself under load, and a lone vote waits for nobody.
public final class VoteCommitter: Sendable {
    /// The most votes that one call counts.
    public static let batchLimit = 256
    private static let attempts = 5

    private let batch: VoteBatch
    private let log: Log
    private let capacity: Int
    private let queue = Monitor(Queue())
    private let thread = Mutex<BackgroundThread?>(nil)

    private struct Queue {
        var waiting: [Ticket] = []
        var isStopping = false
    }

    /// A committer with a connection of `database`, which should be its own, so that no other request can make votes
    /// wait. At most `capacity` votes wait at a time.
    public init(database: Database, dailyVotes: Int, capacity: Int = 4_096, log: Log) {
        batch = VoteBatch(database: database, dailyVotes: dailyVotes)
        self.capacity = capacity
        self.log = log
    }

    /// Starts the thread.
    public func start() throws(SystemError) {
        let thread = try BackgroundThread(named: "votes") { [self] in
            while let tickets = take() { count(tickets) }
        }
        self.thread.withLock { $0 = thread }
    }

    /// Counts a vote and returns when it is durable. Throws `VoteRefusal`, or `DatabaseError` when nobody can say
    /// whether it counts; asking again is safe.
    public func cast(_ ballot: Ballot) throws -> VoteTally {
        try submit(.cast, ballot)
    }

    /// Takes the voter's last cast for the clip back and returns when that is durable. Of the ballot only the voter,
    /// the clip and the network matter.
    public func undo(_ ballot: Ballot) throws -> VoteTally {
        try submit(.undo, ballot)
    }

    /// Counts what waits, and refuses whatever comes after.
    public func stop() {
        queue.update { $0.isStopping = true }
        thread.withLock(\.self)?.join()
    }

    /// How many votes wait at the moment.
    public var waiting: Int { queue.withLock { $0.waiting.count } }

    private func submit(_ wish: Ticket.Wish, _ ballot: Ballot) throws -> VoteTally {
        let ticket = Ticket(wish: wish, ballot: ballot)
        let isTaken = queue.update(waking: 1) { queue in
            guard !queue.isStopping, queue.waiting.count < capacity else { return false }
            queue.waiting.append(ticket)
            return true
        }
        guard isTaken else { throw VoteRefusal.busy }
        return try ticket.wait()
    }

    /// The next group; nil when the committer stops and nobody waits any more.
    private func take() -> [Ticket]? {
        queue.wait { queue -> [Ticket]?? in
            if queue.waiting.isEmpty { return queue.isStopping ? .some(nil) : nil }
            let tickets = Array(queue.waiting.prefix(Self.batchLimit))
            queue.waiting.removeFirst(tickets.count)
            return tickets
        } ?? nil
    }

    /// A voter waits for the answer before undoing, so it does not matter that casts of one group come first.
    private func count(_ tickets: [Ticket]) {
        let batch = batch
        settle(tickets[...].filter { $0.wish == .cast }) { tickets throws(DatabaseError) in
            try batch.cast(tickets.map(\.ballot))
        }
        settle(tickets[...].filter { $0.wish == .undo }) { tickets throws(DatabaseError) in
            try batch.undo(tickets.map(\.ballot))
        }
    }

    private func settle(
        _ tickets: [Ticket], attempt: Int = 1,
        by call: ([Ticket]) throws(DatabaseError) -> [VoteBatch.Outcome]
    ) {
        guard !tickets.isEmpty else { return }
        do {
            let outcomes = try call(tickets)
            for (ticket, outcome) in zip(tickets, outcomes) { ticket.answer(outcome.mapError { $0 }) }
        } catch let error where error.isTransient && attempt < Self.attempts {
            settle(tickets, attempt: attempt + 1, by: call)
        } catch let error where error.mayBeOfOneVote && tickets.count > 1 {
            // Whichever vote it is, its neighbours must not fail with it: the halves are counted apart.
            let middle = tickets.count / 2
            settle(Array(tickets[..<middle]), by: call)
            settle(Array(tickets[middle...]), by: call)
        } catch {
            log.error(
                "votes cannot be counted",
                ["votes": .int(tickets.count), "error": .string(error.debugDescription)])
            for ticket in tickets { ticket.answer(.failure(error)) }
        }
    }
}

/// A vote that waits, and its outcome.
private final class Ticket: Sendable {
    enum Wish {
        case cast
        case undo
    }

    let wish: Wish
    let ballot: Ballot
    private let outcome = Monitor<Result<VoteTally, any Error>?>(nil)

    init(wish: Wish, ballot: Ballot) {
        self.wish = wish
        self.ballot = ballot
    }

    func answer(_ result: Result<VoteTally, any Error>) {
        outcome.update { $0 = result }
    }

    func wait() throws -> VoteTally {
        guard let outcome = outcome.wait({ $0 }) else { throw VoteRefusal.busy }
        return try outcome.get()
    }
}

extension DatabaseError {
    /// Whether a single vote of a batch may have caused it, so that the others can be counted without it.
    fileprivate var mayBeOfOneVote: Bool {
        switch self {
        case .constraint, .encoding, .decoding, .rowCount: true
        case .server(let sqlstate, _, _):
            // Data, integrity and raised exceptions; all else concerns the server or the function itself.
            sqlstate.hasPrefix("22") || sqlstate.hasPrefix("23") || sqlstate.hasPrefix("P0")
        case .unavailable, .poolExhausted, .serialization, .timeout: false
        }
    }
}
