public import FoundationEssentials
public import Postgres
public import Refusals

/// A genre that a season can have.
public enum SeasonGenre: String, CaseIterable, Sendable, SQLValue {
    case thriller = "Thriller"
    case comedy = "Comedy"
    case action = "Action"
    case sciFi = "Sci-Fi"
    case romance = "Romance"
    case animation = "Animation"
    case horror = "Horror"
}

/// The vote on the next season's genre.
public struct GenrePoll: Sendable, Equatable {
    /// A genre's share.
    public struct Share: Sendable, Equatable {
        /// The genre.
        public let genre: SeasonGenre
        /// Its votes.
        public let votes: Int
        /// Its part of all votes; the parts add up to 100 when there are votes.
        public let percent: Int
    }

    /// Whether members can vote now: while no season runs.
    public let isOpen: Bool
    /// The season that runs, by its label; nil while the vote is open.
    public let runningSeason: String?
    /// Every genre, in the fixed order.
    public let genres: [Share]
    /// What the member voted for; nil for none and for visitors.
    public let mine: SeasonGenre?

    /// How many members have voted.
    public var total: Int { genres.reduce(0) { $0 + $1.votes } }

    /// A poll with these votes in the order of the genres.
    public init(isOpen: Bool, runningSeason: String?, votes: [Int], mine: SeasonGenre?) {
        self.isOpen = isOpen
        self.runningSeason = runningSeason
        self.mine = mine
        genres = zip(SeasonGenre.allCases, zip(votes, Self.percentages(votes))).map { genre, share in
            Share(genre: genre, votes: share.0, percent: share.1)
        }
    }

    /// Whole percentages that add up to 100: each is rounded down, and what is missing goes to the largest remainders, the
    /// first of equal ones. All zero without votes.
    static func percentages(_ votes: [Int]) -> [Int] {
        let total = votes.reduce(0, +)
        guard total > 0 else { return votes.map { _ in 0 } }
        var percent = votes.map { $0 * 100 / total }
        let byRemainder = votes.indices.sorted { left, right in
            let (first, second) = (votes[left] * 100 % total, votes[right] * 100 % total)
            return first != second ? first > second : left < right
        }
        for index in byRemainder.prefix(100 - percent.reduce(0, +)) { percent[index] += 1 }
        return percent
    }
}

/// Where members vote on genres.
public struct GenreVotes: Sendable {
    private let database: Database

    /// The votes in `database`.
    public init(database: Database) {
        self.database = database
    }

    /// The vote at the moment; `member` says whose own vote is named.
    public func poll(for member: UUID?) throws(DatabaseError) -> GenrePoll {
        let rows: [Row] = try database.query("select * from genre_tally(\(member))")
        guard let first = rows.first else { throw .rowCount(expected: 1, found: 0) }
        var votes: [String: Int] = [:]
        for row in rows {
            if let genre: String = try row.value("genre") { votes[genre] = try row.value("votes") }
        }
        return GenrePoll(
            isOpen: try first.value("is_open"), runningSeason: try first.value("running"),
            votes: SeasonGenre.allCases.map { votes[$0.rawValue] ?? 0 },
            mine: (try first.value("mine") as String?).flatMap(SeasonGenre.init))
    }

    /// Casts or changes a member's vote; without a genre, removes it.
    public func cast(_ genre: SeasonGenre?, by member: UUID) throws(FilmError) {
        try FilmError.wrapping {
            let outcome: String = try database.one("select cast_genre_vote(\(member), \(genre))")
            if let refusal = FilmRefusal(outcome: outcome) { throw refusal }
        }
    }
}
