internal import Arguments
internal import Catalog
internal import Configuration
internal import FoundationEssentials
public import HTTP
public import Postgres

/// `dailies migrate`
enum MigrateCommand {
    static let command = Command(
        "migrate", "bring the database's schema up to date",
        details: """
            Applies the migrations that the database lacks, each in a transaction of its own, and the functions when \
            one of them has changed. It can run twice at once: the second waits for the first. MIGRATION_DATABASE_URL, \
            or DATABASE_URL when it is empty, must name the owner of the database.
            """,
        Migrate.self, run: run)

    struct Migrate: ReadsSettings, PrintsJSON {
        let status = Flag(
            "--status", "only list the files: applied, pending or changed; exit status 1 unless all are applied")
        let config = Option.config
        let json = Flag.json
    }

    private static func run(_ arguments: ArgumentValues<Migrate>) throws -> Int32 {
        let settings = try arguments.settings()
        let database = settings.openAsOwner()
        let migrator = Migrator(database: database, directory: settings.database.migrationsDirectory)
        guard !arguments.status else { return try status(of: migrator, arguments) }
        let applied = try migrator.migrate().map(\.name)
        var lines = applied.isEmpty ? ["Nothing to do."] : applied.map { "applied \($0)" }
        if applied.contains(catalogFile), let name = settings.catalog.firstDefault {
            let catalog = Catalog(
                database: database, credentials: settings.catalog.credentials, rate: settings.catalog.rate)
            lines.append(
                try catalog.makeDefault(named: name)
                    ? "The default model is \(name)." : "No offered model is called \(name): the default stays.")
        }
        try Output.answer(["applied": applied], text: lines.joined(separator: "\n"), for: arguments)
        return ExitCode.success
    }

    /// The migration that makes the catalog.
    private static let catalogFile = "0030_catalog.sql"

    private static func status(of migrator: Migrator, _ arguments: ArgumentValues<Migrate>) throws -> Int32 {
        let files = try migrator.status()
        let text = files.map { "\($0.state)  \($0.name)" }.joined(separator: "\n")
        try Output.answer(files, text: text, for: arguments)
        return files.allSatisfy { $0.state == .applied } ? ExitCode.success : ExitCode.failure
    }
}

extension MigrationStatus: Shaped {
    /// Its form in JSON.
    public static let shape = Shape<MigrationStatus>("MigrationStatus") {
        Field("name", \.name)
        Field("state", \.state.rawValue)
        Field("appliedAt", \.appliedAt)
    }
}
