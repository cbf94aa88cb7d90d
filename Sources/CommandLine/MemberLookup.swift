internal import Arguments
internal import Film
internal import FoundationEssentials
internal import HTTP
internal import Identity
internal import Postgres
internal import Text

extension Operand<String> {
    static var user: Self { Operand("USER", .text, "a username or a member's id") }
}

/// How the operator's commands find a member and what they print.
enum MemberLookup {
    private struct Status: Shaped {
        let member: MemberRecord

        static let shape = Shape<Status>("MemberStatus") {
            Field("id", \.member.id)
            Field("username", \.member.username)
            Field("isAdmin", \.member.isAdmin)
            Field("bannedAt", \.member.bannedAt)
        }
    }

    /// What the operator does about members, in a database.
    static func administration(_ database: Database) -> MemberAdministration {
        MemberAdministration(database: database) { row, connection in
            try Rounds.announce([try RoundEvent(row: row)], on: connection)
        }
    }

    /// The member of that name or id.
    static func find(_ word: String, in database: Database) throws -> MemberRecord {
        let found = try UUID(uuidString: word).flatMap { try Members.find($0, in: database) }
        guard let member = try found ?? Members.find(username: word, in: database) else {
            throw Failure("there is no member \(word)")
        }
        return member
    }

    /// Prints a member's status.
    static func answer(
        _ id: UUID, in database: Database, text: String, for arguments: ArgumentValues<some PrintsJSON>
    ) throws {
        guard let member = try Members.find(id, in: database) else { throw Failure("the member no longer exists") }
        try Output.answer(Status(member: member), text: text, for: arguments)
    }
}
