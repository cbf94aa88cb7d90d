public import Film
public import HTTP
public import SharedHandlers

extension ClipDetails: Shaped {
    /// Its form in JSON.
    public static let shape = Shape<ClipDetails>("Clip") {
        Including(\.card)
        Field("description", \.description)
        Field("status", \.status)
        Field("label", \.label, "The status in people's words.")
        Field("season", \.season)
        Field("slot", \.slot)
        Field("voteCount", \.voteCount, "Null while the season does not show counts.")
        Field("weightedScore", \.weightedScore)
        Field("closedVotes", \.closedVotes, "Its votes in the rounds that are closed.")
        Field("viewCount", \.viewCount)
        Field("commentCount", \.commentCount, "How many comments everyone sees, replies among them.")
        Field("votingEndsAt", \.votingEndsAt, "When its round closes; null unless it is being voted on.")
        Field("history", \.history, "How it ended in each round, the latest first.")
        Field("createdAt", \.createdAt)
        Field("activatedAt", \.activatedAt)
        Field("processing", \.processing, "For creator and admins only.")
        Field("processingError", \.processingError, "For creator and admins only.")
        Field("processingSince", { $0.check?.startedAt }, "When the check of the file began; for the creator only.")
        Field("processingPercent", { $0.check?.percent }, "How far the check is; for the creator only.")
        Field(
            "processingNote", { $0.check?.note },
            "What the creator should know although the file was accepted; for the creator only.")
        Field(
            "previewURL", { $0.check?.previewURL },
            "The file as it was sent, until its rendition is made; for creator and admins only.")
        Field("rejectionReason", \.rejectionReason, "For creator and admins only.")
    }
}

extension ClipRound: Shaped {
    /// Its form in JSON.
    public static let shape = Shape<ClipRound>("ClipRound") {
        Field("slot", \.slot)
        Field("rank", \.rank)
        Field("clips", \.clips, "How many competed.")
        Field("won", \.won)
        Field("voteCount", \.voteCount)
        Field("weightedScore", \.weightedScore)
        Field("closedAt", \.closedAt)
    }
}

extension OwnClip: Shaped, ListItem {
    /// The member of a page that holds them.
    public static let listName = "clips"
    /// The name of a page.
    public static let pageName = "OwnClips"

    /// Its form in JSON.
    public static let shape = Shape<OwnClip>("OwnClip") {
        Including(\.details)
        Field("rank", \.rank, "In the open round; null outside a round and while the season does not show counts.")
        Field("clipsInRound", \.clipsInRound, "How many clips compete in that round; null outside a round.")
        Field("changedAt", \.changedAt, "When an admin last decided on it or a round of it last closed.")
        Field("withdrawnAt", \.withdrawnAt)
        Field("canWithdraw", \.canWithdraw)
    }
}
