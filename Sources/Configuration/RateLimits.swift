internal import Text

/// How often a minute each class of requests may come, by the class's name.
public struct RateLimits: Sendable, Equatable {
    /// The limits unless a setting says otherwise.
    static let standard: [(name: String, number: Int)] = [
        ("upload", 5), ("comment", 15), ("api", 60), ("read", 120), ("auth", 5), ("contact", 3),
        ("admin_sensitive", 5), ("arena_vote", 10), ("vote", 30),
    ]

    /// The standard limits, as the documentation lists them.
    static var explained: String { standard.map { "\($0.name)=\($0.number)" }.joined(separator: ", ") }

    private var numbers = Dictionary(uniqueKeysWithValues: standard)

    /// The standard limits.
    public init() {}

    /// The limit of a class; a class that nobody knows has room for nothing.
    public subscript(name: String) -> Int { numbers[name] ?? 0 }

    /// Takes an entry like `read=240`; answers what is wrong with it.
    mutating func take(_ entry: String) -> String? {
        let halves = entry.split(separator: "=", maxSplits: 1).map(\.trimmed)
        guard halves.count == 2, numbers[halves[0]] != nil, let number = Int(halves[1]),
            (1...1_000_000).contains(number)
        else {
            let names = Self.standard.map(\.name).joined(separator: ", ")
            return "each must be like read=240, with one of \(names), not \"\(entry)\""
        }
        numbers[halves[0]] = number
        return nil
    }
}
