internal import Film
internal import FoundationEssentials
internal import HTTP
internal import SharedHandlers

extension AdminRoutes {
    static func clipRoutes(_ clips: Clips) -> [Route] {
        [queue(clips), edit(clips), decide(clips), approve(clips), reject(clips), bulk(clips), undo(clips)]
    }

    private static func queue(_ clips: Clips) -> Route {
        .get(
            "/api/admin/clips", access: .admin, limit: .api,
            query: [
                .optional("status", ClipStatus.schema, "Only clips with this status."),
                .optional("genre", .choice(ClipGenre.all), "Only clips of this genre."),
                .optional("season", .uuid, "Only clips of this season."),
                .optional("search", .text(1...80), "Only clips whose title or creator contains this."),
            ] + .paging(),
            features: ["ADM-01"],
            summary: "The moderators' queue: pending clips the oldest first, others the newest first."
        ) { context in
            var filter = ClipFilter()
            filter.status = context.text(query: "status").flatMap(ClipStatus.init)
            filter.genre = context.text(query: "genre")
            filter.seasonID = context.uuid(query: "season")
            filter.search = context.text(query: "search")
            filter.page = context.pageRequest
            return try clips.queue(filter, for: try context.member().id)
        }
    }

    private static func edit(_ clips: Clips) -> Route {
        .put(
            "/api/admin/clips", access: .admin, body: EditClipInput.self, features: ["ADM-01"],
            summary: "Corrects a clip's title, description or genre."
        ) { context, input in
            try clips.edit(
                input.id, title: input.title, description: input.description, genre: input.genre,
                by: try context.member().id)
            return EditedClip(id: input.id)
        }
    }

    private static func decide(_ clips: Clips) -> Route {
        .post(
            "/api/admin/clips", access: .admin, body: DecideClipInput.self, features: ["CLIP-05", "ADM-01"],
            summary: "Approves or rejects a clip, as `/api/admin/approve` and `/api/admin/reject` do."
        ) { context, input in
            let admin = try context.member()
            switch input.action {
            case .approve: return try one(try clips.approve([input.clipID], by: admin.id))
            case .reject:
                return try one(try clips.reject([input.clipID], reason: try needed(input.reason), by: admin.id))
            }
        }
    }

    private static func approve(_ clips: Clips) -> Route {
        .post(
            "/api/admin/approve", access: .admin, body: ApproveClipInput.self,
            features: ["CLIP-05", "FILM-05", "ADM-01"], summary: "Puts a clip into the slot that is voting or waiting."
        ) { context, input in
            try one(try clips.approve([input.clipID], by: try context.member().id))
        }
    }

    private static func reject(_ clips: Clips) -> Route {
        .post(
            "/api/admin/reject", access: .admin, body: RejectClipInput.self, features: ["CLIP-05", "ADM-01"],
            summary: "Rejects a clip, with a reason for its creator."
        ) { context, input in
            try one(try clips.reject([input.clipID], reason: input.reason, by: try context.member().id))
        }
    }

    private static func bulk(_ clips: Clips) -> Route {
        .post(
            "/api/admin/bulk", access: .admin, bodyLimit: 1_048_576, body: DecideClipsInput.self, features: ["ADM-01"],
            summary: "Approves or rejects many clips at once, each with its own outcome."
        ) { context, input in
            let admin = try context.member()
            switch input.action {
            case .approve:
                return ClipDecisions(results: try clips.approve(input.clipIDs, by: admin.id))
            case .reject:
                let reason = try needed(input.reason)
                return ClipDecisions(results: try clips.reject(input.clipIDs, reason: reason, by: admin.id))
            }
        }
    }

    private static func needed(_ reason: String?) throws -> String {
        guard let reason else {
            throw Problem.invalid("reason", "required", "“reason” is required to reject clips.")
        }
        return reason
    }

    private static func undo(_ clips: Clips) -> Route {
        .post(
            "/api/admin/clips/undo", access: .admin, body: UndoDecisionsInput.self, features: ["ADM-01", "CLIP-05"],
            summary: "Undoes decisions on clips, each with its own outcome."
        ) { context, input in
            UndoneDecisions(results: try clips.undo(input.decisionIDs, by: try context.member().id))
        }
    }

    /// The answer to a decision on a single clip, in which an outcome that does not hold is an error.
    private static func one(_ decisions: [ClipDecision]) throws -> ClipDecision {
        guard let decision = decisions.first else { throw Problem.notFound("clip_not_found") }
        switch decision.outcome {
        case .notFound:
            throw Problem.notFound("clip_not_found", "There is no such clip.")
        case .notReady:
            throw Problem.conflict("clip_not_ready", "The clip's file is not ready yet.")
        case .notOpen:
            throw Problem.conflict("clip_not_open", "The clip is already in the film, or no longer competes.")
        case .creatorBanned:
            throw Problem.conflict("clip_creator_banned", "The clip's creator is banned.")
        case .approved, .approvedNextSeason, .alreadyActive, .rejected:
            return decision
        }
    }
}
