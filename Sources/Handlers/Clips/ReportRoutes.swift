internal import Captcha
public import Film
internal import FoundationEssentials
public import HTTP
public import Identity
internal import SharedHandlers
internal import Text

extension ClipRoutes {
    private struct ReportInput: InputShape {
        @Input("The clip, if it is about one.") var clipID: UUID?
        @Input("The member, if it is about one.") var userID: UUID?
        @Input("The comment, if it is about one.") var commentID: UUID?
        @Input var reason: ReportReason
        @Input(.text(0...1_000, lines: .many), "In your own words; required for “other”.") var description: String?
    }

    private struct AppealInput: InputShape {
        @Input(.text(1...2_000, lines: .many), "Why the decision is wrong. Admins read this.") var text: String
        @Input("The decision.") var decisionID: UUID
    }

    private struct ReportReceived: Shaped {
        let isJoined: Bool

        static let shape = Shape<ReportReceived>("ReportReceived") {
            Field("received", { _ in true })
            Field("joined", \.isJoined, "Whether it was joined to an earlier report of yours about the same.")
        }
    }

    private struct OwnDecisions: Shaped {
        let decisions: [StatementOfReasons]
        let reports: [OwnReport]

        static let shape = Shape<OwnDecisions>("OwnDecisions") {
            Field("decisions", \.decisions, "The latest 100 decisions about you and your clips, the latest first.")
            Field("reports", \.reports, "The latest 50 reports that you have made, the newest first.")
        }
    }

    /// Reporting clips, members and comments, and what a member reads of decisions. With `hasCaptcha`, visitors need a pass.
    public static func reportRoutes(
        _ moderation: Moderation, _ identity: IdentityService, hasCaptcha: Bool
    ) -> [Route] {
        [
            report(moderation, identity, hasCaptcha).acceptingForms(.backTo("/report", saying: "report-sent")),
            decisions(moderation).forPeopleOnly(),
            appeal(identity).forPeopleOnly().acceptingForms(.backTo("/profile/decisions", saying: "appeal-sent")),
        ]
    }

    private static func report(_ moderation: Moderation, _ identity: IdentityService, _ hasCaptcha: Bool) -> Route {
        .post(
            "/api/report", access: .any, limit: .contact, body: ReportInput.self,
            answers: [200: ReportReceived.schema, 201: ReportReceived.schema], features: ["SOC-03"],
            summary: "Reports a clip, a member or a comment to the admins."
        ) { context, input in
            let subject: ReportSubject
            switch (input.clipID, input.userID, input.commentID) {
            case (let clip?, nil, nil): subject = .clip(clip)
            case (nil, let member?, nil): subject = .member(member)
            case (nil, nil, let comment?): subject = .comment(comment)
            default:
                throw Problem.invalid(
                    "clipId", "required", "Name the clip, the member or the comment, and only one of them.")
            }
            let details = (input.description ?? "").trimmed
            if input.reason == .other, details.isEmpty {
                throw Problem.invalid("description", "required", "Say in your own words what is wrong.")
            }
            let member = context.caller.member
            let key = context.voterKey(identity)
            if member == nil, hasCaptcha, try CaptchaPasses.expiry(of: key, in: identity.database) == nil {
                throw Problem.forbidden("captcha_required", "Complete the captcha first, or sign in. Nothing was sent.")
            }
            let isJoined = try moderation.report(
                subject, by: Reporter(memberID: member?.id, key: key), reason: input.reason, details: details)
            return Response.json(ReportReceived(isJoined: isJoined), status: isJoined ? 200 : 201)
        }
    }

    private static func appeal(_ identity: IdentityService) -> Route {
        .post(
            "/api/profile/decisions", access: .member, refusesBanned: false, body: AppealInput.self,
            features: ["SOC-03"], summary: "Appeals against a decision about you or a clip of yours, once."
        ) { context, input in
            try Members.appeal(
                input.text, against: input.decisionID, by: try context.member().id, in: identity.database)
            return Done()
        }
    }

    private static func decisions(_ moderation: Moderation) -> Route {
        .get(
            "/api/profile/decisions", access: .member, features: ["SOC-03"],
            summary: "What admins decided about you and your clips, with their reasons, and answers to your reports."
        ) { context in
            let member = try context.member().id
            return OwnDecisions(
                decisions: try moderation.statements(of: member),
                reports: try moderation.reports(of: member))
        }
    }
}

extension OwnReport: Shaped {
    /// Its form in JSON.
    public static let shape = Shape<OwnReport>("OwnReport") {
        Field(
            "subject", \.subject,
            "The clip's title, or the name of the member or of the comment's author; null when it is not public any more."
        )
        Field("aboutClip", \.isAboutClip)
        Field("aboutComment", \.isAboutComment)
        Field("reason", \.reason)
        Field("state", \.state)
        Field("createdAt", \.createdAt)
        Field("answeredAt", \.answeredAt)
        Field("answer", \.answer, "What the admin said after a dismissal.")
    }
}
