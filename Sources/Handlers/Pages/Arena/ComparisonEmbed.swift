internal import FoundationEssentials
internal import HTML
internal import HTTP
internal import Text

extension ComparisonView {
    /// How the frame of another site lays the videos out.
    var embedGrid: (columns: Int, rows: Int) {
        let columns = videos.count == 1 ? 1 : videos.count <= 4 ? 2 : 3
        return (columns, (max(1, videos.count) + columns - 1) / columns)
    }

    /// The frame, in the shape of the grid; nil while no video is finished.
    var embedFrame: EmbedFrame? {
        guard let first = videos.first else { return nil }
        return EmbedFrame(
            path: "/embed/comparison/\(slug)", title: title, width: first.width * embedGrid.columns,
            height: first.height * embedGrid.rows)
    }
}

extension Site {
    /// A comparison alone: its videos beside each other, in step where scripts run. It loads no video before it is played. Nil while
    /// no video is finished.
    func embed(_ view: ComparisonView) -> String? {
        guard !view.videos.isEmpty else { return nil }
        let cells = view.videos.map { video -> HTML in
            """
            <figure data-video><video src="\(video.smallURL)" poster="\(video.posterURL)" width="\(video.width)" \
            height="\(video.height)" controls muted playsinline preload="none" data-seconds="\(Formatting.decimal(video.seconds))" \
            aria-label="Result of \(video.model)"></video><figcaption>\(video.model)</figcaption></figure>
            """
        }
        let longest = Int(((view.videos.map(\.seconds).max() ?? 0) * 1_000).rounded())
        return embedDocument(
            title: view.title, path: view.path, words: Formatting.count(view.videos.count, "model", "models"),
            module: "embed-comparison", icons: [.play, .pause],
            content: """
                <div class="compared" data-compared data-columns="\(view.embedGrid.columns)"><div class="compared__grid">\(cells)</div>\
                <div class="player player__bar compared__bar" role="group" aria-label="All videos together">\
                <button class="btn" type="button" aria-label="Play all" data-play>\(Icon.play.image)</button>\
                <input class="grow" type="range" min="0" max="\(longest)" value="0" step="10" aria-label="Position of all videos" \
                data-seek></div></div>
                """)
    }
}

extension OEmbedSubject {
    /// A comparison, which looks like its first video; nil while none is finished.
    init?(_ view: ComparisonView) {
        guard let first = view.videos.first, let frame = view.embedFrame else { return nil }
        self.init(frame: frame, creator: nil, posterURL: first.posterURL, thumbnailURL: first.posterURL)
    }
}
