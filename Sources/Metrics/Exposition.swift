/// Figures as the text that Prometheus reads.
public struct Exposition {
    /// What kind of figure it is.
    public enum Kind: String, Sendable {
        /// It only rises, until the process ends.
        case counter
        /// It rises and falls.
        case gauge
    }

    /// The names and values that tell figures of one name apart.
    public typealias Labels = KeyValuePairs<String, String>

    private(set) var lines: [String] = []
    /// The names that have been explained.
    private var explained: Set<String> = []

    /// A page without figures.
    public init() {}

    /// The page.
    public var text: String { lines.joined(separator: "\n") + "\n" }

    /// Adds a figure. Figures of one name must follow each other; `help` counts at the first of them.
    public mutating func add(
        _ name: String, _ kind: Kind, _ help: String, _ value: Double, _ labels: Labels = [:]
    ) {
        explain(name, kind.rawValue, help)
        lines.append("\(name)\(Self.braced(labels.map { ($0.key, $0.value) })) \(Self.number(value))")
    }

    /// Adds a whole number.
    public mutating func add(_ name: String, _ kind: Kind, _ help: String, _ value: Int, _ labels: Labels = [:]) {
        add(name, kind, help, Double(value), labels)
    }

    /// Adds a figure whose labels are only known when the program runs.
    public mutating func add(
        _ name: String, _ kind: Kind, _ help: String, _ value: Double, sorted labels: [String: String]
    ) {
        explain(name, kind.rawValue, help)
        let pairs = labels.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
        lines.append("\(name)\(Self.braced(pairs)) \(Self.number(value))")
    }

    /// Adds a histogram.
    public mutating func add(_ name: String, _ help: String, _ histogram: Histogram, _ labels: Labels = [:]) {
        explain(name, "histogram", help)
        let pairs = labels.map { ($0.key, $0.value) }
        let (cumulative, count, sum) = histogram.reading()
        for (bound, number) in zip(histogram.bounds, cumulative) {
            lines.append("\(name)_bucket\(Self.braced(pairs + [("le", Self.number(bound))])) \(number)")
        }
        lines.append("\(name)_bucket\(Self.braced(pairs + [("le", "+Inf")])) \(count)")
        lines.append("\(name)_sum\(Self.braced(pairs)) \(Self.number(sum))")
        lines.append("\(name)_count\(Self.braced(pairs)) \(count)")
    }

    private mutating func explain(_ name: String, _ kind: String, _ help: String) {
        guard explained.insert(name).inserted else { return }
        lines.append("# HELP \(name) \(help.replacing("\\", with: "\\\\").replacing("\n", with: "\\n"))")
        lines.append("# TYPE \(name) \(kind)")
    }

    private static func braced(_ pairs: [(String, String)]) -> String {
        guard !pairs.isEmpty else { return "" }
        let texts = pairs.map { name, value in
            let escaped = value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
            return "\(name)=\"\(escaped)\""
        }
        return "{" + texts.joined(separator: ",") + "}"
    }

    private static func number(_ value: Double) -> String {
        value == value.rounded() && abs(value) < 1e15 ? "\(Int(value))" : "\(value)"
    }
}
