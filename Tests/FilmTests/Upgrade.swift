import FoundationEssentials
import Postgres
import TestSupport

/// What a migration makes of data that the version before it has written.
enum Upgrade {
    /// Runs `body` on a database that was migrated to just before the migration `number`, took `past` in, and was then
    /// migrated to the end.
    static func run(to number: String, past: String, _ body: (TestDatabase, Database) throws -> Void) throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "migrations-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: directory) }
        let all = URL(fileURLWithPath: Repository.root + "/migrations")
        let names = try FileManager.default.contentsOfDirectory(atPath: all.path).filter { $0.hasSuffix(".sql") }
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        for name in names where name < number {
            try FileManager.default.copyItem(at: all.appending(path: name), to: directory.appending(path: name))
        }
        try TestDatabase.run(migrated: false) { test in
            let owner = test.database(as: .owner)
            try Migrator(database: owner, directory: directory.path).migrate()
            try owner.withConnection { try $0.script(past) }
            try Migrator(database: owner, directory: all.path).migrate()
            try body(test, owner)
        }
    }
}
