public import Film
internal import FoundationEssentials
public import HTTP
internal import SharedHandlers

/// The routes that show single clips.
public enum ClipRoutes {
    /// Every route of the group.
    public static func routes(clips: Clips) -> [Route] {
        [details(clips), own(clips), media(clips)]
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
            "/api/profile/clips", access: .member, features: ["PROF-01"],
            summary: "The member's own clips, the newest first."
        ) { context in
            OwnClips(clips: try clips.own(of: try context.member().id))
        }
    }
}

private struct OwnClips: Shaped {
    let clips: [ClipDetails]

    static let shape = Shape<OwnClips>("OwnClips") {
        Field("clips", \.clips)
    }
}
