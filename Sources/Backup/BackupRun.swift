internal import Crypto
internal import Disk
internal import FoundationEssentials
internal import Platform
internal import Postgres
package import Storage
internal import Synchronization
internal import Text

/// Makes a backup of the database and of the files of the storage.
///
/// The dump shows one moment. The files are listed after that moment, so all that rows of the dump name are among them, but for
/// those that somebody deletes before they are copied.
package struct BackupRun: Sendable {
    /// What a backup did.
    package struct Report: Sendable {
        /// What it holds.
        package let manifest: BackupManifest
        /// Files that were copied, because no backup before had them.
        package let copied: Int
        /// Their bytes.
        package let copiedBytes: Int
        /// Files that were deleted while the backup ran.
        package let deletedMeanwhile: Int
        /// Old backups that were removed.
        package let removed: [String]
    }

    /// What a backup may do.
    package struct Options: Sendable {
        /// Processes of pg_dump, and files at a time.
        package var jobs = 2
        /// Also hashes all rows, so that a trial compares them and not only their number.
        package var hashesRows = false
        /// How many backups stay.
        package var keep = 14

        /// The usual.
        package init() {}
    }

    private let source: any ObjectStore
    private let site: BackupSite
    private let target: BackupTarget
    private let options: Options
    private let progress: @Sendable (String) -> Void

    /// A backup of a site; `progress` gets a line now and then.
    package init(
        of source: any ObjectStore, _ site: BackupSite, to target: BackupTarget, options: Options,
        progress: @escaping @Sendable (String) -> Void
    ) {
        self.source = source
        self.site = site
        self.target = target
        self.options = options
        self.progress = progress
    }

    /// Makes it. If it ends early there is no manifest, so nothing takes it for a backup.
    package func run() throws -> Report {
        let database = site.database()
        defer { database.close() }
        return try database.withConnection { connection in
            try connection.transaction(isolation: .repeatableRead) { connection in
                guard try connection.one("select pg_try_advisory_xact_lock(\(BackupSite.lock))", as: Bool.self) else {
                    throw BackupFault("Another backup is running.")
                }
                return try run(connection)
            }
        }
    }

    private func run(_ connection: Connection) throws -> Report {
        let started = Date()
        let vault = try target.vault(makesKey: true)
        try removeUnfinished(vault.place)
        let name = Self.name(at: started)
        let work = try site.workspace()
        defer { try? Files.removeTree(work) }
        do {
            return try write(name, at: started, in: vault, work: work, connection)
        } catch {
            try? remove(name, from: vault.place)
            throw error
        }
    }

    private func write(
        _ name: String, at started: Date, in vault: Vault, work: String, _ connection: Connection
    ) throws -> Report {
        let facts = try SiteFacts(connection)
        let programs = try PostgresPrograms(major: facts.major, parameters: site.parameters)
        let snapshot: String = try connection.one("select pg_export_snapshot()")
        let known = try knownFiles(vault)

        // pg_dump writes where its files stay if nothing has to be done to them.
        let isDirect = vault.key == nil && vault.place.directory != nil
        let below = "backups/\(name)/"
        let dump = isDirect ? (vault.place.directory ?? "") + "/\(below)database" : work + "/database"
        if isDirect { try Files.makeDirectory(Files.parent(of: dump), mode: 0o700) }
        let outcome = Mutex<Result<Void, any Error>?>(nil)
        let isUnwanted = Mutex(false)
        let dumping = try BackgroundThread(named: "backup dump") {
            let result = Result {
                try programs.dump(to: dump, snapshot: snapshot, jobs: options.jobs) { isUnwanted.withLock { $0 } }
            }
            outcome.withLock { $0 = result }
        }
        let board = FileBoard(known: known, progress: progress)
        var tables: [BackupManifest.Table] = []
        var named: [String] = []
        do {
            try copyMedia(to: vault, board, work: work)
            try copyUploads(to: vault, below: below, board, work: work)
            tables = try TableCounts.of(connection, hashes: options.hashesRows)
            named = try NamedMedia(connection).keys
        } catch {
            isUnwanted.withLock { $0 = true }
            dumping.join()
            throw error
        }
        dumping.join()
        try outcome.withLock { $0 }?.get()
        progress("the database is dumped")

        var parts = board.parts
        for entry in try Files.list(dump) {
            let path = dump + "/" + entry.name
            let part =
                isDirect
                ? try FilePiece(wholeOf: path).sha256()
                : try vault.put(path, count: entry.size, as: below + "database/" + entry.name)
            parts["database/" + entry.name] = BackupManifest.Part(part)
        }
        let files = FileList(board.files)
        parts["files.txt"] = BackupManifest.Part(try vault.put(files.encoded(), as: FileList.path(name)))
        let manifest = BackupManifest(
            name: name, schema: facts.schema, migrations: facts.migrations, postgres: facts.version,
            encoding: facts.encoding, takenAt: started, finishedAt: Date(), databaseBytes: facts.bytes, tables: tables,
            roles: facts.roles, parts: parts,
            media: .init(
                count: files.files.count, bytes: files.bytes,
                missing: named.filter { files.files[$0] == nil }.sorted()))
        // The manifest may name only what is on the disk.
        if vault.place.directory != nil { try vault.place.settle() }
        try vault.put(manifest.encoded(), as: BackupManifest.path(name))
        try vault.place.settle()
        let removed = try Retention(vault: vault, keep: options.keep).run()
        return Report(
            manifest: manifest, copied: board.copied, copiedBytes: board.copiedBytes,
            deletedMeanwhile: board.deleted, removed: removed)
    }

    /// Files that the newest backup has, and that are there as long as it says: their names never get other bytes.
    private func knownFiles(_ vault: Vault) throws -> [String: ObjectDigest] {
        guard let last = try vault.place.backups().last else { return [:] }
        guard let manifest = try? BackupManifest.read(last, from: vault),
            let list = try? FileList(manifest, from: vault)
        else {
            progress("the backup \(last) cannot be read: all files are copied again")
            return [:]
        }
        let stored = try vault.place.list("media/")
        return list.files.filter { stored["media/" + $0.key] == vault.storedCount($0.value.size) }
    }

    private func copyMedia(to vault: Vault, _ board: FileBoard, work: String) throws {
        for family in StorageKey.Family.allCases {
            var cursor: String?
            repeat {
                let page = try storing { () throws(StorageFault) in
                    try source.list(family.rawValue + "/", after: cursor)
                }
                // What is no name of an object was not made by this program.
                let objects = page.objects.filter { StorageKey($0.name) != nil && !board.reuse($0) }
                try Workers.run(options.jobs, objects) { object in
                    guard let digest = try copy(object, as: "media/" + object.name, to: vault, work: work) else {
                        return board.missed()
                    }
                    board.add(object.name, digest)
                }
                cursor = page.next
            } while cursor != nil
        }
    }

    /// Parts of uploads that have arrived belong to the backup alone, since a part can be sent again.
    private func copyUploads(to vault: Vault, below: String, _ board: FileBoard, work: String) throws {
        let objects = try storing { () throws(StorageFault) in try source.all("incoming/") }
        try Workers.run(options.jobs, objects) { object in
            guard object.name.split(separator: "/").count == 3 else { return }
            if let digest = try? copy(object, as: below + object.name, to: vault, work: work) {
                board.add(part: object.name, digest)
            }
        }
    }

    /// Copies an object; nil when it is gone.
    private func copy(_ object: StoredObject, as name: String, to vault: Vault, work: String) throws -> ObjectDigest? {
        if let path = source.file(of: object.name) {
            do { return try vault.put(path, count: object.size, as: name) } catch {
                if Files.size(path) == nil { return nil }
                throw error
            }
        }
        if source.kind == .local { return nil }
        let path = work + "/" + UUID().uuidString
        defer { try? Files.remove(path) }
        do throws(StorageFault) { try source.get(object.name, into: ScratchSink(path)) } catch {
            if case .missing = error { return nil }
            throw BackupFault(error)
        }
        return try vault.put(path, count: Files.size(path) ?? 0, as: name)
    }

    /// What a killed backup left. Only one runs at a time.
    private func removeUnfinished(_ place: any BackupPlace) throws {
        let whole = Set(try place.backups())
        var begun = Set(
            try place.list("backups/").keys.compactMap { $0.split(separator: "/").dropFirst().first.map(String.init) })
        // One that was killed early is an empty directory.
        if let root = place.directory { begun.formUnion(try Files.list(root + "/backups").map(\.name)) }
        for name in begun.subtracting(whole) { try remove(name, from: place) }
    }

    private func remove(_ name: String, from place: any BackupPlace) throws {
        for part in try place.list("backups/\(name)/").keys.sorted() { try place.remove(part) }
        if let root = place.directory { try Files.removeTree(root + "/backups/" + name) }
    }

    /// The time to the second and a random end, such as `2026-11-30T031500Z-5f3a`.
    private static func name(at time: Date) -> String {
        time.rfc3339.prefix(19).filter { $0 != ":" } + "Z-" + Text.hex(SecureRandom.bytes(2))
    }
}

