public import FoundationEssentials
public import Postgres
public import Refusals

/// What is known of a person who has an account.
public struct MemberRecord: Sendable, Equatable, RowDecodable {
    /// The id.
    public let id: UUID
    /// The name, nil until one was chosen.
    public let username: String?
    /// Whether the member administers the site.
    public let isAdmin: Bool
    /// What the generated avatar is made from.
    public let avatarSeed: String
    /// Since when the member is banned.
    public let bannedAt: Date?
    /// When the account was made.
    public let createdAt: Date

    /// Reads the columns of `users` that every role may read.
    public init(row: Row) throws(DatabaseError) {
        id = try row.value("id")
        username = try row.value("username")
        isAdmin = try row.value("role", as: String.self) == "admin"
        avatarSeed = try row.value("avatar_seed")
        bannedAt = try row.value("banned_at")
        createdAt = try row.value("created_at")
    }
}

/// The appeal of a member against the own ban.
public struct BanAppeal: Sendable, Equatable {
    /// When the member appealed.
    public let appealedAt: Date
    /// Whether an admin has decided that the ban holds.
    public let isUpheld: Bool
    /// What that admin answered.
    public let answer: String?
}

/// Accounts.
public enum Members {
    private static let columns: SQL = "id, username, role, avatar_seed, banned_at, created_at"

    /// Makes an account. Only the operator's and the jobs' roles may; a username that is taken violates
    /// `users_username_key`.
    public static func create(
        username: String? = nil, email: String? = nil, isAdmin: Bool = false, on connection: Connection
    ) throws(DatabaseError) -> MemberRecord {
        try connection.one(
            """
            insert into users (username, email, role, created_at, updated_at)
            values (\(username), \(email), \(isAdmin ? "admin" : "member"), dailies_now(), dailies_now())
            returning \(sql: columns)
            """)
    }

    /// The member of that id.
    public static func find(_ id: UUID, in database: Database) throws(DatabaseError) -> MemberRecord? {
        try database.first("select \(sql: columns) from users where id = \(id)")
    }

    /// The member of that name.
    public static func find(username: String, in database: Database) throws(DatabaseError) -> MemberRecord? {
        try database.first(named(username))
    }

    /// The member of that name, within a transaction.
    public static func find(username: String, on connection: Connection) throws(DatabaseError) -> MemberRecord? {
        try connection.first(named(username))
    }

    private static func named(_ username: String) -> SQL {
        "select \(sql: columns) from users where username = \(username)"
    }

    /// The oldest account with that e-mail address; not for the web role, which cannot read addresses.
    public static func find(email: String, on connection: Connection) throws(DatabaseError) -> MemberRecord? {
        try connection.first(
            """
            select \(sql: columns)
            from users
            where lower(email) = lower(\(email))
            order by created_at, id
            limit 1
            """)
    }

    /// The oldest admin that is not banned.
    public static func firstAdmin(on connection: Connection) throws(DatabaseError) -> MemberRecord? {
        try connection.first(
            """
            select \(sql: columns)
            from users
            where role = 'admin' and banned_at is null
            order by created_at, id
            limit 1
            """)
    }

    /// Why a name is not available; nil when it is.
    public static func fault(inUsername username: String, in database: Database) throws(DatabaseError)
        -> Usernames.Fault?
    {
        if let fault = Usernames.fault(in: username) { return fault }
        let holder: UUID? = try database.one("select username_holder(\(username))")
        return holder == nil ? nil : .taken
    }

    /// Gives a member the first username; two who want the same one cannot both get it.
    public static func choose(
        username: String, ageConfirmed: Bool, for member: UUID, in database: Database
    ) throws(MemberError) {
        if let fault = Usernames.fault(in: username) { throw .refused(fault.refusal) }
        try MemberError.wrapping {
            let outcome: String = try database.one("select choose_username(\(member), \(username), \(ageConfirmed))")
            switch outcome {
            case "chosen": return
            case "taken": throw MemberRefusal.usernameTaken
            default: throw MemberRefusal.alreadyNamed
            }
        }
    }

    /// How a change of a username ended.
    public enum Renaming: Sendable, Equatable {
        /// The member has it now, and can change it again from then on.
        case changed(next: Date)
        /// The member had it already.
        case unchanged
    }

    /// Gives a member another username, once in 30 days. The old one leads to the member for 90.
    @discardableResult
    public static func rename(
        _ member: UUID, to username: String, in database: Database
    ) throws(MemberError) -> Renaming {
        if let fault = Usernames.fault(in: username) { throw .refused(fault.refusal) }
        return try MemberError.wrapping {
            let row: Row = try database.one("select * from change_username(\(member), \(username))")
            let next: Date? = try row.value("next_change_at")
            switch (try row.value("outcome", as: String.self), next) {
            case ("changed", let next?): return .changed(next: next)
            case ("too_soon", let next?): throw MemberRefusal.renamedTooSoon(next: next)
            case ("taken", _): throw MemberRefusal.usernameTaken
            case ("no_name", _): throw MemberRefusal.notNamed
            default: return .unchanged
            }
        }
    }

    /// A member says, once, why a decision is wrong: the one of that statement, or without one the own ban.
    public static func appeal(
        _ text: String, against statement: UUID? = nil, by member: UUID, in database: Database
    ) throws(MemberError) {
        try MemberError.wrapping {
            try MemberRefusal.check(try database.one("select appeal_statement(\(member), \(statement), \(text))"))
        }
    }

    /// The appeal of a banned member against the ban; nil when there was none.
    public static func appealAgainstBan(of member: UUID, in database: Database) throws(DatabaseError) -> BanAppeal? {
        let row: Row? = try database.first("select * from ban_appeal(\(member)) where appealed_at is not null")
        return try row.map { row throws(DatabaseError) in
            BanAppeal(
                appealedAt: try row.value("appealed_at"),
                isUpheld: try row.value("outcome", as: String?.self) == "upheld",
                answer: try row.value("answer"))
        }
    }
}
