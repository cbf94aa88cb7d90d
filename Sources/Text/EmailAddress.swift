/// An e-mail address that headers, envelopes and the database can contain as it is.
///
/// Only the plain form of RFC 5321 is taken: no quoted names, no comments, no address literals. Nothing that could end a
/// header or an SMTP command has a place in it.
public struct EmailAddress: Sendable, Hashable, CustomStringConvertible {
    /// `name@example.org`, in lower case: no provider of today tells `Ida@` from `ida@`.
    public let text: String
    /// The part after the @.
    public let domain: String

    /// Reads an address; blanks around it are dropped. Nil for anything that is not one.
    public init?(_ text: some StringProtocol) {
        let address = String(text).trimmed.lowercased()
        let halves = address.split(separator: "@", omittingEmptySubsequences: false)
        guard address.utf8.count <= 254, halves.count == 2, Self.isName(halves[0]), Self.isDomain(halves[1]) else {
            return nil
        }
        self.text = address
        domain = String(halves[1])
    }

    /// The address.
    public var description: String { text }

    private static func isName(_ name: Substring) -> Bool {
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        return name.utf8.count <= 64
            && parts.allSatisfy { part in
                !part.isEmpty
                    && part.utf8.allSatisfy { isLetterOrDigit($0) || "!#$%&'*+-/=?^_`{|}~".utf8.contains($0) }
            }
    }

    private static func isDomain(_ domain: Substring) -> Bool {
        let labels = domain.split(separator: ".", omittingEmptySubsequences: false)
        return labels.allSatisfy { label in
            (1...63).contains(label.utf8.count) && !label.hasPrefix("-") && !label.hasSuffix("-")
                && label.utf8.allSatisfy { isLetterOrDigit($0) || $0 == UInt8(ascii: "-") }
        }
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x61...0x7a).contains(byte)
    }
}
