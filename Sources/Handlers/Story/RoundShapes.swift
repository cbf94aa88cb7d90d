public import Film
public import HTTP
internal import SharedHandlers

extension RoundResult: Shaped {
    /// Its form in JSON.
    public static let shape = Shape<RoundResult>("RoundResult") {
        Field("season", \.season)
        Field("slot", \.slot)
        Field("status", \.status)
        Field("openedAt", \.openedAt)
        Field("closedAt", \.closedAt)
        Field("votingEndsAt", \.votingEndsAt)
        Field("reviewEndsAt", \.reviewEndsAt, "When an undecided review ends, while there is one.")
        Field("results", \.results, "The winner first; empty until the slot is locked.")
        Field("interventions", \.interventions, "What was done to the round beside voting.")
        Field("export", \.export, "Null until it is written.")
    }
}

extension RankedClip: Shaped {
    /// Its form in JSON.
    public static let shape = Shape<RankedClip>("RankedClip") {
        Field("rank", \.rank)
        Field("won", \.won)
        Field("voteCount", \.voteCount)
        Field("weightedScore", \.weightedScore)
        Field("viewCount", \.viewCount)
        Field("clip", \.clip)
    }
}

extension Intervention: Shaped {
    /// Its form in JSON.
    public static let shape = Shape<Intervention>("Intervention") {
        Field("kind", \.kind, "Such as review_opened, review_accepted or votes_voided.")
        Field("byAdmin", \.byAdmin, "Whether an admin did it; else a rule of the site.")
        Field("reason", \.reason)
        Field("votes", \.votes)
        Field("at", \.at)
    }
}

extension RoundExport: Shaped {
    /// Its form in JSON.
    public static let shape = Shape<RoundExport>("RoundExportReference") {
        Field("hash", \.hash, "Of the export, SHA-256 in hexadecimal.")
        Field("number", \.number, "Its place in the season's chain.")
        Field("corrections", \.corrections, "How many corrections follow it.")
    }
}

extension TallyRecord {
    /// What the bytes hold that `export` writes: documents go out as their hashes were taken of them.
    static let exportSchema = Schema.object([
        .required(
            "documents",
            .array(
                Schema.object([
                    .required("document", .map(.any), "What is hashed, written as RFC 8785 asks."),
                    .required("hash", .string(64...64), "Its SHA-256 in hexadecimal."),
                ]).named("ExportedDocument")), "The round, and after it its corrections.")
    ]).named("RoundExport")
}

struct Receipts: Shaped {
    let receipts: [Receipt]

    static let shape = Shape<Receipts>("Receipts") {
        Field("receipts", \.receipts, "Empty for who did not vote, or while the round is not exported.")
    }
}

extension Receipt: Shaped {
    /// Its form in JSON.
    public static let shape = Shape<Receipt>("Receipt") {
        Field("voter", \.voter, "The pseudonym in the export.")
        Field("votes", \.votes)
    }
}

extension ReceiptVote: Shaped {
    /// Its form in JSON.
    public static let shape = Shape<ReceiptVote>("ReceiptVote") {
        Field("clipID", \.clipID)
        Field("title", \.title)
        Field("casts", \.casts)
        Field("weight", \.weight)
        Field("voided", \.voided, "Whether it was taken out of the count.")
        Field("castAt", \.castAt, "To the minute.")
    }
}
