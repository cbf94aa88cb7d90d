internal import HTML

/// A part of this site in the frame of another one: where it is, and how large.
struct EmbedFrame: Sendable, Equatable {
    /// What the paths of all of them begin with.
    static let prefix = "/embed/"
    /// The most pixels of either side, when the other site sets no limit.
    static let side = 720

    var path: String
    var title: String
    /// The size of the video, whose shape the frame has.
    var width: Int
    var height: Int

    /// The largest size of that shape within limits; a frame has at least one pixel.
    func size(within limit: (width: Int?, height: Int?)?) -> (width: Int, height: Int) {
        let mostWidth = min(limit?.width ?? Self.side, Self.side)
        let mostHeight = min(limit?.height ?? Self.side, Self.side)
        let (shapeWidth, shapeHeight) = (max(width, 1), max(height, 1))
        if mostWidth * shapeHeight <= mostHeight * shapeWidth {
            return (max(mostWidth, 1), max(mostWidth * shapeHeight / shapeWidth, 1))
        }
        return (max(mostHeight * shapeWidth / shapeHeight, 1), max(mostHeight, 1))
    }

    /// The element that shows it.
    func markup(on site: Site, within limit: (width: Int?, height: Int?)?) -> String {
        let size = size(within: limit)
        let element: HTML = """
            <iframe src="\(site.url)\(path)" width="\(size.width)" height="\(size.height)" title="\(title)" \
            frameborder="0" loading="lazy" allowfullscreen></iframe>
            """
        return element.source
    }
}
