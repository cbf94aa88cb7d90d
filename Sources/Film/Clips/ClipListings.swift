public import FoundationEssentials
public import Postgres

/// A share of all ids: those whose first hexadecimal digits are `digits`. Ids are random, so that shares of equally many
/// digits are about equally large, and each is read by the index alone.
public struct IDShare: Sendable, Equatable {
    /// The digits, at most four, in lower case; none for all ids.
    public let digits: String

    /// A share; nil when the text is no such digits.
    public init?(digits: String) {
        guard digits.utf8.count <= 4, digits.utf8.allSatisfy({ (48...57).contains($0) || (97...102).contains($0) })
        else { return nil }
        self.digits = digits
    }

    /// The shares of so many ids, each of about `size` at most.
    public static func shares(of count: Int, size: Int) -> [IDShare] {
        var shares = [""]
        while count > shares.count * size, shares.count < 65_536 {
            shares = shares.flatMap { share in "0123456789abcdef".map { share + String($0) } }
        }
        return shares.compactMap(IDShare.init)
    }

    /// The first and the last id.
    public var bounds: (first: UUID, last: UUID)? {
        func id(_ filler: Character) -> UUID? {
            let text = Array(digits + String(repeating: filler, count: 32 - digits.count))
            let parts = [text[0..<8], text[8..<12], text[12..<16], text[16..<20], text[20..<32]]
            return UUID(uuidString: parts.map { String($0) }.joined(separator: "-"))
        }
        guard let first = id("0"), let last = id("f") else { return nil }
        return (first, last)
    }
}

/// A clip that everybody may see, by its id.
public struct ListedID: Sendable, RowDecodable {
    /// The clip.
    public let id: UUID
    /// When it entered the race.
    public let listedAt: Date

    /// Reads a row of `clip_listings`.
    public init(row: Row) throws(DatabaseError) {
        id = try row.value("clip_id")
        listedAt = try row.value("listed_at")
    }

    /// A listing; tests make them by hand.
    public init(id: UUID, listedAt: Date) {
        self.id = id
        self.listedAt = listedAt
    }
}

extension Clips {
    /// How many clips everybody may see.
    public func countListed() throws -> Int {
        try database.one("select coalesce(sum(clips), 0)::int from clip_genre_counts")
    }

    /// The clips of a share that everybody may see.
    public func listed(in share: IDShare) throws -> [ListedID] {
        guard let bounds = share.bounds else { return [] }
        return try database.query(
            """
            select clip_id, listed_at
            from clip_listings
            where clip_id between \(bounds.first) and \(bounds.last)
            order by clip_id
            """)
    }
}
