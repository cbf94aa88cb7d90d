public import FoundationEssentials
public import Postgres

/// A tag as lists show it.
public struct Tag: Sendable, RowDecodable {
    /// The id.
    public let id: UUID
    /// The name in addresses.
    public let slug: String
    /// What people read.
    public let name: String
    /// How many public comparisons have it.
    public let listed: Int
    /// How many comparisons have it; the same number where only public ones are counted.
    public let all: Int

    /// Reads a row.
    public init(row: Row) throws(DatabaseError) {
        id = try row.value("id")
        slug = try row.value("slug")
        name = try row.value("name")
        listed = try row.value("listed_count")
        all = try row.value("all_count")
    }
}

/// The tags of comparisons.
public struct Tags: Sendable {
    private let database: Database

    /// The tags of a database.
    public init(database: Database) {
        self.database = database
    }

    /// The tags that a public comparison has, by name.
    public func listed() throws -> [Tag] {
        try database.query(
            """
            select id, slug, name, listed_count, listed_count as all_count
            from tags
            where listed_count > 0
            order by name, slug
            limit 500
            """)
    }

    /// Every tag by name, with the number of all its comparisons.
    public func all() throws -> [Tag] {
        try database.query(
            """
            select id, slug, name, listed_count,
                (select count(*)::int from comparison_tags where tag_id = tags.id) as all_count
            from tags
            order by name, slug
            limit 1000
            """)
    }

    /// The tag with a slug; nil when there is none.
    public func find(slug: String) throws -> Tag? {
        try database.first(
            "select id, slug, name, listed_count, listed_count as all_count from tags where slug = \(slug)")
    }

    /// Makes a tag.
    public func create(_ name: String, by admin: UUID) throws {
        let tag = try Comparisons.tag(name)
        try check("select create_tag(\(admin), \(tag.name), \(tag.slug))", admin)
    }

    /// Gives a tag another name, and so another address.
    public func rename(_ id: UUID, to name: String, by admin: UUID) throws {
        let tag = try Comparisons.tag(name)
        try check("select rename_tag(\(admin), \(id), \(tag.name), \(tag.slug))", admin)
    }

    /// Gives the comparisons of a tag another one, and deletes it.
    public func merge(_ id: UUID, into other: UUID, by admin: UUID) throws {
        try check("select merge_tags(\(admin), \(id), \(other))", admin)
    }

    /// Deletes a tag. Its comparisons stay.
    public func delete(_ id: UUID, by admin: UUID) throws {
        try check("select delete_tag(\(admin), \(id))", admin)
    }

    private func check(_ statement: SQL, _ admin: UUID) throws {
        try ComparisonRefusal.check(try database.acting(for: admin).one(statement, as: String.self))
    }
}
