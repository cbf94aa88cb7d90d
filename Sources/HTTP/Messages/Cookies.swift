/// The cookies that a request carries.
public struct Cookies: Sendable, Hashable {
    private let pairs: [Pair]

    private struct Pair: Sendable, Hashable {
        let name: String
        let value: String
    }

    /// Reads `Cookie` header values. Of equal names the first counts: browsers send the most specific one first.
    public init(_ headers: [String] = []) {
        var pairs: [Pair] = []
        for header in headers {
            let bytes = Array(header.utf8)
            var start = 0
            while start < bytes.count {
                let end = bytes[start...].firstIndex(of: UInt8(ascii: ";")) ?? bytes.count
                if let middle = bytes[start..<end].firstIndex(of: UInt8(ascii: "=")) {
                    pairs.append(
                        Pair(
                            name: Cookies.trimmed(bytes[start..<middle]),
                            value: Cookies.trimmed(bytes[(middle + 1)..<end])))
                }
                start = end + 1
            }
        }
        self.pairs = pairs
    }

    /// The value of a cookie.
    public subscript(_ name: String) -> String? { pairs.first { $0.name == name }?.value }

    private static func trimmed(_ text: ArraySlice<UInt8>) -> String {
        var text = text
        while let first = text.first, isBlank(first) { text = text.dropFirst() }
        while let last = text.last, isBlank(last) { text = text.dropLast() }
        if text.count >= 2, text.first == UInt8(ascii: "\""), text.last == UInt8(ascii: "\"") {
            text = text.dropFirst().dropLast()
        }
        return String(decoding: text, as: UTF8.self)
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
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
        var text = ""
        text.reserveCapacity(128)
        text += name
        text += "="
        text += value
        text += "; Path=/"
        if let maxAge { text += "; Max-Age=\(maxAge)" }
        if isSecure { text += "; Secure" }
        if isHTTPOnly { text += "; HttpOnly" }
        text += "; SameSite="
        text += sameSite.rawValue
        return text
    }
}
