internal import Configuration
internal import FoundationEssentials
internal import Platform
internal import Postgres
internal import Storage

/// What `dailies doctor` looks at when several machines serve one site, or one machine through a pooler.
enum MachineChecks {
    /// How long a notification may take, in seconds.
    private static let patience = 5

    static func findings(_ settings: Settings, _ database: Database) -> [Finding] {
        var options = database.options
        options.directConnectionString = settings.database.listeningURL
        return [notifications(options, database), storage(settings, hosts(options))].compactMap(\.self)
    }

    /// Sends a notification as hosts do and waits for it as they do.
    private static func notifications(_ options: DatabaseOptions, _ database: Database) -> Finding {
        let name = "notifications"
        let word = UUID().uuidString
        let arrived = Monitor(false)
        let listener = Listener(options, channels: ["dailies_doctor"]) { notification in
            arrived.update { $0 = $0 || notification.payload == word }
        } onLoss: {
        }
        listener.start()
        defer { listener.stop() }
        let deadline = ContinuousClock.now + .seconds(patience)
        while !arrived.withLock(\.self), .now < deadline {
            // Not before it listens, which it may never do.
            if listener.isListening { _ = try? database.execute("select pg_notify('dailies_doctor', \(word))") }
            _ = arrived.wait(until: .now + .milliseconds(200)) { $0 ? true : nil }
        }
        guard arrived.withLock(\.self) else {
            return .bad(
                name, "a notification did not arrive, so no cache would be kept",
                fix: "LISTEN_DATABASE_URL must reach the primary without a pooler, as the role of DATABASE_URL.")
        }
        return .good(name, "they arrive")
    }

    /// From how many machines programs of this role listen. Those on the database's own machine have no address.
    private static func hosts(_ options: DatabaseOptions) -> Int {
        var options = options
        options.connectionString = options.directConnectionString ?? options.connectionString
        let direct = Database(options)
        defer { direct.close() }
        let found = try? direct.one(
            """
            select count(distinct coalesce(host(client_addr), ''))::int
            from pg_stat_activity
            where datname = current_database() and application_name in ('dailies-host listener', 'dailies-jobs listener')
            """, as: Int.self)
        return found ?? 0
    }

    private static func storage(_ settings: Settings, _ hosts: Int) -> Finding? {
        guard hosts > 1 else { return nil }
        let name = "machines"
        guard settings.storage.backend == .local else {
            return .good(name, "\(hosts) serve this site; its files are in a storage that all of them reach")
        }
        return .bad(
            name, "\(hosts) serve this site, and each would keep files that the others do not have",
            fix:
                "Set STORAGE_BACKEND to s3, r2, supabase or cloudinary on all of them; dailies storage move brings the files."
        )
    }
}
