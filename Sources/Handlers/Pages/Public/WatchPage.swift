internal import FoundationEssentials
internal import HTML
internal import HTTP
internal import Text

extension PageDeclaration {
    static let library = page(
        .any, "/watch", title: "Finished films", description: "Every film that is complete, to play and to download.",
        link: .main("Watch", .watch, isTab: true), features: ["FILM-09"], summary: "The finished films."
    ) { visit in visit.site.library(try visit.film(), try visit.sources.library()) }

    static let watch = page(
        .any, "/watch/[season]", title: "A finished film", description: "The winning takes of a season as one film.",
        features: ["FILM-09"], summary: "A finished film with its chapters.", example: "/watch/1",
        addresses: { _ in [] }
    ) { visit in
        let season = visit.context.parameter("season")
        let film = try visit.film()
        if let watched = try visit.sources.watch(season) {
            return visit.site.watch(film, watched, slot: visit.context.request.query["slot"].flatMap { Int($0) })
        }
        guard let season = film.seasons.first(where: { String($0.number) == season || $0.id.text == season }) else {
            throw Problem.notFound()
        }
        return visit.site.notFinished(film, season)
    }
}

extension Site {
    /// The library: a card for each finished film.
    func library(_ film: FilmView, _ films: [LibraryView]) -> Page {
        let content: HTML =
            films.isEmpty
            ? Fragments.empty(
                .film, title: "No finished films yet", text: "A film is here as soon as its last slot is decided.",
                actions: "<a class=\"btn btn--primary\" href=\"/story\">Watch the film so far</a>")
            : "<ul class=\"grid films\">\(films.map(card))</ul>"
        return Page(
            .library, image: films.first?.shareURL, styles: ["watch"], icons: [.film], film: film,
            main: """
                <main class="page" id="main"><div class="page-head"><h1>Finished films</h1></div>\(content)</main>
                """)
    }

    private func card(_ film: LibraryView) -> HTML {
        let cover: HTML =
            film.coverURL.map { "<img src=\"\($0)\" alt=\"\" width=\"540\" height=\"960\" loading=\"lazy\">" } ?? .empty
        return """
            <li class="take"><div class="take__media">\(cover)<span class="tag">\(Formatting.clock(film.seconds))</span>\
            </div><h2><a href="\(film.path)">\(film.label)</a></h2>\
            <p class="quiet">Season \(film.number) · \(film.genre) · \(Formatting.count(film.clips, "take", "takes"))</p>\
            </li>
            """
    }

    /// A season whose film is still being voted on.
    func notFinished(_ film: FilmView, _ season: SeasonView) -> Page {
        let notice = Fragments.empty(
            .film, title: "Not finished yet",
            text: "\(season.segments.count) of \(Formatting.count(season.totalSlots, "slot", "slots")) of "
                + "\(season.label) are decided. The film will play here when the last one is.",
            actions: """
                <a class="btn btn--primary" href="/story?season=\(season.number)">Watch the film so far</a>\
                <a class="btn" href="/watch">Finished films</a>
                """, isWholePage: true)
        return Page(
            .watch, title: season.label, path: "/watch/\(season.number)", section: "/watch", styles: ["watch"],
            icons: [.film], film: film, main: "<main class=\"page\" id=\"main\">\(notice)</main>")
    }

    /// The player of a film. Without scripts the browser's own controls play it, and a chapter is a link to its second.
    func watch(_ film: FilmView, _ watched: WatchView, slot: Int?) -> Page {
        let label = watched.film.label
        let length = Formatting.length(watched.film.seconds)
        let segment = watched.segments.first { $0.slot == slot }
        let current = segment ?? watched.segments.first
        return Page(
            .watch, title: segment.map { "\($0.title), slot \($0.slot) of \(label)" } ?? label,
            description: "\(label): \(Formatting.count(watched.segments.count, "winning take", "winning takes")), "
                + "\(length), one film.",
            path: segment.map { watched.path(slot: $0.slot) } ?? watched.film.path, section: "/watch",
            image: segment?.shareURL ?? watched.film.shareURL, styles: ["watch"], modules: ["watch"],
            icons: PlayerParts.icons + [.close, .download, .film, .list, .share],
            film: film, facts: PageFacts(video: facts(watched), isEmbeddable: true),
            main: """
                <main id="main"><film-player class="cinema theatre" data-season="\(watched.film.number)" \
                data-slot="\(slot ?? 0)" data-aspect="\(watched.aspect)">
                  \(screen(watched, current))
                  \(controls(watched, current))
                  \(playlist(watched, current))
                </film-player></main>
                """)
    }

