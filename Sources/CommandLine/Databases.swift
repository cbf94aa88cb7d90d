internal import Configuration
internal import Postgres

/// Where the operator's commands find the database.
extension Settings {
    /// As the role of DATABASE_URL; one connection, and statements take as long as they need.
    func openDatabase() -> Database { Self.open(database.connectionURL) }

    /// As the owner of the schema.
    func openAsOwner() -> Database { Self.open(database.ownerURL) }

    private static func open(_ url: String) -> Database {
        var options = DatabaseOptions(connectionString: url, applicationName: "dailies")
        options.maximumConnections = 2
        options.statementTimeout = .zero
        return Database(options)
    }
}
