public import HTTP

/// A table as a file of comma-separated values (RFC 4180).
public struct CSV: Sendable {
    private let lines: [[String]]

    /// A table. Cells that hold anything but numbers and plain words come from `text`.
    public init(head: [String], rows: [[String]]) {
        lines = [head] + rows
    }

    /// A quoted cell. Text that a spreadsheet would run as a formula is quoted by an apostrophe.
    public static func text(_ text: String) -> String {
        let safe = ["=", "+", "-", "@", "\t", "\r"].contains { text.hasPrefix($0) } ? "'" + text : text
        return "\"" + safe.replacing("\"", with: "\"\"") + "\""
    }

    /// The file, which browsers save under a name.
    public func response(named name: String) -> Response {
        Response.content(
            Array(lines.map { $0.joined(separator: ",") + "\r\n" }.joined().utf8), type: "text/csv; charset=utf-8",
            headers: ["Content-Disposition": "attachment; filename=\"\(name)\""])
    }
}
