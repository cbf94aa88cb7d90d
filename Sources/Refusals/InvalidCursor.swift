public import Postgres

extension InvalidCursor: Refusal {
    /// Identifies the refusal for programs.
    public var code: String { "format" }
    /// Explains the refusal to people.
    public var sentence: String { "“cursor” is not one that this list has given out." }
    /// A wrong value of the parameter.
    public var kind: RefusalKind { .invalid(field: "cursor") }
}
