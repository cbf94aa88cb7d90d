internal import Film
internal import FoundationEssentials
internal import HTTP

struct EditedAnswer: Encodable {
    let success = true
    let clipId: UUID
}

struct DecisionAnswer: Encodable {
    let success: Bool
    let clipId: UUID
    let outcome: String
    @OrNull var slot: Int?

    init(_ decision: ClipDecision) {
        success = decision.outcome.isDone
        clipId = decision.clipID
        outcome = decision.outcome.rawValue
        slot = decision.slot
    }
}

struct DecisionsAnswer: Encodable {
    let success: Bool
    let done: Int
    let results: [DecisionAnswer]

    init(_ decisions: [ClipDecision]) {
        results = decisions.map(DecisionAnswer.init)
        done = results.count(where: \.success)
        success = done == results.count
    }
}

extension Schema {
    static let clipEdited = Schema.object([.required("success", .boolean), .required("clipId", .uuid)])
        .named("ClipEdited")

    static let clipDecision = Schema.object([
        .required("success", .boolean),
        .required("clipId", .uuid),
        .required("outcome", .choice(ClipDecision.Outcome.allCases.map(\.rawValue))),
        .required("slot", .integer().nullable, "The slot that the clip stands in."),
    ]).named("ClipDecision")

    static let clipDecisions = Schema.object([
        .required("success", .boolean, "Whether every decision holds."),
        .required("done", .integer(), "How many hold."),
        .required("results", .array(.clipDecision), "In the order of the request."),
    ]).named("ClipDecisions")

    static let clipQueue = Schema.object([
        .required("clips", .array(queuedClip)),
        .required("nextCursor", .string().nullable),
        .required("counts", .map(.integer()), "How many clips stand in each status, whatever the filter."),
    ]).named("ClipQueue")

    private static let clipStatus = Schema.choice(ClipStatus.allCases.map(\.rawValue))

    private static let queuedClip = Schema.clipCard([
        .required("userId", .uuid),
        .required("description", .string()),
        .required("status", clipStatus),
        .required("label", .choice(ClipLabel.allCases.map(\.rawValue))),
        .required("processing", .choice(ClipProcessing.allCases.map(\.rawValue))),
        .required("processingError", .string().nullable),
        .required("rejectionReason", .string().nullable),
        .required("seasonId", .uuid.nullable),
        .required("slot", .integer().nullable),
        .required("voteCount", .integer()),
        .required("weightedScore", .integer()),
        .required("viewCount", .integer()),
        .required("createdAt", .dateTime),
        .required("decidedAt", .dateTime.nullable),
        .required(
            "nearDuplicates",
            .array(
                .object([
                    .required("similarity", .integer(0...100), "In per cent."),
                    .required("status", clipStatus), .required("slot", .integer().nullable),
                    .required("voteCount", .integer()), .required("clip", .clipCard()),
                ])), "Clips of the season that look nearly the same, the most alike first."),
    ]).named("QueuedClip")
}
