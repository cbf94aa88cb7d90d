internal import Arguments
public import Backup
internal import Configuration
internal import Disk
internal import FoundationEssentials
public import HTTP
internal import Installation
internal import Platform
internal import Postgres
internal import Storage
internal import Text

/// `dailies backup`
enum BackupCommand {
    static let command = Command(
        "backup", "back up the database and all files",
        details: """
            Writes the database and all files to BACKUP_TARGET, or to --to: a directory, s3://bucket/prefix, or - for a tar \
            stream on standard output. Files that an earlier backup has there are not copied again. With BACKUP_PASSPHRASE the \
            backup is encrypted. The site keeps running. What ends early is no backup: the next run removes it.
            """,
        Backup.self, run: run)

    struct Backup: ReadsSettings, PrintsJSON {
        let to = Option(optional: "--to", "TARGET", .text, "where to, in place of BACKUP_TARGET")
        let list = Flag("--list", "only list the complete backups there")
        let rowDigests = Flag("--row-digests", "also hash all rows, so that a trial restore compares them one by one")
        let keep = Option(
            optional: "--keep", "N", .number(1...1_000), "how many backups stay, in place of BACKUP_KEEP")
        let jobs = Option("--jobs", "N", .number(1...64), default: 2, "tables and files at a time")
        let config = Option.config
        let json = Flag.json
    }

    private static func run(_ arguments: ArgumentValues<Backup>) throws -> Int32 {
        let settings = try arguments.settings()
        let name = try settings.backupTarget(arguments.to, option: "--to")
        let target = try BackupTarget(name, settings.backup)
        if arguments.list {
            guard name != "-" else { throw Failure("A stream has no list. Name a directory or s3://bucket/prefix.") }
            let backups = try target.list()
            let lines = backups.map(line)
            try Output.answer(
                backups,
                text: lines.isEmpty ? "There is no complete backup in \(name)." : lines.joined(separator: "\n"),
                for: arguments)
            return ExitCode.success
        }
        var options = BackupRun.Options()
        options.jobs = arguments.jobs
        options.hashesRows = arguments.rowDigests
        options.keep = arguments.keep ?? settings.backup.keep
        let run = BackupRun(
            of: settings.storage.current, try settings.backupSite(), to: target, options: options
        ) { Output.complain($0) }
        let report = try settings.recorded(.backup) {
            try run.run()
        } facts: { report in
            (
                report.manifest.name, report.manifest.media.count,
                report.manifest.databaseBytes + report.manifest.media.bytes
            )
        }
        let words = text(report, in: name)
        // Standard output may be the backup itself.
        if name == "-" {
            Output.complain(arguments.json ? try Output.indented(report.json) : words)
        } else {
            try Output.answer(report, text: words, for: arguments)
        }
        return ExitCode.success
    }

    private static func line(_ manifest: BackupManifest) -> String {
        "\(manifest.name)  \(manifest.schema)  \(manifest.media.count) files, "
            + "\(manifest.tables.map(\.rows).reduce(0, +)) rows"
    }

    private static func text(_ report: BackupRun.Report, in place: String) -> String {
        var lines = [
            "\(report.manifest.name) is complete in \(place == "-" ? "the stream" : place).",
            "\(report.manifest.tables.map(\.rows).reduce(0, +)) rows; \(report.manifest.media.count) files, of which "
                + "\(report.copied) (\(report.copiedBytes / 1_000_000) MB) were copied now.",
        ]
        if report.deletedMeanwhile > 0 { lines.append("\(report.deletedMeanwhile) files were deleted meanwhile.") }
        if let first = report.manifest.media.missing.first {
            lines.append(
                "\(report.manifest.media.missing.count) files that rows name are not in the storage, the first is \(first)."
            )
        }
        if !report.removed.isEmpty { lines.append("Removed: \(report.removed.joined(separator: ", ")).") }
        return lines.joined(separator: "\n")
    }
}

/// `dailies restore`
enum RestoreCommand {
    static let command = Command(
        "restore", "restore the database and all files from a backup",
        details: """
            Checks a backup, and then restores its files and its database into an empty database, in one transaction. Stop the \
            site before. Refuses, and changes nothing, when the backup is incomplete or damaged, of another schema, encrypted \
            with another passphrase, when the database is not empty or in use, or when there is not enough room. --trial \
            restores into a scratch database, compares rows and files, and drops it again.
            """,
        Restore.self, run: run)

    struct Restore: ReadsSettings, PrintsJSON {
        let from = Option(
            optional: "--from", "SOURCE", .text,
            "where from, in place of BACKUP_TARGET; - reads a tar stream from standard input")
        let backup = Option(optional: "--backup", "NAME", .text, "which backup, in place of the newest")
        let replace = Flag("--replace", "delete what is in the database")
        let migrate = Flag("--migrate", "also take a backup of an older schema, and migrate it")
        let trial = Flag("--trial", "only try: restore into a scratch database, compare, and drop it")
        let jobs = Option("--jobs", "N", .number(1...64), default: 2, "files, and tables of a trial, at a time")
        let config = Option.config
        let json = Flag.json

