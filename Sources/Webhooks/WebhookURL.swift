internal import HTTPClient
internal import Platform

/// Where a webhook may be sent: https to the public internet. A site that itself runs on loopback may send to loopback, with
/// http too.
public struct WebhookURL: Sendable, Equatable {
    /// The address as it was entered.
    public let text: String
    /// Whether it is on this machine, where a name needs no check after its look-up.
    let isLoopback: Bool

    /// Why an address is refused.
    public enum Fault: Error, Equatable {
        /// It is no absolute address without a name, a password and a fragment.
        case malformed
        /// It is not https.
        case notSecure
        /// Its host is an address or a name that is not public.
        case notPublic
    }

    /// Checks an address for a site. Names are looked up only when a connection is made.
    public init(_ text: String, siteURL: String) throws(Fault) {
        self.text = text
        guard let (scheme, host) = Self.parts(of: text) else { throw .malformed }
        let isSiteOnLoopback = Self.parts(of: siteURL).map { NetworkAddress.isLoopback(host: $0.host) } ?? false
        isLoopback = isSiteOnLoopback && NetworkAddress.isLoopback(host: host)
        guard scheme == "https" || isLoopback else { throw .notSecure }
        guard isLoopback || !PrivateAddress.isNamed(by: host) else { throw .notPublic }
    }

    /// The scheme and the host of an address, in lower case.
    private static func parts(of text: String) -> (scheme: String, host: String)? {
        guard text.utf8.count <= 2_000, text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f && $0 != UInt8(ascii: "\\") }),
            !text.contains("#"), let colon = text.firstIndex(of: ":")
        else { return nil }
        let scheme = text[..<colon].lowercased()
        let rest = text[text.index(after: colon)...]
        guard ["http", "https"].contains(scheme), rest.hasPrefix("//") else { return nil }
        let authority = rest.dropFirst(2).prefix { $0 != "/" && $0 != "?" }
        guard !authority.contains("@") else { return nil }
        let host: Substring
        let port: Substring
        if authority.hasPrefix("[") {
            guard let end = authority.firstIndex(of: "]") else { return nil }
            host = authority[...end]
            port = authority[authority.index(after: end)...]
            guard NetworkAddress(String(host.dropFirst().dropLast()))?.bytes.isEmpty == false else { return nil }
        } else {
            host = authority.prefix { $0 != ":" }
            port = authority[host.endIndex...]
            guard isName(host) else { return nil }
        }
        guard port.isEmpty || port.first == ":" && UInt16(port.dropFirst()).map({ $0 > 0 }) == true else { return nil }
        return (scheme, host.lowercased())
    }

    /// Whether a host is a name or an IPv4 address in its usual notation. Numbers in other notations, such as 0x7f.1, are none.
    private static func isName(_ host: Substring) -> Bool {
        let labels = host.split(separator: ".", omittingEmptySubsequences: false)
        let areSound = labels.allSatisfy { label in
            !label.isEmpty && label.utf8.count <= 63
                && label.utf8.allSatisfy { byte in
                    byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_") || (0x30...0x39).contains(byte)
                        || (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte)
                }
        }
        guard areSound, host.utf8.count <= 253, let last = labels.last else { return false }
        let isNumber = last.utf8.allSatisfy { (0x30...0x39).contains($0) } || last.lowercased().hasPrefix("0x")
        return !isNumber || NetworkAddress(String(host)) != nil
    }
}
