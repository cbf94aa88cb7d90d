internal import Film
internal import FoundationEssentials
internal import Glibc
internal import Logging
internal import Platform
internal import Postgres

/// Measures what a vote pays for being counted in groups when it is alone: the committer of the hosts beside the very
/// call that it makes, one after the other by turns. Prints one line of JSON.
///
/// `bench-lone DIRECTORY COUNT`, where the directory holds the bench's `members.tsv` and `clips`.
@main
enum Main {
    static func main() throws {
        try run(CommandLine.arguments)
    }

    private struct WrongAnswer: Error {}

    nonisolated private static func run(_ arguments: [String]) throws {
        guard arguments.count == 3, let count = Int(arguments[2]), (10...15_000).contains(count) else {
            StandardStream.errors("usage: bench-lone DIRECTORY COUNT\n")
            exit(64)
        }
        let connection = ProcessInfo.processInfo.environment["DATABASE_URL"] ?? ""
        var options = DatabaseOptions(connectionString: connection, applicationName: "bench-lone")
        options.maximumConnections = 1
        // Each way has a connection of its own, as the committer has in a host.
        let database = Database(options)
        let committer = VoteCommitter(database: Database(options), dailyVotes: 200, log: .standard(level: .warning))
        committer.start()
        let voters = try lines(arguments[1] + "/members.tsv").prefix(count * 2).map { line in
            "user_" + line.prefix { $0 != "\t" }
        }
        let clips = try lines(arguments[1] + "/clips").compactMap { UUID(uuidString: String($0)) }
        guard voters.count == count * 2, !clips.isEmpty else { throw WrongAnswer() }

        var direct: [Double] = []
        var grouped: [Double] = []
        for turn in 0..<count {
            let ballots = (0...1).map { Ballot(voter: voters[turn * 2 + $0], clip: clips[turn % clips.count]) }
            direct.append(try milliseconds { try castDirectly(ballots[0], in: database) })
            grouped.append(try milliseconds { try cast(ballots[1], by: committer) })
        }
        committer.stop()
        // The first calls make connections and plans.
        let warm = count / 10
        StandardStream.output(
            """
            {"directP50Ms": \(median(direct.dropFirst(warm))), "groupP50Ms": \(median(grouped.dropFirst(warm))), \
            "votes": \(count * 2)}

            """)
    }

    nonisolated private static func castDirectly(_ ballot: Ballot, in database: Database) throws {
        let row: Row? = try database.first(
            """
            select code, new_score, total_today
            from cast_votes(
                \([ballot.voterKey]), \([ballot.clipID]), \([ballot.kind.rawValue]), \([ballot.deviceKey]), \([""]),
                \([ballot.network]), \([""]), 200::int, 100::int
            )
            """)
        guard let row, try row.value(at: 0, as: String?.self) == nil else { throw WrongAnswer() }
    }

    nonisolated private static func cast(_ ballot: Ballot, by committer: VoteCommitter) throws {
        let outcome = Monitor<VoteOutcome?>(nil)
        committer.cast(ballot) { found in outcome.update { $0 = found } }
        guard let found = outcome.wait({ $0 }) else { throw WrongAnswer() }
        _ = try found.result.get()
    }

    nonisolated private static func milliseconds(_ body: () throws -> Void) rethrows -> Double {
        let started = ContinuousClock.now
        try body()
        let (seconds, attoseconds) = started.duration(to: .now).components
        return Double(seconds) * 1_000 + Double(attoseconds) / 1e15
    }

    nonisolated private static func median(_ values: ArraySlice<Double>) -> Double {
        let sorted = values.sorted()
        return sorted[sorted.count / 2]
    }

    nonisolated private static func lines(_ path: String) throws -> [Substring] {
        try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
    }
}

extension Ballot {
    fileprivate init(voter: String, clip: UUID) {
        self.init(voterKey: voter, clipID: clip, deviceKey: "device_" + voter.suffix(32), network: "")
    }
}
