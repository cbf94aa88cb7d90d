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
    public static var schema: Schema {
        .object(fields).named(Item.pageName)
    }

    /// The members of a page, for answers that hold more than the page.
    public static var fields: [Schema.Field] {
        [
            .required(Item.listName, .array(Item.schema)),
            .required("nextCursor", .string().nullable, "What asks for the next page; null on the last one."),
        ]
    }

    /// The page.
    public var json: JSONValue { .object([Item.listName: items.json, "nextCursor": nextCursor.json]) }
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
