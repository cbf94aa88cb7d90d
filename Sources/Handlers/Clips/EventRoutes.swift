internal import FoundationEssentials
internal import HTTP
internal import Text

extension ClipRoutes {
    /// Addresses of the stream that is for admins.
    private static let streamsOfJobs: Set = ["/api/events/jobs", "/api/jobs/stream"]

    /// nginx asks this before it opens a stream that is not for everyone: a member's own, or that of the jobs; see
    /// `nginx/dailies-site.conf`.
    static var events: Route {
        .get(
            "/internal/events", access: .internal_, limit: nil, answers: [204: nil],
            features: ["RT-01", "ARENA-06"], summary: "Which channel carries the events of the one who asks."
        ) { context in
            guard let member = context.caller.member else { return Response(status: 403) }
            let asked = context.request.server["ORIGINAL_URI"] ?? ""
            let isOfJobs = streamsOfJobs.contains(String(asked.prefix { $0 != "?" }))
            if isOfJobs, !mayFollowJobs(member) { return Response(status: 403) }
            return Response(
                status: 204,
                headers: [
                    "X-Events-Channel": isOfJobs ? "jobs" : "user:\(member.id.text)", "Cache-Control": "no-store",
                ])
        }
    }

    /// As for every route of admins.
    private static func mayFollowJobs(_ member: Member) -> Bool {
        member.isAdmin && !member.isBanned && member.isInUse && member.keyScopes?.contains(.admin) ?? true
    }
}
