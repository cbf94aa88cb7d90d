internal import FoundationEssentials
internal import Logging
internal import Metrics
internal import Platform
internal import Postgres
internal import Queue

/// Figures of the whole site, which only the database knows. A thread with a connection of its own reads them every few
/// seconds; a reader gets what was read last, so that no reader waits for a database that does not answer.
final class StatusFigures: Sendable {
    private static let interval = Duration.seconds(10)

    private struct SiteFigure {
        let name: String
        let labels: [String: String]
        let value: Double
        let measuredAt: Double
    }

    private struct Reading {
        var readAt: Double
        var jobs: [JobCount] = []
        var siteFigures: [SiteFigure] = []
        var lockWaits = 0
        var connections = 0
        var connectionLimit = 0
        var deadlocks = 0
        var secondsUntilRoundEnds: Double?
        var freeBytes: Int?
        var sizeBytes: Int?
    }

    private struct State {
        var reading: Reading?
        var failures = 0
        var isStopping = false
    }

    private let database: Database
    private let mediaDirectory: String
    private let state = Monitor(State())

    init(_ options: DatabaseOptions, mediaDirectory: String) {
        var options = options
        options.maximumConnections = 1
        options.applicationName = "dailies-figures"
        options.log = .silent
        database = Database(options)
        self.mediaDirectory = mediaDirectory
    }

    func start() throws(SystemError) {
        _ = try BackgroundThread(named: "figures") { [self] in
            while true {
                let begin = ContinuousClock.now
                do {
                    let reading = try read()
                    state.withLock { $0.reading = reading }
                } catch {
                    state.withLock { $0.failures += 1 }
                }
                // Where a reading takes long, it is never more than a twentieth of the time.
                let pause = max(Self.interval, (ContinuousClock.now - begin) * 20)
                if state.wait(until: begin + pause, { $0.isStopping ? true : nil }) != nil { break }
            }
            database.close()
        }
    }

    func stop() {
        state.update { $0.isStopping = true }
    }

    private func read() throws -> Reading {
        var reading = Reading(readAt: Date().timeIntervalSince1970)
        reading.freeBytes = Files.freeBytes(mediaDirectory)
        reading.sizeBytes = Files.sizeBytes(mediaDirectory)
        reading.jobs = try Queue(database).counts()
        let server: Row = try database.one(
            """
            select
                (select count(*) from pg_locks where not granted)::int,
                (select numbackends from pg_stat_database where datname = current_database())::int,
                (select setting from pg_settings where name = 'max_connections')::int,
                (select deadlocks from pg_stat_database where datname = current_database())::int
            """)
        reading.lockWaits = try server.value(at: 0)
        reading.connections = try server.value(at: 1)
        reading.connectionLimit = try server.value(at: 2)
        reading.deadlocks = try server.value(at: 3)
        reading.secondsUntilRoundEnds =
            try database.first(
                """
                select extract(epoch from min(voting_ends_at) - now())::float8
                from story_slots
                where status = 'voting'
                """, as: Double?.self) ?? nil
        let kept: [Row] = try database.query(
            """
            select name, labels::text, value, extract(epoch from measured_at)::float8
            from site_figures
            order by name, labels
            """)
        reading.siteFigures = try kept.map { row in
            let labels = try JSONDecoder().decode(
                [String: String].self, from: Data((try row.value(at: 1) as String).utf8))
            return SiteFigure(
                name: try row.value(at: 0), labels: labels, value: try row.value(at: 2),
                measuredAt: try row.value(at: 3))
        }
        return reading
    }

    func write(to page: inout Exposition) {
        let (reading, failures) = state.withLock { ($0.reading, $0.failures) }
        page.add(
            "dailies_site_readings_failed_total", .counter, "How often the figures of the site could not be read.",
            failures)
        guard let reading else { return }
        page.add(
            "dailies_site_read_timestamp_seconds", .gauge, "When the figures of the site were read from the database.",
            reading.readAt)
        writeQueue(reading, to: &page)
        page.add(
            "dailies_postgres_lock_waits", .gauge, "Sessions that wait for a lock of another.", reading.lockWaits)
        page.add("dailies_postgres_connections", .gauge, "Sessions of this database.", reading.connections)
        page.add(
            "dailies_postgres_connections_limit", .gauge, "The sessions that the server allows.",
            reading.connectionLimit)
        page.add("dailies_postgres_deadlocks_total", .counter, "Deadlocks in this database.", reading.deadlocks)
        page.add(
            "dailies_round_overdue_seconds", .gauge,
            "For how long the open round should have been closed; 0 in time, or when none is open.",
            max(0, -(reading.secondsUntilRoundEnds ?? 0)))
        if let free = reading.freeBytes, let size = reading.sizeBytes {
            page.add("dailies_media_free_bytes", .gauge, "Room on the disk of the media directory.", free)
            page.add("dailies_media_size_bytes", .gauge, "Size of the disk of the media directory.", size)
        }
        for kept in reading.siteFigures {
            page.add(
                "dailies_\(kept.name)", .gauge, SiteFigureNames.help[kept.name] ?? "A figure that a job has measured.",
                kept.value, sorted: kept.labels)
        }
        for name in Set(reading.siteFigures.map(\.name)).sorted() {
            let latest = reading.siteFigures.filter { $0.name == name }.map(\.measuredAt).max() ?? 0
            page.add(
                "dailies_figure_timestamp_seconds", .gauge, "When a job measured the figure of that name.", latest,
                ["figure": "dailies_\(name)"])
        }
    }

    private func writeQueue(_ reading: Reading, to page: inout Exposition) {
        let queues = Set(reading.jobs.map(\.queue)).sorted()
        for queue in queues {
            for state in [JobState.queued, .running, .failed] {
                let jobs = reading.jobs.filter { $0.queue == queue && $0.state == state }.reduce(0) { $0 + $1.jobs }
                page.add(
                    "dailies_queue_jobs", .gauge, "Jobs by queue that wait, run or have failed for good.", jobs,
                    ["queue": queue, "state": state.rawValue])
            }
        }
        for queue in queues {
            let oldest = reading.jobs.filter { $0.queue == queue }.compactMap(\.waitingSince).min()
            page.add(
                "dailies_queue_oldest_seconds", .gauge, "For how long the oldest job of a queue has been due.",
                oldest.map { max(0, reading.readAt - $0.timeIntervalSince1970) } ?? 0, ["queue": queue])
        }
    }
}

/// What the figures of the table `site_figures` mean. A figure that is not named here is shown too.
enum SiteFigureNames {
    static let help = [
        "members_active": "Members whose sessions were used within the last day or 30 days.",
        "uploads_day": "Uploads that were completed within the last 24 hours.",
        "visit_seconds": "From the first to the last view of a voter on one UTC day: mean and median of yesterday.",
        "visits_day": "Voters who viewed clips yesterday, by UTC.",
        "backup_timestamp_seconds": "When the last backup was completed.",
        "backup_bytes": "How large the last backup is.",
        "restore_trial_ok": "Whether the last trial restore went well.",
        "disk_days_left": "In how many days the disk is full at the pace of the last days.",
    ]
}
