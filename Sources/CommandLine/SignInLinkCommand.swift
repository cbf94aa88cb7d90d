internal import Configuration
internal import FoundationEssentials
internal import Identity
internal import Postgres

/// `dailies sign-in-link`
enum SignInLinkCommand: Command {
    static let name = "sign-in-link"
    static let summary = "print a link that signs somebody in once"
    static let help = """
        Usage: dailies sign-in-link --admin | --user NAME [--minutes N] [--json]

        The link works once and for one hour, or N minutes.

          --admin      for the first admin; one named admin is made when there is none yet
          --user NAME  for the member of that name, who is made when there is none yet
        """
    static let options: Set<String> = ["--user", "--minutes"]
    static let flags: Set<String> = ["--admin"]

    private struct Answer: Encodable {
        let link: String
        let username: String?
        let isAdmin: Bool
    }

    static func run(_ arguments: Arguments) throws -> Int32 {
        let settings = try arguments.settings()
        let wantsAdmin = arguments.flags.contains("--admin")
        let username = arguments.values["--user"]
        guard wantsAdmin != (username != nil) else { throw UsageFault(message: "either --admin or --user is needed") }
        if let username, let refusal = Usernames.refusal(username) {
            throw UsageFault(message: "\(username) is no username: \(refusal)")
        }
        let minutes = try arguments.number("--minutes", default: 60, in: 1...1_440)
        let database = settings.openDatabase()
        let answer = try database.transaction { connection in
            let member = try username.map { try named($0, connection) } ?? admin(connection)
            let token = try SignInLinks.create(for: member.id, goodFor: .seconds(minutes * 60), on: connection)
            return Answer(
                link: SignInLinks.address(of: token, siteURL: settings.site.url), username: member.username,
                isAdmin: member.isAdmin)
        }
        try Output.answer(answer, text: answer.link, for: arguments)
        return ExitCode.success
    }

    private static func admin(_ connection: Connection) throws -> MemberRecord {
        if let admin = try Members.firstAdmin(on: connection) { return admin }
        let isTaken: Bool = try connection.one("select exists (select from users where username = 'admin')")
        return try Members.create(username: isTaken ? nil : "admin", isAdmin: true, on: connection)
    }

    private static func named(_ username: String, _ connection: Connection) throws -> MemberRecord {
        try Members.find(username: username, on: connection) ?? Members.create(username: username, on: connection)
    }
}
