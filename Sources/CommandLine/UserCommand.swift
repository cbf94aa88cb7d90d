internal import Identity

/// `dailies user ban | unban`
enum UserCommand: Command {
    static let name = "user"
    static let summary = "ban or unban a member"
    static let help = """
        Usage: dailies user ban USER --reason TEXT [--json]
               dailies user unban USER [--reason TEXT] [--json]

        USER is a username or an id. A ban ends the member's sessions and keys, takes the member's clips out of the
        race and the votes out of the open round; unban brings back what its round still has room for. The member reads
        the reason of a ban.
        """
    static let options: Set<String> = ["--reason"]

    static func run(_ arguments: Arguments) throws -> Int32 {
        guard arguments.words.count == 2, ["ban", "unban"].contains(arguments.words[0]) else {
            throw UsageFault(message: "ban USER or unban USER is needed")
        }
        let bans = arguments.words[0] == "ban"
        let reason = arguments.values["--reason"]
        if bans, reason?.isEmpty ?? true { throw UsageFault(message: "--reason is needed: the member reads it") }
        let database = try arguments.settings().openDatabase()
        let member = try MemberLookup.find(arguments.words[1], in: database)
        let administration = MemberLookup.administration(database)
        if bans, let reason {
            try administration.ban(member.id, reason: reason, by: nil)
        } else {
            try administration.liftBan(member.id, reason: reason, by: nil)
        }
        let name = member.username ?? arguments.words[1]
        try MemberLookup.answer(
            member.id, in: database, text: "\(name) is \(bans ? "banned" : "not banned any more").", for: arguments)
        return ExitCode.success
    }
}
