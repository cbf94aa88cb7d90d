internal import FoundationEssentials
internal import HTTP
internal import Text

extension ClipRoutes {
    /// nginx asks this before it opens a member's own stream of events; see `nginx/dailies-site.conf`.
    static var events: Route {
        .get(
            "/internal/events", access: .internal_, limit: nil, answers: [204: nil], features: ["RT-01"],
            summary: "Which channel carries the events of the one who asks."
        ) { context in
            guard let member = context.caller.member else { return Response(status: 403) }
            return Response(
                status: 204, headers: ["X-Events-Channel": "user:\(member.id.text)", "Cache-Control": "no-store"])
        }
    }
}
