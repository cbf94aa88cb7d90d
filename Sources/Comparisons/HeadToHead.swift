public import FoundationEssentials
public import Money
public import Postgres

/// What is known of two models beside each other.
public struct HeadToHead: Sendable, RowDecodable {
    /// One of the two.
    public struct Side: Sendable {
        /// The votes for its videos in the comparisons that both are in.
        public let votes: Int
        /// In how many of them it has more votes than the other.
        public let ahead: Int
        /// Its mean time there, from acknowledgement to done, in milliseconds.
        public let meanMs: Int?
        /// Its mean cost there.
        public let meanCost: Money?
        /// The battles against the other that it won.
        public let wins: Int

        /// One of the two.
        public init(votes: Int, ahead: Int, meanMs: Int?, meanCost: Money?, wins: Int) {
            (self.votes, self.ahead, self.meanMs, self.meanCost, self.wins) = (votes, ahead, meanMs, meanCost, wins)
        }
    }

    /// How many public comparisons have a finished video of both.
    public let comparisons: Int
    /// The first one.
    public let one: Side
    /// The second one.
    public let other: Side
    /// The battles of the two that ended level.
    public let ties: Int
    /// The battles of the two in which both were bad.
    public let bothBad: Int

    /// What is known of two models.
    public init(comparisons: Int, one: Side, other: Side, ties: Int, bothBad: Int) {
        (self.comparisons, self.one, self.other, self.ties, self.bothBad) = (comparisons, one, other, ties, bothBad)
    }

    /// All battles of the two.
    public var battles: Int { one.wins + other.wins + ties + bothBad }

    /// Reads a row.
    public init(row: Row) throws(DatabaseError) {
        func side(_ name: String) throws(DatabaseError) -> Side {
            Side(
                votes: try row.value(name + "_votes"), ahead: try row.value(name + "_ahead"),
                meanMs: try row.value(name + "_ms"),
                meanCost: try row.value(name + "_cost", as: String?.self).flatMap { Money($0) },
                wins: try row.value(name + "_wins"))
        }
        comparisons = try row.value("comparisons")
        one = try side("one")
        other = try side("other")
        ties = try row.value("ties")
        bothBad = try row.value("both_bad")
    }
}

/// A comparison that has videos of two models.
public struct SharedComparison: Sendable, RowDecodable {
    /// The name in addresses.
    public let slug: String
    /// The title.
    public let title: String
    /// The votes for the first model's video.
    public let oneVotes: Int
    /// The votes for the second model's video.
    public let otherVotes: Int
    /// The storage key of the first video's still.
    public let onePoster: String?
    /// The storage key of the second video's still.
    public let otherPoster: String?

    /// Reads a row.
    public init(row: Row) throws(DatabaseError) {
        slug = try row.value("slug")
        title = try row.value("title")
        oneVotes = try row.value("one_votes")
        otherVotes = try row.value("other_votes")
        onePoster = try row.value("one_poster")
        otherPoster = try row.value("other_poster")
    }
}

/// A model that another one can be compared with.
public struct Rival: Sendable, RowDecodable {
    /// The name in addresses.
    public let slug: String
    /// What people read.
    public let name: String

    /// A rival.
    public init(slug: String, name: String) {
        self.slug = slug
        self.name = name
    }

    /// Reads a row.
    public init(row: Row) throws(DatabaseError) {
        slug = try row.value("slug")
        name = try row.value("name")
    }
}

extension Comparisons {
    /// What is known of two models beside each other.
    public func headToHead(_ one: UUID, _ other: UUID) throws -> HeadToHead {
        try database.one("select * from head_to_head(\(one), \(other))")
    }

    /// The public comparisons that two models share, the latest first.
    public func shared(_ one: UUID, _ other: UUID, limit: Int = 12) throws -> [SharedComparison] {
        try database.query("select * from shared_comparisons(\(one), \(other), \(Int32(limit)))")
    }

    /// The models that a model met, in public comparisons or battles, those with the most meetings first.
    public func rivals(of model: UUID, limit: Int = 8) throws -> [Rival] {
        try database.query("select slug, name from rivals(\(model), \(Int32(limit)))")
    }
}
