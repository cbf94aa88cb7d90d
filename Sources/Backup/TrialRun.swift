internal import Disk
internal import FoundationEssentials
internal import Platform
internal import Postgres
internal import Storage
internal import Text

/// Restores a backup into a scratch database, compares it and drops it again; the site is not touched.
package struct TrialRun: Sendable {
    /// What was found.
    package struct Report: Sendable {
        /// What was tried.
        package let manifest: BackupManifest
        /// Rows that were restored.
        package let rows: Int
        /// Files that were read and had their checksums.
        package let files: Int
    }

    private static let prefix = "dailies_trial_"
    private let site: BackupSite
    private let target: BackupTarget
    private let backup: String?
    private let jobs: Int
    private let progress: @Sendable (String) -> Void

    /// A trial of one backup, or of the newest.
    package init(
        _ site: BackupSite, from target: BackupTarget, backup: String?, jobs: Int,
        progress: @escaping @Sendable (String) -> Void
    ) {
        self.site = site
        self.target = target
        self.backup = backup
        self.jobs = jobs
        self.progress = progress
    }

    /// Throws what is wrong with the backup.
    package func run() throws -> Report {
        let work = try site.workspace()
        defer { try? Files.removeTree(work) }
        let opened = try OpenedBackup(target, backup, work: work)
        let manifest = opened.manifest
        let files = try FileList(manifest, from: opened.vault)
        let dump = try opened.dump(work: work)
        progress("the dump is complete and unchanged")
        try checkFiles(files, opened)

        let database = site.database()
        defer { database.close() }
        let version: String = try database.one("select split_part(current_setting('server_version'), ' ', 1)")
        let programs = try PostgresPrograms(
            major: Int(version.prefix { $0.isNumber }) ?? 0, parameters: site.parameters)
        try dropLeftOver(database)
        let name = Self.prefix + UUID().uuidString.lowercased().prefix(8)
        do { try database.execute("create database \(identifier: name) template template0") } catch {
            throw BackupFault(
                "The scratch database could not be made (\(error.firstLine)): a superuser must run "
                    + "alter role \(site.parameters.values["user"] ?? "dailies_owner") createdb.")
        }
        defer { _ = try? database.execute("drop database if exists \(identifier: name) with (force)") }
        try programs.restore(dump, database: name, jobs: jobs)
        progress("the dump is restored")
        try compare(manifest, files, in: name)
        return Report(
            manifest: manifest, rows: manifest.tables.map(\.rows).reduce(0, +), files: files.files.count)
    }

    private func checkFiles(_ files: FileList, _ opened: OpenedBackup) throws {
        let said = SaidAt(progress)
        var wanted = files.files.map { (name: "media/" + $0.key, digest: $0.value) }
        for (name, part) in opened.manifest.parts where name.hasPrefix("incoming/") {
            wanted.append(("backups/\(opened.manifest.name)/\(name)", part.digest))
        }
        try Workers.run(jobs, wanted) { file in
            try opened.vault.get(file.name, expecting: file.digest)
            said.step("files checked")
        }
    }

    private func compare(_ manifest: BackupManifest, _ files: FileList, in name: String) throws {
        let scratch = site.database(named: name)
        defer { scratch.close() }
        try scratch.withConnection { connection in
            let hashes = manifest.tables.contains { $0.digest != nil }
            let found = try TableCounts.of(connection, hashes: hashes)
            if let difference = TableCounts.difference(found, from: manifest.tables) {
                throw BackupFault("The trial's database differs from the backup: \(difference).")
            }
            let known = Set(manifest.media.missing)
            let lacking = try NamedMedia(connection).keys.filter { files.files[$0] == nil && !known.contains($0) }
            if let first = lacking.sorted().first {
                throw BackupFault("The backup lacks \(lacking.count) files that its rows name, the first is \(first).")
            }
        }
    }

    /// What a killed trial left. It is in use only while its restore runs.
    private func dropLeftOver(_ database: Database) throws {
        let names: [String] = try database.query(
            """
            select datname::text
            from pg_database
            where datname like \(LikePattern.beginning(with: Self.prefix))
                and pg_has_role(datdba, 'usage')
                and not exists (select from pg_stat_activity where pg_stat_activity.datname = pg_database.datname)
            """)
        for name in names { try database.execute("drop database if exists \(identifier: name)") }
    }
}
