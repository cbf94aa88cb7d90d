internal import Catalog
public import FoundationEssentials
internal import Generation
public import Money
internal import Postgres
public import Refusals
internal import Text

/// A file of comparisons that cannot be imported.
public enum ImportRefusal: Refusal, Equatable {
    /// It is in another encoding.
    case otherEncoding
    /// It has no line.
    case empty
    /// Its first line lacks a column, has one twice, or has one that is not known.
    case columns(String)
    /// It has more lines than can be imported at once.
    case tooManyLines
    /// Some lines are wrong, and they are not to be left out.
    case wrongLines(Int)
    /// No line is right.
    case nothingRight
    /// The same lines were imported before.
    case imported

    /// Identifies the refusal for programs.
    public var code: String {
        switch self {
        case .otherEncoding: "not_utf8"
        case .empty: "file_empty"
        case .columns: "wrong_columns"
        case .tooManyLines: "too_many_lines"
        case .wrongLines: "wrong_lines"
        case .nothingRight: "nothing_right"
        case .imported: "file_imported"
        }
    }

    /// Explains the refusal to people.
    public var sentence: String {
        switch self {
        case .otherEncoding: "The file is not in UTF-8. Save it as “CSV UTF-8”. Nothing was imported."
        case .empty: "The file is empty. Its first line must name the columns."
        case .columns(let what): "\(what) Nothing was imported."
        case .tooManyLines:
            "The file has more than \(Text.grouped(Comparisons.mostLines)) lines. Divide it. Nothing was imported."
        case .wrongLines(let count):
            "\(Text.grouped(count)) \(count == 1 ? "line is" : "lines are") wrong. Nothing was imported."
        case .nothingRight: "No line is right. Nothing was imported."
        case .imported: "These lines were imported before. Nothing was imported again."
        }
    }

    /// Says which sort of refusal it is.
    public var kind: RefusalKind {
        switch self {
        case .imported: .conflict
        default: .invalid(field: nil)
        }
    }
}

/// A line of a file, and what would become of it.
public struct ImportedLine: Sendable {
    /// Its number in the file.
    public let number: Int
    /// The title, as far as there is one.
    public let title: String
    /// What would be planned; nil when the line is wrong.
    public internal(set) var request: PlannedRequest?
    /// When it would be made; nil for at once.
    public internal(set) var dueAt: Date?
    /// The column that is wrong; nil when the line is right, or wrong as a whole.
    public internal(set) var column: String?
    /// What is wrong; nil when the line is right.
    public internal(set) var fault: String?
    /// What the admin should know though the line is right.
    public internal(set) var note: String?
    /// What its videos would reserve.
    public internal(set) var credits = 0
}

/// What would become of a file.
public struct ComparisonImport: Sendable {
    /// Its lines but the first, in order.
    public let lines: [ImportedLine]
    /// What the providers are expected to take for the right ones.
    public let expected: Money
    /// Whether the right ones are planned now.
    public internal(set) var isApplied = false

    /// How many are right.
    public var right: Int { lines.reduce(0) { $0 + ($1.fault == nil ? 1 : 0) } }
    /// How many are wrong.
    public var wrong: Int { lines.count - right }
    /// The credits of the right ones.
    public var credits: Int { lines.reduce(0) { $0 + $1.credits } }
}

extension Comparisons {
    /// Reads a file of comparisons and says what would become of each line. Nothing is changed.
    public func read(csv bytes: [UInt8], hasPremium: Bool, for admin: UUID) throws -> ComparisonImport {
        guard !CSVReader.isOtherEncoding(bytes) else { throw ImportRefusal.otherEncoding }
        let found = CSVReader.records(bytes)
        guard let head = found.first else { throw ImportRefusal.empty }
        let columns = try ImportColumns(head)
        guard found.count - 1 <= Self.mostLines else { throw ImportRefusal.tooManyLines }
        guard found.count > 1 else { throw ImportRefusal.empty }
        var reader = ImportLineReader(generations: generations, columns: columns, hasPremium: hasPremium)
        var lines = found.dropFirst().map { reader.read($0) }
        try note(same: &lines, for: admin)
        return ComparisonImport(lines: lines, expected: reader.expected)
    }

    /// Plans the comparisons of a file: all lines or none, or with `skippingWrong` all lines that are right.
    public func `import`(
        csv bytes: [UInt8], skippingWrong: Bool, hasPremium: Bool, by admin: UUID
    ) throws -> ComparisonImport {
        var found = try read(csv: bytes, hasPremium: hasPremium, for: admin)
        guard found.right > 0 else { throw ImportRefusal.nothingRight }
        guard skippingWrong || found.wrong == 0 else { throw ImportRefusal.wrongLines(found.wrong) }
        try plan(found.lines.filter { $0.fault == nil }, by: admin)
        found.isApplied = true
        return found
    }

    /// Points out prompts that were compared before.
    private func note(same lines: inout [ImportedLine], for admin: UUID) throws {
        let rows: [Row] = try database.acting(for: admin).query(
            """
            select distinct on (wanted.prompt) wanted.prompt, comparisons.title
            from unnest(\(lines.compactMap { $0.request?.prompt })) wanted (prompt)
            join comparisons on md5(lower(comparisons.prompt)) = md5(lower(wanted.prompt))
            order by wanted.prompt, comparisons.created_at desc
            """)
        var titles: [String: String] = [:]
        for row in rows { titles[try row.value("prompt")] = try row.value("title", as: String.self) }
        for index in lines.indices where lines[index].note == nil {
            guard let title = lines[index].request.flatMap({ titles[$0.prompt] }) else { continue }
            lines[index].note = "“\(title)” has the same prompt."
        }
    }
}
