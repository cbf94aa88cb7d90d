internal import Arguments
internal import Configuration
internal import FoundationEssentials
internal import HTTP
internal import Identity
internal import Postgres
internal import Text

/// `dailies sign-in-link`
enum SignInLinkCommand {
    static let command = Command(
        "sign-in-link", "print a link that signs a member in once",
        details: "Prints a link that signs a member in. It works once.", Link.self, run: run)

    struct Link: ReadsSettings, PrintsJSON {
        let admin = Flag("--admin", "for the first admin; creates one with the name admin when there is none")
        let user = Option(
            optional: "--user", "NAME", .username, "for the member of that name, who is created when there is none")
        let minutes = Option("--minutes", "N", .number(1...1_440), default: 60, "how long it is valid")
        let config = Option.config
        let json = Flag.json

        func check(_ values: ArgumentValues<Self>) throws(UsageFault) {
            if values.admin == (values.user != nil) { throw UsageFault("either --admin or --user is required") }
        }
    }

    private struct Answer: Shaped {
        let link: String
        let member: MemberRecord

        static let shape = Shape<Answer>("SignInLink") {
            Field("link", \.link)
            Field("username", \.member.username)
            Field("isAdmin", \.member.isAdmin)
        }
    }

    private static func run(_ arguments: ArgumentValues<Link>) throws -> Int32 {
        let settings = try arguments.settings()
        let database = settings.openDatabase()
        let answer = try database.transaction { connection in
            let member = try arguments.user.map { try named($0, connection) } ?? admin(connection)
            let token = try SignInLinks.create(
                for: member.id, goodFor: .seconds(arguments.minutes * 60), on: connection)
            return Answer(link: SignInLinks.address(of: token, siteURL: settings.site.url), member: member)
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

extension ValueFormat<String> {
    fileprivate static var username: Self {
        ValueFormat("name") { name throws(FormatFault) in
            if let fault = Usernames.fault(in: name) {
                throw FormatFault("must be a username, and \"\(name)\" is not: \(fault)")
            }
            return name
        }
    }
}
