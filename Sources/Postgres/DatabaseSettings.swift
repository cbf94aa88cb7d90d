package import Configuration
internal import Text

/// How a program reaches the database.
package struct DatabaseSettings: SettingGroup {
    package static let title = "Database"

    package let url = Setting(
        required: "DATABASE_URL", .text("libpq URI or conninfo"), secret: true,
        "The database, as the role of this process: dailies_jobs for jobs and the operator's tool, dailies_web for hosts."
    )
    package let hostURL = Setting(
        optional: "HOST_DATABASE_URL", .text("libpq URI or conninfo"), secret: true,
        "The database as dailies_web, for hosts, so that all processes can read one file; DATABASE_URL when empty.")
    package let migrationURL = Setting(
        optional: "MIGRATION_DATABASE_URL", .text("libpq URI or conninfo"), secret: true, aliases: ["DIRECT_URL"],
        "The database as its owner, for `dailies migrate`; DATABASE_URL when empty.")
    package let listenURL = Setting(
        optional: "LISTEN_DATABASE_URL", .text("libpq URI or conninfo"), secret: true,
        "The primary without a pooler in between, as the role of DATABASE_URL: notifications are received there. DATABASE_URL when empty."
    )
    package let replicaURL = Setting(
        optional: "REPLICA_DATABASE_URL", .text("libpq URI or conninfo"), secret: true,
        "A standby, as dailies_web and without a pooler: hosts read there what is the same for all. None when empty.")
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

    /// The database as the role of hosts, as libpq understands it.
    package var hostConnectionURL: String { DatabaseURL(self.hostURL ?? self.url).text }

    /// The database as its owner, as libpq understands it.
    package var ownerURL: String { DatabaseURL(self.migrationURL ?? self.url).text }

    /// Whether there is no address but that of a pooler by transactions.
    package var isOnlyPooled: Bool { DatabaseURL(self.migrationURL ?? self.url).isPooled }

    /// The database without a pooler, where notifications arrive; nil when there is no pooler.
    package var listeningURL: String? { self.listenURL.map { DatabaseURL($0).text } }

    /// A standby to read from, as libpq understands it; nil when there is none.
    package var replicaConnectionURL: String? { self.replicaURL.map { DatabaseURL($0).text } }

    /// Whether statements are prepared once per connection.
    package var preparesStatements: Bool {
        self.usesPreparedStatements && ![self.url, self.hostURL ?? ""].contains { DatabaseURL($0).isPooled }
    }

    /// What was taken out of the addresses, in sentences.
    package var notices: [String] {
        let removed = Set(
            [self.url, self.hostURL, self.migrationURL, self.listenURL, self.replicaURL].compactMap(\.self).flatMap {
                DatabaseURL($0).removed
            })
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
