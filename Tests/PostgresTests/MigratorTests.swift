import FoundationEssentials
import Postgres
import TestSupport
import Testing

/// Whether a directory of SQL files becomes a schema once, whole, and only as it was written.
@Suite("Migrator", .requiresPostgres)
struct MigratorTests {
    private let first = "create table films (id int primary key);"
    private let second = "alter table films add column title text not null default '';"

    private func withFiles(_ files: [String: String], _ body: (Files, Database) throws -> Void) throws {
        try TestDatabase.run(migrated: false) { test throws in
            let directory = try Files()
            defer { directory.remove() }
            for (name, text) in files { try directory.write(name, text) }
            try body(directory, test.database(as: .owner))
        }
    }

    private func migrationFault<R>(_ body: () throws -> R) -> MigrationFault? {
        fault(of: body) as? MigrationFault
    }

    @Test("OPS-05 files are applied once, by number, and what was applied is remembered")
    func appliesOnce() throws {
        try withFiles(["0001_films.sql": first, "0002_title.sql": second, "readme.txt": "no"]) {
            files, database throws in
            let migrator = Migrator(database: database, directory: files.path)
            #expect(try migrator.status().map(\.state) == [.pending, .pending])
            #expect(try !migrator.isCurrent())
            #expect(try migrator.migrate().map(\.name) == ["0001_films.sql", "0002_title.sql"])
            #expect(try migrator.migrate() == [])
            #expect(try migrator.isCurrent())
            let status = try migrator.status()
            #expect(status.map(\.name) == ["0001_films.sql", "0002_title.sql"])
            #expect(status.allSatisfy { $0.state == .applied && $0.appliedAt != nil })
            try database.execute("insert into films (id) values (1)")
        }
    }

    @Test("a file that was applied and has changed is refused by its name, and nothing else is applied")
    func refusesChanged() throws {
        try withFiles(["0001_films.sql": first]) { files, database throws in
            let migrator = Migrator(database: database, directory: files.path)
            try migrator.migrate()
            try files.write("0001_films.sql", first + " ")
            try files.write("0002_title.sql", second)
            let fault = migrationFault { try migrator.migrate() }
            #expect(fault?.description.hasPrefix("0001_films.sql was applied and has changed") == true)
            #expect(try migrator.status().map(\.state) == [.changed, .pending])
            #expect(try !migrator.isCurrent())
            #expect(databaseError { try database.execute("select title from films") } != nil)
        }
    }

    @Test("a file that fails leaves nothing of itself, and those before it stay")
    func failingFile() throws {
        let broken = "create table half (id int); insert into half values (1); select 1 / 0;"
        try withFiles(["0001_films.sql": first, "0002_broken.sql": broken]) { files, database throws in
            let migrator = Migrator(database: database, directory: files.path)
            let fault = migrationFault { try migrator.migrate() }
            guard case .failed("0002_broken.sql", let error) = fault else {
                Issue.record("\(String(describing: fault))")
                return
            }
            #expect(error.sqlstate == "22012")
            #expect(fault?.debugDescription.contains("division by zero") == true)
            #expect(try migrator.status().map(\.state) == [.applied, .pending])
            #expect(try database.one("select to_regclass('half') is null"))
            try files.write("0002_broken.sql", "create table half (id int);")
            #expect(try migrator.migrate().map(\.name) == ["0002_broken.sql"])
        }
    }

    @Test("a file that would leave its transaction is refused")
    func refusesCommit() throws {
        try withFiles(["0001_films.sql": first + " commit;"]) { files, database throws in
            let migrator = Migrator(database: database, directory: files.path)
            guard case .endsTransaction("0001_films.sql") = migrationFault({ try migrator.migrate() }) else {
                Issue.record("a commit in a migration must be refused")
                return
            }
            #expect(try migrator.status().map(\.state) == [.pending])
        }
    }

    @Test("several hosts may migrate at once: each file is applied once")
    func concurrent() throws {
        // Without the lock the slow file would be started by both.
        let slow = first + " select pg_sleep(0.2);"
        try withFiles(["0001_films.sql": slow, "0002_title.sql": second]) { files, database throws in
            try concurrently(4) { _ in
                try Migrator(database: database, directory: files.path).migrate()
            }
            #expect(try database.one("select count(*) from schema_migrations") == 2)
            #expect(try Migrator.isCurrent(database, directory: files.path))
        }
    }

    @Test("functions are applied after the migrations, and all again when one has changed")
    func functions() throws {
        let base = "create or replace function base() returns int language sql as 'select 1';"
        let upper = "create or replace function upper() returns int language sql as 'select base() + 1';"
        let files = ["0001_films.sql": first, "functions/a/base.sql": base, "functions/b/upper.sql": upper]
        try withFiles(files) { files, database throws in
            let migrator = Migrator(database: database, directory: files.path)
            let all = ["functions/a/base.sql", "functions/b/upper.sql"]
            #expect(try migrator.migrate().map(\.name) == ["0001_films.sql"] + all)
            #expect(try migrator.migrate() == [])
            try files.write("functions/a/base.sql", base.replacing("select 1", with: "select 41"))
            #expect(try migrator.status().map(\.state) == [.applied, .pending, .applied])
            #expect(try !migrator.isCurrent())
            #expect(try migrator.migrate().map(\.name) == all)
            #expect(try database.one("select public.upper()") == 42)
            #expect(try migrator.isCurrent())
            // One that fails takes the others of the same run with it.
            try files.write("functions/a/base.sql", base.replacing("select 1", with: "select 100"))
            try files.write(
                "functions/c/broken.sql", "create function broken() returns int language sql as 'select x';")
            #expect(migrationFault { try migrator.migrate() } != nil)
            #expect(try database.one("select public.upper()") == 42)
        }
    }

