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
        Field("results", \.results, "By the votes; empty until the slot is locked.")
        Field("winner", \.winner, "The clip in the film; null when it was taken down and none could take its place.")
        Field("interventions", \.interventions, "What was done to the round beside voting.")
        Field("export", \.export, "Null until it is written.")
    }
}

extension RankedClip: Shaped {
    /// Its form in JSON.
    public static let shape = Shape<RankedClip>("RankedClip") {
        Field("rank", \.rank)
        Field("won", \.won, "Whether it is in the film. An admin may have chosen another clip than the votes.")
        Field("voteCount", \.voteCount)
        Field("weightedScore", \.weightedScore)
        Field("viewCount", \.viewCount)
        Field("clip", \.clip)
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
