internal import Crypto
public import FoundationEssentials
internal import Text

/// Amazon's Signature Version 4 for S3: signs addresses for others, and requests of our own.
public struct AWSSigner: Sendable {
    /// The longest life of a signed address, in seconds.
    public static let longestLifetime = 604_800

    private let accessKey: String
    private let secretKey: String
    private let region: String
    private let sessionToken: String?

    /// A signer with credentials for one region.
    public init(accessKey: String, secretKey: String, region: String, sessionToken: String? = nil) {
        self.accessKey = accessKey
        self.secretKey = secretKey
        self.region = region
        self.sessionToken = sessionToken
    }

    /// One request, as it is signed. Names, values and the path are what they mean, with nothing encoded.
    public struct Request: Sendable {
        /// GET, PUT and so on.
        public var method: String
        /// `https://` and the host, with the port if it is not the usual one.
        public var origin: String
        /// From the first slash on.
        public var path: String
        /// The parameters.
        public var query: [(name: String, value: String)]
        /// The headers that are signed besides `host`.
        public var headers: [(name: String, value: String)]

        /// A request.
        public init(
            _ method: String, origin: String, path: String, query: [(name: String, value: String)] = [],
            headers: [(name: String, value: String)] = []
        ) {
            self.method = method
            self.origin = origin
            self.path = path
            self.query = query
            self.headers = headers
        }

        /// The address without parameters of a signature.
        public var url: String {
            let query = AWSSigner.encoded(query)
            return origin + AWSSigner.encoded(path: path) + (query.isEmpty ? "" : "?" + query)
        }

        /// The host as a client sends it.
        fileprivate var host: String {
            for (scheme, port) in [("https://", ":443"), ("http://", ":80")] where origin.hasPrefix(scheme) {
                let host = origin.dropFirst(scheme.count)
                return String(host.hasSuffix(port) ? host.dropLast(port.count) : host)
            }
            return origin
        }
    }

    /// An address with which anyone can make exactly this request for `lifetime` seconds.
    public func presigned(_ request: Request, at now: Date, lifetime: Int) -> String {
        let time = Self.timestamp(now)
        var signed = request
        signed.query += [
            ("X-Amz-Algorithm", "AWS4-HMAC-SHA256"), ("X-Amz-Credential", "\(accessKey)/\(scope(time))"),
            ("X-Amz-Date", time), ("X-Amz-Expires", "\(min(max(1, lifetime), Self.longestLifetime))"),
            ("X-Amz-SignedHeaders", Self.names(of: headers(of: request))),
        ]
        if let sessionToken { signed.query.append(("X-Amz-Security-Token", sessionToken)) }
        let signature = signature(of: signed, headers: headers(of: request), payload: "UNSIGNED-PAYLOAD", at: time)
        return signed.url + "&X-Amz-Signature=" + signature
    }

    /// The headers with which the request is sent: those that it has, and the signature. `payload` is the hexadecimal
    /// SHA-256 of its body.
    public func headers(
        for request: Request, payload: String, at now: Date
    ) -> [(name: String, value: String)] {
        let time = Self.timestamp(now)
        var signed = request
        signed.headers += [("x-amz-content-sha256", payload), ("x-amz-date", time)]
        if let sessionToken { signed.headers.append(("x-amz-security-token", sessionToken)) }
        let all = headers(of: signed)
        let signature = signature(of: signed, headers: all, payload: payload, at: time)
        let authorization =
            "AWS4-HMAC-SHA256 Credential=\(accessKey)/\(scope(time)), SignedHeaders=\(Self.names(of: all)), "
            + "Signature=\(signature)"
        return signed.headers + [("Authorization", authorization)]
    }

    private func signature(
        of request: Request, headers: [(name: String, value: String)], payload: String, at time: String
    ) -> String {
        let canonical = [
            request.method, Self.encoded(path: request.path), Self.encoded(request.query),
            headers.map { "\($0.name):\($0.value)\n" }.joined(), Self.names(of: headers), payload,
        ].joined(separator: "\n")
        let text = ["AWS4-HMAC-SHA256", time, scope(time), Text.hex(SHA256.hash(canonical))].joined(separator: "\n")
        var key = Array("AWS4\(secretKey)".utf8)
        for part in [String(time.prefix(8)), region, "s3", "aws4_request"] { key = HMAC256.sign(part, key: key) }
        return Text.hex(HMAC256.sign(text, key: key))
    }

    private func scope(_ time: String) -> String { "\(time.prefix(8))/\(region)/s3/aws4_request" }

    /// In the form and order in which they are signed.
    private func headers(of request: Request) -> [(name: String, value: String)] {
        (request.headers + [("host", request.host)])
            .map { (name: $0.name.lowercased(), value: $0.value.split(separator: " ").joined(separator: " ")) }
            .sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    }

    private static func names(of headers: [(name: String, value: String)]) -> String {
        headers.map(\.name).joined(separator: ";")
    }

    /// S3 encodes each part of a path once and leaves slashes and dots as they are.
    fileprivate static func encoded(path: String) -> String {
        path.split(separator: "/", omittingEmptySubsequences: false).map { Text.percentEncode($0) }
            .joined(separator: "/")
    }

    fileprivate static func encoded(_ query: [(name: String, value: String)]) -> String {
        query.map { (name: Text.percentEncode($0.name), value: Text.percentEncode($0.value)) }
            .sorted {
                $0.name == $1.name
                    ? $0.value.utf8.lexicographicallyPrecedes($1.value.utf8)
                    : $0.name.utf8.lexicographicallyPrecedes($1.name.utf8)
            }
            .map { "\($0.name)=\($0.value)" }.joined(separator: "&")
    }

    /// `20260101T000000Z`
    private static func timestamp(_ date: Date) -> String {
        let whole = Date(timeIntervalSince1970: date.timeIntervalSince1970.rounded(.down))
        return String(whole.rfc3339.prefix(19).filter { $0 != "-" && $0 != ":" }) + "Z"
    }
}