/// What the database says of itself.
struct SiteFacts {
    let version: String
    let encoding: String
    let bytes: Int
    let migrations: [String: String]
    let roles: [String]

    var major: Int { Int(version.prefix { $0.isNumber }) ?? 0 }
    var schema: String { migrations.keys.max() ?? "" }

    init(_ connection: Connection) throws {
        version = try connection.one("select split_part(current_setting('server_version'), ' ', 1)")
        encoding = try connection.one("select current_setting('server_encoding')")
        bytes = try connection.one("select pg_database_size(current_database())")
        guard try connection.one("select to_regclass('schema_migrations') is not null", as: Bool.self) else {
            throw BackupFault("The database has no schema of Dailies. Is DATABASE_URL right?")
        }
        let rows: [Row] = try connection.query(
            "select name, checksum from schema_migrations where name not like 'functions/%'")
        var migrations: [String: String] = [:]
        for row in rows { migrations[try row.value("name")] = try row.value("checksum") as String }
        self.migrations = migrations
        roles = try connection.query(
            """
            select distinct rolname::text
            from pg_class, aclexplode(relacl) as right_given
            join pg_roles on pg_roles.oid = right_given.grantee
            where relnamespace = 'public'::regnamespace and rolname <> current_user
            order by 1
            """, as: String.self)
    }
}

extension FilePiece {
    /// The SHA-256 of a file's bytes.
    func sha256() throws -> ObjectDigest {
        var stream: SHA256Stream? = SHA256Stream()
        try Files.readPieces(path) { stream?.update($0) }
        return ObjectDigest(sha256: Text.hex(stream.take()?.finish() ?? []), size: count)
    }
}
