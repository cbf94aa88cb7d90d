internal import Film
internal import HTTP

extension Schema {
    static let story = Schema.object([
        .required("currentSeasonId", .uuid.nullable),
        .required("seasons", .array(.storySeason), "The newest first."),
    ]).named("Story")

    private static let storySeason = Schema.object([
        .required("id", .uuid),
        .required("number", .integer()),
        .required("label", .string()),
        .required("description", .string()),
        .required("genre", .string()),
        .required("status", .choice(SeasonStatus.allCases.map(\.rawValue))),
        .required("aspect", .choice(Aspect.allCases.map(\.rawValue))),
        .required("coverUrl", .string().nullable),
        .required("totalSlots", .integer(1...500)),
        .required("roundSeconds", .integer(), "How long a round is open."),
        .required("lockedSlots", .integer(0...500)),
        .required("progress", .number(0...1), "The part of the film that is cut."),
        .required("durationSeconds", .number(), "How long the film is so far."),
        .required("contributors", .integer(), "How many people made the clips that won."),
        .required("currentSlot", .integer().nullable),
        .required("votingEndsAt", .dateTime.nullable),
        .required("round", storyRound.nullable),
        .required("activatedAt", .dateTime.nullable),
        .required("finishedAt", .dateTime.nullable),
        .required("slots", .array(storySlot)),
    ]).named("StorySeason")

    private static let storyRound = Schema.object([
        .required("slot", .integer()),
        .required("status", slotStatus),
        .required("votingStartedAt", .dateTime.nullable),
        .required("votingEndsAt", .dateTime.nullable),
        .required("clips", .integer()),
        .required("votes", .integer().nullable, "Null when the season shows counts only later."),
    ]).named("StoryRound")

    private static let storySlot = Schema.object([
        .required("position", .integer()),
        .required("status", slotStatus),
        .required("lockedAt", .dateTime.nullable),
        .required(
            "winner",
            Schema.clipCard([.required("voteCount", .integer()), .required("weightedScore", .integer())]).nullable),
    ]).named("StorySlot")

    private static let slotStatus = Schema.choice(SlotStatus.allCases.map(\.rawValue))

    static let roundResult = Schema.object([
        .required(
            "season",
            .object([
                .required("id", .uuid), .required("number", .integer()), .required("label", .string()),
                .required("totalSlots", .integer()),
            ])),
        .required("slot", .integer()),
        .required("status", slotStatus),
        .required("openedAt", .dateTime.nullable),
        .required("closedAt", .dateTime.nullable),
        .required("votingEndsAt", .dateTime.nullable),
        .required("reviewEndsAt", .dateTime.nullable, "When an undecided review ends, while there is one."),
        .required(
            "results",
            .array(
                .object([
                    .required("rank", .integer()), .required("won", .boolean), .required("voteCount", .integer()),
                    .required("weightedScore", .integer()), .required("viewCount", .integer()),
                    .required("clip", .clipCard()),
                ])), "The winner first; empty until the slot is locked."),
        .required(
            "interventions",
            .array(
                .object([
                    .required("kind", .string(), "Such as review_opened, review_accepted or votes_voided."),
                    .required("byAdmin", .boolean, "Whether an admin did it; else a rule of the site."),
                    .required("reason", .string()), .required("votes", .integer().nullable),
                    .required("at", .dateTime),
                ])), "What was done to the round beside voting."),
        .required(
            "export",
            Schema.object([
                .required("hash", .string(), "Of the export, SHA-256 in hexadecimal."),
                .required("number", .integer(), "Its place in the season's chain."),
                .required("corrections", .integer(), "How many corrections follow it."),
            ]).nullable, "Null until it is written."),
    ]).named("RoundResult")
}
