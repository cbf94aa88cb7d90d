public import FoundationEssentials
public import Postgres

/// A member's name and what was chosen for every device.
public struct MemberPreferences: Sendable, Equatable, RowDecodable {
    /// The name, nil until one was chosen.
    public let username: String?
    /// From when the name may be changed; nil when it was never changed.
    public let nextChangeAt: Date?
    /// Whether clips play with sound; nil when nothing was chosen.
    public let sound: Bool?
    /// Whether animations may play; nil when nothing was chosen.
    public let motion: Bool?

    /// Reads a row of `find_preferences`.
    public init(row: Row) throws(DatabaseError) {
        username = try row.value("username")
        nextChangeAt = try row.value("next_change_at")
        sound = try row.value("sound")
        motion = try row.value("motion")
    }

    /// What a member chose; nil when there is no such member.
    public static func find(of member: UUID, in database: Database) throws(DatabaseError) -> MemberPreferences? {
        try database.first("select * from find_preferences(\(member))")
    }

    /// Keeps what a member chooses; nil leaves a choice as it is.
    public static func keep(
        sound: Bool?, motion: Bool?, of member: UUID, in database: Database
    ) throws(DatabaseError) {
        try database.execute("select save_preferences(\(member), \(sound), \(motion))")
    }
}
