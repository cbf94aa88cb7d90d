internal import Platform
public import Postgres

/// How much room a sliding minute has.
public struct RateStanding: Sendable, Equatable {
    /// Whether this action passes.
    public let isAllowed: Bool
    /// How many actions a minute has room for.
    public let allowed: Int
    /// How many more would pass now.
    public let remaining: Int
    /// Seconds until one more action passes when nothing else happens.
    public let wait: Int
}

/// Limits actions across all processes and hosts: the windows are stored in Postgres, so a restart loses none of them.
///
/// Like votes, what many requests ask at a time is asked by one statement, so that under load a request costs a fraction
/// of one. What is refused is not counted, so the wait that it was told is true.
public final class RateLimiter: Sendable {
    private struct Asked: Sendable {
        let key: String
        let allowed: Int
    }

    private typealias Ticket = GroupQueue<Asked, RateStanding>.Ticket

    private static let attempts = 3

    private let database: Database
    private let queue = GroupQueue<Asked, RateStanding>(groupLimit: 256, capacity: 4_096)

    /// A limiter with a connection of `database`, which should be its own, so that slow requests cannot make it wait.
    public init(database: Database) {
        self.database = database
    }

    /// Lets work begin.
    public func start() {
        queue.start { [self] in count($0) }
    }

    /// Counts one action of a key whose minute has room for `allowed`. Throws when Postgres does not answer; then
    /// nothing may pass.
    public func take(_ key: String, allowed: Int) throws -> RateStanding {
        try queue.submit(Asked(key: key, allowed: allowed))
    }

    /// Processes what waits and refuses later actions.
    public func stop() { queue.stop() }

    private func count(_ tickets: [Ticket], attempt: Int = 1) {
        var groups: [String: [Ticket]] = [:]
        for ticket in tickets { groups[ticket.item.key, default: []].append(ticket) }
        let keys = groups.keys.sorted()
        do {
            let rows: [Row] = try database.query(
                """
                select key, granted, wait, remaining
                from consume_rates(
                    \(keys), \(keys.map { Int32(groups[$0]?.count ?? 0) }),
                    \(keys.map { Int32(clamping: groups[$0]?.first?.item.allowed ?? 0) })
                )
                """)
            for row in rows {
                let key: String = try row.value(at: 0)
                try answer(groups.removeValue(forKey: key) ?? [], row)
            }
            for ticket in groups.values.joined() {
                ticket.answer(.failure(DatabaseError.rowCount(expected: keys.count, found: rows.count)))
            }
        } catch let error where error.isTransient && attempt < Self.attempts {
            count(tickets, attempt: attempt + 1)
        } catch {
            for ticket in tickets { ticket.answer(.failure(error)) }
        }
    }

    /// The first of those who asked together are the ones that pass.
    private func answer(_ tickets: [Ticket], _ row: Row) throws(DatabaseError) {
        let granted: Int = try row.value(at: 1)
        let wait: Int = try row.value(at: 2)
        let remaining: Int = try row.value(at: 3)
        for (place, ticket) in tickets.enumerated() {
            let isAllowed = place < granted
            ticket.answer(
                .success(
                    RateStanding(
                        isAllowed: isAllowed, allowed: ticket.item.allowed,
                        remaining: isAllowed ? remaining + granted - 1 - place : 0, wait: wait)))
        }
    }
}
