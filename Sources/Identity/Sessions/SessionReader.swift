internal import Platform
internal import Postgres

/// Reads sessions, those that are asked for at the same time by one statement. Reading a session extends it.
final class SessionReader: Sendable {
    private let queue: GroupQueue<[UInt8], SessionFacts?>

    init(database: Database, sessionDays: Int, runner: (any StepRunner)?) {
        queue = GroupQueue(named: "sessions", groupLimit: 256, capacity: 4_096, runner: runner)
        queue.start { tickets in
            do {
                let found = try Sessions.find(tickets.map(\.item), sessionDays: sessionDays, in: database)
                for (ticket, session) in zip(tickets, found) { ticket.answer(.success(session)) }
            } catch {
                for ticket in tickets { ticket.answer(.failure(error)) }
            }
        }
    }

    /// The session of a token's hash; nil when there is none, or none any more.
    func find(_ hash: [UInt8]) throws(DatabaseError) -> SessionFacts? {
        do { return try queue.submit(hash) } catch { throw Self.fault(error) }
    }

    /// The same without waiting: `then` is called with the answer, on any thread.
    func find(_ hash: [UInt8], then: @escaping @Sendable (Result<SessionFacts?, DatabaseError>) -> Void) {
        queue.submit(hash) { then($0.mapError(Self.fault)) }
    }

    private static func fault(_ error: any Error) -> DatabaseError {
        error as? DatabaseError ?? .unavailable(reason: "too many sessions are looked up: \(error)")
    }
}
