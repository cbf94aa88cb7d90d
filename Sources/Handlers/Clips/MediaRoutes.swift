internal import Film
internal import FoundationEssentials
internal import HTTP
internal import SharedHandlers
internal import Storage

extension ClipRoutes {
    /// How long an address is good that nginx keeps with the permission for everybody.
    private static let sharedLifetime = 6 * 3_600
    /// How long nginx keeps such a permission; much less, so that a browser can begin to read at its end.
    private static let keptSeconds = 3_600
    /// How long an address is good that is used at once.
    private static let soleLifetime = 300

    /// nginx asks this before it sends a clip's file, and for a film's file that is not on its machine; see
    /// `nginx/dailies-site.conf`. It keeps the answer that everybody may have the file until something changes that pages are
    /// made of.
    static func media(_ clips: Clips, _ sources: @escaping MediaSources) -> Route {
        .get(
            "/internal/media", access: .internal_, limit: nil, answers: [204: nil], features: ["CLIP-08", "SEC-06"],
            summary: "Whether the one who asks may load a file, and where it is."
        ) { context in
            guard let file = MediaFile(path: context.request.server["ORIGINAL_URI"] ?? "") else { return refused }
            guard let clip = file.clip else {
                let found = sources(file.key, context.now, sharedLifetime)
                return found.isEmpty ? refused : shared(found)
            }
            // A key that may not read has only what everybody has.
            let asker = context.caller.member.flatMap { $0.keyScopes?.contains(.read) ?? true ? $0.id : nil }
            switch try clips.mediaAccess(clip, for: asker) {
            case .everybody: return shared(sources(file.key, context.now, sharedLifetime))
            case .asker:
                return .media(
                    at: sources(file.key, context.now, soleLifetime), caching: "private, no-store",
                    permission: "no-store")
            case .nobody: return refused
            }
        }
    }

    /// nginx turns it into the 404 that files which are not there get too.
    private static let refused = Response(status: 403, headers: ["Cache-Control": "no-store"])

    private static func shared(_ sources: [MediaSource]) -> Response {
        // A signed address ends some time, and a key must not be written into nginx's cache.
        let caching =
            if sources.contains(where: { $0.authorization != nil }) {
                "no-store"
            } else if sources.isEmpty { "public, max-age=31536000" } else { "public, max-age=\(keptSeconds)" }
        return .media(at: sources, caching: "public, max-age=31536000, immutable", permission: caching)
    }
}

/// The file in `/media/clips/<clip>/<file>` or `/media/films/<season>/<file>`.
private struct MediaFile {
    let key: StorageKey
    /// Nil for the file of a film.
    let clip: UUID?

    init?(path: String) {
        let prefix = "/media/"
        guard path.hasPrefix(prefix), let key = StorageKey(String(path.dropFirst(prefix.count))) else { return nil }
        self.key = key
        switch key.family {
        case .films: clip = nil
        case .clips:
            guard let owner = key.owner else { return nil }
            clip = owner
        case .originals, .videos, .sources: return nil
        }
    }
}
