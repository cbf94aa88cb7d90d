public import Film
internal import FoundationEssentials
public import HTTP
internal import Postgres
public import SharedHandlers
internal import Text

extension AdminRoutes {
    private struct DecideCaseInput: InputShape {
        @Input(.integer(1...9_007_199_254_740_991), "The case.") var caseID: Int
        @Input var action: CaseAction
        @Input("The rule that is broken; required to warn, reject and ban.") var rule: ReportReason?
        @Input(
            RejectClipInput.reasonText,
            "What the person concerned reads; required to warn, reject and ban. After a dismissal, what reporters read."
        )
        var reason: String?
    }

    private struct DecideAppealInput: InputShape {
        enum Outcome: String, InputValue, CaseIterable {
            case granted, upheld
        }

        @Input("The decision that the appeal is against.") var decisionID: UUID
        @Input("“granted” restores the clip or the account; “upheld” leaves the decision as it is.")
        var outcome: Outcome
        @Input(RejectClipInput.reasonText, "What the member reads.") var answer: String
    }

    /// Reports of clips, members and comments, what admins decide, and appeals.
    public static func moderationRoutes(_ moderation: Moderation) -> [Route] {
        [cases(moderation), decide(moderation), decideAppeal(moderation)]
    }

    private static func cases(_ moderation: Moderation) -> Route {
        .get(
            "/api/admin/moderation", access: .admin, limit: .api,
            query: [.optional("state", CaseFilter.inputSchema, default: "open", "Only cases of this kind.")]
                + .paging(default: 20),
            features: ["SOC-03", "ADM-01"],
            summary:
                "Reports and appeals by clip, member or comment; those that wait the oldest first, others the newest first."
        ) { context in
            let filter = context.text(query: "state").flatMap(CaseFilter.init) ?? .open
            return try moderation.cases(filter, page: context.pageRequest, for: try context.member().id)
        }
    }

    private static func decide(_ moderation: Moderation) -> Route {
        .post(
            "/api/admin/moderation", access: .admin, body: DecideCaseInput.self, features: ["SOC-03", "ADM-01"],
            summary:
                "Decides on the reports of a case. Reporters get an answer, the person concerned a statement of reasons."
        ) { context, input in
            let reason = input.reason?.trimmed
            if [.warn, .reject, .ban].contains(input.action) {
                let missing = [("rule", input.rule == nil), ("reason", reason?.isEmpty ?? true)].filter(\.1)
                guard missing.isEmpty else {
                    throw Problem.unprocessable(
                        missing.map { FieldFault($0.0, "required", "“\($0.0)” is required for this decision.") })
                }
            }
            try moderation.decide(
                Int64(input.caseID), input.action, rule: input.rule, reason: reason, by: try context.member().id)
            return Done()
        }
    }

    private static func decideAppeal(_ moderation: Moderation) -> Route {
        .post(
            "/api/admin/appeals", access: .admin, body: DecideAppealInput.self, features: ["SOC-03", "ADM-02"],
            summary:
                "Decides on an appeal. Where there are several admins, another one than who decided first must do it."
        ) { context, input in
            try moderation.decideAppeal(
                input.decisionID, isGranted: input.outcome == .granted, answer: input.answer.trimmed,
                by: try context.member().id)
            return Done()
        }
    }
}

extension CaseList: Shaped {
    /// Its form in JSON.
    public static let shape = Shape<CaseList>("CaseList") {
        Including(page: \.cases)
        Field("counts", \.counts, "How many cases each filter has.")
    }
}

extension ModerationCase: Shaped, ListItem {
    /// The member of a page that holds them.
    public static let listName = "cases"
    /// The name of a page.
    public static let pageName = "CasePage"

    /// Its form in JSON.
    public static let shape = Shape<ModerationCase>("ModerationCase") {
        Field("id", \.id)
        Field("state", \.state)
        Field("openedAt", \.openedAt)
        Field("decidedAt", \.decidedAt, "When an admin last decided.")
        Field("decidedBy", \.decidedBy, "That admin's name.")
        Field("appealedAt", \.appealedAt, "Since when an appeal waits; null when none does.")
        Field("member", \.member, "The one reported, or the creator of the clip, or the author of the comment.")
        Field("clip", \.clip, "Null when it is about the member or a comment.")
        Field("comment", \.comment, "Null when it is about the member or a clip.")
        Field("reports", \.reports, "The newest first, 50 at most.")
        Field("decisions", \.statements, "The latest first.")
    }
}

extension CaseMember: Shaped {
    /// Its form in JSON.
    public static let shape = Shape<CaseMember>("CaseMember") {
        Field("id", \.id)
        Field("username", \.username)
        Field("avatarURL", { "/api/avatar/" + $0.avatarSeed })
        Field("banned", \.isBanned)
        Field("admin", \.isAdmin)
    }
}

extension CaseComment: Shaped {
    /// Its form in JSON.
    public static let shape = Shape<CaseComment>("CaseComment") {
        Field("id", \.id)
        Field("text", \.text, "Empty once it is erased.")
        Field("visible", \.isVisible, "Whether everyone sees it.")
        Field("title", \.title, "Of the clip or comparison.")
        Field("path", \.path, "The page on which it is shown.")
    }
}

extension CaseClip: Shaped {
    /// Its form in JSON.
    public static let shape = Shape<CaseClip>("CaseClip") {
        Including(\.card)
        Field("status", \.status)
        Field("slot", \.slot)
    }
}

extension Report: Shaped {
    /// Its form in JSON.
    public static let shape = Shape<Report>("Report") {
        Field("id", \.id)
        Field("reason", \.reason)
        Field("description", \.details, "In the reporter's words; may be empty.")
        Field("reporter", \.reporter, "Null for a visitor, and when the account is gone.")
        Field("createdAt", \.createdAt)
        Field("state", \.state)
    }
}
