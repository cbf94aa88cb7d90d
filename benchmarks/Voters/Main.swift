internal import Configuration
internal import Film
internal import FoundationEssentials
internal import Glibc
internal import HTTP
internal import Identity
internal import Installation
internal import Platform
internal import Postgres
internal import Text

/// Makes the voters of a benchmark: members with a session each, and visitors with a voter cookie each, all at an
/// address of their own, with the tokens that the site's own code gives out.
///
/// `bench-voters COUNT DIRECTORY` reads the settings as every program does and writes
/// - `members.tsv`: id, name and the hash of the session's token, for `copy`;
/// - `member-voters.tsv`, `visitor-voters.tsv`: cookies, form token, feed token and address, for the load.
@main
enum Main {
    static func main() throws {
        try run(CommandLine.arguments)
    }

    /// Tokens outlive any benchmark: they are issued as if it were so much later.
    private static let ahead: Double = 86_400

    nonisolated private static func run(_ arguments: [String]) throws {
        guard arguments.count == 3, let count = Int(arguments[1]), (1...4_000_000).contains(count) else {
            StandardStream.errors("usage: bench-voters COUNT DIRECTORY\n")
            exit(64)
        }
        let settings = try Settings.load(ProcessInfo.processInfo.environment)
        let tokens = FeedTokens(secretKey: settings.site.secretKey)
        let identity = IdentityService(
            settings: settings,
            database: Database(
                DatabaseOptions(connectionString: settings.database.url, applicationName: "bench-voters"))
        )
        let later = Date().addingTimeInterval(ahead)

        var members = ""
        var memberVoters = ""
        var visitorVoters = ""
        for number in 0..<count {
            let id = UUID()
            let session = OpaqueToken.random()
            members += "\(id.uuidString.lowercased())\tbench_\(number)\t\\\\x\(Text.hex(session.hash))\n"
            memberVoters += line(
                cookie: "\(identity.cookies.session)=\(session.text)", .session(Text.hex(session.hash)),
                key: "user_" + id.uuidString.lowercased(), address: address(number), identity, tokens, later)

            let cookie = VoterCookie.random()
            let place = address(count + number)
            let device = identity.voterKeys.device(
                DeviceTraits(address: place) { name in headers.first { $0.0 == name }?.1 })
            visitorVoters += line(
                cookie: "\(identity.cookies.voter)=\(cookie.text)", .voter(cookie.text), key: device, address: place,
                identity, tokens, later)
        }
        let directory = arguments[2]
        for (name, text) in [
            ("members", members), ("member-voters", memberVoters), ("visitor-voters", visitorVoters),
        ] {
            try Data(text.utf8).write(to: URL(filePath: "\(directory)/\(name).tsv"))
        }
    }

    /// What every simulated browser sends, as benchmarks/lua/browser.lua has it.
    nonisolated private static let headers = [
        ("User-Agent", "Mozilla/5.0 (X11; Linux x86_64) Dailies-Bench"), ("Accept-Language", "en"),
        ("Accept-Encoding", "identity"),
    ]

    nonisolated private static func line(
        cookie: String, _ binding: CSRFTokens.Binding, key: String, address: String, _ identity: IdentityService,
        _ tokens: FeedTokens, _ later: Date
    ) -> String {
        let form = identity.csrf.issue(binding, at: later).token
        return "\(cookie)\t\(form)\t\(tokens.issue(to: key, at: later))\t\(address)\n"
    }

    /// An address of a network of its own.
    nonisolated private static func address(_ number: Int) -> String {
        let host = number + 1
        return "10.\(host >> 16 & 255).\(host >> 8 & 255).\(host & 255)"
    }
}
