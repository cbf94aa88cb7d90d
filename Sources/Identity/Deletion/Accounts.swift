public import FoundationEssentials
public import Postgres
public import Refusals

/// A member's account as a whole: exporting and deleting all that is stored about the person.
public enum Accounts {
    /// What a deleted account leaves behind. Its clips in a film have no name.
    public struct Departure: Sendable, Equatable {
        /// How many clips stay in a film.
        public let clipsKept: Int
        /// How many clips were deleted.
        public let clipsRemoved: Int
    }

    /// Everything that is kept about a member, as JSON; nil when there is no such member. A busy member's votes take
    /// some megabytes.
    public static func export(_ member: UUID, in database: Database) throws -> [UInt8]? {
        let text: String? = try database.transaction(timeout: .seconds(60)) { connection in
            try connection.one("select jsonb_pretty(export_member(\(member)))", as: String?.self)
        }
        return text.map { Array($0.utf8) }
    }

    /// Deletes an account for good. Clips in a film stay as a former member's; `removingFromFilm` asks for title cards
    /// in their place when the film is next assembled.
    public static func delete(
        _ member: UUID, removingFromFilm: Bool, in database: Database
    ) throws(MemberError) -> Departure {
        try MemberError.wrapping {
            try database.transaction(timeout: .seconds(60)) { connection in
                let row: Row = try connection.one("select * from delete_member(\(member), \(removingFromFilm))")
                switch try row.value("outcome", as: String.self) {
                case "deleted":
                    return Departure(
                        clipsKept: try row.value("clips_kept"), clipsRemoved: try row.value("clips_removed"))
                case "last_admin": throw MemberRefusal.lastAdmin
                default: throw MemberRefusal.accountGone
                }
            }
        }
    }
}
