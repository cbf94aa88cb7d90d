internal import Text

/// Decoded `name=value` pairs of a query string.
public struct Query: Sendable, Hashable {
    /// More pairs than any page or program of ours sends.
    static let pairLimit = 200

    /// The query as it came, without the question mark.
    public let raw: String
    /// The pairs in order.
    public let pairs: [(name: String, value: String)]
    /// Whether the text was broken: bad percent escapes, not UTF-8, a NUL or too many pairs. Such a query is empty.
    public let isMalformed: Bool

    /// Reads the text after the question mark.
    public init(_ raw: String = "") {
        self.raw = raw
        var pairs: [(name: String, value: String)] = []
        for part in raw.utf8.split(separator: UInt8(ascii: "&")) {
            let halves = part.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = Query.decoded(halves[0]),
                let value = halves.count == 2 ? Query.decoded(halves[1]) : "",
                pairs.count < Query.pairLimit
            else {
                self.pairs = []
                isMalformed = true
                return
            }
            pairs.append((name, value))
        }
        self.pairs = pairs
        isMalformed = false
    }

    /// The first value of a name.
    public subscript(_ name: String) -> String? {
        pairs.first { $0.name == name }?.value
    }

    /// Every value of a name.
    public func values(_ name: String) -> [String] {
        pairs.filter { $0.name == name }.map(\.value)
    }

    /// Equal texts are equal queries.
    public static func == (left: Query, right: Query) -> Bool { left.raw == right.raw }

    /// Hashes the text.
    public func hash(into hasher: inout Hasher) { hasher.combine(raw) }

    private static func decoded(_ part: Substring.UTF8View) -> String? {
        Text.strictlyDecoded(Substring(part), plusIsSpace: true)
    }
}

extension Text {
    /// Percent decoding for what may reach Postgres as text, which cannot hold a NUL.
    static func strictlyDecoded(_ text: Substring, plusIsSpace: Bool = false) -> String? {
        guard let decoded = percentDecode(text, plusIsSpace: plusIsSpace), !decoded.utf8.contains(0) else { return nil }
        return decoded
    }
}
