internal import FoundationEssentials
internal import Platform
public import Text

extension ValueFormat where Value == String {
    /// An http or https address, without a slash at the end.
    public static func url(like example: String) -> Self {
        ValueFormat("URL") { text throws(FormatFault) in
            try WebAddress(text, like: example).withoutSlash
        }
    }

    /// An address to which secrets are sent: https, unless it is on this machine. A slash at its end is part of it.
    public static func secureURL(like example: String) -> Self {
        ValueFormat("URL") { text throws(FormatFault) in
            try WebAddress(text, like: example).requireSecure()
            return text
        }
    }

    /// The scheme, host and port of a site: https, unless it is on this machine.
    public static var siteURL: Self {
        ValueFormat("URL without path") { text throws(FormatFault) in
            let example = "https://example.org, without a path"
            let address = try WebAddress(text, like: example)
            guard address.path.isEmpty || address.path == "/" else {
                throw FormatFault("must be like \(example)", not: text)
            }
            try address.requireSecure()
            return address.withoutSlash
        }
    }

    /// The origin of a web page: a scheme, a host and a port unless it is the usual one.
    public static var origin: Self {
        ValueFormat("origin") { text throws(FormatFault) in
            let origin = text.hasSuffix("/") ? String(text.dropLast()) : text
            guard let address = try? WebAddress(origin, like: ""), address.path.isEmpty else {
                throw FormatFault("each must be like https://example.org", not: text)
            }
            return origin
        }
    }
}

extension ValueFormat where Value == [UInt8] {
    /// The bytes of a key, at least so many that it cannot be guessed.
    public static func key(atLeast length: Int) -> Self {
        ValueFormat("at least \(length) bytes") { text throws(FormatFault) in
            let bytes = Array(text.utf8)
            guard bytes.count >= length else {
                throw FormatFault("must have at least \(length) bytes, and has \(bytes.count)")
            }
            return bytes
        }
    }
}

/// An http or https address without user, query and fragment.
private struct WebAddress {
    let text: String
    let scheme: String
    let host: String
    let path: String

    init(_ text: String, like example: String) throws(FormatFault) {
        guard let parts = URLComponents(string: text), let scheme = parts.scheme, ["http", "https"].contains(scheme),
            let host = parts.host, !host.isEmpty, parts.user == nil, parts.query == nil, parts.fragment == nil
        else { throw FormatFault("must be like \(example)", not: text) }
        self.text = text
        self.scheme = scheme
        self.host = host
        path = parts.path
    }

    var withoutSlash: String { text.hasSuffix("/") ? String(text.dropLast()) : text }

    func requireSecure() throws(FormatFault) {
        guard scheme == "https" || NetworkAddress.isLoopback(host: host) else {
            throw FormatFault("must be https; plain http is for loopback addresses only")
        }
    }
}
