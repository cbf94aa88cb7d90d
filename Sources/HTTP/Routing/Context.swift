public import FoundationEssentials
public import Logging
internal import Text

/// All that a handler is given.
public struct Context: Sendable {
    /// The request.
    public let request: Request
    /// Who sent it.
    public let caller: Caller
    /// When it came.
    public let now: Date
    /// A log whose lines carry the request's id.
    public let log: Log
    /// The validated parameters of the query, defaults included.
    let values: [String: JSONValue]

    /// A context, as tests make them; the application makes its own.
    public init(
        request: Request, caller: Caller = .visitor, now: Date = Date(), log: Log = .silent,
        values: [String: JSONValue] = [:]
    ) {
        self.request = request
        self.caller = caller
        self.now = now
        self.log = log
        self.values = values
    }

    /// The member who calls; 401 for visitors.
    public func member() throws -> Member {
        guard let member = caller.member else { throw Problem.unauthenticated }
        return member
    }

    /// A part of the path by its name in the pattern.
    public func parameter(_ name: String) -> String {
        request.parameters[name] ?? ""
    }

    /// A part of the path that is a UUID; there is nothing at any other text.
    public func uuid(_ name: String) throws -> UUID {
        guard let id = UUID(text: parameter(name)) else { throw Problem.notFound() }
        return id
    }

    /// A part of the path that is a whole number; there is nothing at any other text.
    public func integer(_ name: String) throws -> Int {
        guard let number = Int(parameter(name)) else { throw Problem.notFound() }
        return number
    }

    /// A declared parameter of the query, as text.
    public func text(query name: String) -> String? { values[name]?.text }

    /// A declared parameter of the query, as a whole number.
    public func integer(query name: String) -> Int? { values[name]?.integer }

    /// A declared parameter of the query, as a UUID.
    public func uuid(query name: String) -> UUID? { values[name]?.text.flatMap(UUID.init(text:)) }

    /// A declared parameter of the query, as a truth value.
    public func bool(query name: String) -> Bool? {
        if case .bool(let value)? = values[name] { value } else { nil }
    }

    /// A declared list of the query, as texts.
    public func texts(query name: String) -> [String] {
        if case .array(let elements)? = values[name] { elements.compactMap(\.text) } else { [] }
    }

    /// A declared list of the query, as UUIDs.
    public func uuids(query name: String) -> [UUID] { texts(query: name).compactMap(UUID.init(text:)) }

    /// A declared parameter of the query, as any type whose schema the declaration gave.
    public func value<T: Decodable>(query name: String, as type: T.Type = T.self) throws -> T? {
        try values[name]?.decode(type)
    }
}
