internal import FoundationEssentials
internal import HTML
internal import HTTP
internal import Text

extension Pages {
    /// What other sites show in a frame, and where they ask for it. None of it sets or reads a cookie.
    var embedRoutes: [Route] {
        [
            .get(
                "/embed/clip/[id]", access: .any, answers: [200: nil], cache: Self.shared, features: ["WEB-07"],
                summary: "A clip for the frame of another site."
            ) { context in Response.html(site.embed(try sources.clip(try context.uuid("id"), nil))) }.embeddable(),
            .get(
                "/embed/film/[season]", access: .any, answers: [200: nil], cache: Self.shared, features: ["WEB-07"],
                summary: "The film of a season, by its number, for the frame of another site."
            ) { context in
                let number = try context.integer("season")
                // A finished film is one file, and stays when its season is archived.
                if let film = try sources.watch(String(number)).flatMap(site.embed) { return Response.html(film) }
                guard let season = try sources.film().season(number) else { throw Problem.notFound() }
                return Response.html(site.embed(season))
            }.embeddable(),
            .get(
                "/embed/comparison/[slug]", access: .any, answers: [200: nil], cache: Self.shared, features: ["WEB-07"],
                summary: "A comparison for the frame of another site: its videos in step."
            ) { context in
                let view = try sources.arena.comparison(context.parameter("slug"))
                guard let document = view.flatMap(site.embed) else { throw Problem.notFound() }
                return Response.html(document)
            }.embeddable(),
            oEmbed,
        ]
    }
}

extension FilmView {
    /// The season of a number of whose film there is something to see.
    func season(_ number: Int) -> SeasonView? { seasons.first { $0.number == number && !$0.segments.isEmpty } }
}

extension Site {
    /// A clip alone. It loads no video before it is played.
    func embed(_ view: ClipPageView) -> String {
        let video: HTML? = view.clip.map { clip in
            """
            <film-player><div class="frame" data-frame><video src="\(clip.videoURL)" poster="\(clip.posterURL)" \
            width="\(view.width)" height="\(view.height)" controls playsinline preload="none" aria-label="\(clip.title)"\
            \(PlayerParts.facts(clip))>\(PlayerParts.track(clip))</video></div>\
            \(PlayerParts.bar(chapters: 1, seconds: clip.durationSeconds))</film-player>
            """
        }
        return embedDocument(
            title: view.title, path: view.path, words: view.clip.map { "by \($0.creator)" }, hasPlayer: video != nil,
            content: video ?? .empty)
    }

    /// A finished film: the one file with a chapter for each slot, or until it is made its clips; nil where there are none.
    func embed(_ watched: WatchView) -> String? {
        guard let opening = watched.opening else { return nil }
        let shown = watched.file == nil ? watched.segments.filter { $0.videoURL != nil } : watched.segments
        let chapters = shown.map { segment -> HTML in
            let address = watched.file == nil ? segment.videoURL ?? "" : url + watched.path(slot: segment.slot)
            return """
                <li><a href="\(address)" data-slot="\(segment.slot)" data-poster="\(segment.posterURL)" \
                data-seconds="\(Formatting.decimal(segment.seconds))">Slot \(segment.slot): \(segment.title)</a></li>
                """
        }
        let file = watched.file.map { file -> HTML in
            let captions = file.captionsURL.map { " data-captions=\"\($0)\"" as HTML }
            return " data-film=\"\(file.videoURL)\" data-stream=\"\(file.streamURL)\"\(captions)"
        }
        let track = watched.file?.captionsURL.map { url -> HTML in
            "<track kind=\"captions\" label=\"Captions\" src=\"\(url)\">"
        }
        let count = Formatting.count(watched.segments.count, "take", "takes")
        return embedDocument(
            title: watched.film.label, path: watched.film.path,
            words: "\(count), \(Formatting.length(watched.film.seconds))", hasPlayer: true,
            content: """
                <film-player\(file)><div class="frame" data-frame><video src="\(opening.videoURL)" \
                poster="\(opening.posterURL)" width="\(opening.width)" height="\(opening.height)" controls playsinline \
                preload="none" aria-label="\(watched.film.label)">\(track)</video></div>\
                \(PlayerParts.bar(chapters: shown.count, seconds: watched.film.seconds))\
                <ol hidden data-takes>\(chapters)</ol></film-player>
                """)
    }

    /// The film of a season: its clips one after the other, where scripts run; else the first of them.
    func embed(_ season: SeasonView) -> String {
        let clips = season.segments.map { segment -> HTML in
            """
            <li><a href="\(segment.clip.videoURL)" data-slot="\(segment.slot)" data-poster="\(segment.clip.posterURL)"\
            \(PlayerParts.facts(segment.clip))>Slot \(segment.slot): \(segment.clip.title)</a></li>
            """
        }
        let first = season.segments[0].clip
        return embedDocument(
            title: season.label, path: "/story?season=\(season.number)",
            words: "\(Formatting.count(season.segments.count, "take", "takes")), \(Formatting.length(season.seconds))",
            hasPlayer: true,
            content: """
                <film-player><div class="frame" data-frame><video src="\(first.videoURL)" poster="\(first.posterURL)" \
                width="\(first.width)" height="\(first.height)" controls playsinline preload="none" \
                aria-label="\(season.label)"></video></div>\
                \(PlayerParts.bar(chapters: season.segments.count, seconds: season.seconds))\
                <ol hidden data-takes>\(clips)</ol></film-player>
                """)
    }

    /// What a frame shows in place of what is not there.
    func embedFault(_ status: Int) -> String {
        let words =
            switch status {
            case 404: "There is nothing here."
            case 410: "This take is gone."
            default: "This cannot be shown at the moment."
            }
        return embedDocument(title: words, path: "/", words: nil, content: .empty)
    }

    private func embedDocument(
        title: String, path: String, words: String?, hasPlayer: Bool, content: HTML
    ) -> String {
        embedDocument(
            title: title, path: path, words: words, module: hasPlayer ? "embed" : nil,
            icons: hasPlayer ? PlayerParts.icons : [], content: content)
    }

    /// What a frame shows, and where it comes from. `module` is the name of its script.
    func embedDocument(
        title: String, path: String, words: String?, module: String? = nil, icons: [Icon] = [], content: HTML
    ) -> String {
        let document: HTML = """
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>\(title) · \(name)</title>
            <meta name="robots" content="noindex">
            <link rel="canonical" href="\(url)\(path)">
            <link rel="stylesheet" href="\(assets.url("css/embed.css"))">
            \(module.map { "<script type=\"module\" src=\"\(assets.url("js/\($0).js"))\"></script>" as HTML })
            </head>
            <body>
            \(HTML.when(!icons.isEmpty, """
            <svg width="0" height="0" aria-hidden="true" class="hidden"><defs>\(icons.map(\.symbol))</defs></svg>
            """))
            <main>\(content)</main>
            <footer class="bar"><a href="\(url)\(path)" target="_blank" rel="noopener"><h1>\(title)</h1>\
            <span>\(words.map { $0 + " " } ?? "")on \(name)</span></a></footer>
            </body>
            </html>

            """
        return document.source
    }
}
