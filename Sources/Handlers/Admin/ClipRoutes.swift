internal import Film
internal import FoundationEssentials
internal import HTTP

extension AdminRoutes {
    static func clipRoutes(_ clips: Clips) -> [Route] {
        [queue(clips), edit(clips), approve(clips), reject(clips), bulk(clips)]
    }

    private static func queue(_ clips: Clips) -> Route {
        .get(
            "/api/admin/clips", access: .admin, limit: .api,
            query: [
                .optional("status", .choice(ClipStatus.allCases.map(\.rawValue)), "Only clips that stand so."),
                .optional("genre", .choice(ClipGenre.all), "Only clips of this genre."),
                .optional("season", .uuid, "Only clips of this season."),
                .optional("search", .text(1...80), "Only clips whose title or creator contains this."),
                .limit(default: 50, cap: 100), .cursor,
            ],
            answers: [200: .clipQueue], features: ["ADM-01"],
            summary: "The moderators' queue: pending clips the oldest first, others the newest first."
        ) { context in
            var filter = ClipFilter()
            filter.status = context.text(query: "status").flatMap(ClipStatus.init)
            filter.genre = context.text(query: "genre")
            filter.seasonID = context.uuid(query: "season")
            filter.search = context.text(query: "search")
            filter.limit = context.integer(query: "limit") ?? filter.limit
            if let text = context.text(query: "cursor") {
                guard let cursor = ClipCursor(text) else {
                    throw Problem.invalid("cursor", "format", "“cursor” is not one that this site has given out.")
                }
                filter.cursor = cursor
            }
            return try .json(try clips.queue(filter, for: try context.member().id))
        }
    }

    private static func edit(_ clips: Clips) -> Route {
        .put(
            "/api/admin/clips", access: .admin, body: EditClipInput.self, answers: [200: .clipEdited],
            features: ["ADM-01"], summary: "Corrects a clip's title, description or genre."
        ) { context, input in
            let admin = try context.member()
            try film {
                try clips.edit(
                    input.id, title: input.title, description: input.description, genre: input.genre, by: admin.id)
            }
            return try .json(EditedAnswer(clipId: input.id))
        }
    }

    private static func approve(_ clips: Clips) -> Route {
        .post(
            "/api/admin/approve", access: .admin, body: ApproveInput.self, answers: [200: .clipDecision],
            features: ["CLIP-05", "FILM-05", "ADM-01"],
            summary: "Puts a clip into the slot that is voting or waiting."
        ) { context, input in
            let admin = try context.member()
            return try one(try film { try clips.approve([input.clipId], by: admin.id) })
        }
    }

    private static func reject(_ clips: Clips) -> Route {
        .post(
            "/api/admin/reject", access: .admin, body: RejectInput.self, answers: [200: .clipDecision],
            features: ["CLIP-05", "ADM-01"], summary: "Takes a clip out, with a reason for its creator."
        ) { context, input in
            let admin = try context.member()
            return try one(try film { try clips.reject([input.clipId], reason: input.reason, by: admin.id) })
        }
    }

    private static func bulk(_ clips: Clips) -> Route {
        .post(
            "/api/admin/bulk", access: .admin, bodyLimit: 1_048_576, body: BulkInput.self,
            answers: [200: .clipDecisions], features: ["ADM-01"],
            summary: "Approves or rejects many clips at once, each with its own outcome."
        ) { context, input in
            let admin = try context.member()
            let decisions = try film {
                switch input.action {
                case .approve:
                    return try clips.approve(input.clipIds, by: admin.id)
                case .reject:
                    guard let reason = input.reason else {
                        throw Problem.invalid("reason", "required", "“reason” is required to reject clips.")
                    }
                    return try clips.reject(input.clipIds, reason: reason, by: admin.id)
                }
            }
            return try .json(DecisionsAnswer(decisions))
        }
    }

    /// The answer to a decision on a single clip, in which an outcome that does not hold is an error.
    private static func one(_ decisions: [ClipDecision]) throws -> Response {
        guard let decision = decisions.first else { throw Problem.notFound("clip_not_found") }
        switch decision.outcome {
        case .notFound:
            throw Problem.notFound("clip_not_found", "There is no such clip.")
        case .notReady:
            throw Problem.conflict("clip_not_ready", "The clip's file is not ready to be shown.")
        case .notOpen:
            throw Problem.conflict("clip_not_open", "The clip is in the film, or competes no more.")
        case .creatorBanned:
            throw Problem.conflict("clip_creator_banned", "The account of the clip’s creator is banned.")
        case .approved, .approvedNextSeason, .alreadyActive, .rejected:
            return try .json(DecisionAnswer(decision))
        }
    }
}
