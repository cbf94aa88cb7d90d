public import HTTP
public import Postgres

/// An item of lists that are read page by page.
public protocol ListItem: JSONRepresentable {
    /// What the list is called in its answers, such as `messages`.
    static var listName: String { get }
    /// The name of its pages in the document, such as `MessagePage`.
    static var pageName: String { get }
}

extension Page: Answer, JSONRepresentable where Item: ListItem {
    /// The items under the name of their list, and `nextCursor`.
    public static var schema: Schema { shape.schema }
    /// The page.
    public var json: JSONValue { Self.shape.json(self) }

    private static var shape: Shape<Page<Item>> {
        Shape(Item.pageName) { Including(page: \.self) }
    }
}

extension Including {
    /// The members of a page: its items under the name of their list, and `nextCursor`.
    public init<Item: ListItem>(page: @escaping @Sendable (Value) -> Page<Item>) {
        self.init(
            Field(Item.listName, { page($0).items }),
            Field("nextCursor", { page($0).nextCursor }, "What asks for the next page; null on the last one."))
    }
}

extension [QueryParameter] {
    /// `limit` and `cursor`: which page of a list is wanted.
    public static func paging(default count: Int = 50, cap: Int = 100) -> [QueryParameter] {
        [.limit(default: count, cap: cap), .cursor]
    }
}

extension Context {
    /// The page that the query asks for, of a route that declares `paging`.
    public var pageRequest: PageRequest {
        PageRequest(limit: integer(query: "limit") ?? 50, cursor: text(query: "cursor"))
    }
}