        func check(_ values: ArgumentValues<Self>) throws(UsageFault) {
            if values.trial, values.replace || values.migrate {
                throw UsageFault("--trial changes nothing, so --replace and --migrate do not go with it")
            }
        }
    }

    private static func run(_ arguments: ArgumentValues<Restore>) throws -> Int32 {
        let settings = try arguments.settings()
        let target = try BackupTarget(
            try settings.backupTarget(arguments.from, option: "--from"), settings.backup)
        let site = try settings.backupSite()
        if arguments.trial {
            let trial = TrialRun(site, from: target, backup: arguments.backup, jobs: arguments.jobs) {
                Output.complain($0)
            }
            let report = try settings.recorded(.trial) {
                try trial.run()
            } facts: {
                ($0.manifest.name, $0.files, 0)
            }
            try Output.answer(
                report,
                text:
                    "\(report.manifest.name) can be restored: \(report.rows) rows and \(report.files) files are as they were.",
                for: arguments)
            return ExitCode.success
        }
        var options = RestoreRun.Options()
        options.backup = arguments.backup
        options.replaces = arguments.replace
        options.migrates = arguments.migrate
        options.jobs = arguments.jobs
        let run = RestoreRun(
            into: settings.storage.current, mediaDirectory: settings.storage.mediaDirectory,
            postgresDirectory: settings.disk.postgresDirectory, site, from: target, options: options
        ) { Output.complain($0) }
        let report = try run.run()
        var lines = [
            "\(report.manifest.name) is restored: \(report.manifest.tables.map(\.rows).reduce(0, +)) rows, "
                + "\(report.manifest.media.count) files, of which \(report.copied) were not there."
        ]
        if !report.migrated.isEmpty { lines.append("Migrated: \(report.migrated.joined(separator: ", ")).") }
        lines.append("Start the site again: systemctl start dailies.target.")
        try Output.answer(report, text: lines.joined(separator: "\n"), for: arguments)
        return ExitCode.success
    }
}

extension Settings {
    fileprivate func backupTarget(_ given: String?, option: String) throws -> String {
        guard let name = given ?? backup.target else {
            throw Failure("Say where: \(option), or the setting BACKUP_TARGET.")
        }
        return name
    }

    /// A pooler cannot hold the snapshot that the processes of pg_dump share.
    fileprivate func backupSite() throws -> BackupSite {
        guard !database.isOnlyPooled else {
            throw Failure("DATABASE_URL leads to a pooler: set MIGRATION_DATABASE_URL to the server's own address.")
        }
        return try BackupSite(
            ownerURL: database.ownerURL, migrationsDirectory: database.migrationsDirectory,
            workDirectory: backup.workDirectory)
    }

    /// Does something and records how it ended. That nothing can be recorded is said, and changes nothing.
    fileprivate func recorded<Report>(
        _ action: BackupRecords.Action, _ body: () throws -> Report,
        facts: (Report) -> (backup: String, files: Int, bytes: Int)
    ) throws -> Report {
        let started = Date()
        let database = openAsOwner()
        defer { database.close() }
        let records = BackupRecords(database: database)
        func record(_ body: () throws -> Void) {
            do { try body() } catch { Output.complain("dailies: this cannot be recorded: \(error)") }
        }
        do {
            let report = try body()
            let (backup, files, bytes) = facts(report)
            record { try records.record(action, backup: backup, started: started, files: files, bytes: bytes) }
            return report
        } catch {
            record { try records.record(action, backup: nil, started: started, fault: "\(error)") }
            throw error
        }
    }
}

extension BackupManifest: Shaped {
    /// Its form in JSON.
    public static let shape = Shape<BackupManifest>("Backup") {
        Field("name", \.name)
        Field("takenAt", \.takenAt, "The moment that it shows.")
        Field("finishedAt", \.finishedAt)
        Field("schema", \.schema, "The last migration.")
        Field("postgres", \.postgres)
        Field("databaseBytes", \.databaseBytes)
        Field("rows", { $0.tables.map(\.rows).reduce(0, +) })
        Field("files", \.media.count)
        Field("fileBytes", \.media.bytes)
        Field("missingFiles", \.media.missing, "Files that rows name and the storage did not have.")
    }
}

extension BackupRun.Report: Shaped {
    /// Its form in JSON.
    package static let shape = Shape<BackupRun.Report>("BackupReport") {
        Field("backup", \.manifest)
        Field("copiedFiles", \.copied, "Files that no backup before had.")
        Field("copiedBytes", \.copiedBytes)
        Field("deletedMeanwhile", \.deletedMeanwhile)
        Field("removedBackups", \.removed)
    }
}

extension RestoreRun.Report: Shaped {
    /// Its form in JSON.
    package static let shape = Shape<RestoreRun.Report>("RestoreReport") {
        Field("backup", \.manifest)
        Field("copiedFiles", \.copied, "Files that were not there.")
        Field("migrated", \.migrated)
    }
}

extension TrialRun.Report: Shaped {
    /// Its form in JSON.
    package static let shape = Shape<TrialRun.Report>("TrialReport") {
        Field("backup", \.manifest)
        Field("rows", \.rows)
        Field("files", \.files)
    }
}
