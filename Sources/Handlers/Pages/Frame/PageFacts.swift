internal import FoundationEssentials
internal import HTML
internal import HTTP
internal import Text

/// What programs learn of a page beside its title and description: search engines, and sites on which it is shared.
struct PageFacts: Sendable {
    /// The video that it is about.
    var video: VideoFacts?
    /// Whether other sites can show it in a frame, so that `/oembed` has an answer for it.
    var isEmbeddable = false
    /// The picture for cards, where there is none in the usual form.
    var picture: Picture?
    /// What it is about in the words of schema.org, where that is no video.
    var structured: JSONValue?

    /// A picture that a card shows.
    struct Picture: Sendable {
        var url: String
        var width: Int
        var height: Int
    }
}

/// A video as search engines and social cards describe it.
struct VideoFacts: Sendable {
    var title: String
    var description: String
    var url: String
    var posterURL: String
    var width: Int
    var height: Int
    var seconds: Double
    var publishedAt: Date
    /// Who made it; nil for a former member.
    var creator: String?
    var genre: String
    /// The path of the page that shows it in a frame.
    var embedPath: String
}

extension Site {
    /// The elements of the head that cards and search engines read.
    func card(_ page: Page) -> HTML {
        let video = page.facts.video
        let oEmbed = "\(url)/oembed?format=json&url=" + Text.percentEncode(url + page.path)
        return """
            <meta property="og:type" content="\(video == nil ? "website" : "video.other")">
            <meta property="og:site_name" content="\(name)">
            <meta property="og:title" content="\(page.title)">
            <meta property="og:description" content="\(page.description)">
            <meta property="og:url" content="\(url)\(page.path)">
            <meta property="og:image" content="\(absolute(page.image ?? page.facts.picture?.url ?? iconURL(512)))">
            \(page.image.map { _ in Self.imageFacts })\(page.facts.picture.map(pictureSize))
            <meta name="twitter:card" content="\(page.image == nil && page.facts.picture == nil ? "summary" : "summary_large_image")">
            \(video.map(videoCard))\(page.facts.structured.map(structuredFacts))\(HTML.when(page.facts.isEmbeddable, """
            <link rel="alternate" type="application/json+oembed" href="\(oEmbed)" title="\(page.title)">

            """))<link rel="alternate" type="application/atom+xml" href="/feed.atom" title="\(name): winning takes and comparisons">
            """
    }

    /// The form of every picture for social cards, so that services need not fetch it to lay out a card.
    private static let imageFacts: HTML = """
        <meta property="og:image:type" content="image/jpeg">
        <meta property="og:image:width" content="1200">
        <meta property="og:image:height" content="630">
        """

    private func pictureSize(_ picture: PageFacts.Picture) -> HTML {
        """
        <meta property="og:image:width" content="\(picture.width)">
        <meta property="og:image:height" content="\(picture.height)">
        """
    }

    private func structuredFacts(_ facts: JSONValue) -> HTML {
        """
        <script type="application/ld+json">\(json: String(decoding: facts.bytes, as: UTF8.self))</script>

        """
    }

    private func videoCard(_ video: VideoFacts) -> HTML {
        """
        <meta property="og:video" content="\(absolute(video.url))">
        <meta property="og:video:type" content="video/mp4">
        <meta property="og:video:width" content="\(video.width)">
        <meta property="og:video:height" content="\(video.height)">
        <script type="application/ld+json">\(json: String(decoding: structured(video).bytes, as: UTF8.self))</script>

        """
    }

    /// The video in the words of schema.org.
    private func structured(_ video: VideoFacts) -> JSONValue {
        var members: [String: JSONValue] = [
            "@context": "https://schema.org", "@type": "VideoObject", "name": .string(video.title),
            "description": .string(video.description.isEmpty ? video.title : video.description),
            "thumbnailUrl": [.string(absolute(video.posterURL))],
            "uploadDate": .string(Formatting.machine(video.publishedAt)),
            "duration": .string("PT\(Int(video.seconds.rounded()))S"), "contentUrl": .string(absolute(video.url)),
            "embedUrl": .string(url + video.embedPath), "width": .integer(video.width),
            "height": .integer(video.height),
            "genre": .string(video.genre),
        ]
        if let creator = video.creator { members["author"] = ["@type": "Person", "name": .string(creator)] }
        return .object(members)
    }
}
