package import Configuration
internal import Text

/// How a program reaches the database.
package struct DatabaseSettings: SettingGroup {
    package static let title = "Database"

    package let url = Setting(
        required: "DATABASE_URL", .text("libpq URI or conninfo"), secret: true,
        "The database, as the role of this process: dailies_web for hosts, dailies_jobs for jobs.")
    package let migrationURL = Setting(
        optional: "MIGRATION_DATABASE_URL", .text("libpq URI or conninfo"), secret: true, aliases: ["DIRECT_URL"],
        "The database as its owner, for `dailies migrate`; DATABASE_URL when empty.")
    package let connections = Setting(
        "DATABASE_CONNECTIONS", default: 16, in: 1...1_000, unit: "connections",
        "The most connections that one process opens.")
    package let usesPreparedStatements = Setting(
        "PREPARED_STATEMENTS", default: true,
        "Whether statements are prepared once per connection; false behind a transaction-pooling PgBouncer.")
    package let statementTimeoutMilliseconds = Setting(
        "STATEMENT_TIMEOUT_MS", default: 5_000, in: 1...3_600_000, unit: "milliseconds",
        "How long one statement of a request may run.")
    package let migrationsDirectory = Setting(
        "MIGRATIONS_DIR", default: "/usr/share/dailies/migrations", .directory, "The numbered SQL files.")

    package init() {}
}

extension Settings {
    /// How this program reaches the database.
    package var database: SettingValues<DatabaseSettings> { self[DatabaseSettings.self] }
}

extension SettingValues<DatabaseSettings> {
    /// The database as its owner.
    package var ownerURL: String { self.migrationURL ?? self.url }
}
