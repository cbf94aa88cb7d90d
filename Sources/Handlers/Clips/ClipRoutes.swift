public import Film
public import HTTP

/// The routes that show single clips.
public enum ClipRoutes {
    /// Every route of the group.
    public static func routes(clips: Clips) -> [Route] {
        [details(clips), own(clips), media(clips).asPermission(.cached)]
    }

    private static func details(_ clips: Clips) -> Route {
        .get(
            "/api/clip/[id]", access: .any, answers: [200: .clipDetails],
            cache: .publicForVisitors(seconds: 30, stale: 60), features: ["CLIP-06"],
            summary: "A clip with its rank in every round. Pending and refused ones only for creator and admins."
        ) { context in
            let id = try context.uuid("id")
            let member = context.caller.member
            let viewer = ClipViewer(memberID: member?.id, isAdmin: member?.isAdmin ?? false)
            return try .json(try film { try clips.details(id, for: viewer) })
        }
    }

    private static func own(_ clips: Clips) -> Route {
        .get(
            "/api/profile/clips", access: .member,
            answers: [200: .object([.required("clips", .array(.clipDetails))]).named("OwnClips")],
            features: ["PROF-01"], summary: "The member's own clips, the newest first."
        ) { context in
            let member = try context.member()
            return try .json(["clips": try clips.own(of: member.id)])
        }
    }
}

extension Schema {
    static let clipDetails = Schema.clipCard([
        .required("description", .string()),
        .required("status", .choice(ClipStatus.allCases.map(\.rawValue))),
        .required("label", .choice(ClipLabel.allCases.map(\.rawValue)), "The status in people's words."),
        .required(
            "season",
            Schema.object([
                .required("id", .uuid), .required("number", .integer()), .required("label", .string()),
                .required("totalSlots", .integer()),
            ]).nullable),
        .required("slot", .integer().nullable),
        .required("voteCount", .integer().nullable, "Null while the season does not show counts."),
        .required("weightedScore", .integer().nullable),
        .required("viewCount", .integer()),
        .required(
            "history",
            .array(
                .object([
                    .required("slot", .integer()), .required("rank", .integer()), .required("clips", .integer()),
                    .required("won", .boolean), .required("voteCount", .integer()),
                    .required("weightedScore", .integer()), .required("closedAt", .dateTime),
                ])), "How it ended in each round, the latest first."),
        .required("createdAt", .dateTime),
        .required("activatedAt", .dateTime.nullable),
        .required(
            "processing", Schema.choice(ClipProcessing.allCases.map(\.rawValue)).nullable,
            "For creator and admins only."),
        .required("processingError", .string().nullable, "For creator and admins only."),
        .required("rejectionReason", .string().nullable, "For creator and admins only."),
    ]).named("Clip")
}
