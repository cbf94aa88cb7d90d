internal import FoundationEssentials
internal import Platform
package import Postgres
internal import Text

/// The database of a site, where its schema is described, and where working files may be.
package struct BackupSite: Sendable {
    /// Any number will do, as long as every version of this program uses the same.
    static let lock = Int64(4_711_202_640)

    let url: String
    let parameters: ConnectionParameters
    let migrationsDirectory: String
    let workDirectory: String

    /// A site whose database is reached as its owner at `url`, past any pooler.
    package init(ownerURL url: String, migrationsDirectory: String, workDirectory: String) throws {
        self.url = url
        parameters = try ConnectionParameters(url)
        self.migrationsDirectory = migrationsDirectory
        self.workDirectory = workDirectory
    }

    /// A few connections that may take as long as they need.
    package func database(named name: String? = nil) -> Database {
        let address = name.map { parameters.text(database: $0) } ?? url
        var options = DatabaseOptions(connectionString: address, applicationName: "dailies backup")
        options.maximumConnections = 2
        options.statementTimeout = .zero
        options.idleInTransactionTimeout = .zero
        return Database(options)
    }

    /// A new directory for working files, which others cannot read.
    func workspace() throws -> String {
        // What a killed run left; none takes days.
        let old = Int(Date().timeIntervalSince1970) - 7 * 86_400
        for entry in (try? Files.list(workDirectory)) ?? [] where entry.modified < old {
            let path = workDirectory + "/" + entry.name
            if entry.name.hasPrefix("work-") { try? Files.removeTree(path) }
            if entry.name.hasPrefix("object-") { try? Files.remove(path) }
        }
        let path = workDirectory + "/work-" + UUID().uuidString.lowercased()
        do { try Files.makeDirectory(path, mode: 0o700) } catch {
            throw BackupFault("BACKUP_WORK_DIR cannot be used: \(error)")
        }
        return path
    }
}