    /// The film as search engines and cards know it; nil until it is one file.
    private func facts(_ watched: WatchView) -> VideoFacts? {
        watched.file.map { file in
            VideoFacts(
                title: watched.film.label, description: watched.description, url: file.videoURL,
                posterURL: file.posterURL, width: file.width, height: file.height, seconds: watched.film.seconds,
                publishedAt: watched.finishedAt, creator: nil, genre: watched.film.genre,
                embedPath: watched.embedPath)
        }
    }

    private func screen(_ watched: WatchView, _ current: WatchView.Segment?) -> HTML {
        let poster = watched.file?.posterURL ?? current?.posterURL ?? ""
        let start = current.map { $0.startsAt > 0 ? "#t=\(seconds($0.startsAt))" : "" } ?? ""
        let first = watched.segments.first { !$0.thumbnailURL.isEmpty }
        let source = watched.file.map { $0.videoURL + start } ?? current?.videoURL ?? ""
        let size = watched.aspect == "16:9" ? (1_920, 1_080) : watched.aspect == "1:1" ? (1_080, 1_080) : (1_080, 1_920)
        return """
            <section class="stage" aria-label="\(watched.film.label)" data-stage>\
            <img src="\(first?.thumbnailURL ?? poster)" alt="" width="540" height="960" class="stage__blur" data-blur>\
            <div class="frame" data-frame><video src="\(source)" poster="\(poster)" width="\(size.0)" height="\(size.1)" \
            controls playsinline preload="metadata" aria-label="\(watched.film.label)">\
            \(watched.file?.captionsURL.map { "<track kind=\"captions\" label=\"Captions\" src=\"\($0)\">" as HTML })</video>\
            </div></section>
            """
    }

    private func controls(_ watched: WatchView, _ current: WatchView.Segment?) -> HTML {
        let slot = current?.slot ?? 1
        let position = current?.startsAt ?? 0
        let download: HTML =
            watched.file.map { file in
                """
                <a class="btn btn--icon" href="\(file.videoURL)?download=\(watched.fileName)" \
                download="\(watched.fileName).mp4" \
                aria-label="Download the film, \(Formatting.count((file.bytes + 999_999) / 1_000_000)) MB" data-download>\
                \(Icon.download.image)</a>
                """
            } ?? .empty
        let work: HTML =
            watched.file == nil
            ? """
            <p class="quiet" data-work>The film is being put together. Until then its takes play one after another.</p>
            """ : .empty
        return """
            <div class="controls"><div class="player">
            <div class="row row--apart"><h1>\(watched.film.label) <span class="quiet" data-line>Season \
            \(watched.film.number) · Slot \(slot) · \(current?.creator ?? "")</span></h1>\
            <span class="quiet wide-only" data-next-title></span></div>\(work)
            \(PlayerParts.seek(
                "Position, \(Formatting.count(watched.segments.count, "chapter", "chapters"))",
                chapters: watched.segments.count, seconds: watched.film.seconds, position: position, slot: slot))
            <div class="player__bar"><div class="row row--tight with-js">\
            \(PlayerParts.key(.prev, "Previous slot", "prev"))\(PlayerParts.key(.play, "Play", "toggle"))\
            \(PlayerParts.key(.next, "Next slot", "next"))\(PlayerParts.key(.sound, "Turn sound off", "sound"))<input class="wide-only" type="range" min="0" max="100" value="100" \
            aria-label="Volume" data-volume></div>\
            <span class="num"><span data-position>\(Formatting.clock(position))</span> / \
            \(Formatting.clock(watched.film.seconds))</span><span class="grow"></span>\
            <button class="btn btn--sm with-js" type="button" aria-label="Speed, 1 times" data-speed>1×</button>\
            \(PlayerParts.captions)\(download)<button class="btn btn--icon with-js" type="button" aria-label="Share" \
            popovertarget="share-choice" data-share>\(Icon.share.image)</button>\
            <button class="btn btn--icon with-js phone-only" type="button" aria-label="Chapters" data-chapters>\
            \(Icon.list.image)</button>\(PlayerParts.key(.full, "Full screen", "full", isPlain: true))</div>
            <div class="menu" id="share-choice" popover aria-label="Share" role="dialog"><div class="stack stack--tight">\
            <button class="btn" type="button" data-share-slot>Share this slot</button>\
            <button class="btn" type="button" data-share-film>Share the film</button></div></div>
            </div></div>
            """
    }

