public import FoundationEssentials
public import Postgres

/// What a number of counted invitations earns, once.
public struct ReferralTier: Sendable, Equatable, RowDecodable {
    /// How programs name it.
    public let key: String
    /// How many newcomers must count.
    public let needed: Int
    /// What it pays, in XP.
    public let xp: Int

    /// The name that people read.
    public var name: String { key.prefix(1).uppercased() + key.dropFirst() }

    init(key: String, needed: Int, xp: Int) {
        self.key = key
        self.needed = needed
        self.xp = xp
    }

    /// Reads a row of `referral_tiers()`.
    public init(row: Row) throws(DatabaseError) {
        key = try row.value("tier")
        needed = try row.value("needed")
        xp = try row.value("xp")
    }
}

/// What a member's invitations have led to.
public struct ReferralStanding: Sendable {
    /// The member's code.
    public let code: String
    /// How many newcomers count.
    public let counted: Int
    /// How many have joined and may still count.
    public let waiting: Int
    /// Whether the member is new and may accept an invitation.
    public let canJoin: Bool
    /// All tiers, the lowest first.
    public let tiers: [ReferralTier]

    /// The tier to reach next; nil after the last one.
    public var next: ReferralTier? { tiers.first { $0.needed > counted } }
    /// What the reached tiers have paid, in XP.
    public var earned: Int { tiers.filter { $0.needed <= counted }.reduce(0) { $0 + $1.xp } }
}

/// The member who invites somebody.
public struct Inviter: Sendable, RowDecodable {
    /// The id.
    public let id: UUID
    /// The name; nil for somebody without one.
    public let username: String?
    /// What the member's picture is drawn from.
    public let avatarSeed: String

    /// Reads a row.
    public init(row: Row) throws(DatabaseError) {
        id = try row.value("id")
        username = try row.value("username")
        avatarSeed = try row.value("avatar_seed")
    }
}

/// Members who invite members.
public struct Referrals: Sendable {
    /// For how many days an account is new, and within how many a newcomer must vote on two.
    public static let days = 30

    private let database: Database

    /// The invitations of a database.
    public init(database: Database) {
        self.database = database
    }

    /// Who invites by a code; nil when no member does.
    public func inviter(by code: String) throws -> Inviter? {
        try database.first(
            "select id, username, avatar_seed from users where id = referral_code_holder(\(code))")
    }

    /// Records that a newcomer accepts an invitation. Said again, it changes nothing.
    public func accept(_ code: String, by member: UUID) throws {
        try PeopleRefusal.check(try database.one("select bind_referral(\(member), \(code))"))
    }

    /// What a member's invitations have led to. Makes the member's code when it is first asked for.
    public func standing(of member: UUID) throws -> ReferralStanding {
        let row: Row = try database.one("select * from referral_standing(\(member))")
        return ReferralStanding(
            code: try row.value("code"), counted: try row.value("counted"), waiting: try row.value("waiting"),
            canJoin: try row.value("can_join"),
            tiers: try database.query("select * from referral_tiers() order by needed"))
    }

    /// Counts the newcomers who have voted on two days, and pays the tiers that are reached by that. For background jobs.
    public static func count(in database: Database) throws -> Int {
        try database.one("select count_referrals()")
    }
}
