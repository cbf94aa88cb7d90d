import Configuration
import Film
import FoundationEssentials
import Identity
import Installation
import Logging
import Postgres
import Testing

@Suite("The settings of an installation")
struct InstallationTests {
    let complete = [
        "DATABASE_URL": "postgresql:///dailies", "SITE_URL": "https://film.example",
        "SECRET_KEY": "0123456789abcdef0123456789abcdef",
    ]

    func faults(_ changes: [String: String], file: String? = nil) -> [String] {
        do {
            _ = try Settings.load(complete.merging(changes) { $1 }, file: file)
            return []
        } catch {
            return error.faults.map(\.name)
        }
    }

    func withFile<R>(_ text: String, _ body: (String) throws -> R) throws -> R {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        defer { try? FileManager.default.removeItem(atPath: path) }
        return try body(path)
    }

    @Test("OPS-05 what is not given has its documented default")
    func defaults() throws {
        let settings = try Settings.load(complete)
        #expect(settings.host.threads == 96)
        #expect(settings.database.ownerURL == settings.database.url)
        #expect(settings.identity.cronSecret == nil)
        #expect(settings.site.logLevel == .info)
        #expect(settings.database.usesPreparedStatements)
    }

    @Test("OPS-05 every fault is reported at once, with the setting's name")
    func allFaultsAtOnce() throws {
        let error = #expect(throws: SettingsError.self) {
            try Settings.load([
                "SECRET_KEY": "short", "HOST_THREADS": "many", "PREPARED_STATEMENTS": "perhaps", "LOG_LEVEL": "loud",
                "MEDIA_DIR": "relative/path",
            ])
        }
        let names = try #require(error).faults.map(\.name)
        #expect(
            Set(names) == [
                "DATABASE_URL", "SITE_URL", "SECRET_KEY", "HOST_THREADS", "PREPARED_STATEMENTS", "LOG_LEVEL",
                "MEDIA_DIR",
            ])
    }

    @Test(
        "OPS-05 plain http is for loopback addresses only",
        arguments: [
            ("http://film.example", false), ("http://10.0.0.1:8080", false), ("http://127.example.com", false),
            ("http://localhost.evil.example", false), ("ftp://film.example", false), ("film.example", false),
            ("https://film.example/path", false), ("https://user@film.example", false), ("https://film.example", true),
            ("https://film.example/", true), ("http://127.0.0.1:8080", true), ("http://localhost:8080", true),
            ("http://[::1]:8080", true),
        ])
    func siteURL(url: String, isGood: Bool) {
        #expect(faults(["SITE_URL": url]) == (isGood ? [] : ["SITE_URL"]))
    }

    @Test("OPS-05 a slash at the end of an address is not part of it")
    func slashes() throws {
        let settings = try Settings.load(complete.merging(["SITE_URL": "https://film.example/"]) { $1 })
        #expect(settings.site.url == "https://film.example")
        #expect(!settings.site.isPlainLoopback)
    }

    @Test("OPS-05 a secret may come from a file, but not twice")
    func secretFiles() throws {
        var environment = complete
        environment["SECRET_KEY"] = nil
        try withFile("fedcba9876543210fedcba9876543210\n") { path in
            environment["SECRET_KEY_FILE"] = path
            let settings = try Settings.load(environment)
            #expect(settings.site.secretKey == Array("fedcba9876543210fedcba9876543210".utf8))
            #expect(faults(["SECRET_KEY_FILE": path]) == ["SECRET_KEY"])
        }
        try withFile("\n") { path in
            environment["SECRET_KEY_FILE"] = path
            #expect(throws: SettingsError.self) { try Settings.load(environment) }
        }
        #expect(faults(["CRON_SECRET_FILE": "/nonexistent"]) == ["CRON_SECRET_FILE"])
    }

    @Test("OPS-05 the file counts where the environment is silent, and its wrong lines are named")
    func configurationFile() throws {
        try withFile("# a comment\n\nSITE_NAME = \"Rushes\"\nDAILY_VOTES=50\nFAL_KEY=old\n") { path in
            var environment = complete
            environment["DAILY_VOTES"] = "60"
            environment["DAILIES_CONFIG"] = path
            let settings = try Settings.load(environment)
            #expect(settings.site.name == "Rushes")
            #expect(settings.film.dailyVotes == 60)
        }
        try withFile("SITE_NMAE=x\nnonsense\nDAILY_VOTES=1\nDAILY_VOTES=2\n") { path in
            #expect(faults([:], file: path) == ["\(path) line 1", "\(path) line 2", "\(path) line 4"])
        }
        #expect(faults([:], file: "/nonexistent.conf") == ["/nonexistent.conf"])
    }

    @Test("OPS-05 a file of an older system is understood, or its names are ignored with a notice")
    func olderFiles() throws {
        let foreign = """
            PROVIDER_NAME=fal
            DEBUG=*
            UPSTASH_REDIS_REST_URL="x"  # where limits were
            SITE_NAME="Rushes # 2" # shown on top
            CONTACT_EMAIL='a@example.org'#comment
            NEXT_PUBLIC_TEST_MODE=true
            MONTHLY_LIMIT_SECONDS=600
            REDIS_URL=redis://x
            SUPABASE_SERVICE_ROLE=x
            """
        try withFile(foreign) { path in
            let settings = try Settings.load(complete, file: path)
            #expect(settings.site.name == "Rushes # 2")
            #expect(settings.shown["CONTACT_EMAIL"] == "a@example.org")
            #expect(
                settings.ignored == [
                    "NEXT_PUBLIC_TEST_MODE", "REDIS_URL", "UPSTASH_REDIS_REST_URL",
                ])
            #expect(settings.shown["MONTHLY_LIMIT_SECONDS"] == "600")
            #expect(settings.notices.count == 1 && settings.notices[0].contains("REDIS_URL"))
            #expect(settings.shown["DEFAULT_MODEL"] == "fal")
        }
        try withFile("R2_BUKET_NAME=x\nSUPABASE_SERVICE_ROLE=x\nAWS_REGION=x\nFAL_KYE=x\nRUNWAY_KEY=x\nLIMIT_START=x\n")
        { path in
            let wrong = [1, 4, 5, 6].map { "\(path) line \($0)" }
            #expect(faults([:], file: path) == wrong, "what is in use is no longer ignored")
        }
        try withFile("DEBUGGING=1\nPROVIDER_NAMES=1\nSITE_NAME=\"a\" b \"c\"\n") { path in
            #expect(faults([:], file: path) == ["\(path) line 1", "\(path) line 2"])
        }
    }

    /// The names that files of older systems have, each with the setting that it is here; nil when it has no use.
    static let olderNames: [(name: String, value: String, setting: String?)] = [
        ("DATABASE_URL", "postgresql://u@h/d?pgbouncer=true&connection_limit=1", "DATABASE_URL"),
        ("DIRECT_URL", "postgresql://u@h/d", "MIGRATION_DATABASE_URL"),
        ("NEXTAUTH_URL", "https://o.example", "SITE_URL"),
        ("NEXT_PUBLIC_APP_URL", "https://o.example", "SITE_URL"),
        ("NEXTAUTH_SECRET", "fedcba9876543210fedcba9876543210", "SECRET_KEY"),
        ("GOOGLE_ID", "g", "GOOGLE_CLIENT_ID"), ("GOOGLE_SECRET", "g", "GOOGLE_CLIENT_SECRET"),
        ("GOOGLE_CLIENT_ID", "g", "GOOGLE_CLIENT_ID"), ("GOOGLE_CLIENT_SECRET", "g", "GOOGLE_CLIENT_SECRET"),
        ("GITHUB_ID", "h", "GITHUB_CLIENT_ID"), ("GITHUB_SECRET", "h", "GITHUB_CLIENT_SECRET"),
        ("ADMIN_EMAILS", "a@example.org,b@example.org", "ADMIN_EMAILS"), ("R2_ACCOUNT_ID", "abc", "R2_ACCOUNT_ID"),
        ("R2_ACCESS_KEY_ID", "k", "R2_ACCESS_KEY_ID"), ("R2_SECRET_ACCESS_KEY", "s", "R2_SECRET_ACCESS_KEY"),
        ("R2_BUCKET_NAME", "clips", "R2_BUCKET_NAME"), ("R2_PUBLIC_URL", "https://media.example", "R2_PUBLIC_URL"),
        ("AWS_ACCESS_KEY_ID", "k", "AWS_ACCESS_KEY_ID"), ("AWS_SECRET_ACCESS_KEY", "s", "AWS_SECRET_ACCESS_KEY"),
        ("AWS_REGION", "eu-west-1", "AWS_REGION"), ("AWS_S3_BUCKET", "clips", "AWS_S3_BUCKET"),
        ("NEXT_PUBLIC_SUPABASE_URL", "https://abc.supabase.co", "SUPABASE_URL"),
        ("NEXT_PUBLIC_SUPABASE_ANON_KEY", "k", nil), ("SUPABASE_SERVICE_ROLE_KEY", "s", "SUPABASE_SERVICE_ROLE_KEY"),
        ("SUPABASE_SERVICE_ROLE", "s", "SUPABASE_SERVICE_ROLE_KEY"), ("FAL_KEY", "k", "FAL_KEY"),
        ("FAL_API_KEY", "k", "FAL_KEY"), ("FAL_BASE_URL", "https://fal.run", "FAL_BASE_URL"),
        ("RUNWAY_API_KEY", "k", "RUNWAY_API_KEY"), ("PROVIDER_NAME", "lucy14b", "DEFAULT_MODEL"),
        ("MONTHLY_LIMIT_SECONDS", "900", "MONTHLY_LIMIT_SECONDS"),
        ("LIMIT_START_DATE", "2023-12-16T00:00:00Z", "LIMIT_START_DATE"),
        ("LIMIT_END_DATE", "2024-01-16T23:59:59Z", "LIMIT_END_DATE"), ("HCAPTCHA_SECRET", "s", "HCAPTCHA_SECRET"),
        ("CRON_SECRET", "0123456789abcdef0123456789abcdef", "CRON_SECRET"),
        ("SENTRY_DSN", "https://k@s.example/1", "SENTRY_DSN"), ("SENTRY_ORG", "o", nil),
        ("SENTRY_PROJECT", "p", nil), ("SENTRY_AUTH_TOKEN", "t", nil), ("DEBUG", "jobs:*,providers:*", "DEBUG"),
        ("REDIS_URL", "redis://h", nil), ("UPSTASH_REDIS_REST_URL", "https://u.example", nil),
        ("UPSTASH_REDIS_REST_TOKEN", "t", nil), ("NEXT_PUBLIC_TEST_MODE", "true", nil),
    ]

    @Test("OPS-05 each name of an older system is understood or has no use, plain, quoted and with a comment behind it")
    func eachOlderName() throws {
        let required = ["DATABASE_URL", "SITE_URL", "SECRET_KEY"]
        for (name, value, setting) in Self.olderNames {
            for line in ["\(name)=\(value)", "\(name)=\"\(value)\" # of the old site", "\(name) = '\(value)'#x"] {
                try withFile(line + "\n") { path in
                    var environment = complete
                    if let setting, required.contains(setting) { environment[setting] = nil }
                    // What belongs together, so that a name alone is no fault of another kind.
                    let reader = try? Settings.load(
                        environment.merging(Self.companions[name] ?? [:]) { $1 }, file: path)
                    let settings = try #require(reader, "\(line) stops the start")
                    guard let setting else {
                        #expect(settings.ignored == [name] && settings.notices.count == 1, "\(line)")
                        return
                    }
                    let shown = settings.shown[setting]
                    #expect(
                        shown == value || shown == "set" || shown == "https://queue.fal.run", "\(line): \(shown ?? "")")
                    #expect(settings.ignored == [], "\(line)")
                }
            }
        }
    }

    /// Settings that are required with another.
    private static let companions = [
        "GOOGLE_ID": ["GOOGLE_CLIENT_SECRET": "x"], "GOOGLE_SECRET": ["GOOGLE_CLIENT_ID": "x"],
        "GOOGLE_CLIENT_ID": ["GOOGLE_CLIENT_SECRET": "x"], "GOOGLE_CLIENT_SECRET": ["GOOGLE_CLIENT_ID": "x"],
        "GITHUB_ID": ["GITHUB_CLIENT_SECRET": "x"], "GITHUB_SECRET": ["GITHUB_CLIENT_ID": "x"],
        "HCAPTCHA_SECRET": ["HCAPTCHA_SITE_KEY": "x"],
    ]

    @Test("OPS-05 the whole file of each older system starts the site, with the values that it means")
    func wholeOlderFile() throws {
        let lines = Self.olderNames.map { "\($0.name)=\"\($0.value)\"  # kept" }
        try withFile(lines.joined(separator: "\n")) { path in
            let settings = try Settings.load(["HCAPTCHA_SITE_KEY": "x"], file: path)
            #expect(settings.database.connectionURL == "postgresql://u@h/d" && !settings.database.preparesStatements)
            #expect(settings.ignored.count == Self.olderNames.count { $0.setting == nil })
            #expect(settings.site.logLevel(of: .jobs) == .debug && settings.site.logLevel(of: .host) == .info)
        }
    }

    @Test(
        "OPS-05 DEBUG names the programs that log at debug",
        arguments: [
            ("*", LogLevel.debug, LogLevel.debug), ("jobs:*", .info, .debug), ("providers", .info, .debug),
            (" host , x", .debug, .info), ("http:*,hosts", .info, .info), ("", .info, .info),
        ])
    func debug(list: String, host: LogLevel, jobs: LogLevel) throws {
        let settings = try Settings.load(complete.merging(["DEBUG": list]) { $1 })
        #expect(settings.site.logLevel(of: .host) == host && settings.site.logLevel(of: .jobs) == jobs)
    }

    @Test("OPS-05 parameters of the database's address that libpq refuses are left out, and the operator reads it")
    func databaseAddress() throws {
        var environment = complete
        environment["DATABASE_URL"] = "postgresql://u:p@h:6543/d?pgbouncer=true&connection_limit=1&sslmode=require"
        environment["DIRECT_URL"] = "postgresql://u:p@h:5432/d?schema=public"
        let settings = try Settings.load(environment)
        #expect(settings.database.connectionURL == "postgresql://u:p@h:6543/d?sslmode=require")
        #expect(settings.database.ownerURL == "postgresql://u:p@h:5432/d")
        #expect(!settings.database.preparesStatements)
        let said = settings.notices.joined(separator: " ")
        #expect(said.contains("connection_limit, pgbouncer, schema") && said.contains("PREPARED_STATEMENTS=false"))
        #expect(said.contains("DATABASE_CONNECTIONS (16)") && !said.contains("u:p"))
        for plain in ["postgresql:///d?host=/run/x&user=u", "host=/run/x dbname=d", "postgresql://h/d"] {
            environment["DATABASE_URL"] = plain
            environment["DIRECT_URL"] = nil
            let plainly = try Settings.load(environment)
            #expect(plainly.database.connectionURL == plain && plainly.database.ownerURL == plain)
            #expect(plainly.database.preparesStatements && plainly.notices == [])
        }
    }

    @Test("OPS-05 names of older systems are understood, the own name wins")
    func aliases() throws {
        var environment = complete
        environment["SITE_URL"] = nil
        environment["NEXTAUTH_URL"] = "https://old.example"
        let old = try Settings.load(environment)
        #expect(old.site.url == "https://old.example")
        environment["SITE_URL"] = "https://new.example"
        let new = try Settings.load(environment)
        #expect(new.site.url == "https://new.example")
    }

    @Test("CAT-10 OPS-05 keys of packs have 32 bytes, and each owner has one")
    func packKeys() throws {
        let key = "A6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg="
        for good in ["", "acme=\(key)", "acme=\(key), other = \(key)"] {
            #expect(faults(["CATALOG_TRUSTED_KEYS": good]) == [], "\(good)")
        }
        for bad in [key, "acme=", "acme=AAAA", "=\(key)", "acme=\(key),acme=\(key)", "acme=\(key)x"] {
            #expect(faults(["CATALOG_TRUSTED_KEYS": bad]) == ["CATALOG_TRUSTED_KEYS"], "\(bad)")
        }
        #expect(faults(["CATALOG_SIGNING_KEY": "short"]) == ["CATALOG_SIGNING_KEY"])
        #expect(
            try Settings.load(complete.merging(["CATALOG_SIGNING_KEY": key]) { $1 }).shown["CATALOG_SIGNING_KEY"]
                == "set")
    }

    @Test("OPS-05 the shown values hold no secret")
    func shownValues() throws {
        let settings = try Settings.load(complete)
        #expect(settings.shown["SECRET_KEY"] == "set")
        #expect(settings.shown["DATABASE_URL"] == "set")
        #expect(settings.shown["CRON_SECRET"] == "")
        #expect(settings.shown["HOST_THREADS"] == "96")
        #expect(Set(settings.shown.keys) == Set(Installation.groups.flatMap { $0.descriptions.map(\.name) }))
    }
}
