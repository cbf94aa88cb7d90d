public import FoundationEssentials
internal import Platform
public import Postgres
public import Storage

/// What is on the disk, by kind of file and by member, and how it grows.
public struct DiskUsage: Sendable {
    /// What a kind of file takes.
    public struct Kind: Sendable, Equatable {
        /// `originals`, `clips`, `films`, `videos`, `sources`, `incoming`, `database` or `wal`.
        public let name: String
        /// Its bytes.
        public let bytes: Int
        /// Its files; nil for the database.
        public let files: Int?
    }

    /// What the files of one member take.
    public struct Member: Sendable, Equatable {
        /// The member's name; nil for a former member.
        public let username: String?
        /// Its bytes.
        public let bytes: Int
        /// Its files.
        public let files: Int
    }

    /// A day's sum.
    public struct Day: Sendable, Equatable {
        /// Days since 1970.
        public let number: Int
        /// What all kinds took.
        public let bytes: Int

        /// A day's sum.
        public init(number: Int, bytes: Int) {
            self.number = number
            self.bytes = bytes
        }
    }

    /// All of it.
    public struct Report: Sendable {
        /// By kind, the largest first.
        public let kinds: [Kind]
        /// The members with the most, as the last measurement found them.
        public let members: [Member]
        /// When that was.
        public let measuredAt: Date?
        /// What is free on the disk that has least.
        public let free: Int?
        /// What must stay free.
        public let reserve: Int
        /// In how many days the reserve will be reached; nil when it does not grow or too few days are known.
        public let daysLeft: Int?
    }

    private let database: Database
    private let storage: any ObjectStore
    private let paths: [String]
    private let reserve: Int

    /// The usage of a site whose media are in `storage`; `paths` are on the disks that can become full.
    public init(database: Database, storage: any ObjectStore, paths: [String], reserve: Int) {
        self.database = database
        self.storage = storage
        self.paths = paths
        self.reserve = reserve
    }

    /// Measures everything and keeps the day's figures. Meant for once an hour.
    public func measure() throws {
        var owners: [UUID: (bytes: Int, files: Int)] = [:]
        for family in StorageKey.Family.allCases.map(\.rawValue) + ["incoming"] {
            var (bytes, files) = (0, 0)
            var cursor: String?
            repeat {
                let page = try storage.list(family + "/", after: cursor)
                for object in page.objects {
                    bytes += object.size
                    files += 1
                    let parts = object.name.split(separator: "/")
                    guard parts.count == 3, let owner = UUID(uuidString: String(parts[1])) else { continue }
                    owners[owner, default: (0, 0)].bytes += object.size
                    owners[owner, default: (0, 0)].files += 1
                }
                cursor = page.next
            } while cursor != nil
            try keep(family, bytes, files)
        }
        try keep("database", try database.one("select pg_database_size(current_database())"), nil)
        // Only a member of pg_monitor may ask.
        let wal: Int? = try? database.one("select coalesce(sum(size), 0)::bigint from pg_ls_waldir()")
        if let wal { try keep("wal", wal, nil) }
        try keepMembers(owners)
    }

    private func keep(_ kind: String, _ bytes: Int, _ files: Int?) throws {
        try database.execute(
            """
            insert into disk_days (day, kind, bytes, files)
            values ((dailies_now() at time zone 'UTC')::date, \(kind), \(Int64(bytes)), \(files.map(Int64.init)))
            on conflict (day, kind) do update
            set bytes = excluded.bytes,
                files = excluded.files
            """)
    }

    /// An object belongs to whom its clip, video, picture or upload belongs to.
    private func keepMembers(_ owners: [UUID: (bytes: Int, files: Int)]) throws {
        let ids = Array(owners.keys)
        try database.transaction { connection in
            try connection.execute("delete from disk_members")
            try connection.execute(
                """
                insert into disk_members (user_id, bytes, files, measured_at)
                select owned.user_id, sum(objects.bytes)::bigint, sum(objects.files)::bigint, dailies_now()
                from unnest(\(ids), \(ids.map { Int64(owners[$0]?.bytes ?? 0) }), \(ids.map { Int64(owners[$0]?.files ?? 0) }))
                    as objects (owner, bytes, files)
                join (
                    select id, user_id from tournament_clips
                    union
                    select id, user_id from generations
                    union
                    select id, user_id from source_images
                    union
                    select id, user_id from uploads
                ) owned on owned.id = objects.owner
                where owned.user_id is not null
                group by owned.user_id
                """)
            try connection.execute("delete from disk_days where day < (dailies_now() at time zone 'UTC')::date - 400")
        }
    }

    /// What the last measurement found.
    public func report(members limit: Int = 20) throws -> Report {
        let rows: [Row] = try database.query(
            """
            select kind, bytes, files
            from disk_days
            where day = (select max(day) from disk_days)
            order by bytes desc, kind
            """)
        let kinds = try rows.map { row in
            Kind(
                name: try row.value("kind"), bytes: try row.value("bytes"), files: try row.value("files"))
        }
        let members = try
            (database.query(
                """
                select users.username, disk_members.bytes, disk_members.files
                from disk_members
                join users on users.id = disk_members.user_id
                order by disk_members.bytes desc, disk_members.user_id
                limit \(limit)
                """) as [Row]).map { row in
                Member(
                    username: try row.value("username"), bytes: try row.value("bytes"), files: try row.value("files"))
            }
        let days = try
            (database.query(
                """
                select (day - date '1970-01-01')::bigint as number, sum(bytes)::bigint as bytes
                from disk_days
                where day > (dailies_now() at time zone 'UTC')::date - 30
                group by day
                order by day
                """) as [Row]).map { row in Day(number: try row.value("number"), bytes: try row.value("bytes")) }
        let free = paths.compactMap { Files.freeBytes($0) }.min()
        return Report(
            kinds: kinds, members: members,
            measuredAt: try database.one("select max(measured_at) from disk_members"), free: free, reserve: reserve,
            daysLeft: free.flatMap { DiskForecast.days(days, room: $0 - reserve) })
    }
}

/// When a disk will be full, if it goes on as in the days that are known.
public enum DiskForecast {
    /// Whole days until `room` bytes are used up, by the straight line that fits the days best. Nil for fewer than two days,
    /// and where nothing grows.
    public static func days(_ days: [DiskUsage.Day], room: Int) -> Int? {
        guard room > 0 else { return 0 }
        guard days.count > 1 else { return nil }
        let count = Double(days.count)
        let middle = days.map { Double($0.number) }.reduce(0, +) / count
        let mean = days.map { Double($0.bytes) }.reduce(0, +) / count
        var (covariance, variance) = (0.0, 0.0)
        for day in days {
            covariance += (Double(day.number) - middle) * (Double(day.bytes) - mean)
            variance += (Double(day.number) - middle) * (Double(day.number) - middle)
        }
        guard variance > 0, covariance > 0 else { return nil }
        let left = Double(room) / (covariance / variance)
        // A forecast beyond ten years says nothing.
        return left < 3_650 ? Int(left) : nil
    }
}
