/// Which page of a list is wanted.
public struct PageRequest: Sendable, Equatable {
    /// How many items at most.
    public let limit: Int
    /// Where the page before ended, as its `nextCursor` said; nil for the first page.
    public let cursor: String?

    /// A page of at most `limit` items.
    public init(limit: Int = 50, cursor: String? = nil) {
        self.limit = limit
        self.cursor = cursor
    }
}

/// One page of a list.
public struct Page<Item> {
    /// The items in order.
    public let items: [Item]
    /// What asks for the next page; nil on the last one.
    public let nextCursor: String?

    /// A page; tests make them by hand.
    public init(items: [Item], nextCursor: String? = nil) {
        self.items = items
        self.nextCursor = nextCursor
    }

    /// The same page of other items.
    public func map<Other>(_ transform: (Item) throws -> Other) rethrows -> Page<Other> {
        Page<Other>(items: try items.map(transform), nextCursor: nextCursor)
    }
}

extension Page: Sendable where Item: Sendable {}

/// A cursor that this list has not given out: made up, cut short, or of another list or order.
public struct InvalidCursor: Error, Equatable, Sendable {
    /// It holds nothing: what came in its place is not worth keeping.
    public init() {}
}
