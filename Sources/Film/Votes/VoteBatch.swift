internal import FoundationEssentials
internal import Postgres

/// What became of one vote of a batch.
struct JudgedVote: Sendable {
    let outcome: Result<VoteTally, VoteRefusal>
    /// How many more votes the voter's minute has room for; nil for a vote that was not counted against it.
    let rateRemaining: Int?
}

/// The two calls that count and undo votes. A call is one statement and so one transaction: its answers come after
/// the commit. The outcomes are in the order of the votes.
struct VoteBatch: Sendable {
    let database: Database
    let dailyVotes: Int
    var networkWeight = VoteCommitter.networkWeight

    func judgeCasts(_ ballots: [Ballot]) throws(DatabaseError) -> [JudgedVote] {
        let rows: [Row] = try database.query(
            """
            select ordinal, code, retry_after, rate_remaining, new_score, vote_count, total_today, standard_left,
                super_left, mega_left
            from cast_votes(
                \(ballots.map(\.voterKey)), \(ballots.map(\.clipID)), \(ballots.map(\.kind.rawValue)),
                \(ballots.map(\.deviceKey)), \(ballots.map { $0.cookieHash ?? "" }), \(ballots.map(\.network)),
                \(ballots.map { $0.signals.map(\.rawValue).joined(separator: ",") }), \(dailyVotes)::int,
                \(networkWeight)::int, \(ballots.map { $0.request ?? "" })
            )
            """)
        return try judged(rows, of: ballots.map(\.clipID))
    }

    func judgeUndoes(_ ballots: [Ballot]) throws(DatabaseError) -> [JudgedVote] {
        let rows: [Row] = try database.query(
            """
            select ordinal, code, retry_after, rate_remaining, new_score, vote_count, total_today, standard_left,
                super_left, mega_left
            from undo_votes(
                \(ballots.map(\.voterKey)), \(ballots.map(\.clipID)), \(ballots.map(\.network)), \(dailyVotes)::int,
                \(ballots.map { $0.request ?? "" })
            )
            """)
        return try judged(rows, of: ballots.map(\.clipID))
    }

    private func judged(_ rows: [Row], of clips: [UUID]) throws(DatabaseError) -> [JudgedVote] {
        var votes = [JudgedVote?](repeating: nil, count: clips.count)
        for row in rows {
            let ordinal: Int = try row.value(at: 0)
            guard clips.indices.contains(ordinal - 1) else { throw .rowCount(expected: clips.count, found: ordinal) }
            votes[ordinal - 1] = JudgedVote(
                outcome: try outcome(row, of: clips[ordinal - 1]), rateRemaining: try row.value(at: 3))
        }
        let all = votes.compactMap(\.self)
        guard all.count == clips.count else { throw .rowCount(expected: clips.count, found: all.count) }
        return all
    }

    private func outcome(
        _ row: Row, of clip: UUID
    ) throws(DatabaseError) -> Result<VoteTally, VoteRefusal> {
        guard let code: String = try row.value(at: 1) else { return .success(try tally(row, of: clip)) }
        let retryAfter: Int? = try row.value(at: 2)
        let tally = code == "already_voted" ? try tally(row, of: clip) : nil
        guard let refusal = VoteRefusal(code: code, retryAfter: retryAfter, tally: tally) else {
            throw .decoding(column: "code", expected: "a refusal", found: code)
        }
        return .failure(refusal)
    }

    private func tally(_ row: Row, of clip: UUID) throws(DatabaseError) -> VoteTally {
        VoteTally(
            clipID: clip, newScore: try row.value(at: 4), voteCount: try row.value(at: 5),
            totalVotesToday: try row.value(at: 6),
            remaining: RemainingVotes(
                standard: try row.value(at: 7), super: try row.value(at: 8), mega: try row.value(at: 9)),
            rateRemaining: try row.value(at: 3))
    }
}
