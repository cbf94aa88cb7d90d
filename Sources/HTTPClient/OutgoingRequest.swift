public import FoundationEssentials
internal import Text

/// A request to another server.
public struct OutgoingRequest: Sendable {
    /// GET, POST and so on.
    public var method: String
    /// An http or https address. With a unix socket its host is only sent as the Host header.
    public var url: String
    /// Names and values in the order in which they are sent.
    public var headers: [(name: String, value: String)]
    /// What is sent after the headers.
    public var body: [UInt8]
    /// What is sent in place of `body`, read while it is sent.
    public var stream: (any OutgoingStream)?
    /// The socket to connect to instead of the address's host.
    public var unixSocket: String?
    /// The address of this machine that the connection comes from; any when nil.
    public var localAddress: String?
    /// How long the whole exchange may take.
    public var timeout: Duration
    /// How long connecting may take.
    public var connectTimeout: Duration
    /// How long the connection may carry next to nothing; no limit of its own when nil. For exchanges that may be long.
    public var stallTimeout: Duration?
    /// The most bytes of an answer's body that is kept in memory.
    public var responseLimit: Int
    /// Whether a longer body is cut there and the answer counts all the same.
    public var keepsBeginning = false
    /// The most bytes that an answer's body may announce, wherever it goes.
    public var bodyLimit: Int?
    /// Whether it must not be sent twice. libcurl sends a request again when a kept connection ends before the answer, so such
    /// a request gets a connection of its own.
    public var isSentOnce = false
    /// Whether the address must be one of the public internet. It is checked after the name was looked up.
    public var needsPublicAddress = false

    /// Creates a request.
    public init(
        method: String = "GET", url: String, headers: [(name: String, value: String)] = [], body: [UInt8] = [],
        stream: (any OutgoingStream)? = nil, unixSocket: String? = nil, localAddress: String? = nil,
        timeout: Duration = .seconds(10),
        connectTimeout: Duration = .seconds(3), stallTimeout: Duration? = nil,
        responseLimit: Int = 1 << 20
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.stream = stream
        self.unixSocket = unixSocket
        self.localAddress = localAddress
        self.timeout = timeout
        self.connectTimeout = connectTimeout
        self.stallTimeout = stallTimeout
        self.responseLimit = responseLimit
    }
}

/// A request's body that is too large for memory.
public protocol OutgoingStream: Sendable {
    /// How many bytes it has.
    var count: Int { get }

    /// At most `count` bytes from `offset`, at least one; nil when they cannot be read.
    func read(from offset: Int, count: Int) -> [UInt8]?
}

/// The answer of another server, with any status.
public struct IncomingResponse: Sendable {
    /// The HTTP status.
    public let status: Int
    /// Names in lower case, in the order in which they came.
    public let headers: [(name: String, value: String)]
    /// The whole body.
    public let body: [UInt8]

    /// An answer; tests make them by hand.
    public init(status: Int, headers: [(name: String, value: String)], body: [UInt8]) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// The first header of that name.
    public func header(_ name: String) -> String? {
        let name = name.lowercased()
        return headers.first { $0.name == name }?.value
    }

    /// How many seconds the header Retry-After asks to wait, as a number or as a time; nil when it has neither.
    public func retryAfter(now: Date = Date.now) -> Int? {
        guard let text = header("retry-after") else { return nil }
        if let seconds = Int(text) { return max(0, seconds) }
        guard let time = Date(rfc1123: text) else { return nil }
        return max(0, Int(time.timeIntervalSince(now).rounded(.up)))
    }

    /// Whether the status says success.
    public var isSuccess: Bool { (200..<300).contains(status) }
}

/// Why there is no answer.
public enum HTTPClientError: Error, Sendable, Equatable {
    /// The request cannot be sent as it is.
    case invalidRequest(String)
    /// No server listens there, or the name cannot be resolved. Nothing was sent.
    case unreachable(String)
    /// No answer in time. The other side may have acted on the request.
    case timedOut
    /// The answer is larger than wanted.
    case responseTooLarge
    /// The other side's certificate is not good.
    case untrusted(String)
    /// The exchange broke off. The other side may have acted on the request.
    case interrupted(String)
    /// The receiver of the answer's body did not take it, or the body to be sent could not be read.
    case stopped
}
