internal import Film
internal import HTTP

extension Schema {
    static let voteVoid = Schema.object([
        .required("success", .boolean),
        .required("voidId", .uuid, "What undoes it."),
        .required("votes", .integer(), "How many votes were taken out."),
        .required("weight", .integer(), "What they weighed."),
    ]).named("VoteVoid")

    static let voidUndone = Schema.object([
        .required("success", .boolean),
        .required("restored", .integer(), "How many votes count again."),
        .required("kept", .integer(), "How many stay out because their voter has voted again or is banned."),
    ]).named("VoidUndone")

    static let votePage = Schema.object([
        .required(
            "season",
            .object([
                .required("id", .uuid), .required("number", .integer()), .required("label", .string()),
                .required("totalSlots", .integer()),
            ])),
        .required("slot", .integer()),
        .required("status", .choice(SlotStatus.allCases.map(\.rawValue))),
        .required("reviewEndsAt", .dateTime.nullable, "When an undecided review ends."),
        .required("votes", .array(voteEvidence), "The newest first."),
        .required("nextCursor", .string().nullable),
        .required("standing", .array(voteStanding), "Of an open round, on the first page."),
        .required("flaggedDecide", .boolean, "Whether another clip would win without the flagged votes."),
        .required("groups", .array(voteGroup), "On the first page."),
        .required("voids", .array(voidRecord), "The season's latest, on the first page."),
    ]).named("VotePage")

    private static let voteEvidence = Schema.object([
        .required("clipId", .uuid), .required("title", .string()),
        .required("voterKey", .string()), .required("username", .string().nullable),
        .required("casts", .integer()), .required("weight", .integer()),
        .required("kinds", .string(), "A letter for each cast: n standard, s super, m mega."),
        .required("flags", .array(.string()), "Why it is suspicious."),
        .required("network", .string().nullable, "The hash of the network, of that day."),
        .required("networkVoters", .integer(), "How many voters of this network voted in the round."),
        .required("deviceVoters", .integer(), "How many voters used this device in the round."),
        .required("createdAt", .dateTime), .required("updatedAt", .dateTime),
        .required("voidedAt", .dateTime.nullable), .required("voidId", .uuid.nullable),
    ]).named("VoteEvidence")

    private static let voteStanding = Schema.object([
        .required("clipId", .uuid), .required("title", .string()),
        .required("voteCount", .integer()), .required("weightedScore", .integer()), .required("rank", .integer()),
        .required("cleanCount", .integer(), "Without the flagged votes."),
        .required("cleanScore", .integer(), "Without the flagged votes."),
        .required("cleanRank", .integer(), "Without the flagged votes."),
    ]).named("VoteStanding")

    private static let voteGroup = Schema.object([
        .required("kind", .choice(["flag", "network"])), .required("name", .string()),
        .required("votes", .integer()), .required("flagged", .integer()), .required("voided", .integer()),
        .required("voters", .integer()), .required("weight", .integer()),
    ]).named("VoteGroup")

    private static let voidRecord = Schema.object([
        .required("id", .uuid), .required("origin", .choice(["admin", "review", "ban"])),
        .required("member", .string().nullable, "Whose ban it is; null when it is none or the account is gone."),
        .required("username", .string().nullable, "Who did it; null when a rule did."),
        .required("reason", .string()), .required("slot", .integer().nullable),
        .required("votes", .integer()), .required("weight", .integer()),
        .required("voidedAt", .dateTime), .required("undoneAt", .dateTime.nullable),
        .required("restored", .integer().nullable),
    ]).named("VoidRecord")
}
