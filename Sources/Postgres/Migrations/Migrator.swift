public import FoundationEssentials

/// Brings the schema of a database to the state that a directory of SQL files describes.
///
/// `NNNN_name.sql` files are applied once, in order, each in a transaction of its own; a file that was applied must
/// never change again. `functions/FOLDER/NAME.sql` may change: when one did, all of them are applied again, in one
/// transaction and in the order of their paths. A function may call another of any file. What was applied is recorded in
/// `schema_migrations`.
///
/// A file of another name, or at another place below the directory, is refused if it ends in `.sql` and ignored if not.
public struct Migrator: Sendable {
    private let database: Database
    private let directory: String

    /// `database` is reached as the owner of the schema, except for `isCurrent` and `status`, which any role may ask.
    public init(database: Database, directory: String) {
        self.database = database
        self.directory = directory
    }

    /// A file that `migrate` applied.
    public struct Applied: Sendable, Equatable {
        /// The file's name, `functions/` included.
        public let name: String
        /// How long it took.
        public let duration: Duration
    }

    /// Applies what is missing and answers it. Another process that migrates at the same time is waited for.
    @discardableResult
    public func migrate() throws -> [Applied] {
        let files = try MigrationFile.all(in: directory)
        // A session lock needs a session of its own, and a migration may take as long as it needs.
        var options = database.options
        options.statementTimeout = .zero
        options.idleInTransactionTimeout = .zero
        options.applicationName += " migrate"
        let connection = try Connection(options)
        try connection.execute("select pg_advisory_lock(\(Self.lock))")
        defer { _ = try? connection.execute("select pg_advisory_unlock(\(Self.lock))") }
        try connection.script(Self.historyTable)
        let history = try History(connection, files)
        try history.refuseChanges()
        var applied: [Applied] = []
        for file in history.pendingMigrations {
            applied.append(try apply(file, history, connection))
        }
        if history.functionsChanged { applied += try applyFunctions(history, connection) }
        return applied
    }

    /// One row per file: applied, pending or changed. Files that are in the database but not in the directory, as
    /// after a newer version has migrated, are listed last.
    public func status() throws -> [MigrationStatus] {
        let files = try MigrationFile.all(in: directory)
        return try database.withConnection { connection in
            try Self.historyExists(connection)
                ? History(connection, files).status
                : files.map { MigrationStatus(name: $0.name, state: .pending, appliedAt: nil) }
        }
    }

    /// Whether the schema is at least as new as the directory; any role may ask. A newer one, which knows migrations
    /// that are not here, is accepted, so that a host of the old version may still start while the new one is rolled
    /// out.
    public func isCurrent() throws -> Bool {
        let status = try status()
        let isNewer = status.contains { $0.state == .unknown && !$0.name.contains("/") }
        return status.allSatisfy { file in
            switch file.state {
            case .applied, .unknown: true
            case .pending, .changed: isNewer && file.name.contains("/")
            }
        }
    }

    /// Whether the schema of `database` is at least as new as `directory`; any role may ask.
    public static func isCurrent(_ database: Database, directory: String) throws -> Bool {
        try Migrator(database: database, directory: directory).isCurrent()
    }

    private func apply(_ file: MigrationFile, _ history: History, _ connection: Connection) throws -> Applied {
        try connection.transaction { connection in try applyAndRecord(file, history, connection) }
    }

    /// Applies the functions twice: first without a look into their bodies, so that it does not matter which file a
    /// function that one calls is in; then again with it, so that a body that cannot work is refused by its file.
    private func applyFunctions(_ history: History, _ connection: Connection) throws -> [Applied] {
        try connection.transaction { connection in
            try connection.execute("set local check_function_bodies = off")
            for file in history.functions { try run(file, connection) }
            try connection.execute("set local check_function_bodies = on")
            return try history.functions.map { try applyAndRecord($0, history, connection) }
        }
    }

    private func applyAndRecord(
        _ file: MigrationFile, _ history: History, _ connection: Connection
    ) throws -> Applied {
        let start = ContinuousClock.now
        try run(file, connection)
        let duration = ContinuousClock.now - start
        try connection.execute(
            """
            insert into schema_migrations (name, checksum, duration)
            values (\(file.name), \(history.checksum(of: file)), \(duration))
            on conflict (name) do update
            set checksum = excluded.checksum, duration = excluded.duration, applied_at = now()
            """)
        return Applied(name: file.name, duration: duration)
    }

    private func run(_ file: MigrationFile, _ connection: Connection) throws {
        do throws(DatabaseError) {
            try connection.script(file.text)
        } catch {
            throw MigrationFault.failed(name: file.name, error: error)
        }
        guard connection.isInTransaction else { throw MigrationFault.endsTransaction(name: file.name) }
    }

    private static func historyExists(_ connection: Connection) throws(DatabaseError) -> Bool {
        try connection.one("select to_regclass('schema_migrations') is not null")
    }

    /// Any number will do, as long as every version of this program uses the same.
    private static let lock = 4_711_202_611

    private static let historyTable = """
        create table if not exists schema_migrations (
            name text primary key,
            checksum text not null,
            duration interval not null,
            applied_at timestamptz not null default now()
        );
        grant select on schema_migrations to public;
        """
}

/// What the database says of one migration file.
public struct MigrationStatus: Sendable, Equatable {
    /// The file's name, `functions/` included.
    public let name: String
    /// Whether it is applied.
    public let state: State
    /// When it was last applied.
    public let appliedAt: Date?

    /// Whether the database has the file.
    public enum State: String, Sendable {
        /// Applied as it is.
        case applied
        /// Not applied yet; for a function also: changed since.
        case pending
        /// Applied, and changed since, which no migration may be.
        case changed
        /// Applied by another version; there is no such file here.
        case unknown
    }
}

/// Why a directory of migrations cannot be applied.
public enum MigrationFault: Error, CustomStringConvertible, CustomDebugStringConvertible {
    /// There is no such directory, or a file in it cannot be read.
    case unreadable(path: String)
    /// A name that is not `NNNN_words.sql`, or a number that is there twice.
    case misnamed(name: String)
    /// An SQL file in a folder where none is looked for.
    case misplaced(name: String)
    /// A file that was applied is not what it was then.
    case changed(name: String)
    /// A file that has a number below one that was applied already.
    case outOfOrder(name: String)
    /// The server refused the file; nothing of it remains.
    case failed(name: String, error: DatabaseError)
    /// The file ends the transaction that it must run in.
    case endsTransaction(name: String)

    /// What is wrong, by the file's name.
    public var description: String {
        switch self {
        case .unreadable(let path): "cannot read \(path)"
        case .misnamed(let name): "\(name) is not named NNNN_words.sql, or its number is taken"
        case .misplaced(let name): "\(name) is neither NNNN_words.sql nor functions/FOLDER/NAME.sql"
        case .changed(let name): "\(name) was applied and has changed since; write a new migration instead"
        case .outOfOrder(let name): "\(name) comes before a migration that is applied already; give it a higher number"
        case .failed(let name, let error): "\(name) failed: \(error)"
        case .endsTransaction(let name): "\(name) contains a commit or rollback; a migration is one transaction"
        }
    }

    /// The same with all that the server said.
    public var debugDescription: String {
        if case .failed(let name, let error) = self { "\(name) failed: \(error.debugDescription)" } else { description }
    }
}
