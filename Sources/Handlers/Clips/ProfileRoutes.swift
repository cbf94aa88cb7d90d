public import Games
public import HTTP

extension ClipRoutes {
    /// What members have done. `dailyVotes` is the limit of a day.
    public static func profileRoutes(_ games: Games, dailyVotes: Int) -> [Route] {
        [stats(games, dailyVotes), history(games), profile(games, dailyVotes)]
    }

    private static func stats(_ games: Games, _ dailyVotes: Int) -> Route {
        .get(
            "/api/profile/stats", access: .member, features: ["PROF-02", "GAME-01", "GAME-03"],
            summary: "The member's votes, XP, level, streak, place and badges."
        ) { context in try figures(games, dailyVotes, context) }
    }

    private static func history(_ games: Games) -> Route {
        .get(
            "/api/profile/history", access: .member, features: ["PROF-01"],
            summary: "The member's last 20 votes that count, the latest first."
        ) { context in VoteHistory(votes: try games.history(of: try context.member().id)) }
    }

    private static func profile(_ games: Games, _ dailyVotes: Int) -> Route {
        .get(
            "/api/user/profile", access: .member, limit: .api, features: ["PROF-01"],
            summary: "The member's name and picture, with the figures."
        ) { context in
            let member = try context.member()
            return OwnProfile(member: member, figures: try figures(games, dailyVotes, context))
        }
    }

    private static func figures(_ games: Games, _ dailyVotes: Int, _ context: Context) throws -> Figures {
        guard let stats = try games.stats(of: try context.member().id) else { throw Problem.unauthenticated }
        return Figures(stats: stats, dailyVotes: dailyVotes)
    }
}

/// A member's figures beside the limit of a day.
private struct Figures: Shaped {
    let stats: MemberStats
    let dailyVotes: Int

    static let shape = Shape<Figures>("ProfileStats") {
        Field("totalVotes", \.stats.totalVotes)
        Field("xp", \.stats.xp)
        Field("level", \.stats.level.number)
        Field("levelXp", \.stats.level.xp, "The XP within the level.")
        Field("levelNeeds", \.stats.level.needs, "How many XP the level takes.")
        Field("votesToday", \.stats.votesToday)
        Field("dailyLimit", \.dailyVotes)
        Field("streak", \.stats.streak, "How many days in a row the member has voted; days are UTC.")
        Field("clips", \.stats.clips, "How many clips the member has sent in.")
        Field("wins", \.stats.wins)
        Field("rank", \.stats.rank, "Among all voters of all time; null without a vote.")
        Field("badges", \.stats.badges, "All of them, earned or not.")
    }
}

/// A member's own profile.
private struct OwnProfile: Shaped {
    let member: Member
    let figures: Figures

    static let shape = Shape<OwnProfile>("Profile") {
        Field("id", \.member.id)
        Field("username", \.figures.stats.username, "Null until the member has chosen one.")
        Field("avatarURL", \.figures.stats.avatarURL)
        Field("isAdmin", \.member.isAdmin)
        Including(\.figures)
    }
}

extension Badge: Shaped {
    /// Its form in JSON.
    public static let shape = Shape<Badge>("Badge") {
        Field("key", \.key)
        Field("name", \.name)
        Field("earnedAt", \.earnedAt, "When it was first earned; null while it is not.")
        Field("progress", \.progress, "The goal at most.")
        Field("goal", \.goal)
    }
}

/// A member's last votes.
private struct VoteHistory: Shaped {
    let votes: [PastVote]

    static let shape = Shape<VoteHistory>("VoteHistory") {
        Field("votes", \.votes)
    }
}

extension PastVote: Shaped {
    /// Its form in JSON.
    public static let shape = Shape<PastVote>("PastVote") {
        Field("clipID", \.clipID)
        Field("title", \.title)
        Field("username", \.username, "The clip's creator; null for a former member.")
        Field("avatarURL", \.avatarURL)
        Field("season", \.season, "The number of the season.")
        Field("slot", \.slot)
        Field("casts", \.casts, "How often the member has voted for it.")
        Field("weight", \.weight, "What the vote added to the clip's score.")
        Field("votedAt", \.votedAt)
    }
}