    @Test("functions are applied in the order of their paths, and may call others of any file")
    func functionOrder() throws {
        func function(_ name: String, _ body: String) -> String {
            "create or replace function \(name)() returns int language sql as 'select \(body)';"
        }
        let files = [
            "functions/a_b/one.sql": function("one", "two() + 1"), "functions/a/three.sql": function("three", "40"),
            "functions/a/Two.sql": function("two", "three() + 1"),
        ]
        try withFiles(files) { files, database throws in
            let migrator = Migrator(database: database, directory: files.path)
            let paths = ["functions/a/Two.sql", "functions/a/three.sql", "functions/a_b/one.sql"]
            #expect(try migrator.migrate().map(\.name) == paths)
            #expect(try migrator.status().map(\.name) == paths)
            #expect(try database.one("select one()") == 42)
            // A body that cannot work is refused, and it is said whose.
            try files.write("functions/a/three.sql", function("three", "nothing()"))
            guard case .failed("functions/a/three.sql", let error) = migrationFault({ try migrator.migrate() }) else {
                Issue.record("a body that calls nothing must be refused")
                return
            }
            #expect(error.sqlstate == "42883")
            #expect(try database.one("select one()") == 42)
        }
    }

    @Test("an SQL file at a place where none is looked for is refused, and what is no SQL ignored")
    func misplaced() throws {
        try withFiles(["0001_films.sql": first, "functions/README.md": "no", "functions/a/.b.sql": "no"]) {
            files, database throws in
            let migrator = Migrator(database: database, directory: files.path)
            let places = [
                "functions/base.sql", "functions/a/b/base.sql", "views/base.sql", "0002_more/0002_more.sql",
            ]
            for name in places {
                try files.write(name, "select 1;")
                let fault = migrationFault { try migrator.migrate() }
                #expect(fault?.description == "\(name) is neither NNNN_words.sql nor functions/FOLDER/NAME.sql")
                try files.remove(name)
            }
            #expect(try migrator.migrate().map(\.name) == ["0001_films.sql"])
        }
    }

    @Test("names without a number, numbers used twice and numbers that come too late are refused")
    func refusesNames() throws {
        try withFiles(["0002_films.sql": first]) { files, database throws in
            let migrator = Migrator(database: database, directory: files.path)
            try migrator.migrate()
            try files.write("0001_late.sql", "select 1;")
            guard case .outOfOrder("0001_late.sql") = migrationFault({ try migrator.migrate() }) else {
                Issue.record("a lower number must be refused")
                return
            }
            try files.remove("0001_late.sql")
            for name in ["films.sql", "3_films.sql", "00003_films.sql", "0003films.sql", "0002_again.sql"] {
                try files.write(name, "select 1;")
                guard case .misnamed = migrationFault({ try migrator.migrate() }) else {
                    Issue.record("\(name) must be refused")
                    return
                }
                try files.remove(name)
            }
            guard
                case .unreadable = migrationFault({
                    try Migrator(database: database, directory: "/nonexistent").migrate()
                })
            else {
                Issue.record("a missing directory must be refused")
                return
            }
        }
    }

    @Test("a host of an older version accepts a newer schema, and the web role may ask")
    func newerSchema() throws {
        try TestDatabase.run { test throws in
            let owner = test.database(as: .owner)
            let older = try Files()
            defer { older.remove() }
            #expect(try Migrator.isCurrent(test.database(as: .web), directory: older.path))
            try older.write("9999_not_there.sql", "select 1;")
            #expect(try !Migrator.isCurrent(test.database(as: .jobs), directory: older.path))
            let fault = databaseError { try test.database(as: .web).execute("delete from schema_migrations") }
            #expect(fault?.sqlstate == "42501")
            #expect(try owner.one("select count(*) > 0 from schema_migrations"))
        }
    }

    @Test("an empty database is not a current schema for any role")
    func emptyDatabase() throws {
        try withFiles(["0001_films.sql": first]) { files, database throws in
            #expect(try !Migrator.isCurrent(database, directory: files.path))
        }
    }

    @Test("a migration may take longer than statements are given")
    func ignoresStatementTimeout() throws {
        try withFiles(["0001_slow.sql": "select pg_sleep(1);"]) { files, database throws in
            var options = database.options
            options.statementTimeout = .milliseconds(500)
            #expect(try Migrator(database: Database(options), directory: files.path).migrate().count == 1)
        }
    }
}

/// A directory of migrations of one test.
private struct Files {
    let path = "/tmp/dailies-migrations-\(UUID().uuidString.prefix(8))"

    init() throws {
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    func write(_ name: String, _ text: String) throws {
        let file = URL(fileURLWithPath: "\(path)/\(name)")
        try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try text.write(to: file, atomically: true, encoding: .utf8)
    }

    func remove(_ name: String) throws {
        try FileManager.default.removeItem(atPath: "\(path)/\(name)")
    }

    func remove() {
        try? FileManager.default.removeItem(atPath: path)
    }
}
