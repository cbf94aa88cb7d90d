/// The method of a request. A token that no route can have is kept as it came, so that it is answered with 405.
public enum Method: Hashable, Sendable, CustomStringConvertible {
    /// Reads; changes nothing.
    case get
    /// Reads, and wants only the header.
    case head
    /// Changes something.
    case post
    /// Replaces something.
    case put
    /// Changes a part of something.
    case patch
    /// Removes something.
    case delete
    /// Asks which methods there are.
    case options
    /// Any other token.
    case other(String)

    /// The method that a request line names. Methods are case-sensitive.
    public init(_ token: String) {
        switch token {
        case "GET": self = .get
        case "HEAD": self = .head
        case "POST": self = .post
        case "PUT": self = .put
        case "PATCH": self = .patch
        case "DELETE": self = .delete
        case "OPTIONS": self = .options
        default: self = .other(token)
        }
    }

    /// The token in the request line.
    public var description: String {
        switch self {
        case .get: "GET"
        case .head: "HEAD"
        case .post: "POST"
        case .put: "PUT"
        case .patch: "PATCH"
        case .delete: "DELETE"
        case .options: "OPTIONS"
        case .other(let token): token
        }
    }

    /// Whether a request of this method may change something.
    public var isMutation: Bool {
        switch self {
        case .get, .head, .options: false
        case .post, .put, .patch, .delete, .other: true
        }
    }
}
