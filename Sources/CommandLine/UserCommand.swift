internal import Arguments
internal import Identity
internal import Text

/// `dailies user ban | unban`
enum UserCommand {
    static let command = Command(
        "user", "ban or unban a member",
        details: """
            Bans or unbans a member. A ban ends the member's sessions and API keys, and removes the member's clips and \
            votes from the open round. Unbanning puts back those that the round still has room for.
            """,
        commands: [
            Command("ban", "ban a member", Ban.self) { try ban($0) },
            Command("unban", "end a member's ban", Unban.self) { try unban($0) },
        ])

    struct Ban: ReadsSettings, PrintsJSON {
        let user = Operand.user
        let reason = Option(required: "--reason", "TEXT", .text, "why; the member reads it")
        let config = Option.config
        let json = Flag.json

        func check(_ values: ArgumentValues<Self>) throws(UsageFault) {
            if values.reason.isEmpty { throw UsageFault("--reason must not be empty: the member reads it") }
        }
    }

    struct Unban: ReadsSettings, PrintsJSON {
        let user = Operand.user
        let reason = Option(optional: "--reason", "TEXT", .text, "why, for the audit log")
        let config = Option.config
        let json = Flag.json
    }

    private static func ban(_ arguments: ArgumentValues<Ban>) throws -> Int32 {
        let database = try arguments.settings().openDatabase()
        let member = try MemberLookup.find(arguments.user, in: database)
        try MemberLookup.administration(database).ban(member.id, reason: arguments.reason, by: nil)
        let text = "\(member.username ?? arguments.user) is banned."
        try MemberLookup.answer(member.id, in: database, text: text, for: arguments)
        return ExitCode.success
    }

    private static func unban(_ arguments: ArgumentValues<Unban>) throws -> Int32 {
        let database = try arguments.settings().openDatabase()
        let member = try MemberLookup.find(arguments.user, in: database)
        try MemberLookup.administration(database).liftBan(member.id, reason: arguments.reason, by: nil)
        let text = "\(member.username ?? arguments.user) is no longer banned."
        try MemberLookup.answer(member.id, in: database, text: text, for: arguments)
        return ExitCode.success
    }
}
