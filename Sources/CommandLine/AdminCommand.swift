internal import Identity

/// `dailies admin grant | revoke`
enum AdminCommand: Command {
    static let name = "admin"
    static let summary = "make a member an admin, or take that right away"
    static let help = """
        Usage: dailies admin grant USER [--reason TEXT] [--json]
               dailies admin revoke USER [--reason TEXT] [--json]

        USER is a username or an id. The member's sessions end, so that the next sign-in has the new right. The last
        admin keeps it. The reason stands in the audit log.
        """
    static let options: Set<String> = ["--reason"]

    static func run(_ arguments: Arguments) throws -> Int32 {
        guard arguments.words.count == 2, ["grant", "revoke"].contains(arguments.words[0]) else {
            throw UsageFault(message: "grant USER or revoke USER is needed")
        }
        let isAdmin = arguments.words[0] == "grant"
        let database = try arguments.settings().openDatabase()
        let member = try MemberLookup.find(arguments.words[1], in: database)
        try MemberLookup.administration(database).setAdmin(
            isAdmin, member.id, reason: arguments.values["--reason"], by: nil)
        let name = member.username ?? arguments.words[1]
        try MemberLookup.answer(
            member.id, in: database, text: "\(name) is \(isAdmin ? "an admin" : "no admin") now.", for: arguments)
        return ExitCode.success
    }
}
