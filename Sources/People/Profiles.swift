public import FoundationEssentials
public import Postgres

/// What everybody may know of a member.
public struct PublicProfile: Sendable, RowDecodable {
    /// The id.
    public let id: UUID
    /// The name.
    public let username: String
    /// What the member's picture is drawn from.
    public let avatarSeed: String
    /// When the account was made.
    public let joinedAt: Date
    /// How many follow the member.
    public let followers: Int
    /// How many clips of the member everybody may see.
    public let clips: Int
    /// How many of these are in a film.
    public let wins: Int
    /// XP of all time, from which the level follows.
    public let xp: Int
    /// How many days in a row the member has voted.
    public let streak: Int
    /// Whether the member is banned.
    public let isBanned: Bool

    /// Reads a row.
    public init(row: Row) throws(DatabaseError) {
        id = try row.value("id")
        username = try row.value("username")
        avatarSeed = try row.value("avatar_seed")
        joinedAt = try row.value("created_at")
        followers = try row.value("follower_count")
        clips = try row.value("clips")
        wins = try row.value("wins")
        xp = try row.value("xp")
        streak = try row.value("streak")
        isBanned = try row.value("banned_at", as: Date?.self) != nil
    }
}

/// The members as everybody sees them.
public struct Profiles: Sendable {
    private let database: Database

    /// The members of a database.
    public init(database: Database) {
        self.database = database
    }

    /// The member whom a name means. A name that was given up lately finds its former holder under the present name. Throws
    /// `PeopleRefusal.memberNotFound`, and `memberSuspended` for a banned member.
    public func find(_ username: String) throws -> PublicProfile {
        let profile: PublicProfile? = try database.first(
            """
            select users.id, users.username, users.avatar_seed, users.created_at, users.follower_count,
                users.banned_at, counted.clips, counted.wins, coalesce(levels.xp, 0) as xp,
                coalesce(levels.streak, 0) as streak
            from users
            left join lateral get_member_levels(array[users.id]) levels on true
            cross join lateral (
                select count(*)::int as clips, (count(*) filter (where listings.status = 'locked'))::int as wins
                from tournament_clips clips
                join clip_listings listings on listings.clip_id = clips.id
                where clips.user_id = users.id
            ) counted
            where users.id = username_holder(\(username)) and users.username is not null
            """)
        guard let profile else { throw PeopleRefusal.memberNotFound }
        guard !profile.isBanned else { throw PeopleRefusal.memberSuspended }
        return profile
    }

    /// How many people have sent in their first clip within the last seven days.
    public func newCreators() throws -> Int {
        try database.one("select count_new_creators()")
    }

    /// The names of the members between two ids who have a clip that everybody may see, for the sitemap.
    public func creators(from first: UUID, through last: UUID) throws -> [String] {
        try database.query(
            """
            select username
            from users
            where id between \(first) and \(last) and username is not null and banned_at is null and exists (
                select
                from tournament_clips clips
                join clip_listings listings on listings.clip_id = clips.id
                where clips.user_id = users.id
            )
            order by id
            """)
    }
}
