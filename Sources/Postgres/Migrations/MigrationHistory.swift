internal import FoundationEssentials

/// A file of the migrations directory.
struct MigrationFile {
    /// `0009_votes.sql` or `functions/votes/locks.sql`.
    let name: String
    let text: String

    var isFunction: Bool { name.hasPrefix(Self.functionsDirectory) }

    private static let functionsDirectory = "functions/"

    /// The migrations by number, then the functions by path.
    static func all(in directory: String) throws(MigrationFault) -> [MigrationFile] {
        // Sorted by bytes, so that the order is the same on every machine.
        let names = try names(in: directory).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        try refuseMisnamed(names)
        let migrations = names.filter { !$0.hasPrefix(functionsDirectory) }
        let functions = names.filter { $0.hasPrefix(functionsDirectory) }
        var files: [MigrationFile] = []
        for name in migrations + functions {
            files.append(MigrationFile(name: name, text: try read("\(directory)/\(name)")))
        }
        return files
    }

    /// A file at a place where no reader looks would be missing in the database without a word.
    private static func refuseMisnamed(_ names: [String]) throws(MigrationFault) {
        var number = ""
        for name in names {
            let parts = name.split(separator: "/")
            if parts.count > 1 {
                guard parts.count == 3, parts[0] == "functions" else { throw .misplaced(name: name) }
                continue
            }
            let digits = name.prefix { $0.isASCII && $0.isNumber }
            guard digits.count == 4, digits != number, name.dropFirst(4).hasPrefix("_") else {
                throw .misnamed(name: name)
            }
            number = String(digits)
        }
    }

    /// The paths of all SQL files below `directory`. Other files, and what is hidden, are no migrations.
    private static func names(in directory: String) throws(MigrationFault) -> [String] {
        guard let names = try? FileManager.default.subpathsOfDirectory(atPath: directory) else {
            throw .unreadable(path: directory)
        }
        return names.filter { $0.hasSuffix(".sql") && !$0.hasPrefix(".") && !$0.contains("/.") }
    }

    private static func read(_ path: String) throws(MigrationFault) -> String {
        guard let data = FileManager.default.contents(atPath: path), let text = String(validating: data, as: UTF8.self)
        else { throw .unreadable(path: path) }
        return text
    }
}

/// The files beside what the database remembers of them.
struct History {
    private let files: [MigrationFile]
    private let checksums: [String: String]
    private let recorded: [Record]

    private struct Record: RowDecodable {
        let name: String
        let checksum: String
        let appliedAt: Date

        init(row: Row) throws(DatabaseError) {
            name = try row.value("name")
            checksum = try row.value("checksum")
            appliedAt = try row.value("applied_at")
        }
    }

    init(_ connection: Connection, _ files: [MigrationFile]) throws(DatabaseError) {
        self.files = files
        // Postgres hashes, so that this target needs no cryptography.
        let hashes = try connection.query(
            """
            select encode(sha256(convert_to(file.text, 'UTF8')), 'hex')
            from unnest(\(files.map(\.text))) with ordinality as file (text, position)
            order by file.position
            """, as: String.self)
        checksums = Dictionary(uniqueKeysWithValues: zip(files.map(\.name), hashes))
        recorded = try connection.query("select name, checksum, applied_at from schema_migrations order by name")
    }

    func checksum(of file: MigrationFile) -> String {
        checksums[file.name] ?? ""
    }

    var functions: [MigrationFile] { files.filter(\.isFunction) }

    var pendingMigrations: [MigrationFile] {
        files.filter { !$0.isFunction && record(of: $0) == nil }
    }

    var functionsChanged: Bool {
        functions.contains { record(of: $0)?.checksum != checksum(of: $0) }
    }

    /// Throws when an applied migration is another today, or a new one would slip in before an applied one.
    func refuseChanges() throws(MigrationFault) {
        let last = recorded.filter { !$0.name.contains("/") }.map(\.name).max() ?? ""
        for file in files where !file.isFunction {
            if let record = record(of: file) {
                if record.checksum != checksum(of: file) { throw .changed(name: file.name) }
            } else if file.name < last {
                throw .outOfOrder(name: file.name)
            }
        }
    }

    var status: [MigrationStatus] {
        let known = files.map { file in
            let record = record(of: file)
            return MigrationStatus(name: file.name, state: state(of: file, record), appliedAt: record?.appliedAt)
        }
        let unknown = recorded.filter { checksums[$0.name] == nil }.map { record in
            MigrationStatus(name: record.name, state: .unknown, appliedAt: record.appliedAt)
        }
        return known + unknown
    }

    private func state(of file: MigrationFile, _ record: Record?) -> MigrationStatus.State {
        guard let record else { return .pending }
        if record.checksum == checksum(of: file) { return .applied }
        return file.isFunction ? .pending : .changed
    }

    private func record(of file: MigrationFile) -> Record? {
        recorded.first { $0.name == file.name }
    }
}
