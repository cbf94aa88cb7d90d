internal import FoundationEssentials
internal import Text

/// The order of a list, by which each page begins where the one before ended (keyset paging): page 1,000 costs what page 1
/// costs, and no item is skipped or shown twice when others are added meanwhile.
///
/// ```swift
/// let order = Keyset("clips", .moment("clips.created_at"), .uuid("clips.id"), isDescending: true)
/// let place = try order.place(after: request)
/// let rows: [Row] = try database.query(
///     """
///     select clips.title, \(sql: order.columns)
///     from clips
///     where \(sql: place.condition)
///     \(sql: place.orderAndLimit)
///     """)
/// return try order.page(of: rows, request) { row in try row.value("title", as: String.self) }
/// ```
public struct Keyset: Sendable {
    /// One of the values that a list is sorted by. The last one must differ for each item.
    public struct Part: Sendable {
        fileprivate enum Kind: Sendable {
            case number, moment, microseconds, uuid, text
        }

        fileprivate let expression: SQL
        fileprivate let kind: Kind

        /// A `bigint` or `int`.
        public static func number(_ expression: SQL) -> Part { Part(expression: expression, kind: .number) }
        /// A `timestamptz`.
        public static func moment(_ expression: SQL) -> Part { Part(expression: expression, kind: .moment) }
        /// The microseconds of a `timestamptz` as a `bigint`, for functions in SQL that sort by a text.
        public static func microseconds(_ expression: SQL) -> Part {
            Part(expression: expression, kind: .microseconds)
        }
        /// A `uuid`.
        public static func uuid(_ expression: SQL) -> Part { Part(expression: expression, kind: .uuid) }
        /// A `text`, in the collation that its index has.
        public static func text(_ expression: SQL) -> Part { Part(expression: expression, kind: .text) }
    }

    private let name: String
    private let parts: [Part]
    private let isDescending: Bool

    /// An order. Cursors carry `name`, so that one list refuses those of another.
    public init(_ name: String, _ parts: Part..., isDescending: Bool) {
        self.name = name
        self.parts = parts
        self.isDescending = isDescending
    }

    /// What a statement must select beside its own columns, so that `page` can tell where it ended.
    public var columns: SQL {
        zip(parts, Self.columnNames).map { part, column -> SQL in
            switch part.kind {
            case .moment:
                "(extract(epoch from \(sql: part.expression)) * 1000000)::bigint::text as \(identifier: column)"
            case .number, .microseconds, .uuid, .text: "\(sql: part.expression)::text as \(identifier: column)"
            }
        }.joined(separator: ", ")
    }

    /// Where a page begins. Throws `InvalidCursor` for a cursor that this list has not given out.
    public func place(after request: PageRequest) throws(InvalidCursor) -> Place {
        Place(keys: try request.cursor.map(keys) ?? [], keyset: self, limit: request.limit)
    }

    /// The page that `rows` hold, of which there may be one more than the request's limit.
    public func page<Item>(
        of rows: [Row], _ request: PageRequest, _ item: (Row) throws -> Item
    ) throws -> Page<Item> {
        let shown = rows.prefix(request.limit)
        let next = rows.count > request.limit ? try shown.last.map(cursor) : nil
        return Page(items: try shown.map(item), nextCursor: next)
    }

    /// Where a page begins, in the words of a statement.
    public struct Place: Sendable {
        fileprivate let keys: [String]
        private let keyset: Keyset
        private let limit: Int

        fileprivate init(keys: [String], keyset: Keyset, limit: Int) {
            self.keys = keys
            self.keyset = keyset
            self.limit = limit
        }

        /// Whether this is the first page.
        public var isFirst: Bool { keys.isEmpty }

        /// The condition that only the items of this page and the later ones meet.
        public var condition: SQL {
            guard !isFirst else { return "true" }
            let values = keyset.parts.indices.map(value).joined(separator: ", ")
            let expressions = keyset.parts.map(\.expression).joined(separator: ", ")
            return keyset.isDescending
                ? "(\(sql: expressions)) < (\(sql: values))" : "(\(sql: expressions)) > (\(sql: values))"
        }

        /// The order alone.
        public var order: SQL {
            let order = keyset.parts.map { part -> SQL in
                keyset.isDescending ? "\(sql: part.expression) desc" : "\(sql: part.expression)"
            }
            return "order by \(sql: order.joined(separator: ", "))"
        }

        /// The order, and one item more than is shown, which tells whether there is another page.
        public var orderAndLimit: SQL { "\(sql: order) limit \(limit + 1)" }

        /// How many rows a function in SQL must answer.
        public var rowLimit: Int { limit + 1 }

        /// One of the values at which the page before ended, for a function in SQL; null on the first page.
        public func value(_ index: Int) -> SQL {
            let key: String? = isFirst ? nil : keys[index]
            return switch keyset.parts[index].kind {
            case .number, .microseconds: "\(key)::text::bigint"
            case .moment: "(timestamptz 'epoch' + \(key)::text::bigint * interval '1 microsecond')"
            case .uuid: "\(key)::text::uuid"
            case .text: "\(key)::text"
            }
        }
    }

    private static let columnNames = (0..<8).map { "page_key_\($0)" }

    private func cursor(_ row: Row) throws(DatabaseError) -> String {
        var pieces = [name]
        for column in Self.columnNames.prefix(parts.count) { pieces.append(try row.value(column)) }
        return Text.base64url(Array(pieces.joined(separator: "\n").utf8))
    }

    private func keys(_ cursor: String) throws(InvalidCursor) -> [String] {
        guard let bytes = Text.bytes(base64url: cursor), let text = String(validating: bytes, as: UTF8.self) else {
            throw InvalidCursor()
        }
        let pieces = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        guard pieces.first == name, pieces.count == parts.count + 1 else { throw InvalidCursor() }
        let keys = Array(pieces.dropFirst())
        guard zip(parts, keys).allSatisfy({ $0.kind.accepts($1) }) else { throw InvalidCursor() }
        return keys
    }
}

extension Keyset.Part.Kind {
    /// Whether Postgres can read this text as a value of the kind.
    fileprivate func accepts(_ text: String) -> Bool {
        switch self {
        case .number: Int64(text) != nil
        // Beyond these microseconds Postgres knows no date.
        case .moment, .microseconds: Int64(text).map { $0.magnitude < 100_000_000_000_000_000 } ?? false
        case .uuid: UUID(text: text) != nil
        case .text: text.utf8.count <= 200 && !text.utf8.contains(0)
        }
    }
}
