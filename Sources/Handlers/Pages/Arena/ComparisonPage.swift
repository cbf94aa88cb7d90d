internal import Comparisons
internal import FoundationEssentials
internal import HTML
internal import HTTP
internal import Text

extension PageDeclaration {
    static let comparison = page(
        .any, "/comparisons/[slug]", title: "Comparison",
        description: "The same prompt, run through several AI video models.",
        features: ["ARENA-02", "ARENA-09", "WEB-04"],
        summary: "A comparison: its videos side by side, in step.", example: "/comparisons/something-that-glows",
        addresses: { _ in [] }
    ) { visit in
        guard let view = try visit.sources.arena.comparison(visit.context.parameter("slug")) else {
            throw Problem.notFound()
        }
        return visit.site.comparison(view)
    }
}

extension Site {
    /// One prompt and its videos. Without scripts each video has the browser's controls; the module plays all in step.
    func comparison(_ view: ComparisonView) -> Page {
        let first = view.videos.first
        let models = view.videos.map(\.model).joined(separator: ", ")
        let words = view.about.isEmpty ? "\(models): “\(view.prompt)”" : view.about
        return Page(
            .comparison, title: view.title, description: String(words.prefix(200)), path: view.path, section: "/arena",
            firstPicture: first?.posterURL, styles: ["arena"], modules: ["comparison"],
            icons: [
                .bookmark, .close, .film, .heart, .left, .loop, .mute, .pause, .play, .right, .send, .share, .sound,
                .swap,
            ],
            facts: PageFacts(
                isEmbeddable: first != nil,
                picture: first.map { PageFacts.Picture(url: $0.posterURL, width: $0.width, height: $0.height) },
                structured: structured(view)),
            main: """
                <main class="page" id="main" data-comparison="\(view.id.text)">
                  <div class="page-head">
                    <div class="stack stack--tight">\
                \(breadcrumbs([("Arena", "/arena"), ("Comparisons", "/comparisons"), (view.title, nil)]))
                      <h1>\(view.title)</h1>
                      <blockquote class="prompt">“\(view.prompt)”</blockquote>
                      \(about(view))
                      <p class="quiet num" data-facts>\(facts(view))</p>
                      \(quality(view))
                      \(HTML.when(!view.tags.isEmpty, "<ul class=\"pills\">\(view.tags.map { "<li>\(pill($0))</li>" as HTML })</ul>"))
                    </div>
                    <div class="row">\(HTML.when(Destination.exists("/battle"), "<a class=\"btn\" href=\"/battle\">Judge blind</a>"))\
                \(keepButton(.comparison(view.id), name: view.title))\
                <button class="btn btn--icon with-js" type="button" aria-label="Share" data-share>\(Icon.share.image)</button></div>
                  </div>
                  \(picture(view))
                  \(view.videos.isEmpty ? noVideos : grid(view))
                  \(HTML.when(!view.videos.isEmpty, syncBar(view)))
                  \(Fragments.comments(
                    view.comments,
                    about: "data-comparison=\"\(view.id.text)\" data-title=\"\(view.title)\" data-thing=\"this comparison\""))
                </main>
                """)
    }

