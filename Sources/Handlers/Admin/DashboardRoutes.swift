public import Film
internal import FoundationEssentials
public import HTTP
internal import SharedHandlers

extension AdminRoutes {
    /// The route of what admins see first.
    public static func dashboardRoutes(_ dashboard: Dashboard) -> [Route] {
        [
            .get(
                "/api/admin/dashboard", access: .admin, limit: .api, features: ["ADM-05"],
                summary: "What there is by state, what waits, the current round and the latest comparisons."
            ) { context in try dashboard.figures(for: try context.member().id) }
        ]
    }
}

extension SiteFigures: Shaped {
    /// Its form in JSON.
    public static let shape = Shape<SiteFigures>("SiteFigures") {
        Field("seasons", \.seasons, "By status.")
        Field("clips", \.clips, "By status.")
        Field("clipsToReview", \.clipsToReview, "Pending clips on which an admin can decide now.")
        Field("clipsInCheck", \.clipsInCheck, "Clips whose file is being checked.")
        Field("openReports", \.openReports)
        Field("newMessages", \.newMessages)
        Field("members", \.members)
        Field("bannedMembers", \.bannedMembers)
        Field("videos", \.videos, "Generated videos by status.")
        Field("comparisons", \.comparisons, "By state.")
        Field("recentComparisons", \.recentComparisons, "The eight that were made last, the newest first.")
        Field("activeModels", \.activeModels)
        Field("jobs", \.jobs, "By state. Finished ones are forgotten after a while.")
        Field("round", \.round, "Null when no season runs.")
        Field("countedAt", \.countedAt)
    }
}

extension SiteFigures.Comparison: Shaped {
    /// Its form in JSON.
    public static let shape = Shape<SiteFigures.Comparison>("RecentComparison") {
        Field("id", \.id)
        Field("title", \.title)
        Field("videos", \.videos, "How many it asks for.")
        Field("completed", \.completed)
        Field("failed", \.failed, "Failed or cancelled.")
        Field("isPublic", \.isPublic)
        Field("createdAt", \.createdAt)
    }
}

extension SiteFigures.Round: Shaped {
    /// Its form in JSON.
    public static let shape = Shape<SiteFigures.Round>("CurrentRound") {
        Field("season", \.season)
        Field("slot", \.slot)
        Field("status", \.status)
        Field("votingEndsAt", \.votingEndsAt)
        Field("clips", \.clips)
        Field("votes", \.votes)
    }
}
