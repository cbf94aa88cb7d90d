internal import Configuration
internal import Postgres

/// Where the operator's commands find the database.
extension Settings {
    /// As the role of DATABASE_URL; one connection, and statements take as long as they need.
    func openDatabase() -> Database {
        Self.open(database.connectionURL, prepares: database.preparesStatements)
    }

    /// As the owner of the schema, past a pooler if there is one.
    func openAsOwner() -> Database {
        Self.open(database.ownerURL, prepares: database.preparesStatements || database.migrationURL != nil)
    }

    private static func open(_ url: String, prepares: Bool) -> Database {
        var options = DatabaseOptions(connectionString: url, applicationName: "dailies")
        options.maximumConnections = 2
        options.preparedStatements = prepares
        options.statementTimeout = .zero
        return Database(options)
    }
}