    private func about(_ view: ComparisonView) -> HTML {
        let negative = view.negativePrompt.map { "<p class=\"quiet\">Not: \($0)</p>" as HTML }
        return "\(HTML.when(!view.about.isEmpty, "<p class=\"comparison__about\">\(view.about)</p>"))\(negative)"
    }

    private func facts(_ view: ComparisonView) -> HTML {
        let runs = Formatting.count(view.videos.count, "run", "runs")
        let parts = [
            view.type, Formatting.length(view.seconds), view.aspectRatio, Formatting.day(view.publishedAt),
        ].compactMap(\.self)
        return """
            \(parts.joined(separator: " · ")) · <span data-votes>\(Formatting.count(view.votes, "vote", "votes"))</span> · \
            \(runs)\(view.cost ?? "")
            """
    }

    /// What the score is made of, one press away.
    private func quality(_ view: ComparisonView) -> HTML {
        """
        <details class="fold quiet"><summary class="num">Quality \(Formatting.percent(view.quality))</summary>\
        <p>The share of its videos that completed × how decisive its votes and battles are. Votes are decisive as far as the leading \
        video has more than an equal share of them, battles as far as one video of each pair won more often than the other. Ten \
        undecided judgements are added, so that a few say little. It is computed every five minutes.</p></details>
        """
    }

    private func picture(_ view: ComparisonView) -> HTML {
        guard let url = view.pictureURL else { return .empty }
        return """
            <figure class="comparison__source"><img src="\(url)" alt="The picture that every video starts from" width="320" \
            height="180"><figcaption class="quiet">The picture that every video starts from</figcaption></figure>
            """
    }

    private var noVideos: HTML {
        Fragments.empty(
            .film, title: "No video is finished yet",
            text: "The models are at work. Their videos appear here as each is done.",
            actions: "<a class=\"btn\" href=\"/comparisons\">Other comparisons</a>")
    }

    private func grid(_ view: ComparisonView) -> HTML {
        let isUpright = view.videos.allSatisfy { $0.height > $0.width }
        let columns = view.videos.count == 1 ? 1 : isUpright ? min(4, view.videos.count) : min(3, view.videos.count)
        return """
            <section class="wipe with-js" aria-label="Two videos, one over the other" data-wipe hidden>
              <div class="wipe__stage theatre"><canvas data-wipe-canvas></canvas>\
            <span class="tag tag--start" data-wipe-left></span><span class="tag" data-wipe-right></span></div>
              <input type="range" min="0" max="1000" value="500" aria-label="Divide between the two videos" data-wipe-divide>
              <div class="row"><div class="field"><label for="wipe-a">Left</label><select class="input" id="wipe-a" data-wipe-a></select></div>\
            <div class="field"><label for="wipe-b">Right</label><select class="input" id="wipe-b" data-wipe-b></select></div>\
            <span class="grow"></span><button class="btn" type="button" data-wipe-close>\(Icon.close.image)Close</button></div>
            </section>
            <ul class="cmp" data-grid data-columns="\(columns)">\(view.videos.enumerated().map { cell($1, of: view, at: $0) })</ul>
            """
    }

    private func cell(_ video: ComparisonView.Video, of view: ComparisonView, at index: Int) -> HTML {
        let shape: HTML =
            video.width == video.height
            ? " take__media--square" : HTML.when(video.width > video.height, " take__media--wide")
        let time = video.generationSeconds.map {
            "<span>\(Formatting.clipLength($0)) to make</span>" as HTML
        }
        let cost = video.cost.map { "<span>\($0)</span>" as HTML }
        return """
            <li class="take" data-video="\(video.id.text)" data-name="\(video.model)">
              <div class="take__media\(shape)"><video src="\(video.smallURL)" data-small="\(video.smallURL)" \
            data-full="\(video.url)" data-seconds="\(Formatting.decimal(video.seconds))" data-bytes="\(video.bytes)" \
            poster="\(video.posterURL)" controls muted playsinline preload="\(index < 3 ? "metadata" : "none")" width="\(video.width)" \
            height="\(video.height)" aria-label="Result of \(video.model)"></video>\
            <button class="btn btn--icon cmp__sound with-js" type="button" aria-pressed="false" aria-label="Sound of \(video.model)" \
            data-sound>\(Icon.mute.image)</button></div>
              <div class="row row--apart"><div class="grow"><h2><a href="/models/\(video.modelSlug)">\(video.model)</a></h2>\
            <p class="quiet">\(video.maker)</p></div>\(keepButton(.model(video.modelSlug), name: video.model))\
            <button class="chip with-js" type="button" aria-pressed="false" aria-label="Vote for \(video.model), \
            \(Formatting.count(video.votes, "vote", "votes"))" data-vote>\(Icon.heart.small)<span class="num" data-count>\
            \(Formatting.count(video.votes))</span></button>\
            <span class="without-js quiet num">\(Formatting.count(video.votes, "vote", "votes"))</span></div>
              <p class="facts">\(time)\(cost)<span>\(video.width) × \(video.height)</span>\
            <span>\(Formatting.clipLength(video.seconds))</span>\
            <a class="link" href="\(video.url)?download=\(view.slug)-\(video.downloadName)" download \
            aria-label="Download the video of \(video.model)">Download</a></p>
            </li>
            """
    }

    private func syncBar(_ view: ComparisonView) -> HTML {
        let longest = view.videos.map(\.seconds).max() ?? 0
        func key(_ icon: Icon, _ label: String, _ name: HTML, isPressed: Bool? = nil, isWide: Bool = false) -> HTML {
            let pressed = isPressed.map { " aria-pressed=\"\($0 ? "true" : "false")\"" as HTML }
            return """
                <button class="btn btn--icon\(HTML.when(isWide, " wide"))" type="button" aria-label="\(label)" title="\(label)"\(pressed) \
                data-\(name)>\(icon.image)</button>
                """
        }
        let columns = (1...4).map { column -> HTML in
            "<button type=\"button\" aria-pressed=\"false\" data-column=\"\(column)\">\(column)</button>"
        }
        let wipe: HTML = HTML.when(
            view.videos.count > 1, key(.swap, "Compare two with a wipe", "open-wipe", isPressed: false))
        let layout: HTML = HTML.when(
            view.videos.count > 1,
            "<div class=\"seg wide\" role=\"group\" aria-label=\"Columns\">\(columns)</div>")
        return """
            <div class="panel panel--glass sync with-js" role="group" aria-label="All videos together" data-sync>\
            <input class="sync__seek" type="range" min="0" max="\(Int((longest * 1_000).rounded()))" value="0" step="10" \
            aria-label="Position of all videos" data-seek>
              <div class="row">
                <div class="row row--tight"><button class="btn btn--primary" type="button" data-play>\(Icon.play.image)\
            <span data-play-text>Play all</span></button>\(key(.left, "One frame back", "back"))\(key(.right, "One frame on", "on"))\
            <span class="num wide"><span data-position>0.00</span> <span class="quiet">/ \(hundredths(longest)) s</span></span></div>
                <div class="row row--tight">\(key(.loop, "Loop", "loop", isPressed: true, isWide: true))\
            <button class="btn btn--sm" type="button" aria-label="Speed, normal" data-speed>1×</button>\
            \(key(.mute, "Sound off for all", "silence"))\(wipe)\(layout)</div>
              </div>
            </div>
            """
    }

    private func hundredths(_ seconds: Double) -> String { String(Formatting.decimal(seconds).dropLast()) }

    /// The comparison in the words of schema.org: a list of videos.
    private func structured(_ view: ComparisonView) -> JSONValue {
        let items = view.videos.enumerated().map { index, video -> JSONValue in
            [
                "@type": "ListItem", "position": .integer(index + 1),
                "item": [
                    "@type": "VideoObject", "name": .string("\(view.title): \(video.model)"),
                    "description": .string(view.prompt), "thumbnailUrl": [.string(absolute(video.posterURL))],
                    "uploadDate": .string(Formatting.machine(video.createdAt)),
                    "duration": .string("PT\(Formatting.decimal(video.seconds))S"),
                    "contentUrl": .string(absolute(video.url)), "width": .integer(video.width),
                    "height": .integer(video.height),
                ],
            ]
        }
        return [
            "@context": "https://schema.org", "@type": "ItemList", "name": .string(view.title),
            "description": .string(view.prompt), "url": .string(url + view.path),
            "numberOfItems": .integer(view.videos.count), "itemListElement": .array(items),
        ]
    }
}
