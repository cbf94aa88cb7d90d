internal import FoundationEssentials
internal import HTTP
internal import Text

/// What an address of this site shows in the frame of another one.
struct OEmbedSubject: Sendable {
    var frame: EmbedFrame
    /// Who made it; nil for a film and for a former member.
    var creator: String?
    /// Its still and the small copy of it, with their widths.
    var posterURL: String
    var thumbnailURL: String
}

extension Pages {
    /// Stills are as wide, and their small copies (`Renditions.stills`).
    private static let stillWidths = (poster: 480, thumbnail: 96)

    /// How other sites ask what to show for an address of this one (oembed.com).
    var oEmbed: Route {
        .get(
            "/oembed", access: .any,
            query: [
                .required("url", .string(1...2_000), "The address of a clip, a film or a comparison on this site."),
                .optional("format", .string(0...16), default: "json", "Only json is supported."),
                .optional("maxwidth", .integer(1...100_000), "The most pixels in width."),
                .optional("maxheight", .integer(1...100_000), "The most pixels in height."),
            ],
            answers: [200: nil], cache: Self.shared, features: ["SOC-04", "WEB-07"],
            summary: "What to show for an address of this site, as oEmbed."
        ) { context in
            guard context.text(query: "format") == "json" else {
                throw Problem(status: 501, code: "format_unsupported", message: "Only the format json is supported.")
            }
            guard let subject = try subject(of: context.text(query: "url") ?? "") else { throw Problem.notFound() }
            return answer(
                subject, within: (context.integer(query: "maxwidth"), context.integer(query: "maxheight")))
        }
    }

    /// What an address shows; nil for one that is none of this site or has nothing to show.
    private func subject(of address: String) throws -> OEmbedSubject? {
        guard address.hasPrefix(site.url + "/") else { return nil }
        let rest = address.dropFirst(site.url.count).prefix { $0 != "#" }
        let path = rest.prefix { $0 != "?" }
        let query = Query(String(rest.dropFirst(path.count + 1)))
        var parts = path.split(separator: "/").map(String.init)
        if parts.first == "embed" { parts.removeFirst() }
        switch (parts.first, parts.count) {
        case ("clip", 2):
            guard let id = UUID(text: parts[1]) else { return nil }
            let view = try sources.clip(id, nil)
            return view.clip.map { OEmbedSubject($0) }
        case ("story", 1):
            let film = try sources.film()
            let number = query["season"].flatMap { Int($0) } ?? film.current?.number
            guard let season = number.flatMap(film.season) else { return nil }
            guard let slot = query["slot"] else { return OEmbedSubject(season) }
            return season.segments.first { String($0.slot) == slot }.map { OEmbedSubject($0.clip) }
        case ("film", 2), ("watch", 2):
            guard let number = Int(parts[1]) else { return nil }
            if let watched = try sources.watch(String(number)).flatMap(OEmbedSubject.init) { return watched }
            return try sources.film().season(number).map { OEmbedSubject($0) }
        case ("comparison", 2), ("comparisons", 2):
            return try sources.arena.comparison(parts[1]).flatMap { OEmbedSubject($0) }
        default: return nil
        }
    }

    private func answer(_ subject: OEmbedSubject, within limit: (width: Int?, height: Int?)) -> Response {
        let frame = subject.frame
        let size = frame.size(within: limit)
        var members: [String: JSONValue] = [
            "version": "1.0", "type": "video", "provider_name": .string(site.name),
            "provider_url": .string(site.url + "/"),
            "title": .string(frame.title), "width": .integer(size.width), "height": .integer(size.height),
            "html": .string(frame.markup(on: site, within: limit)), "cache_age": 3_600,
        ]
        if let creator = subject.creator { members["author_name"] = .string(creator) }
        let stills = [
            (subject.posterURL, Self.stillWidths.poster), (subject.thumbnailURL, Self.stillWidths.thumbnail),
        ].map { (url: $0.0, width: $0.1, height: $0.1 * frame.height / max(frame.width, 1)) }
        // The limits are the thumbnail's too.
        let still = stills.first { $0.width <= limit.width ?? .max && $0.height <= limit.height ?? .max }
        if let still {
            members["thumbnail_url"] = .string(site.absolute(still.url))
            members["thumbnail_width"] = .integer(still.width)
            members["thumbnail_height"] = .integer(still.height)
        }
        return .json(JSONValue.object(members))
    }
}

extension OEmbedSubject {
    /// A clip.
    init(_ clip: ClipView) {
        self.init(
            frame: EmbedFrame(
                path: "/embed/clip/\(clip.idText)", title: clip.title, width: clip.width, height: clip.height),
            creator: clip.username, posterURL: clip.posterURL, thumbnailURL: clip.thumbnailURL)
    }

    /// A finished film; nil where nothing of it can be played.
    init?(_ watched: WatchView) {
        guard let opening = watched.opening else { return nil }
        self.init(
            frame: EmbedFrame(
                path: watched.embedPath, title: watched.film.label, width: opening.width, height: opening.height),
            creator: nil, posterURL: opening.posterURL,
            thumbnailURL: watched.segments.first { !$0.thumbnailURL.isEmpty }?.thumbnailURL ?? opening.posterURL)
    }

    /// A film, which looks like its first clip.
    init(_ season: SeasonView) {
        let first = season.segments[0].clip
        self.init(
            frame: EmbedFrame(
                path: "/embed/film/\(season.number)", title: season.label, width: first.width, height: first.height),
            creator: nil, posterURL: first.posterURL, thumbnailURL: first.thumbnailURL)
    }
}
