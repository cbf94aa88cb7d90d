internal import Configuration
internal import Film
internal import FoundationEssentials
internal import Installation
internal import Postgres
internal import Queue

/// The database: its roles, rights, schema and clock, and what lies in it that shows a fault elsewhere.
struct DatabaseChecks {
    private let settings: Settings
    private let database: Database

    init(_ settings: Settings) {
        self.settings = settings
        database = settings.openDatabase()
    }

    /// A clock that is further off than this closes rounds at a wrong time, in seconds.
    private static let clockLimit = 5.0
    /// A job that has waited longer shows that the queue is not drained, in seconds.
    private static let longestWait = 300.0

    var findings: [Finding] {
        let role: String
        do {
            role = try database.one("select current_user::text || ' on ' || split_part(version(), ' ', 2)")
        } catch {
            return [unreachable(error)]
        }
        var findings = [Finding.good("database", "reached as \(role)")]
        findings += [clock(), pooler()].compactMap(\.self) + roles() + durability()
        let schema = schema()
        findings.append(schema)
        // What another version keeps elsewhere cannot be looked at.
        guard schema.isGood else { return findings }
        return findings + rights() + [queue(), advance()].compactMap(\.self)
            + MachineChecks.findings(settings, database)
    }

    private func unreachable(_ error: any Error) -> Finding {
        let words = (error as? DatabaseError)?.debugDescription ?? "\(error)"
        if words.contains("role \""), words.contains("does not exist") {
            return .bad(
                "database", words,
                fix:
                    "Make the roles as the administrator of Postgres: createuser dailies_owner, then dailies migrate, which "
                    + "makes dailies_web and dailies_jobs.")
        }
        if words.contains("database \""), words.contains("does not exist") {
            return .bad("database", words, fix: "Make it: createdb --owner=dailies_owner NAME, then dailies migrate.")
        }
        return .bad(
            "database", words, fix: "Start Postgres and check DATABASE_URL: psql \"$DATABASE_URL\" must connect.")
    }

    private func clock() -> Finding? {
        let before = Date().timeIntervalSince1970
        guard let there: Double = try? database.one("select extract(epoch from clock_timestamp())::float8") else {
            return nil
        }
        let after = Date().timeIntervalSince1970
        let difference = there > after ? there - after : min(0, there - before)
        guard abs(difference) > Self.clockLimit else { return .good("clock", "that of the database") }
        return .bad(
            "clock",
            "the database's clock is \(Int(abs(difference))) s \(difference > 0 ? "ahead of" : "behind") this machine's",
            fix: "Both must follow one time: apt install systemd-timesyncd (or chrony), then timedatectl set-ntp true.")
    }

    /// PgBouncer makes up the number of the process that serves a session. Whether it gives each transaction another session
    /// shows when two are used in turn.
    private func pooler() -> Finding? {
        guard settings.database.preparesStatements else { return nil }
        do {
            return try database.withConnection { first -> Finding? in
                let process: Int = try first.one("select pg_backend_pid()")
                guard process != Int(first.serverProcess) else { return nil }
                _ = try first.one("select set_config('dailies.doctor', 'here', false)", as: String.self)
                let isKept = try database.transaction { second in
                    _ = try second.one("select 1", as: Int.self)
                    return try first.one("select coalesce(current_setting('dailies.doctor', true), '')") == "here"
                }
                if isKept { return .good("pooler", "keeps sessions") }
                return lostSessions
            }
        } catch {
            // A statement that was prepared in another session is one of the signs.
            return lostSessions
        }
    }

    private var lostSessions: Finding {
        .bad(
            "pooler",
            "a pooler gives each transaction another session, and statements are prepared once per connection",
            fix:
                "Set PREPARED_STATEMENTS=false, or pool_mode = session for this database in pgbouncer.ini; LISTEN needs the "
                + "direct address in either case.")
    }

    private func roles() -> [Finding] {
        let needed = ["dailies_owner", "dailies_web", "dailies_jobs"]
        guard
            let found: [String] = try? database.query(
                "select rolname::text from pg_roles where rolname = any(\(needed))")
        else { return [] }
        let missing = needed.filter { !found.contains($0) }
        guard missing.isEmpty else {
            return [
                .bad(
                    "roles", "Postgres has no role \(missing.joined(separator: ", "))",
                    fix: "Run dailies migrate as dailies_owner, which makes the others; make dailies_owner by "
                        + "createuser --createrole dailies_owner.")
            ]
        }
        let mighty: [String] =
            (try? database.query(
                """
                select rolname::text
                from pg_roles
                where rolname in ('dailies_web', 'dailies_jobs') and (rolsuper or rolbypassrls)
                """)) ?? []
        guard mighty.isEmpty else {
            return [
                .bad(
                    "roles", "\(mighty.joined(separator: ", ")) may pass by row level security",
                    fix: mighty.map { "alter role \($0) nosuperuser nobypassrls;" }.joined(separator: " "))
            ]
        }
        return [.good("roles", needed.joined(separator: ", "))]
    }

