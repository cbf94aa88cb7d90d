package import Text

/// How many requests a minute each class allows, by the class's name.
public struct RateLimits: Sendable, Equatable {
    /// The limits unless a setting changes them.
    static let standard: [(name: String, number: Int)] = [
        ("upload", 5), ("comment", 15), ("api", 60), ("read", 120), ("auth", 5), ("contact", 3),
        ("admin_sensitive", 5), ("arena_vote", 10), ("vote", 30),
    ]

    /// The standard limits, as the documentation lists them.
    static var explained: String { standard.map { "\($0.name)=\($0.number)" }.joined(separator: ", ") }

    private var numbers = Dictionary(uniqueKeysWithValues: standard)

    /// The standard limits.
    public init() {}

    /// The limit of a class; 0 for a class that does not exist.
    public subscript(name: String) -> Int { numbers[name] ?? 0 }

    /// The standard limits with some changed.
    fileprivate init(changing entries: [(name: String, number: Int)]) {
        for entry in entries { numbers[entry.name] = entry.number }
    }

    /// These limits with some changed.
    public func changed(by changes: [String: Int]) -> RateLimits {
        var limits = self
        limits.numbers.merge(changes) { _, changed in changed }
        return limits
    }
}

extension ValueFormat<RateLimits> {
    /// `class=number` entries with commas between them.
    package static var rateLimits: Self {
        ValueFormat(entries.unit) { text throws(FormatFault) in RateLimits(changing: try entries.value(of: text)) }
    }

    fileprivate static var entries: ValueFormat<[(name: String, number: Int)]> {
        .list(entry, "class=number, comma-separated")
    }

    private static var entry: ValueFormat<(name: String, number: Int)> {
        ValueFormat<(name: String, number: Int)>("class=number") { text throws(FormatFault) in
            let halves = text.split(separator: "=", maxSplits: 1).map(\.trimmed)
            guard halves.count == 2, RateLimits.standard.contains(where: { $0.name == halves[0] }),
                let number = Int(halves[1]), (1...1_000_000).contains(number)
            else {
                let names = RateLimits.standard.map(\.name).joined(separator: ", ")
                throw FormatFault("each must be like read=240, with one of \(names)", not: text)
            }
            return (halves[0], number)
        }
    }
}

extension ValueFormat<[String: Int]> {
    /// The same entries, as what changes other limits.
    package static var rateLimitChanges: Self {
        let limits = ValueFormat<RateLimits>.entries
        return ValueFormat(limits.unit) { text throws(FormatFault) in
            Dictionary(try limits.value(of: text).map { ($0.name, $0.number) }) { _, last in last }
        }
    }
}
