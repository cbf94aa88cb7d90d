public import FoundationEssentials
public import Postgres

/// What a member has done (PROF-02).
public struct MemberStats: Sendable {
    /// The name; nil until one is chosen.
    public let username: String?
    /// The member's picture.
    public let avatarURL: String
    /// All votes that count.
    public let totalVotes: Int
    /// All XP: of votes, wins and referrals.
    public let xp: Int
    /// What the limit of the day counts.
    public let votesToday: Int
    /// How many days in a row the member has voted, today or yesterday the last; 0 when a day was missed.
    public let streak: Int
    /// How many clips the member has sent in.
    public let clips: Int
    /// How many of them are in the film.
    public let wins: Int
    /// The place among all voters of all time; nil without a vote.
    public let rank: Int?
    /// How many voters have a place.
    public let ranked: Int
    /// Every badge, earned or not.
    public let badges: [Badge]

    /// The level of the XP.
    public var level: Level { Level(total: xp) }

    /// What a member's pages show.
    public init(
        username: String? = nil, avatarURL: String = "/api/avatar/0", totalVotes: Int = 0, xp: Int = 0,
        votesToday: Int = 0, streak: Int = 0, clips: Int = 0, wins: Int = 0, rank: Int? = nil, ranked: Int = 0,
        badges: [Badge] = []
    ) {
        self.username = username
        self.avatarURL = avatarURL
        self.totalVotes = totalVotes
        self.xp = xp
        self.votesToday = votesToday
        self.streak = streak
        self.clips = clips
        self.wins = wins
        self.rank = rank
        self.ranked = ranked
        self.badges = badges
    }
}

/// A badge, and how far a member is from it.
public struct Badge: Sendable, Equatable, Decodable {
    /// Such as `streak_7`.
    public let key: String
    /// Such as “7-day streak”.
    public let name: String
    /// When it was first earned; nil while it is not.
    public let earnedAt: Date?
    /// What was done for it, the goal at most.
    public let progress: Int
    /// What must be done for it.
    public let goal: Int

    /// A badge.
    public init(key: String, name: String, earnedAt: Date? = nil, progress: Int, goal: Int) {
        self.key = key
        self.name = name
        self.earnedAt = earnedAt
        self.progress = progress
        self.goal = goal
    }

    private enum Key: String, CodingKey {
        case key, name, earnedAt, progress, goal
    }

    /// Reads an element of what `get_user_stats()` returns. Times are seconds since 1970.
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: Key.self)
        key = try values.decode(String.self, forKey: .key)
        name = try values.decode(String.self, forKey: .name)
        earnedAt = try values.decodeIfPresent(Double.self, forKey: .earnedAt).map(Date.init(timeIntervalSince1970:))
        progress = try values.decode(Int.self, forKey: .progress)
        goal = try values.decode(Int.self, forKey: .goal)
    }
}

/// A vote of a member that counts.
public struct PastVote: Sendable {
    /// The clip.
    public let clipID: UUID
    /// Its title.
    public let title: String
    /// Whether everybody may see the clip's page.
    public let isShown: Bool
    /// Its creator's name; nil for a former member or one without a name.
    public let username: String?
    /// The creator's picture.
    public let avatarURL: String
    /// The number of the season.
    public let season: Int
    /// The slot that the vote was for.
    public let slot: Int
    /// How often the member has voted for it.
    public let casts: Int
    /// What the vote added to the clip's score.
    public let weight: Int
    /// When it was last cast.
    public let votedAt: Date

    /// A vote; pages that are tested make them by hand.
    public init(
        clipID: UUID, title: String, isShown: Bool, username: String?, avatarURL: String, season: Int, slot: Int,
        casts: Int, weight: Int, votedAt: Date
    ) {
        self.clipID = clipID
        self.title = title
        self.isShown = isShown
        self.username = username
        self.avatarURL = avatarURL
        self.season = season
        self.slot = slot
        self.casts = casts
        self.weight = weight
        self.votedAt = votedAt
    }
}

/// The figures, the badges and the last votes of members.
public struct Games: Sendable {
    /// How many votes the history shows.
    public static let historyLength = 20

    private let database: Database

    /// The figures in `database`.
    public init(database: Database) {
        self.database = database
    }

    /// A member's figures, in one query; nil when there is no such member.
    public func stats(of member: UUID) throws -> MemberStats? {
        let row: Row? = try database.first("select * from get_user_stats(\(member))")
        return try row.map { row in
            let badges: JSONText = try row.value("badges")
            return MemberStats(
                username: try row.value("username"), avatarURL: "/api/avatar/" + (try row.value("avatar_seed")),
                totalVotes: try row.value("total_votes"), xp: try row.value("xp"),
                votesToday: try row.value("votes_today"), streak: try row.value("streak"),
                clips: try row.value("clips"), wins: try row.value("wins"), rank: try row.value("place"),
                ranked: try row.value("places"),
                badges: try badges.decode())
        }
    }

    /// The member's last votes, the latest first.
    public func history(of member: UUID) throws -> [PastVote] {
        let rows: [Row] = try database.query(
            "select * from get_vote_history(\(member), \(Self.historyLength)::int)")
        return try rows.map { row in
            PastVote(
                clipID: try row.value("clip_id"), title: try row.value("title"), isShown: try row.value("is_shown"),
                username: try row.value("username"), avatarURL: "/api/avatar/" + (try row.value("avatar_seed")),
                season: try row.value("season_number"), slot: try row.value("slot_position"),
                casts: try row.value("casts"), weight: try row.value("weight"), votedAt: try row.value("voted_at"))
        }
    }
}
