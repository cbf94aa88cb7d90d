/// What a handler answers.
public struct Response: Sendable {
    /// The content of an answer.
    public enum Body: Sendable {
        /// Bytes that are there already.
        case bytes([UInt8])
        /// Bytes that are made while they are sent. An error ends the connection, so that no client mistakes a part for
        /// the whole.
        case stream(@Sendable (BodyWriter) throws -> Void)
    }

    /// The HTTP status.
    public var status: Int
    /// The headers.
    public var headers: Headers
    /// The content.
    public var body: Body
    /// The cache policy where the answer knows better than its route.
    public var cache: CachePolicy?

    /// An answer.
    public init(status: Int = 200, headers: Headers = [:], body: Body = .bytes([]), cache: CachePolicy? = nil) {
        self.status = status
        self.headers = headers
        self.body = body
        self.cache = cache
    }

    /// JSON of a value.
    public static func json(
        _ value: some JSONRepresentable, status: Int = 200, headers: Headers = [:], cache: CachePolicy? = nil
    ) -> Response {
        json(bytes: value.json.bytes, status: status, headers: headers, cache: cache)
    }

    /// JSON that is rendered already.
    public static func json(
        bytes: [UInt8], status: Int = 200, headers: Headers = [:], cache: CachePolicy? = nil
    ) -> Response {
        content(bytes, type: "application/json", status: status, headers: headers, cache: cache)
    }

    /// An HTML page.
    public static func html(
        _ html: String, status: Int = 200, headers: Headers = [:], cache: CachePolicy? = nil
    ) -> Response {
        content(Array(html.utf8), type: "text/html; charset=utf-8", status: status, headers: headers, cache: cache)
    }

    /// Plain text.
    public static func text(_ text: String, status: Int = 200, headers: Headers = [:]) -> Response {
        content(Array(text.utf8), type: "text/plain; charset=utf-8", status: status, headers: headers)
    }

    /// Bytes of any type.
    public static func content(
        _ bytes: [UInt8], type: String, status: Int = 200, headers: Headers = [:], cache: CachePolicy? = nil
    ) -> Response {
        var headers = headers
        headers["Content-Type"] = type
        return Response(status: status, headers: headers, body: .bytes(bytes), cache: cache)
    }

    /// 201 with the address of what was made.
    public static func created(_ value: some JSONRepresentable, at location: String) -> Response {
        json(value, status: 201, headers: ["Location": location])
    }

    /// 204.
    public static let noContent = Response(status: 204)

    /// A redirect: 303 after a form, 302 and 307 for a while, 301 and 308 for ever.
    public static func redirect(to location: String, status: Int = 303) -> Response {
        Response(status: status, headers: ["Location": location])
    }

    /// Bytes that are made while they are sent.
    public static func stream(
        _ contentType: String, headers: Headers = [:], _ write: @escaping @Sendable (BodyWriter) throws -> Void
    ) -> Response {
        var headers = headers
        headers["Content-Type"] = contentType
        return Response(headers: headers, body: .stream(write))
    }

    /// The same with a cookie set.
    public func setting(_ cookie: SetCookie) -> Response {
        var copy = self
        copy.headers.add("Set-Cookie", cookie.header)
        return copy
    }

    /// The bytes of an answer, nil when it is a stream.
    public var bytes: [UInt8]? {
        if case .bytes(let bytes) = body { bytes } else { nil }
    }
}

/// Takes the bytes of a streamed answer.
public struct BodyWriter {
    private let send: ([UInt8]) throws -> Void

    /// A writer that hands everything to `send`, which throws once the client has gone.
    public init(_ send: @escaping ([UInt8]) throws -> Void) {
        self.send = send
    }

    /// Sends bytes.
    public func write(_ bytes: [UInt8]) throws { try send(bytes) }

    /// Sends text.
    public func write(_ text: String) throws { try send(Array(text.utf8)) }
}

/// Who may keep an answer, and for how long.
public enum CachePolicy: Sendable, Hashable {
    /// No one: `private, no-store`.
    case noStore
    /// Everybody, the same for all: the route never learns who calls. `stale` seconds longer while it is made anew.
    case publicCache(seconds: Int, stale: Int)
    /// Everybody for visitors; members get an answer of their own that is not stored.
    case publicForVisitors(seconds: Int, stale: Int)
    /// Everybody for a year: the address changes with the content.
    case immutable

    func header(for caller: Caller) -> String {
        switch self {
        case .noStore: "private, no-store"
        case .publicForVisitors where caller.member != nil: "private, no-store"
        case .publicCache(let seconds, let stale), .publicForVisitors(let seconds, let stale):
            "public, max-age=0, s-maxage=\(seconds), stale-while-revalidate=\(stale)"
        case .immutable: "public, max-age=31536000, immutable"
        }
    }

    /// Whether all visitors get the same answer, and members another one.
    public var isSameForVisitors: Bool { if case .publicForVisitors = self { true } else { false } }

    /// Whether the answer may not depend on who calls.
    public var isSameForAll: Bool {
        switch self {
        case .publicCache, .immutable: true
        case .noStore, .publicForVisitors: false
        }
    }
}
