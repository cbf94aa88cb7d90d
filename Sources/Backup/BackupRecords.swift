public import FoundationEssentials
public import Postgres

/// What the database knows of backups and trials, for `dailies doctor`, `/api/health` and metrics.
public struct BackupRecords: Sendable {
    /// What was done.
    public enum Action: String, Sendable {
        /// A backup was made.
        case backup
        /// A backup was restored into a scratch database and compared.
        case trial
    }

    /// The last good times.
    public struct Facts: Sendable, Equatable {
        /// When the last complete backup was finished.
        public var lastBackup: Date?
        /// When the last trial that found nothing wrong was finished.
        public var lastVerified: Date?
        /// Why the last attempt failed; nil when it did not.
        public var lastFault: String?

        /// Whether a backup has ever been tried.
        public var isUsed: Bool { lastBackup != nil || lastVerified != nil || lastFault != nil }

        /// After this long without a good backup something is wrong.
        public static let latest = Duration.seconds(36 * 3_600)

        /// What is wrong, in words; nil when the last good backup and its trial are recent.
        public func complaint(now: Date, expectsTrials: Bool = true) -> String? {
            func age(_ moment: Date) -> Int { Int(now.timeIntervalSince(moment) / 3_600) }
            let limit = Int(Self.latest.components.seconds / 3_600)
            guard let lastBackup else { return "there is no good backup" + (lastFault.map { ": \($0)" } ?? "") }
            if age(lastBackup) >= limit { return "the last good backup is \(age(lastBackup)) hours old" }
            guard expectsTrials, let lastVerified else { return nil }
            if age(lastVerified) >= limit { return "the last good trial restore was \(age(lastVerified)) hours ago" }
            return nil
        }
    }

    private let database: Database

    /// Records in a database.
    public init(database: Database) {
        self.database = database
    }

    /// Reads the last good times.
    public func facts() throws(DatabaseError) -> Facts {
        let row: Row = try database.one(
            """
            select
                max(finished_at) filter (where action = 'backup' and fault is null) as last_backup,
                max(finished_at) filter (where action = 'trial' and fault is null) as last_verified,
                (select fault from backup_runs order by id desc limit 1) as last_fault
            from backup_runs
            """)
        return Facts(
            lastBackup: try row.value("last_backup"), lastVerified: try row.value("last_verified"),
            lastFault: try row.value("last_fault"))
    }

    /// Records an end, good or not, and forgets those of last year.
    public func record(
        _ action: Action, backup: String?, started: Date, files: Int = 0, bytes: Int = 0, fault: String? = nil
    ) throws(DatabaseError) {
        try database.execute(
            """
            insert into backup_runs (action, backup, started_at, finished_at, files, bytes, fault)
            values (
                \(action.rawValue), \(backup), \(started), clock_timestamp(), \(Int64(files)), \(Int64(bytes)),
                \(fault.map { String($0.prefix(500)) })
            )
            """)
        try database.execute("delete from backup_runs where finished_at < clock_timestamp() - interval '1 year'")
    }
}
