public import Film
internal import FoundationEssentials
public import HTTP
public import SharedHandlers

/// The routes that show single clips.
public enum ClipRoutes {
    /// Every route of the group. `sources` says where files are that are not on nginx's machine.
    public static func routes(
        clips: Clips, sources: @escaping MediaSources = { _, _, _ in [] }
    ) -> [Route] {
        [
            details(clips), own(clips),
            withdraw(clips).acceptingForms(.backTo("/profile/clips", saying: "clip-withdrawn")),
            media(clips, sources).asPermission(.cached), events.asPermission(.asked),
        ] + captions(clips) + discovery(clips)
    }

    private static func details(_ clips: Clips) -> Route {
        .get(
            "/api/clip/[id]", access: .any, cache: .publicForVisitors(seconds: 30, stale: 60), features: ["CLIP-06"],
            summary: "A clip with its rank in every round. Pending and refused ones only for creator and admins."
        ) { context in
            let id = try context.uuid("id")
            let member = context.caller.member
            let viewer = ClipViewer(memberID: member?.id, isAdmin: member?.isAdmin ?? false)
            return try clips.details(id, for: viewer)
        }
    }

    private static func own(_ clips: Clips) -> Route {
        .get(
            "/api/profile/clips", access: .member, query: .paging(), features: ["PROF-01"],
            summary: "The member's own clips, the newest first, with what became of each."
        ) { context in
            try clips.own(of: try context.member().id, page: context.pageRequest)
        }
    }

    private static func withdraw(_ clips: Clips) -> Route {
        .delete(
            "/api/clip/[id]", access: .member, features: ["CLIP-09"],
            summary: "Withdraws one of the member's own clips that is pending or competes, for good."
        ) { context in
            try clips.withdraw(try context.uuid("id"), by: try context.member().id)
            return Done()
        }
    }
}
