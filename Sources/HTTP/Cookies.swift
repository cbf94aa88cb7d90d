/// The cookies that a request carries.
public struct Cookies: Sendable, Hashable {
    private let values: [String: String]

    /// Reads `Cookie` header values. Of equal names the first counts: browsers send the most specific one first.
    public init(_ headers: [String] = []) {
        var values: [String: String] = [:]
        for pair in headers.flatMap({ $0.split(separator: ";") }) {
            let halves = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard halves.count == 2 else { continue }
            let name = Cookies.trimmed(halves[0])
            if values[name] == nil {
                values[name] = Cookies.trimmed(halves[1])
            }
        }
        self.values = values
    }

    /// The value of a cookie.
    public subscript(_ name: String) -> String? { values[name] }

    private static func trimmed(_ text: Substring) -> String {
        let inner = text.drop { $0 == " " || $0 == "\t" }
        guard let last = inner.lastIndex(where: { $0 != " " && $0 != "\t" }) else { return "" }
        let value = inner[...last]
        return value.count >= 2 && value.first == "\"" && value.last == "\""
            ? String(value.dropFirst().dropLast()) : String(value)
    }
}

/// A cookie to be set. HttpOnly and SameSite=Lax unless told otherwise; the path is always the whole site.
public struct SetCookie: Sendable, Hashable {
    /// Which requests from other sites carry the cookie.
    public enum SameSite: String, Sendable {
        /// Only top-level navigation.
        case lax = "Lax"
        /// None.
        case strict = "Strict"
    }

    let name: String
    let value: String
    let maxAge: Int?
    let isSecure: Bool
    let isHTTPOnly: Bool
    let sameSite: SameSite

    /// A cookie that lasts for seconds, or for the browser's session when nil; zero removes it.
    public init(
        _ name: String, _ value: String, maxAge: Int?, isSecure: Bool, isHTTPOnly: Bool = true,
        sameSite: SameSite = .lax
    ) {
        self.name = name
        self.value = value
        self.maxAge = maxAge
        self.isSecure = isSecure
        self.isHTTPOnly = isHTTPOnly
        self.sameSite = sameSite
    }

    /// The value of the `Set-Cookie` header.
    public var header: String {
        var parts = ["\(name)=\(value)", "Path=/"]
        if let maxAge { parts.append("Max-Age=\(maxAge)") }
        if isSecure { parts.append("Secure") }
        if isHTTPOnly { parts.append("HttpOnly") }
        parts.append("SameSite=\(sameSite.rawValue)")
        return parts.joined(separator: "; ")
    }
}
