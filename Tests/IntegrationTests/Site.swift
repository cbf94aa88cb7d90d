internal import Configuration
internal import Crypto
internal import FoundationEssentials
internal import HTTP
internal import Identity
internal import Installation
internal import Notifications
internal import Postgres
internal import TestSupport
internal import Testing
internal import Text

/// How deep a test goes.
enum Depth: String, CaseIterable, CustomTestStringConvertible, Sendable {
    /// Into the application, without sockets.
    case inProcess = "in process"
    /// Through the shipped nginx configuration, the FastCGI sockets and the real program.
    case throughNginx = "through nginx"

    var testDescription: String { rawValue }
}

/// The whole site on a database of its own, asked in one way at any depth.
final class Site {
    let database: TestDatabase
    let settings: Settings
    private let directory: String
    private let backend: any Backend

    /// Starts a site, hands it to `body` and stops it, also after an error.
    static func run(_ depth: Depth, settings: [String: String] = [:], _ body: (Site) throws -> Void) throws {
        try TestDatabase.run { database in
            let site = try Site(depth, database, settings)
            defer { site.stop() }
            try body(site)
        }
    }

    /// Makes what `dailies sign-in-link` prints, for a member who is made when there is none of that name.
    func makeLink(_ username: String, isAdmin: Bool = false) throws -> String {
        try database.database(as: .jobs).transaction { connection in
            let member =
                try Members.find(username: username, on: connection)
                ?? Members.create(username: username, isAdmin: isAdmin, on: connection)
            return try SignInLinks.create(for: member.id, on: connection).text
        }
    }

    /// What the link in a member's digests holds.
    func digestToken(of member: UUID) -> String {
        Digests(database: database.database(as: .web), secretKey: settings.site.secretKey).token(of: member)
    }

    /// Every member accepts the terms in force, as before sending in a clip.
    func acceptTerms() throws {
        try database.database(as: .superuser).execute(
            """
            insert into terms_acceptances (user_id, version, accepted_at)
            select id, current_terms(), dailies_now() from users
            on conflict do nothing
            """)
    }

    /// What no test runs into unless it is about limits; each asks more in a minute than a person would.
    static let generousLimits = "read=100000,api=100000,auth=100000,upload=100000,admin_sensitive=100000"

    private init(_ depth: Depth, _ database: TestDatabase, _ given: [String: String]) throws {
        self.database = database
        directory = "/tmp/dailies-site-\(UUID().uuidString.prefix(8))"
        for name in ["media/incoming", "media/tmp", "media/clips", "version", "web/errors", "log"] {
            try FileManager.default.createDirectory(
                atPath: "\(directory)/\(name)", withIntermediateDirectories: true)
        }
        let port = try FreePort.find()
        let environment = [
            "DATABASE_URL": database.options(as: .web).connectionString,
            "SITE_URL": "http://127.0.0.1:\(port)",
            "SECRET_KEY": Text.hex(SecureRandom.bytes(32)),
            "MEDIA_DIR": directory + "/media",
            "WEB_DIR": Repository.root + "/web",
            "VERSION_DIR": directory + "/version",
            "PUBLISH_SOCKET": directory + "/publish.sock",
            "MIGRATIONS_DIR": Repository.root + "/migrations",
            "LOG_LEVEL": "warning",
            "CRON_SECRET": "the-secret-of-the-scheduler-in-tests",
            "RATE_LIMITS": Self.generousLimits,
        ].merging(given) { _, given in given }
        settings = try Settings.load(environment)
        backend =
            switch depth {
            case .inProcess: try InProcess(settings)
            case .throughNginx: try ThroughNginx(settings, environment, directory: directory, port: port)
            }
    }

    /// Asks as a visitor who has sent nothing yet.
    func visitor(address: String = "198.51.100.7") -> Visitor { Visitor(site: self, address: address) }

    func answer(to request: Asking) throws -> Answer { try backend.answer(to: request) }

    private func stop() {
        backend.stop()
        try? FileManager.default.removeItem(atPath: directory)
    }
}
