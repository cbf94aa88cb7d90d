public import FoundationEssentials
public import Platform
public import Postgres

/// How a voter stands in the open round.
public struct VoterStanding: Sendable, RowDecodable {
    /// The clips voted for.
    public let votedClipIDs: [UUID]
    /// How many votes were cast since midnight, UTC.
    public let totalVotesToday: Int
    /// What is left.
    public let remaining: RemainingVotes

    /// Of a voter without super and mega votes who has voted for these clips, all of them today.
    init(voted: [UUID], dailyVotes: Int) {
        votedClipIDs = voted
        totalVotesToday = voted.count
        remaining = RemainingVotes(standard: max(0, dailyVotes - voted.count), super: 0, mega: 0)
    }

    /// Reads a row of `voter_standings()`.
    public init(row: Row) throws(DatabaseError) {
        votedClipIDs = try row.value(at: 1)
        totalVotesToday = try row.value(at: 2)
        remaining = RemainingVotes(
            standard: try row.value(at: 3), super: try row.value(at: 4), mega: try row.value(at: 5))
    }
}

/// Reads how voters stand, those who ask at the same time by one statement.
public final class VoterStandings: Sendable {
    private struct Asked: Sendable {
        let voter: String
        let round: Round
    }

    private struct Round: Hashable, Sendable {
        let season: UUID?
        let slot: Int?
    }

    private typealias Ticket = GroupQueue<Asked, VoterStanding>.Ticket

    private let database: Database
    private let dailyVotes: Int
    private let queue: GroupQueue<Asked, VoterStanding>

    /// Over `database`, of which one connection is used at a time. What waits for a standing goes on by `runner`.
    public init(database: Database, dailyVotes: Int, runner: (any StepRunner)? = nil) {
        queue = GroupQueue(groupLimit: 256, capacity: 4_096, runner: runner)
        self.database = database
        self.dailyVotes = dailyVotes
    }

    /// Lets work begin.
    public func start() {
        queue.start { [self] in answer($0) }
    }

    /// Works off what waits, and refuses whatever comes after.
    public func stop() { queue.stop() }

    /// How a voter stands in a round; without one only the day counts. `then` hears it on whichever thread it becomes
    /// known.
    func find(
        _ voter: String, season: UUID?, slot: Int?,
        then: @escaping @Sendable (Result<VoterStanding, any Error>) -> Void
    ) {
        queue.submit(Asked(voter: voter, round: Round(season: season, slot: slot)), then: then)
    }

    private func answer(_ tickets: [Ticket]) {
        // All ask for the same round but at the moment when it changes.
        for (round, tickets) in Dictionary(grouping: tickets, by: \.item.round) {
            do {
                let standings: [VoterStanding] = try database.query(
                    """
                    select ordinal, voted_clip_ids, total_today, standard_left, super_left, mega_left
                    from voter_standings(
                        \(round.season), \(round.slot)::int, \(tickets.map(\.item.voter)), \(dailyVotes)::int
                    )
                    order by ordinal
                    """)
                guard standings.count == tickets.count else {
                    throw DatabaseError.rowCount(expected: tickets.count, found: standings.count)
                }
                for (ticket, standing) in zip(tickets, standings) { ticket.answer(.success(standing)) }
            } catch {
                for ticket in tickets { ticket.answer(.failure(error)) }
            }
        }
    }
}
