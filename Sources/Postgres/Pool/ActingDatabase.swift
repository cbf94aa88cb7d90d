public import FoundationEssentials

/// A database as one user may see it: every statement runs in a transaction in which `dailies.user_id` is set, by which
/// the policies of row level security decide. A statement costs one round trip, as without it.
public struct ActingDatabase: Sendable {
    private let database: Database
    private let settings: [String: String]

    init(_ database: Database, user: UUID?) {
        self.database = database
        settings = user.map { ["dailies.user_id": $0.uuidString.lowercased()] } ?? [:]
    }

    /// The rows of a statement.
    public func query<T: RowDecodable>(_ sql: SQL, as _: T.Type = T.self) throws(DatabaseError) -> [T] {
        settings.isEmpty ? try database.query(sql) : try database.pipeline(settings: settings, sql)
    }

    /// The first row of a statement, if it has one.
    public func first<T: RowDecodable>(_ sql: SQL, as _: T.Type = T.self) throws(DatabaseError) -> T? {
        let rows: [T] = try query(sql)
        return rows.first
    }

    /// The only row of a statement; any other number of rows is an error.
    public func one<T: RowDecodable>(_ sql: SQL, as _: T.Type = T.self) throws(DatabaseError) -> T {
        let rows: [T] = try query(sql)
        guard let row = rows.first, rows.count == 1 else { throw .rowCount(expected: 1, found: rows.count) }
        return row
    }

    /// Runs a statement, in one round trip, and returns how many rows it changed.
    @discardableResult
    public func execute(_ sql: SQL) throws(DatabaseError) -> Int {
        settings.isEmpty ? try database.execute(sql) : try database.pipeline(settings: settings, executing: sql)
    }

    /// Runs `body` in a transaction, as ``Database/transaction(isolation:settings:timeout:_:)`` does.
    @discardableResult
    public func transaction<R>(_ body: (Connection) throws -> R) throws -> R {
        try database.transaction(settings: settings, body)
    }
}

extension Database {
    /// The database as this user may see it; as a visitor when there is none.
    public func acting(for user: UUID?) -> ActingDatabase { ActingDatabase(self, user: user) }
}
