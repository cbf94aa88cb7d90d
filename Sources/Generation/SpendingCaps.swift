public import FoundationEssentials
public import Postgres

/// What members may spend in a calendar month, UTC, set by admins.
public struct SpendingCaps: Sendable {
    private let database: Database

    /// The caps of a database.
    public init(database: Database) {
        self.database = database
    }

    /// The cap of members without one of their own, and then those of single members by name.
    public func all(for admin: UUID) throws(DatabaseError) -> [MemberCap] {
        try database.acting(for: admin).query(
            """
            select caps.user_id, users.username, caps.monthly_credits, caps.monthly_seconds
            from member_caps caps
            left join users on users.id = caps.user_id
            order by caps.user_id is not null, users.username
            limit 1000
            """)
    }

    /// Sets the cap of a member, or of all without one of their own when there is no member; nil takes a part of it away.
    public func set(_ member: UUID?, credits: Int?, seconds: Int?, by admin: UUID) throws {
        let outcome: String = try database.acting(for: admin).one(
            """
            select set_member_cap(
                \(admin), \(member), \(credits.map { Int32(clamping: $0) }), \(seconds.map { Int32(clamping: $0) })
            )
            """)
        guard outcome == "done" else { throw GenerationRefusal.memberNotFound }
    }

    /// What a member has spent in this month, and the caps that count for the member.
    public func spending(of member: UUID) throws(DatabaseError) -> MemberSpending {
        try database.acting(for: member).one("select * from member_spending(\(member))")
    }
}

/// What a member may spend in a month.
public struct MemberCap: Sendable, RowDecodable {
    /// The member; nil for all who have no cap of their own.
    public let memberID: UUID?
    /// The member's name.
    public let username: String?
    /// Credits; nil for no cap.
    public let credits: Int?
    /// Seconds; nil for no cap.
    public let seconds: Int?

    /// Reads a row.
    public init(row: Row) throws(DatabaseError) {
        memberID = try row.value("user_id")
        username = try row.value("username")
        credits = try row.value("monthly_credits")
        seconds = try row.value("monthly_seconds")
    }
}

/// What a member has spent or reserved in this month, and may.
public struct MemberSpending: Sendable, RowDecodable {
    /// Credits.
    public let credits: Int
    /// Milliseconds.
    public let milliseconds: Int
    /// The cap in credits; nil for none.
    public let capCredits: Int?
    /// The cap in milliseconds; nil for none.
    public let capMilliseconds: Int?

    /// What was spent, and the caps.
    public init(credits: Int = 0, milliseconds: Int = 0, capCredits: Int? = nil, capMilliseconds: Int? = nil) {
        self.credits = credits
        self.milliseconds = milliseconds
        self.capCredits = capCredits
        self.capMilliseconds = capMilliseconds
    }

    /// Reads a row.
    public init(row: Row) throws(DatabaseError) {
        credits = try row.value("credits")
        milliseconds = try row.value("milliseconds")
        capCredits = try row.value("cap_credits")
        capMilliseconds = try row.value("cap_milliseconds")
    }

    /// Credits that the cap leaves; nil without a cap.
    public var creditsLeft: Int? { capCredits.map { max(0, $0 - credits) } }
    /// Milliseconds that the cap leaves; nil without a cap.
    public var millisecondsLeft: Int? { capMilliseconds.map { max(0, $0 - milliseconds) } }
}
