internal import FoundationEssentials
internal import Generation
internal import HTML
internal import HTTP
internal import Text

extension PageDeclaration {
    static let video = page(
        .any, "/video/[id]", title: "A generated video", description: "A video that a member made with a model.",
        isShared: false, features: ["GEN-12", "GEN-13", "GEN-18"], summary: "A published video with its origin.",
        addresses: { _ in [] }
    ) { visit in
        guard let view = try visit.sources.video(try visit.context.uuid("id")) else { throw Problem.notFound() }
        return visit.site.video(view)
    }
}

/// A published video as its page shows it.
struct VideoPageView: Sendable {
    var video: VideoView
    var creator: String?
    var publishedAt: Date
    /// Whether a trained model made it; this site's own renderer draws without one.
    var isTrained = true
    /// What the provider's file says of its origin.
    var credentials: CredentialsView?

    /// A C2PA manifest, as far as it is read.
    struct CredentialsView: Sendable {
        var manifest: String?
        var generator: String?
    }
}

extension VideoPageView {
    init(_ published: PublishedVideo) {
        let kept = published.generation
        self.init(
            video: VideoView(kept), creator: published.creator, publishedAt: kept.publishedAt ?? kept.createdAt,
            isTrained: kept.provider != "local",
            credentials: kept.hasCredentials
                ? CredentialsView(manifest: kept.credentialsManifest, generator: kept.credentialsGenerator) : nil)
    }
}

extension Site {
    /// A published video: the player, which picks a size, and where the video comes from.
    func video(_ view: VideoPageView) -> Page {
        let video = view.video
        let creator = view.creator ?? "a member"
        let seed: HTML = "<div><dt class=\"label\">Seed</dt><dd class=\"num\">\(video.seed)</dd></div>"
        let length: HTML? = video.seconds.map {
            "<div><dt class=\"label\">Length</dt><dd>\(Formatting.clipLength($0))</dd></div>"
        }
        return Page(
            .video, title: "A video by \(creator)", description: String(video.prompt.prefix(200)),
            path: "/video/\(video.id.text)", firstPicture: video.posterURL, styles: ["clip", "studio"],
            modules: ["video"], icons: [.film, .info],
            main: """
                <main class="page clip" id="main">
                  <div class="clip__columns">
                    <div class="clip__screen">\(GeneratedVideo(video).markup(preload: "metadata"))</div>
                    <div class="stack">
                      <div class="stack stack--tight"><h1>A video by \(Fragments.creator(view.creator, none: creator))</h1>\
                <p><span class="badge" data-tone="info" data-ai>AI-generated</span> <span class="quiet">\(video.model) · \
                <time datetime="\(Formatting.machine(video.createdAt))">\(Formatting.day(video.createdAt))</time></span></p></div>
                      <div class="stack stack--tight"><h2>Prompt</h2><p class="clip__about">\(video.prompt)</p></div>
                      <dl class="slate">\(length)\(seed)</dl>
                      \(origin(view))
                      <div class="row"><a class="btn" href="/models/\(video.modelSlug)">About the model</a>\
                <a class="btn btn--ghost" href="/studio">Make a video</a></div>
                    </div>
                  </div>
                </main>
                """)
    }

    private func origin(_ view: VideoPageView) -> HTML {
        let made: HTML =
            view.isTrained
            ? "A trained model made this video, and its file says so in its metadata (IPTC “trainedAlgorithmicMedia”)."
            : "A program without a trained model made this video, and its file says so in its metadata (IPTC “algorithmicMedia”)."
        let words: HTML
        if let credentials = view.credentials {
            let generator: HTML? = credentials.generator.map { " It names <b>\($0)</b> as the program." }
            let manifest: HTML? = credentials.manifest.map { "<br><code class=\"clip__code\">\($0)</code>" }
            words = """
                <p data-credentials>The provider's file carries Content Credentials (C2PA).\(generator) This site shows them and has \
                not checked their signature.\(manifest)</p>
                """
        } else {
            words = "<p>The provider's file carries no Content Credentials (C2PA).</p>"
        }
        return """
            <section class="stack stack--tight"><h2>Origin</h2><p>\(made)</p>\(words)</section>
            """
    }
}

/// The player of a generated video. Without scripts it plays the small size; `core/sizes.js` picks another one.
struct GeneratedVideo {
    private let video: VideoView

    init(_ video: VideoView) { self.video = video }

    func markup(preload: HTML = "none") -> HTML {
        guard let url = video.url, let small = video.smallURL else {
            return "<div class=\"skeleton\">\(Icon.film.large)</div>"
        }
        return """
            <video src="\(small)" data-small="\(small)" data-full="\(url)" data-seconds="\(String(video.seconds ?? 0))" \
            data-bytes="\(video.bytes ?? 0)" poster="\(video.posterURL ?? "")" controls loop playsinline preload="\(preload)" \
            width="\(video.width)" height="\(video.height)" aria-label="\(video.prompt)"></video>
            """
    }
}
