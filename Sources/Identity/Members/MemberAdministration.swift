public import FoundationEssentials
public import Postgres
public import Refusals

/// Bans, roles and renamings by admins. Every change takes effect with its commit, in every process, and is recorded in
/// the audit log. The actor is an admin, or nil for the operator.
public struct MemberAdministration: Sendable {
    /// Publishes what a row of events says, if and only if the transaction commits.
    public typealias Announce = @Sendable (Row, Connection) throws -> Void

    let database: Database
    private let announce: Announce

    /// `announce` is called with what happens to the open round when a member's clips return.
    public init(database: Database, announce: @escaping Announce) {
        self.database = database
        self.announce = announce
    }

    /// Bans a member: sessions end, clips leave the race, votes of the open round count no more.
    public func ban(_ member: UUID, reason: String, by actor: UUID?) throws(MemberError) {
        try MemberError.wrapping {
            try MemberRefusal.check(try database.one("select ban_member(\(actor), \(member), \(reason))"))
        }
    }

    /// Lifts a ban; clips and votes come back where their round is still open.
    public func liftBan(_ member: UUID, reason: String?, by actor: UUID?) throws(MemberError) {
        try MemberError.wrapping {
            try database.transaction { connection in
                let rows: [Row] = try connection.query("select * from lift_ban(\(actor), \(member), \(reason))")
                for row in rows {
                    if let outcome: String = try row.value("outcome") {
                        try MemberRefusal.check(outcome)
                    } else {
                        try announce(row, connection)
                    }
                }
            }
        }
    }

    /// Makes a member an admin, or takes that right away. The member's sessions end.
    public func setAdmin(_ isAdmin: Bool, _ member: UUID, reason: String?, by actor: UUID?) throws(MemberError) {
        try MemberError.wrapping {
            let role = isAdmin ? "admin" : "member"
            try MemberRefusal.check(
                try database.one("select set_member_role(\(actor), \(member), \(role), \(reason))"))
        }
    }

    /// Gives a member another name. `Usernames.refusal` has allowed it.
    public func rename(_ member: UUID, to username: String, reason: String?, by actor: UUID?) throws(MemberError) {
        try MemberError.wrapping {
            try MemberRefusal.check(
                try database.one("select rename_member(\(actor), \(member), \(username), \(reason))"))
        }
    }
}