    private func playlist(_ watched: WatchView, _ current: WatchView.Segment?) -> HTML {
        """
        <aside class="playlist" aria-label="Chapters" data-playlist><div class="panel__head"><h2>Chapters</h2>\
        <span class="quiet num"><span data-place>\(current.map { "\($0.slot)" } ?? "0")</span> of \
        \(watched.segments.count)</span></div>
        <ol class="list" data-list>\(watched.segments.map { entry($0, watched, isCurrent: $0.slot == current?.slot) })</ol>\
        </aside>
        <dialog class="playlist-sheet theatre" aria-label="Chapters" data-playlist-sheet><div class="row row--apart">\
        <h2>Chapters</h2><button class="btn btn--icon" type="button" aria-label="Close chapters" data-playlist-close>\
        \(Icon.close.image)</button></div><div data-playlist-place></div></dialog>
        """
    }

    private func entry(_ segment: WatchView.Segment, _ watched: WatchView, isCurrent: Bool) -> HTML {
        let picture: HTML =
            segment.thumbnailURL.isEmpty
            ? "<span class=\"list__blank\"></span>"
            : "<img src=\"\(segment.thumbnailURL)\" alt=\"\" width=\"90\" height=\"160\" loading=\"lazy\">"
        return """
            <li><a href="\(watched.path(slot: segment.slot))" data-slot="\(segment.slot)"\
            \(HTML.when(isCurrent, " aria-current=\"true\""))>\(picture)<span class="grow"><b class="clip-text">\(segment.title)</b><span class="quiet">\
            \(segment.creator)</span></span><time class="quiet">\(Formatting.clock(segment.startsAt))</time></a></li>
            """
    }

    /// `88.0`
    private func seconds(_ value: Double) -> String {
        let tenths = Int((value * 10).rounded())
        return "\(tenths / 10).\(tenths % 10)"
    }
}

extension WatchView {
    /// Where the film plays in the frame of another site.
    var embedPath: String { "/embed/film/\(film.number)" }

    /// What plays first: the film, or its first clip.
    var opening: (videoURL: String, posterURL: String, width: Int, height: Int)? {
        if let file { return (file.videoURL, file.posterURL, file.width, file.height) }
        let size = aspect == "16:9" ? (1_920, 1_080) : aspect == "1:1" ? (1_080, 1_080) : (1_080, 1_920)
        return segments.first { $0.videoURL != nil }.map { ($0.videoURL ?? "", $0.posterURL, size.0, size.1) }
    }

    /// Where a slot of the film plays.
    func path(slot: Int) -> String { "\(film.path)?slot=\(slot)" }

    /// The name of the file on the viewer's disk, without its ending.
    fileprivate var fileName: String {
        let plain = film.label.lowercased().map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "-" }
        return "season-\(film.number)-\(String(plain))"
    }
}
