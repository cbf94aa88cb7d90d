public import Film
public import HTTP
internal import Postgres
public import SharedHandlers

struct VotesVoided: Shaped {
    let made: VoteVoid

    static let shape = Shape<VotesVoided>("VoteVoid") {
        Field("success", { _ in true })
        Field("voidID", \.made.id, "What undoes it.")
        Field("votes", \.made.votes, "How many votes were taken out.")
        Field("weight", \.made.weight, "What they weighed.")
    }
}

struct VoidUndone: Shaped {
    let restored: Int
    let kept: Int

    static let shape = Shape<VoidUndone>("VoidUndone") {
        Field("success", { _ in true })
        Field("restored", \.restored, "How many votes count again.")
        Field("kept", \.kept, "How many stay out because their voter has voted again or is banned.")
    }
}

extension VotePage: Shaped {
    /// Its form in JSON.
    public static let shape = Shape<VotePage>("VotePage") {
        Field("season", \.season)
        Field("slot", \.slot)
        Field("status", \.status)
        Field("reviewEndsAt", \.reviewEndsAt, "When an undecided review ends.")
        Including(page: \.votes)
        Field("standing", \.standing, "Of an open round, on the first page.")
        Field("flaggedDecide", \.flaggedDecide, "Whether another clip would win without the flagged votes.")
        Field("groups", \.groups, "On the first page.")
        Field("voids", \.voids, "The season's latest, on the first page.")
    }
}

extension VoteEvidence: Shaped, ListItem {
    /// The member of a page that holds them.
    public static let listName = "votes"
    /// The name of a page.
    public static let pageName = "VoteEvidencePage"

    /// Its form in JSON.
    public static let shape = Shape<VoteEvidence>("VoteEvidence") {
        Field("clipID", \.clipID)
        Field("title", \.title)
        Field("voterKey", \.voterKey)
        Field("username", \.username)
        Field("casts", \.casts)
        Field("weight", \.weight)
        Field("kinds", \.kinds, "A letter for each cast: n standard, s super, m mega.")
        Field("flags", \.flags, "Why it is suspicious.")
        Field("network", \.network, "The hash of the network, of that day.")
        Field("networkVoters", \.networkVoters, "How many voters of this network voted in the round.")
        Field("deviceVoters", \.deviceVoters, "How many voters used this device in the round.")
        Field("createdAt", \.createdAt)
        Field("updatedAt", \.updatedAt)
        Field("voidedAt", \.voidedAt)
        Field("voidID", \.voidID)
    }
}

extension VoteStanding: Shaped {
    /// Its form in JSON.
    public static let shape = Shape<VoteStanding>("VoteStanding") {
        Field("clipID", \.clipID)
        Field("title", \.title)
        Field("voteCount", \.voteCount)
        Field("weightedScore", \.weightedScore)
        Field("rank", \.rank)
        Field("cleanCount", \.cleanCount, "Without the flagged votes.")
        Field("cleanScore", \.cleanScore, "Without the flagged votes.")
        Field("cleanRank", \.cleanRank, "Without the flagged votes.")
    }
}

extension VoteGroup: Shaped {
    /// Its form in JSON.
    public static let shape = Shape<VoteGroup>("VoteGroup") {
        Field("kind", \.kind, .choice(["flag", "network"]))
        Field("name", \.name)
        Field("votes", \.votes)
        Field("flagged", \.flagged)
        Field("voided", \.voided)
        Field("voters", \.voters)
        Field("weight", \.weight)
    }
}

extension VoidRecord: Shaped {
    /// Its form in JSON.
    public static let shape = Shape<VoidRecord>("VoidRecord") {
        Field("id", \.id)
        Field("origin", \.origin, .choice(["admin", "review", "ban", "reset"]))
        Field("member", \.member, "Whose ban it is; null when it is none or the account is gone.")
        Field("username", \.username, "Who did it; null when a rule did.")
        Field("reason", \.reason)
        Field("slot", \.slot)
        Field("votes", \.votes)
        Field("weight", \.weight)
        Field("voidedAt", \.voidedAt)
        Field("undoneAt", \.undoneAt)
        Field("restored", \.restored)
    }
}
