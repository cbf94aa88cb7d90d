internal import FoundationEssentials
internal import Platform
internal import Postgres

/// Runs `pg_dump`, `pg_restore` and `psql` of the server's version. They get the address in their environment: a command line
/// would show a password to everybody on the machine.
struct PostgresPrograms: Sendable {
    /// A dump of a large site takes hours; this only ends what hangs for good.
    private static let programTimeout = Duration.seconds(7 * 86_400)
    private let directory: String
    private let environment: [String: String]

    /// The programs of a server's major version, where Debian puts them, else those on the path.
    init(major: Int, parameters: ConnectionParameters, database: String? = nil) throws(BackupFault) {
        let candidates = ["/usr/lib/postgresql/\(major)/bin", "/usr/bin"]
        guard let found = candidates.first(where: { Files.exists($0 + "/pg_restore") && Files.exists($0 + "/psql") })
        else {
            throw BackupFault("pg_dump, pg_restore and psql are not installed: apt install postgresql-client-\(major).")
        }
        directory = found
        var environment = Subprocess.plainEnvironment.merging(parameters.environment) { $1 }
        if let database { environment["PGDATABASE"] = database }
        // What the owner's role or the server limits for requests must not end a dump.
        environment["PGOPTIONS"] =
            (environment["PGOPTIONS"] ?? "") + " -c statement_timeout=0 -c lock_timeout=60s"
            + " -c idle_in_transaction_session_timeout=0"
        self.environment = environment
    }

    /// Dumps what a snapshot shows into a new directory.
    func dump(to path: String, snapshot: String, jobs: Int, isUnwanted: @escaping () -> Bool) throws {
        try run(
            "pg_dump",
            [
                "--format=directory", "--jobs=\(jobs)", "--snapshot=\(snapshot)", "--no-owner", "--no-sync",
                // The lowest level takes a third of the time and makes files a tenth larger.
                "--compress=1", "--file=\(path)",
            ], isUnwanted: isUnwanted)
    }

    /// Restores a dump into an empty database, table by table.
    func restore(_ path: String, database: String, jobs: Int) throws {
        try run(
            "pg_restore", ["--no-owner", "--exit-on-error", "--jobs=\(jobs)", "--dbname=\(database)", path])
    }

    /// Restores a dump in one transaction, which first empties the schema: all of it happens or nothing.
    func replace(_ path: String) throws {
        // The shell joins the two programs and knows when the first failed; the words are its arguments and no text of it.
        let script = """
            set -euo pipefail
            "$1/pg_restore" --no-owner --file=- "$2" |
                "$1/psql" --no-psqlrc --quiet --single-transaction --set=ON_ERROR_STOP=1 --output=/dev/null \\
                    --command='set client_min_messages = warning' \\
                    --command='drop schema if exists public cascade' --command='create schema public' \\
                    --command='alter schema public owner to pg_database_owner' \
                    --command='grant usage on schema public to public' --file=-
            """
        try run("/bin/bash", ["-c", script, "restore", directory, path])
    }

    private func run(
        _ program: String, _ arguments: [String], isUnwanted: (() -> Bool)? = nil
    ) throws {
        let path = program.hasPrefix("/") ? program : directory + "/" + program
        let output: Subprocess.Output
        do {
            // It must not go on writing when this process is killed.
            output = try Subprocess.run(
                "/usr/bin/setpriv", ["--pdeathsig", "KILL", "--", path] + arguments, environment: environment,
                timeout: Self.programTimeout, isUnwanted: isUnwanted)
        } catch {
            throw BackupFault("\(path) could not be run: \(error)")
        }
        guard output.status.isSuccess else {
            throw BackupFault("\(program) failed (\(output.status)): \(Self.reason(output.stderr))")
        }
    }

    /// The first line that says what is wrong.
    private static func reason(_ text: String) -> String {
        let lines = text.split(separator: "\n").map(String.init)
        return lines.first { $0.contains("error:") || $0.contains("ERROR:") || $0.contains("FATAL:") }
            ?? lines.last ?? "it said nothing"
    }
}
