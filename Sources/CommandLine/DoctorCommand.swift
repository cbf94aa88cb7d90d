internal import Arguments
internal import Configuration
internal import Crypto
internal import FoundationEssentials
internal import HTTP
internal import Installation
internal import Logging
internal import Media
internal import Platform
internal import Postgres
internal import Realtime
internal import Storage

/// `dailies doctor`
enum DoctorCommand {
    static let command = Command(
        "doctor", "check the installation, and say how to fix what is wrong",
        details: """
            Checks the settings, the database and its schema, the directories, the programs and the sockets. Exit \
            status 1 when something is wrong; each fault says how to fix it.
            """,
        OnlyCommon.self, run: run)

    /// The result of one check.
    struct Finding: Shaped, Equatable {
        let check: String
        let isGood: Bool
        let detail: String
        let remedy: String

        static let shape = Shape<Finding>("Finding") {
            Field("check", \.check)
            Field("isGood", \.isGood)
            Field("detail", \.detail)
            Field("remedy", \.remedy, "How to fix it; empty when all is well.")
        }

        static func good(_ check: String, _ detail: String) -> Finding {
            Finding(check: check, isGood: true, detail: detail, remedy: "")
        }

        static func bad(_ check: String, _ detail: String, fix remedy: String) -> Finding {
            Finding(check: check, isGood: false, detail: detail, remedy: remedy)
        }
    }

    private static func run(_ arguments: ArgumentValues<OnlyCommon>) throws -> Int32 {
        let findings = examine(arguments)
        let lines = findings.map { finding in
            (finding.isGood ? "good  " : "BAD   ") + "\(finding.check): \(finding.detail)"
                + (finding.remedy.isEmpty ? "" : "\n      → \(finding.remedy)")
        }
        try Output.answer(findings, text: lines.joined(separator: "\n"), for: arguments)
        return findings.allSatisfy(\.isGood) ? ExitCode.success : ExitCode.failure
    }

    private static func examine(_ arguments: ArgumentValues<OnlyCommon>) -> [Finding] {
        let settings: Settings
        do {
            settings = try arguments.settings()
        } catch {
            return [
                .bad("settings", "\(error)", fix: "Correct them in the file that --config names or the environment.")
            ]
        }
        return [.good("settings", (["complete, for \(settings.site.url)"] + settings.notices).joined(separator: ". "))]
            + database(settings)
            + directories(settings)
            + storage(settings)
            + programs(settings)
            + [publisher(settings)]
    }

    private static func database(_ settings: Settings) -> [Finding] {
        let database = settings.openDatabase()
        do {
            let role: String = try database.one("select current_user::text || ' on ' || split_part(version(), ' ', 2)")
            var findings = [Finding.good("database", "reached as \(role)")]
            let migrator = Migrator(database: database, directory: settings.database.migrationsDirectory)
            findings.append(schema(try migrator.status()))
            return findings + durability(database)
        } catch let error as DatabaseError {
            return [
                .bad(
                    "database", error.debugDescription,
                    fix: "Start Postgres and check DATABASE_URL: psql \"$DATABASE_URL\" must connect.")
            ]
        } catch {
            return [.bad("schema", "\(error)", fix: "MIGRATIONS_DIR must hold the numbered SQL files.")]
        }
    }

    /// A numbered file that changed after it was applied cannot be fixed by migrating.
    private static func schema(_ files: [MigrationStatus]) -> Finding {
        let strange = files.filter { $0.state == .unknown || $0.state == .changed && !$0.name.contains("/") }
        if !strange.isEmpty {
            return .bad(
                "schema", "of another version: \(strange.map(\.name).joined(separator: ", "))",
                fix: "Run the version that migrated this database, or restore its files in MIGRATIONS_DIR.")
        }
        let waiting = files.filter { $0.state != .applied }.map(\.name).joined(separator: ", ")
        return waiting.isEmpty
            ? .good("schema", "up to date") : .bad("schema", "not applied: \(waiting)", fix: "Run dailies migrate.")
    }

    /// An acknowledged vote must be on disk, so these two settings are not a matter of taste.
    private static func durability(_ database: Database) -> [Finding] {
        ["fsync", "synchronous_commit"].map { name in
            guard let value: String = try? database.one("select current_setting(\(name))") else {
                return .bad(name, "not readable", fix: "Read the server's log.")
            }
            return value == "off"
                ? .bad(name, "off: acknowledged votes can be lost", fix: "Switch \(name) on in postgresql.conf.")
                : .good(name, value)
        }
    }

    private static func directories(_ settings: Settings) -> [Finding] {
        let written = [
            ("MEDIA_DIR", settings.storage.mediaDirectory),
            ("media/incoming", settings.storage.mediaDirectory + "/incoming"),
            ("media/clips", settings.storage.mediaDirectory + "/clips"),
            ("VERSION_DIR", settings.host.versionDirectory),
        ]
        let read = [("WEB_DIR", settings.host.webDirectory), ("MIGRATIONS_DIR", settings.database.migrationsDirectory)]
        return written.map { directory($0, mustBeWritable: true) } + read.map { directory($0, mustBeWritable: false) }
    }

    private static func directory(_ named: (name: String, path: String), mustBeWritable: Bool) -> Finding {
        let (name, path) = named
        let files = FileManager.default
        var isDirectory = false
        guard files.fileExists(atPath: path, isDirectory: &isDirectory), isDirectory else {
            return .bad(
                name, "\(path) does not exist", fix: "systemd-tmpfiles --create makes the service's directories.")
        }
        guard !mustBeWritable || files.isWritableFile(atPath: path) else {
            return .bad(name, "\(path) cannot be written", fix: "Give it to the account that runs Dailies.")
        }
        return .good(name, path)
    }

    /// Tries out every back end that the site uses.
    private static func storage(_ settings: Settings) -> [Finding] {
        [settings.storage.backend, settings.storage.previous].compactMap(\.self).flatMap { kind in
            let check = StorageCheck(
                settings.storage.store(kind), scratch: settings.storage.local, siteURL: settings.site.url,
                signer: UploadSigner(secret: SecretKey(settings.site.secretKey)))
            return check.run().map { finding in
                Finding(
                    check: finding.subject, isGood: finding.isGood, detail: finding.detail, remedy: finding.remedy)
            }
        }
    }

    private static func programs(_ settings: Settings) -> [Finding] {
        [("ffmpeg", settings.media.ffmpeg), ("ffprobe", settings.media.ffprobe)].map { name, path in
            do {
                let output = try Subprocess.run(path, ["-version"], timeout: .seconds(10))
                let line = String(decoding: output.stdout, as: UTF8.self).split(separator: "\n").first ?? ""
                return .good(name, String(line.prefix(60)))
            } catch {
                return .bad(
                    name, "\(path) does not run", fix: "apt install ffmpeg, or set \(name.uppercased()).")
            }
        }
    }

    private static func publisher(_ settings: Settings) -> Finding {
        do {
            try UnixSocket.probe(settings.realtime.publishSocket)
            return .good("publisher", settings.realtime.publishSocket)
        } catch {
            return .bad(
                "publisher", "no program listens at \(settings.realtime.publishSocket)",
                fix: "Start nginx with the shipped configuration.")
        }
    }
}
