internal import Platform
internal import Postgres
internal import Synchronization

/// Reads sessions, those that are asked for at the same time by one statement. Their ends move on with this.
final class SessionReader: Sendable {
    private typealias Ticket = GroupQueue<[UInt8], Session?>.Ticket

    private let database: Database
    private let sessionDays: Int
    private let queue = GroupQueue<[UInt8], Session?>(named: "sessions", groupLimit: 256, capacity: 4_096)
    private let isStarted = Mutex(false)

    init(database: Database, sessionDays: Int) {
        self.database = database
        self.sessionDays = sessionDays
    }

    /// The session of a token's hash; nil when there is none, or none any more.
    func find(_ hash: [UInt8]) throws(DatabaseError) -> Session? {
        do {
            try start()
            return try queue.submit(hash)
        } catch let error as DatabaseError {
            throw error
        } catch {
            throw .unavailable(reason: "too many sessions are looked up: \(error)")
        }
    }

    /// Ends the thread, if there is one.
    func stop() {
        guard isStarted.withLock(\.self) else { return }
        queue.stop()
    }

    /// The thread begins with the first session, since many who know a site's sessions never ask for one.
    private func start() throws {
        try isStarted.withLock { isStarted in
            guard !isStarted else { return }
            try queue.start { [self] in answer($0) }
            isStarted = true
        }
    }

    private func answer(_ tickets: [Ticket]) {
        do {
            let found = try Sessions.find(tickets.map(\.item), sessionDays: sessionDays, in: database)
            for (ticket, session) in zip(tickets, found) { ticket.answer(.success(session)) }
        } catch {
            for ticket in tickets { ticket.answer(.failure(error)) }
        }
    }
}
