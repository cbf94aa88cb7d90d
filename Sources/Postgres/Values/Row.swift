/// One row of a result. Read it where it is handed out; it keeps its whole result alive.
public struct Row {
    let result: QueryResult
    let index: Int32

    /// The value of the column of this name.
    public func value<T: SQLValue>(_ column: String, as _: T.Type = T.self) throws(DatabaseError) -> T {
        guard let position = result.columns.firstIndex(of: column) else {
            throw .decoding(column: column, expected: "\(T.self)", found: "no such column")
        }
        return try value(at: position)
    }

    /// The value of the column at this position, counted from 0.
    public func value<T: SQLValue>(at position: Int, as _: T.Type = T.self) throws(DatabaseError) -> T {
        guard result.columns.indices.contains(position) else {
            throw .decoding(column: "#\(position)", expected: "\(T.self)", found: "no such column")
        }
        guard let field = result.field(row: index, column: Int32(position)) else {
            if let null = T.null { return null }
            throw .decoding(column: result.columns[position], expected: "\(T.self)", found: "null")
        }
        do {
            return try T.decode(field)
        } catch {
            throw .decoding(column: result.columns[position], expected: "\(T.self)", found: error.found)
        }
    }

    /// The names of the columns.
    public var columns: [String] { result.columns }
}

/// A type that a row is read into.
public protocol RowDecodable {
    /// Reads the columns it needs by name.
    init(row: Row) throws(DatabaseError)
}

extension Row: RowDecodable {
    /// The row itself, for queries whose columns are read on the spot.
    public init(row: Row) {
        self = row
    }
}

extension SQLValue {
    /// Reads the first column.
    public init(row: Row) throws(DatabaseError) {
        self = try row.value(at: 0)
    }
}

extension Array: RowDecodable where Element: SQLElement {}
extension Optional: RowDecodable where Wrapped: SQLValue {}
