internal import Arguments
internal import Identity
internal import Text

/// `dailies admin grant | revoke`
enum AdminCommand {
    static let command = Command(
        "admin", "make a member an admin, or take that right away",
        details: """
            Makes a member an admin, or takes that right away. The member's sessions end, so that the next sign-in has \
            the new right. The last admin keeps it.
            """,
        commands: [
            Command("grant", "make a member an admin", Change.self) { try set(true, $0) },
            Command("revoke", "take the right of an admin away", Change.self) { try set(false, $0) },
        ])

    struct Change: ReadsSettings, PrintsJSON {
        let user = Operand.user
        let reason = Option(optional: "--reason", "TEXT", .text, "why, for the audit log")
        let config = Option.config
        let json = Flag.json
    }

    private static func set(_ isAdmin: Bool, _ arguments: ArgumentValues<Change>) throws -> Int32 {
        let database = try arguments.settings().openDatabase()
        let member = try MemberLookup.find(arguments.user, in: database)
        try MemberLookup.administration(database).setAdmin(isAdmin, member.id, reason: arguments.reason, by: nil)
        let name = member.username ?? arguments.user
        try MemberLookup.answer(
            member.id, in: database, text: "\(name) is \(isAdmin ? "now" : "no longer") an admin.", for: arguments)
        return ExitCode.success
    }
}
