internal import HTTP

/// The result of one check of `dailies doctor`.
struct Finding: Shaped, Equatable {
    /// How much it matters.
    enum Weight: String, Sendable {
        /// All is well.
        case good
        /// It may be meant so, and somebody should look at it.
        case warning
        /// Something does not work, or will not.
        case bad
    }

    let check: String
    let weight: Weight
    let detail: String
    let remedy: String
    var file: String?
    var line: Int?

    var isGood: Bool { weight != .bad }

    static let shape = Shape<Finding>("Finding") {
        Field("check", \.check)
        Field("isGood", \.isGood)
        Field("weight", { $0.weight.rawValue }, .choice(["good", "warning", "bad"]))
        Field("detail", \.detail)
        Field("remedy", \.remedy, "How to fix it; empty when all is well.")
        Field("file", \.file, "The file to look at.")
        Field("line", \.line, "The line of it.")
    }

    static func good(_ check: String, _ detail: String) -> Finding {
        Finding(check: check, weight: .good, detail: detail, remedy: "")
    }

    static func warning(_ check: String, _ detail: String, fix remedy: String, file: String? = nil, line: Int? = nil)
        -> Finding
    {
        Finding(check: check, weight: .warning, detail: detail, remedy: remedy, file: file, line: line)
    }

    static func bad(_ check: String, _ detail: String, fix remedy: String, file: String? = nil, line: Int? = nil)
        -> Finding
    {
        Finding(check: check, weight: .bad, detail: detail, remedy: remedy, file: file, line: line)
    }

    /// The finding for people.
    var text: String {
        let head = ["good": "good  ", "warning": "NOTE  ", "bad": "BAD   "][weight.rawValue] ?? ""
        let place = file.map { file in "\n      in \(file)" + (line.map { " line \($0)" } ?? "") } ?? ""
        return head + "\(check): \(detail)" + place + (remedy.isEmpty ? "" : "\n      → \(remedy)")
    }
}
