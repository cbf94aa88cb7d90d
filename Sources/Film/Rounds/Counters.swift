public import FoundationEssentials
public import Postgres

/// A clip whose counters are not what its round's votes and views add up to.
public struct CounterDrift: Equatable, Sendable, RowDecodable {
    /// The clip.
    public let clipID: UUID
    /// Its title.
    public let title: String
    /// The counter of votes, and how many were cast.
    public let voteCount, votesCast: Int
    /// The counter of weight, and what was cast.
    public let weightedScore, weightCast: Int
    /// The counter of views, and how many there were.
    public let viewCount, viewsSeen: Int

    /// Reads a row of `counter_drift()`.
    public init(row: Row) throws(DatabaseError) {
        clipID = try row.value("clip_id")
        title = try row.value("title")
        voteCount = try row.value("vote_count")
        votesCast = try row.value("votes_cast")
        weightedScore = try row.value("weighted_score")
        weightCast = try row.value("weight_cast")
        viewCount = try row.value("view_count")
        viewsSeen = try row.value("views_seen")
    }
}

/// Proves that the counters of the clips that compete are exact, and makes them so.
public struct Counters: Sendable {
    private let database: Database

    /// Counters of a database, reached as the owner or as the jobs' role.
    public init(database: Database) {
        self.database = database
    }

    /// Every clip whose counters have drifted; none on a sound site.
    public func verify() throws(DatabaseError) -> [CounterDrift] {
        try database.query("select * from counter_drift()")
    }

    /// Sets every counter that has drifted and returns what it was and what it is now.
    public func repair() throws(DatabaseError) -> [CounterDrift] {
        try database.query("select * from repair_counters()")
    }
}
