public import Logging
public import Metrics
public import Platform
public import Postgres
public import Refusals

/// What became of a vote, and the room that is left in the voter's minute, which refusals use up too.
public struct VoteOutcome: Sendable {
    /// The totals, or why it does not count.
    public let result: Result<VoteTally, VoteError>
    /// How many more votes the voter's minute has room for; nil for a vote that was not counted against it.
    public let rateRemaining: Int?
}

/// Counts the votes of one process in groups.
///
/// Handlers submit their votes. Whenever the committer is free it takes all that wait, at most `batchLimit`, and counts
/// them in one call, which is one transaction. Each handler receives its own outcome after the commit.
public final class VoteCommitter: Sendable {
    /// The most votes that one call counts.
    public static let batchLimit = 256
    /// How much weight the visitors of one network can bring to one clip in a round, unless told otherwise.
    public static let networkWeight = 100

    private typealias Ticket = GroupQueue<Wish, JudgedVote>.Ticket

    private enum Wish: Sendable {
        case cast(Ballot)
        case undo(Ballot)
    }

    private let figures = VoteFigures()
    private let batch: VoteBatch
    private let log: Log
    private let queue: GroupQueue<Wish, JudgedVote>

    /// A committer with a connection of `database`, which should be its own, so that no other request can make votes
    /// wait. At most `capacity` votes wait at a time. More weight than `networkWeight` from the visitors of one
    /// network for one clip is counted as votes without weight.
    public init(
        database: Database, dailyVotes: Int, networkWeight: Int = VoteCommitter.networkWeight, capacity: Int = 4_096,
        runner: (any StepRunner)? = nil, log: Log
    ) {
        batch = VoteBatch(database: database, dailyVotes: dailyVotes, networkWeight: networkWeight)
        queue = GroupQueue(
            named: "votes", groupLimit: Self.batchLimit, capacity: capacity, runner: runner, runsBackToBack: true)
        self.log = log
    }

    /// Lets work begin.
    public func start() {
        queue.start { [self] in count($0) }
    }

    /// Counts a vote. `then` is called with the outcome once it is durable, on any thread. After a failure that is not a
    /// refusal the vote may or may not count; asking again is safe.
    public func cast(_ ballot: Ballot, then: @escaping @Sendable (VoteOutcome) -> Void) {
        submit(.cast(ballot), then)
    }

    /// Undoes the voter's last cast for the clip; `then` is called as with `cast`. Of the ballot only the voter, the clip
    /// and the network matter.
    public func undo(_ ballot: Ballot, then: @escaping @Sendable (VoteOutcome) -> Void) {
        submit(.undo(ballot), then)
    }

    /// Counts the votes that wait, and refuses later ones.
    public func stop() { queue.stop() }

    /// How many votes wait at the moment.
    public var waiting: Int { queue.waiting }

    /// Writes what became of the votes of this process, and how many wait.
    public func writeFigures(to page: inout Exposition) {
        figures.write(to: &page)
        page.add("dailies_votes_waiting", .gauge, "Votes that wait for their group.", waiting)
    }

    private func submit(_ wish: Wish, _ then: @escaping @Sendable (VoteOutcome) -> Void) {
        let isUndo = if case .undo = wish { true } else { false }
        queue.submit(wish) { [figures] answer in
            switch answer {
            case .success(let vote):
                figures.note(vote.outcome, isUndo: isUndo)
                then(VoteOutcome(result: vote.outcome.mapError { .refused($0) }, rateRemaining: vote.rateRemaining))
            case .failure(let error):
                figures.failed.add()
                let failure = error is GroupQueueFull ? VoteError.refused(.busy) : VoteError(error)
                then(VoteOutcome(result: .failure(failure), rateRemaining: nil))
            }
        }
    }

    /// A voter waits for the answer before undoing, so it does not matter that casts of one group come first.
    private func count(_ tickets: [Ticket]) {
        var casts: [(ticket: Ticket, payload: Ballot)] = []
        var undoes: [(ticket: Ticket, payload: Ballot)] = []
        for ticket in tickets {
            switch ticket.item {
            case .cast(let ballot): casts.append((ticket, ballot))
            case .undo(let ballot): undoes.append((ticket, ballot))
            }
        }
        // Postgres counts votes in the order of their voters, and those that are sorted all at once.
        casts.sort { $0.payload.voterKey < $1.payload.voterKey }
        GroupQueue.answer(casts, failed: complain) { try batch.judgeCasts($0) }
        GroupQueue.answer(undoes, failed: complain) { try batch.judgeUndoes($0) }
    }

    private func complain(_ error: any Error, _ count: Int) {
        log.error(
            "votes cannot be counted",
            ["votes": .int(count), "error": .string(DatabaseError(in: error)?.debugDescription ?? "\(error)")])
    }
}
