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
    /// The database as the role of this process, as libpq understands it.
    package var connectionURL: String { DatabaseURL(self.url).text }

    /// The database as its owner, as libpq understands it.
    package var ownerURL: String { DatabaseURL(self.migrationURL ?? self.url).text }

    /// Whether statements are prepared once per connection.
    package var preparesStatements: Bool { self.usesPreparedStatements && !DatabaseURL(self.url).isPooled }

    /// What was taken out of the addresses, in sentences.
    package var notices: [String] {
        let removed = Set([self.url, self.migrationURL].compactMap(\.self).flatMap { DatabaseURL($0).removed })
        guard !removed.isEmpty else { return [] }
        var notices = [
            "The database's address has parameters that libpq does not know, and they are left out: "
                + removed.sorted().joined(separator: ", ") + "."
        ]
        if DatabaseURL(self.url).isPooled {
            notices.append("Because of pgbouncer=true no statement is prepared, as with PREPARED_STATEMENTS=false.")
        }
        if removed.contains("connection_limit") {
            notices.append("DATABASE_CONNECTIONS (\(self.connections)) limits connections, not connection_limit.")
        }
        return notices
    }
}

/// A database's address as another system wrote it, whose client knows parameters that libpq refuses.
struct DatabaseURL {
    /// The address without them.
    let text: String
    /// Their names.
    let removed: [String]
    /// Whether a pooler by transactions is in front of the database.
    let isPooled: Bool

    private static let foreign: Set<String> = [
        "connection_limit", "pgbouncer", "pool_timeout", "schema", "socket_timeout", "sslaccept", "sslidentity",
        "statement_cache_size",
    ]

    init(_ given: String) {
        let halves = given.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        guard given.contains("://"), halves.count == 2 else {
            (text, removed, isPooled) = (given, [], false)
            return
        }
        func name(_ pair: Substring) -> String { String(pair.prefix { $0 != "=" }) }
        let pairs = halves[1].split(separator: "&")
        let kept = pairs.filter { !Self.foreign.contains(name($0)) }
        text = kept.isEmpty ? String(halves[0]) : "\(halves[0])?\(kept.joined(separator: "&"))"
        removed = pairs.map(name).filter(Self.foreign.contains)
        isPooled = pairs.contains { $0 == "pgbouncer=true" }
    }
}