    /// One of each kind of right that a role needs: reading, writing, and calling.
    private func rights() -> [Finding] {
        let lost: [String]
        do {
            lost = try database.query(
                """
                select wanted.words
                from (values
                    ('dailies_web may not read seasons', has_any_column_privilege('dailies_web', 'seasons', 'select')),
                    ('dailies_web may not write contact_messages',
                        has_any_column_privilege('dailies_web', 'contact_messages', 'insert')),
                    ('dailies_jobs may not write jobs', has_table_privilege('dailies_jobs', 'jobs', 'insert')),
                    ('dailies_web may not call cast_votes', (
                        select bool_and(has_function_privilege('dailies_web', oid, 'execute'))
                        from pg_proc
                        where proname = 'cast_votes' and pronamespace = 'public'::regnamespace
                    )),
                    ('dailies_web may not use the schema public',
                        has_schema_privilege('dailies_web', 'public', 'usage'))
                ) as wanted (words, is_given)
                where not coalesce(is_given, false)
                """)
        } catch {
            return [.bad("rights", "\(error)", fix: "Read the server's log.")]
        }
        guard lost.isEmpty else {
            return [
                .bad(
                    "rights", lost.joined(separator: "; "),
                    fix:
                        "Somebody revoked what the migrations grant. Grant it again as dailies_owner; the statements are in "
                        + "\(settings.database.migrationsDirectory): grep -rn 'grant' there.")
            ]
        }
        return [.good("rights", "given")]
    }

    /// A numbered file that changed after it was applied cannot be fixed by migrating.
    private func schema() -> Finding {
        let files: [MigrationStatus]
        do {
            files = try Migrator(database: database, directory: settings.database.migrationsDirectory).status()
        } catch {
            return .bad("schema", "\(error)", fix: "MIGRATIONS_DIR must hold the numbered SQL files.")
        }
        let strange = files.filter { $0.state == .unknown || $0.state == .changed && !$0.name.contains("/") }
        if !strange.isEmpty {
            return .bad(
                "schema",
                "newer than this program, or of another version: \(strange.map(\.name).joined(separator: ", "))",
                fix: "Run the version that migrated this database, or restore its files in MIGRATIONS_DIR.",
                file: settings.database.migrationsDirectory)
        }
        let waiting = files.filter { $0.state != .applied }.map(\.name).joined(separator: ", ")
        return waiting.isEmpty
            ? .good("schema", "up to date")
            : .bad("schema", "older than this program; not applied: \(waiting)", fix: "Run dailies migrate.")
    }

    /// An acknowledged vote must be on disk, so these two settings are not a matter of taste.
    private func durability() -> [Finding] {
        ["fsync", "synchronous_commit"].map { name in
            guard let value: String = try? database.one("select current_setting(\(name))") else {
                return .bad(name, "not readable", fix: "Read the server's log.")
            }
            return value == "off"
                ? .bad(name, "off: acknowledged votes can be lost", fix: "Switch \(name) on in postgresql.conf.")
                : .good(name, value)
        }
    }

    private func queue() -> Finding? {
        guard let counts = try? Queue(database).counts() else { return nil }
        let late = counts.filter { count in
            count.waitingSince.map { Date().timeIntervalSince($0) > Self.longestWait } ?? false
        }
        guard let oldest = late.compactMap(\.waitingSince).min() else { return .good("queue", "drained") }
        let queues = Set(late.map(\.queue)).sorted()
        let units = queues.map { ["outward": "outward", "upkeep": "maintain"][$0] ?? "drain" }
        return .bad(
            "queue",
            "jobs of \(queues.joined(separator: ", ")) have waited for \(Int(Date().timeIntervalSince(oldest))) s: no program runs them",
            fix: Set(units).sorted().map { "systemctl enable --now dailies-jobs@\($0).timer" }.joined(separator: "; ")
                + "; then journalctl -u 'dailies-jobs@*'.")
    }

    private func advance() -> Finding? {
        guard let runs = try? AdvanceRuns(database).recent(within: 600) else { return nil }
        let names = runs.map { "\($0.hostName) \(Int($0.secondsAgo)) s ago" }.joined(separator: ", ")
        if runs.count > 1 {
            return .warning(
                "advance", "\(runs.count) machines advance the rounds: \(names)",
                fix: "One is enough, and another is only right as a stand-in: systemctl disable --now "
                    + "dailies-jobs@advance.timer on the others.")
        }
        let isDue = (try? Rounds(database: database).nextDue()) ?? nil
        guard runs.isEmpty, isDue != nil else { return .good("advance", names.isEmpty ? "no round is open" : names) }
        return .bad(
            "advance", "a round is open, and no machine has advanced the rounds within ten minutes",
            fix: "systemctl enable --now dailies-jobs@advance.timer")
    }
}
