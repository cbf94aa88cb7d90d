import FoundationEssentials
import Logging
import Postgres
import TestSupport
import Testing

@testable import Film

extension FilmStage {
    /// The two calls that count and undo, as the web role makes them.
    var votes: VoteBatch { VoteBatch(database: web, dailyVotes: 200) }

    /// Casts one vote.
    func cast(_ ballot: Ballot) throws -> VoteTally { try #require(try votes.cast([ballot]).first).get() }

    /// Takes one back.
    func undo(_ ballot: Ballot) throws -> VoteTally { try #require(try votes.undo([ballot]).first).get() }

    /// The code that a vote is refused with, nil when it counts.
    func refusal(_ ballot: Ballot) throws -> String? { try votes.cast([ballot]).first?.refusalCode }

    func turn(_ flag: String, on: Bool) throws {
        try superuser.execute("update feature_flags set enabled = \(on) where key = \(flag)")
    }

    /// Forgets how often anybody has voted in the last minutes.
    func forgiveRates() throws {
        try superuser.execute("truncate rate_windows")
    }

    /// How many clips have counters that are not the sums.
    func drift() throws -> Int { try Counters(database: jobs).verify().count }

    func votesCast() throws -> Int { try superuser.one("select coalesce(sum(casts), 0)::int from votes") }

    func committer(capacity: Int = 4_096) -> VoteCommitter {
        VoteCommitter(database: web, dailyVotes: 200, capacity: capacity, log: .silent)
    }
}

extension Ballot {
    /// A member's vote.
    static func member(_ id: UUID, _ clip: UUID, _ kind: VoteKind = .standard, device: Int = 0) -> Ballot {
        Ballot(
            voterKey: "user_" + id.uuidString.lowercased(), clipID: clip, kind: kind, deviceKey: Self.device(device),
            network: Self.network(device))
    }

    /// A visitor's vote, each device in a network of its own unless told otherwise.
    static func visitor(_ number: Int, _ clip: UUID, _ kind: VoteKind = .standard, network: Int? = nil) -> Ballot {
        Ballot(
            voterKey: device(number), clipID: clip, kind: kind, deviceKey: device(number),
            network: Self.network(network ?? number))
    }

    static func device(_ number: Int) -> String { "device_" + hex(number) }

    private static func network(_ number: Int) -> String { hex(number + 1_000_000) }

    private static func hex(_ number: Int) -> String {
        let digits = String(number, radix: 16)
        return String(repeating: "0", count: 32 - digits.count) + digits
    }
}

extension VoteBatch {
    func cast(_ ballots: [Ballot]) throws -> [Result<VoteTally, VoteRefusal>] {
        try judgeCasts(ballots).map(\.outcome)
    }

    func undo(_ ballots: [Ballot]) throws -> [Result<VoteTally, VoteRefusal>] {
        try judgeUndoes(ballots).map(\.outcome)
    }
}

extension Result where Success == VoteTally, Failure == VoteRefusal {
    var refusalCode: String? {
        if case .failure(let refusal) = self { refusal.code } else { nil }
    }
}
