public import Film
internal import FoundationEssentials
public import HTTP
internal import Postgres
public import SharedHandlers

extension QueuedClip: Shaped, ListItem {
    /// The member of a page that holds them.
    public static let listName = "clips"
    /// The name of a page.
    public static let pageName = "ClipPage"

    /// Its form in JSON.
    public static let shape = Shape<QueuedClip>("QueuedClip") {
        Including(\.card)
        Field("userID", \.userID)
        Field("description", \.description)
        Field("status", \.status)
        Field("label", \.label)
        Field("processing", \.processing)
        Field("processingError", \.processingError)
        Field("rejectionReason", \.rejectionReason)
        Field("seasonID", \.seasonID)
        Field("slot", \.slot)
        Field("voteCount", \.voteCount)
        Field("weightedScore", \.weightedScore)
        Field("viewCount", \.viewCount)
        Field("createdAt", \.createdAt)
        Field("decidedAt", \.decidedAt)
        Field(
            "nearDuplicates", \.nearDuplicates, "Clips of the season that look nearly the same, the most alike first.")
        Field("reports", \.reports, "Reports that wait for a decision, the newest first.")
    }
}

extension QueuedReport: Shaped {
    /// Its form in JSON.
    public static let shape = Shape<QueuedReport>("QueuedReport") {
        Field("caseID", \.caseID, "By which the reports are decided on.")
        Field("reason", \.reason)
        Field("description", \.details)
        Field("createdAt", \.createdAt)
    }
}

extension NearDuplicate: Shaped {
    /// Its form in JSON.
    public static let shape = Shape<NearDuplicate>("NearDuplicate") {
        Field("similarity", \.similarity, .integer(0...100), "In per cent.")
        Field("status", \.status)
        Field("slot", \.slot)
        Field("voteCount", \.voteCount)
        Field("clip", \.clip)
    }
}

extension ClipQueuePage: Shaped {
    /// Its form in JSON.
    public static let shape = Shape<ClipQueuePage>("ClipQueue") {
        Including(page: \.clips)
        Field("counts", \.counts, "How many clips have each status, regardless of the filter.")
    }
}

/// The answer to an edit.
struct EditedClip: Shaped {
    let id: UUID

    static let shape = Shape<EditedClip>("ClipEdited") {
        Field("success", { _ in true })
        Field("clipID", \.id)
    }
}

extension ClipDecision.Outcome: JSONRepresentable {}

extension ClipDecision: Shaped {
    /// Its form in JSON.
    public static let shape = Shape<ClipDecision>("ClipDecision") {
        Field("success", \.outcome.isDone)
        Field("clipID", \.clipID)
        Field("outcome", \.outcome)
        Field("slot", \.slot, "The slot that the clip is in.")
        Field("decisionID", \.decisionID, "By which the decision can be undone; null when nothing was decided.")
    }
}

/// The answer to many decisions.
struct ClipDecisions: Shaped {
    let results: [ClipDecision]

    private var done: Int { results.count(where: \.outcome.isDone) }

    static let shape = Shape<ClipDecisions>("ClipDecisions") {
        Field("success", { $0.done == $0.results.count }, "Whether every decision holds.")
        Field("done", \.done, "How many hold.")
        Field("results", \.results, "In the order of the request.")
    }
}

extension ClipUndo.Outcome: JSONRepresentable {}

extension ClipUndo: Shaped {
    /// Its form in JSON.
    public static let shape = Shape<ClipUndo>("ClipUndo") {
        Field("success", { $0.outcome == .undone })
        Field("decisionID", \.decisionID)
        Field("clipID", \.clipID, "Null when the decision is superseded.")
        Field("outcome", \.outcome)
        Field("slot", \.slot, "The slot in which the clip competes now.")
    }
}

/// The answer to the undoing of decisions.
struct UndoneDecisions: Shaped {
    let results: [ClipUndo]

    private var done: Int { results.count { $0.outcome == .undone } }

    static let shape = Shape<UndoneDecisions>("UndoneDecisions") {
        Field("success", { $0.done == $0.results.count }, "Whether every decision is undone.")
        Field("done", \.done, "How many are undone.")
        Field("results", \.results, "In the order of the request.")
    }
}
