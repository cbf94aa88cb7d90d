internal import Film
internal import FoundationEssentials
internal import HTTP

extension ClipRoutes {
    /// nginx asks this before it sends a clip's file; see `nginx/dailies-site.conf`. It keeps the answer that everybody
    /// may have the file until something changes that pages are made of.
    static func media(_ clips: Clips) -> Route {
        .get(
            "/internal/media", access: .internal_, limit: nil, answers: [204: nil], features: ["SEC-06"],
            summary: "Whether the one who asks may load a file."
        ) { context in
            guard let clip = clip(at: context.request.server["ORIGINAL_URI"] ?? "") else { return refused }
            // A key that may not read has only what everybody has.
            let asker = context.caller.member.flatMap { $0.keyScopes?.contains(.read) ?? true ? $0.id : nil }
            switch try clips.mediaAccess(clip, for: asker) {
            case .everybody:
                return Response(
                    status: 200,
                    headers: [
                        "X-Media-Cache": "public, max-age=31536000, immutable",
                        "Cache-Control": "public, max-age=31536000",
                    ])
            case .asker:
                return Response(
                    status: 200, headers: ["X-Media-Cache": "private, no-store", "Cache-Control": "no-store"])
            case .nobody: return refused
            }
        }
    }

    /// nginx turns it into the 404 that files which are not there get too.
    private static let refused = Response(status: 403, headers: ["Cache-Control": "no-store"])

    /// The clip in `/media/clips/<clip>/<file>`.
    private static func clip(at path: String) -> UUID? {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 5, parts[1] == "media", parts[2] == "clips" else { return nil }
        return UUID(uuidString: String(parts[3]))
    }
}
