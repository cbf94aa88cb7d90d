public import FoundationEssentials
public import Platform
public import Postgres
internal import Synchronization

/// A voter's votes in the open round and on the day.
public struct VoterStanding: Sendable {
    /// The clips voted for.
    public let votedClipIDs: [UUID]
    /// How many votes were cast since midnight, UTC.
    public let totalVotesToday: Int
    /// What is left.
    public let remaining: RemainingVotes
    /// Whether this was read. While the database is away nothing is known of a voter, and the votes are as of one who has
    /// cast none.
    public let isKnown: Bool

    /// Of a voter of whom nothing can be known now.
    init(unknownWith dailyVotes: Int) {
        votedClipIDs = []
        totalVotesToday = 0
        remaining = RemainingVotes(standard: dailyVotes, super: 0, mega: 0)
        isKnown = false
    }

    /// Of a voter without super and mega votes who has voted for these clips, all of them today.
    init(voted: [UUID], dailyVotes: Int) {
        self.init(Cast(clipIDs: voted, today: voted.count), dailyVotes: dailyVotes, hasPower: false)
    }

    /// Of a voter who has cast this. `hasPower` says whether there is a super and a mega vote to cast.
    fileprivate init(_ cast: Cast, dailyVotes: Int, hasPower: Bool) {
        votedClipIDs = cast.clipIDs
        totalVotesToday = cast.today
        isKnown = true
        remaining = RemainingVotes(
            standard: max(0, dailyVotes - cast.today), super: hasPower && !cast.hasSuper ? 1 : 0,
            mega: hasPower && !cast.hasMega ? 1 : 0)
    }
}

/// What a voter has cast in a round, and today.
private struct Cast: RowDecodable {
    var place = 0
    var clipIDs: [UUID] = []
    var today = 0
    var hasSuper = false
    var hasMega = false

    init(clipIDs: [UUID] = [], today: Int = 0) {
        self.clipIDs = clipIDs
        self.today = today
    }

    /// Reads a row of `voter_standings()`.
    init(row: Row) throws(DatabaseError) {
        place = try row.value(at: 0)
        clipIDs = try row.value(at: 1)
        today = try row.value(at: 2)
        hasSuper = try row.value(at: 3)
        hasMega = try row.value(at: 4)
    }
}

/// Reads the votes of voters. One statement answers all requests that wait at a time.
public final class VoterStandings: Sendable {
    private struct Asked: Sendable {
        let voter: String
        let round: Round
    }

    /// What is asked about, and whether super and mega votes are cast in it.
    private struct Round: Hashable, Sendable {
        let season: UUID?
        let slot: Int?
        let hasPowerVotes: Bool
    }

    private typealias Ticket = GroupQueue<Asked, VoterStanding>.Ticket

    /// How long nothing is asked of a database that was away a moment ago.
    private static let pauseBetweenAttempts = Duration.seconds(2)

    private let database: Database
    private let dailyVotes: Int
    private let nextAttempt = Mutex(ContinuousClock.now)
    private let queue: GroupQueue<Asked, VoterStanding>

    /// Creates a reader over `database`, which uses one connection at a time. `runner` runs the completions.
    public init(database: Database, dailyVotes: Int, runner: (any StepRunner)? = nil) {
        queue = GroupQueue(named: "standings", groupLimit: 256, capacity: 4_096, runner: runner)
        self.database = database
        self.dailyVotes = dailyVotes
    }

    /// Lets work begin.
    public func start() {
        queue.start { [self] in answer($0) }
    }

    /// Answers what waits, and refuses later requests.
    public func stop() { queue.stop() }

    /// Passes a voter's standing in a round to `then`, on the thread that reads it. Without a round only the day
    /// counts.
    func find(
        _ voter: String, season: UUID?, slot: Int?, hasPowerVotes: Bool,
        then: @escaping @Sendable (Result<VoterStanding, any Error>) -> Void
    ) {
        let round = Round(season: season, slot: slot, hasPowerVotes: hasPowerVotes && slot != nil)
        queue.submit(Asked(voter: voter, round: round), then: then)
    }

    private func answer(_ tickets: [Ticket]) {
        guard nextAttempt.withLock(\.self) <= .now else {
            for ticket in tickets { ticket.answer(.success(VoterStanding(unknownWith: dailyVotes))) }
            return
        }
        // All ask for the same round but at the moment when it changes.
        for (round, tickets) in Dictionary(grouping: tickets, by: \.item.round) {
            do {
                let found: [Cast] = try database.query(
                    """
                    select ordinal, voted_clip_ids, total_today, has_super, has_mega
                    from voter_standings(\(round.season), \(round.slot)::int, \(tickets.map(\.item.voter)))
                    """)
                var casts = [Cast](repeating: Cast(), count: tickets.count)
                for cast in found where tickets.indices.contains(cast.place - 1) { casts[cast.place - 1] = cast }
                for (ticket, cast) in zip(tickets, casts) {
                    let hasPower = round.hasPowerVotes && ticket.item.voter.hasPrefix("user_")
                    ticket.answer(
                        .success(VoterStanding(cast, dailyVotes: dailyVotes, hasPower: hasPower)))
                }
            } catch .unavailable {
                nextAttempt.withLock { $0 = .now + Self.pauseBetweenAttempts }
                for ticket in tickets { ticket.answer(.success(VoterStanding(unknownWith: dailyVotes))) }
            } catch {
                for ticket in tickets { ticket.answer(.failure(error)) }
            }
        }
    }
}
