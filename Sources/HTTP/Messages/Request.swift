/// One request as the web server handed it over.
public struct Request: Sendable {
    /// Why the body is not there.
    public enum BodyFault: Sendable, Hashable {
        /// It is, or would have been, larger than the route takes.
        case tooLarge(limit: Int)
        /// Fewer bytes came than were announced, or the client went away.
        case incomplete
        /// The announced length is malformed.
        case malformedLength
    }

    /// What never changes of a request, in one place: it goes from hand to hand, and a copy of each of its parts would cost
    /// more than most of what is done with them.
    private final class Head: Sendable {
        let method: Method
        let path: String
        let query: Query
        let headers: Headers
        let cookies: Cookies
        let id: String
        let clientAddress: String
        let isSecure: Bool
        let isInternal: Bool
        let server: ServerParameters

        init(
            _ method: Method, _ path: String, _ query: Query, _ headers: Headers, id: String, clientAddress: String,
            isSecure: Bool, isInternal: Bool, server: ServerParameters
        ) {
            self.method = method
            self.path = path
            self.query = query
            self.headers = headers
            cookies = Cookies(headers.values("Cookie"))
            self.id = id
            self.clientAddress = clientAddress
            self.isSecure = isSecure
            self.isInternal = isInternal
            self.server = server
        }
    }

    private let head: Head
    /// The body.
    public var body: [UInt8]
    /// Why the body is not there, if it should be.
    public var bodyFault: BodyFault?
    /// The decoded value of each name in the route's pattern.
    public var parameters: [String: String] = [:]

    /// The method.
    public var method: Method { head.method }
    /// The path as it came, still percent-encoded.
    public var path: String { head.path }
    /// The query.
    public var query: Query { head.query }
    /// The headers; what a client sent, hence never to be trusted.
    public var headers: Headers { head.headers }
    /// The cookies.
    public var cookies: Cookies { head.cookies }
    /// The id that the answer and every log line carry.
    public var id: String { head.id }
    /// The client's address after the web server took trusted proxies into account.
    public var clientAddress: String { head.clientAddress }
    /// Whether the client came by https.
    public var isSecure: Bool { head.isSecure }
    /// Whether the web server itself asks, in a subrequest that no client can make.
    public var isInternal: Bool { head.isInternal }
    /// What the web server's own configuration says about the request, such as `ORIGINAL_URI` in a subrequest. Never
    /// anything that a client may choose.
    public var server: ServerParameters { head.server }
    /// The id that the web server gave this exchange, 32 hexadecimal digits: the same when it sends the request again, since
    /// it does not know whether the first attempt was answered. Nil on routes that it never repeats.
    public var exchangeID: String? {
        guard let id = server["EXCHANGE_ID"], id.utf8.count == 32,
            id.utf8.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0) })
        else { return nil }
        return id
    }

    /// A request; `target` is path and query.
    public init(
        _ method: Method, _ target: String, headers: Headers = [:], body: [UInt8] = [], id: String? = nil,
        clientAddress: String = "127.0.0.1", isSecure: Bool = false, isInternal: Bool = false,
        server: ServerParameters = [:]
    ) {
        let mark = target.utf8.firstIndex(of: UInt8(ascii: "?"))
        head = Head(
            method, mark.map { String(target[..<$0]) } ?? target,
            mark.map { Query(String(target[target.utf8.index(after: $0)...])) } ?? Query(), headers,
            id: RequestID.accepting(id), clientAddress: clientAddress, isSecure: isSecure, isInternal: isInternal,
            server: server)
        self.body = body
    }

    /// The token of `Authorization: Bearer …`.
    public var bearerToken: String? {
        guard let value = headers["Authorization"], value.prefix(7).lowercased() == "bearer " else { return nil }
        return String(value.dropFirst(7))
    }

    /// The media type of the body in lower case, without parameters.
    public var contentType: String? {
        headers["Content-Type"].map { value in
            let type = value.utf8.prefix { $0 != UInt8(ascii: ";") && $0 != UInt8(ascii: " ") }
            return String(Substring(type)).lowercased()
        }
    }
}

/// What the web server's configuration says about a request, by the names of FastCGI's parameters.
public struct ServerParameters: Sendable, Hashable, ExpressibleByDictionaryLiteral {
    private var pairs: [Pair] = []

    private struct Pair: Sendable, Hashable {
        let name: String
        let value: String
    }

    /// None.
    public init() { pairs.reserveCapacity(16) }

    /// Parameters from a literal.
    public init(dictionaryLiteral elements: (String, String)...) {
        for (name, value) in elements { add(name, value) }
    }

    /// The value of a name; of equal names the first counts. There are few and most are asked for once, so that they are
    /// searched and not hashed.
    public subscript(_ name: String) -> String? { pairs.first { $0.name == name }?.value }

    /// Adds a parameter behind those that are there.
    public mutating func add(_ name: String, _ value: String) { pairs.append(Pair(name: name, value: value)) }
}

/// The ids of requests.
public enum RequestID {
    /// An id from the web server if it is well-formed, else a new one. An id of a client's own choosing could carry
    /// anything into the log, so only letters, digits, hyphens and underscores pass.
    public static func accepting(_ candidate: String?) -> String {
        if let candidate, (8...64).contains(candidate.utf8.count), candidate.utf8.allSatisfy(isAllowed) {
            return candidate
        }
        return new()
    }

    /// 128 random bits in hexadecimal, as nginx makes them.
    public static func new() -> String {
        var random = SystemRandomNumberGenerator()
        return digits(random.next()) + digits(random.next())
    }

    private static func digits(_ number: UInt64) -> String {
        let text = String(number, radix: 16)
        return String(repeating: "0", count: 16 - text.utf8.count) + text
    }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "-"), UInt8(ascii: "_"):
            true
        default: false
        }
    }
}
