internal import FoundationEssentials
internal import Postgres
internal import Synchronization

/// The migrated databases that test databases are cloned from: one per cluster and state of the migrations.
enum Template {
    private static let made = Mutex<[String: String]>([:])

    /// The template's name, made first if it is not there.
    static func name(in cluster: TestCluster) throws -> String {
        // The lock is held while the template is made: every test waits for it, and none makes a second one.
        try made.withLock { made in
            if let name = made[cluster.socketDirectory] { return name }
            let name = try make(in: cluster)
            made[cluster.socketDirectory] = name
            return name
        }
    }

    private static func make(in cluster: TestCluster) throws -> String {
        let administrator = try cluster.administrator()
        defer { administrator.close() }
        let name = "template_\(try fingerprint(administrator))"
        try administrator.withConnection { connection in
            // Another test process may be at it; a session lock ends with the session in any case.
            try connection.execute("select pg_advisory_lock(4711202612)")
            defer { _ = try? connection.execute("select pg_advisory_unlock(4711202612)") }
            if try connection.one("select exists (select from pg_database where datname = \(name))") { return }
            try prepare(connection)
            try fill(cluster)
            try connection.execute("alter database template_in_making rename to \(identifier: name)")
        }
        return name
    }

    private static func prepare(_ connection: Connection) throws {
        try connection.execute("drop database if exists template_in_making with (force)")
        try makeOwner(connection)
        try connection.execute("create database template_in_making owner dailies_owner")
    }

    /// Roles belong to the cluster. Several tests may find at once that there is none yet.
    static func makeOwner(_ connection: Connection) throws {
        if try connection.one("select exists (select from pg_roles where rolname = 'dailies_owner')") { return }
        do throws(DatabaseError) {
            try connection.execute("create role dailies_owner login createrole")
        } catch {
            guard ["42710", "23505"].contains(error.sqlstate) else { throw error }
        }
    }

    private static func fill(_ cluster: TestCluster) throws {
        let owner = Database(try cluster.options(database: "template_in_making", role: "dailies_owner"))
        defer { owner.close() }
        try Migrator(database: owner, directory: migrations).migrate()
        try owner.withConnection { try $0.script(clock) }
    }

    /// A template is made anew when a migration or the test clock changes.
    private static func fingerprint(_ database: Database) throws -> String {
        let folder = URL(fileURLWithPath: migrations)
        let names = try FileManager.default.subpathsOfDirectory(atPath: migrations).filter { $0.hasSuffix(".sql") }
        let texts = try names.sorted().map { name in
            "\(name)\n" + String(decoding: try Data(contentsOf: folder.appending(path: name)), as: UTF8.self)
        }
        return try database.one("select md5(array_to_string(\(texts + [clock]), ''))")
    }

    private static let migrations = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appending(path: "migrations").path

    /// Tests move the time by replacing the one function that tells it; production has no such table.
    private static let clock = """
        create table test_clock (
            ahead interval not null
        );
        insert into test_clock (ahead) values ('0');
        grant select on test_clock to public;
        create or replace function dailies_now()
        returns timestamptz
        language sql
        stable
        as $$
            select statement_timestamp() + ahead from public.test_clock;
        $$;
        """
}
