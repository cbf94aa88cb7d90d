internal import Crypto
internal import Disk
internal import FoundationEssentials
internal import Platform
internal import Postgres
package import Storage
internal import Text

/// Restores a backup. Everything is checked before anything is changed, files come before the rows that name them, and the
/// database changes in one transaction.
package struct RestoreRun: Sendable {
    /// What a restore may do.
    package struct Options: Sendable {
        /// Which backup; nil is the newest.
        package var backup: String?
        /// Takes the place of what the database holds.
        package var replaces = false
        /// Takes a backup of an older schema and migrates it.
        package var migrates = false
        /// Files at a time.
        package var jobs = 2

        /// The usual.
        package init() {}
    }

    /// What a restore did.
    package struct Report: Sendable {
        /// What was restored.
        package let manifest: BackupManifest
        /// Files that were not there before.
        package let copied: Int
        /// Migrations that were applied afterwards.
        package let migrated: [String]
    }

    let site: BackupSite
    let media: any ObjectStore
    let mediaDirectory: String
    let postgresDirectory: String?
    let target: BackupTarget
    let options: Options
    let progress: @Sendable (String) -> Void

    /// A restore into a site's database and storage.
    package init(
        into media: any ObjectStore, mediaDirectory: String, postgresDirectory: String?, _ site: BackupSite,
        from target: BackupTarget, options: Options, progress: @escaping @Sendable (String) -> Void
    ) {
        self.media = media
        self.mediaDirectory = mediaDirectory
        self.postgresDirectory = postgresDirectory
        self.site = site
        self.target = target
        self.options = options
        self.progress = progress
    }

    /// Restores.
    package func run() throws -> Report {
        let work = try site.workspace()
        defer { try? Files.removeTree(work) }
        let opened = try OpenedBackup(target, options.backup, work: work)
        let (manifest, vault) = (opened.manifest, opened.vault)
        let isOlder = try Schema(site.migrationsDirectory).compare(manifest, migrates: options.migrates)

        let database = site.database()
        defer { database.close() }
        let programs = try programs(manifest, database)
        try refuseOccupied(database)
        let files = try FileList(manifest, from: vault)
        try refuseWithoutRoom(files, manifest)
        let dump = try opened.dump(work: work)
        progress("the dump is complete and unchanged")

        let placed = PlacedFiles(media)
        do {
            try restoreFiles(files, opened, placed)
            try makeRoles(manifest.roles, database)
            try programs.replace(dump)
        } catch {
            placed.takeBack()
            throw error
        }
        progress("the database is restored")
        let found = try database.withConnection { try TableCounts.of($0, hashes: false) }
        if let difference = TableCounts.difference(found, from: manifest.tables) {
            throw BackupFault("The restored database differs from the backup: \(difference).")
        }
        let migrator = Migrator(database: database, directory: site.migrationsDirectory)
        let migrated = isOlder ? try migrator.migrate().map(\.name) : []
        return Report(manifest: manifest, copied: placed.count, migrated: migrated)
    }

    /// The programs of the server, which must be able to read the dump.
    private func programs(_ manifest: BackupManifest, _ database: Database) throws -> PostgresPrograms {
        let version: String = try database.one("select split_part(current_setting('server_version'), ' ', 1)")
        let encoding: String = try database.one("select current_setting('server_encoding')")
        let major = Int(version.prefix { $0.isNumber }) ?? 0
        guard major >= manifest.postgresMajor else {
            throw BackupFault(
                "The backup is of Postgres \(manifest.postgres), and the server is \(version): use Postgres "
                    + "\(manifest.postgresMajor) or later.")
        }
        guard encoding == manifest.encoding else {
            throw BackupFault("The database is encoded in \(encoding), and the backup in \(manifest.encoding).")
        }
        return try PostgresPrograms(major: major, parameters: site.parameters)
    }

    private func refuseOccupied(_ database: Database) throws {
        let tables: Int = try database.one(
            "select count(*) from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')")
        guard tables == 0 || options.replaces else {
            throw BackupFault("The database is not empty: --replace deletes what is in it.")
        }
        let others: [String] = try database.query(
            """
            select coalesce(nullif(application_name, ''), usename::text, 'a client')
            from pg_stat_activity
            where datname = current_database() and pid <> pg_backend_pid()
                -- Postgres hides the type of others' sessions.
                and coalesce(backend_type, 'client backend') = 'client backend'
                and application_name is distinct from 'dailies backup'
            order by 1
            """)
        guard others.isEmpty else {
            throw BackupFault(
                "The database is in use by \(Set(others).sorted().joined(separator: ", ")): stop the site first "
                    + "(systemctl stop dailies.target).")
        }
    }

    private func refuseWithoutRoom(_ files: FileList, _ manifest: BackupManifest) throws {
        // What is there already needs no room; which files that are is known for a directory only.
        let wanted = files.files.filter { media.file(of: $0.key).flatMap(Files.size) != $0.value.size }
        let bytes = media.kind == .local ? wanted.values.map(\.size).reduce(0, +) : 0
        let places = [
            ("the files", mediaDirectory, bytes),
            (
                "the database", site.parameters.isLocal ? PostgresDisk.directory(postgresDirectory) : nil,
                manifest.databaseBytes
            ),
        ].compactMap { what, path, bytes in path.map { (what, $0, bytes) } }
        for (what, path, bytes) in places {
            guard let space = Files.space(path) else { continue }
            // Both may be on one disk.
            let sum = places.filter { Files.space($0.1)?.device == space.device }.map(\.2).reduce(0, +)
            guard space.free >= sum else {
                throw BackupFault(
                    "There is not enough room for \(what): \(sum / 1_000_000) MB are needed, and \(space.free / 1_000_000) MB "
                        + "are free in \(path) (\(bytes / 1_000_000) MB for \(what)).")
            }
        }
    }

    private func restoreFiles(_ files: FileList, _ opened: OpenedBackup, _ placed: PlacedFiles) throws {
        let work = try site.workspace()
        defer { try? Files.removeTree(work) }
        var wanted = files.files.map { (name: $0.key, from: "media/" + $0.key, digest: $0.value) }
        for (name, part) in opened.manifest.parts where name.hasPrefix("incoming/") {
            wanted.append((name, "backups/\(opened.manifest.name)/\(name)", part.digest))
        }
        let said = SaidAt(progress)
        try Workers.run(options.jobs, wanted.sorted { $0.name < $1.name }) { file in
            defer { said.step("files restored") }
            if let path = media.file(of: file.name), Files.size(path) == file.digest.size,
                try FilePiece(wholeOf: path).sha256() == file.digest
            {
                // The backup must be whole all the same.
                return try opened.vault.get(file.from, expecting: file.digest)
            }
            let path = work + "/" + UUID().uuidString
            defer { try? Files.remove(path) }
            let copy = try OutputFile(path, mode: 0o644)
            try opened.vault.get(file.from, expecting: file.digest) { try copy.write($0) }
            try placed.put(path, file.digest.size, as: file.name)
        }
    }

    /// The dump gives rights to roles, which belong to the server and not to a database.
    private func makeRoles(_ roles: [String], _ database: Database) throws {
        for role in roles {
            let isThere: Bool = try database.one("select exists (select from pg_roles where rolname = \(role))")
            if isThere { continue }
            do { try database.execute("create role \(identifier: role) login") } catch {
                throw BackupFault("The role \(role) is missing, and could not be made: \(error.firstLine)")
            }
        }
    }
}

/// Files that a restore has put where nothing was, so that it can take them back.
final class PlacedFiles: Sendable {
    private let media: any ObjectStore
    private let names = Monitor<[String]>([])

    init(_ media: any ObjectStore) { self.media = media }

    var count: Int { names.update { $0.count } }

    func put(_ path: String, _ count: Int, as name: String) throws {
        let isNew = media.file(of: name) == nil
        try storing { () throws(StorageFault) in try media.put(FilePiece(path, count: count), as: name) }
        if isNew { names.update { $0.append(name) } }
    }

    func takeBack() {
        for name in names.update({ $0 }) { try? media.delete(name) }
    }
}
