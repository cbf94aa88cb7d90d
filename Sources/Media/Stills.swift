internal import Platform

/// The previews of a clip.
public struct Stills: Sendable, Hashable {
    /// A few colours in the shape of the picture, shown until the poster is there.
    public var blurhash: String
    /// Detects near-duplicates.
    public var hash: PerceptualHash
}

/// The files of a clip's stills in a directory.
public struct StillFiles: Sendable {
    private let directory: String

    /// Files that are written into a directory.
    public init(in directory: String) { self.directory = directory }

    /// The still of a player, WebP, 480 pixels wide.
    public var poster: String { directory + "/poster.webp" }
    /// The copy for lists, WebP, 96 pixels wide.
    public var thumbnail: String { directory + "/thumbnail.webp" }
    /// The copy for cards, WebP, 240 pixels wide.
    public var card: String { directory + "/card.webp" }
    /// The copy for links that other services show, few of which read WebP: JPEG, 1200 × 630.
    public var share: String { directory + "/share.jpg" }
}

extension Renditions {
    /// Writes the poster, from 10 % into a rendition, and its copies, and derives placeholder and hash from it.
    public func stills(
        of rendition: String, durationMs: Int, into files: StillFiles
    ) throws(MediaFault) -> Stills {
        try stills(of: rendition, at: durationMs / 10, into: files)
    }

    /// Writes the poster from a moment in a rendition, in milliseconds, and its copies, and derives placeholder and hash from it.
    public func stills(
        of rendition: String, at moment: Int, into files: StillFiles
    ) throws(MediaFault) -> Stills {
        let position = "\(moment / 1_000)." + String(String(moment % 1_000 + 1_000).dropFirst())
        let side = 32
        let result = try tools.encode(
            ["-ss", position] + tools.own(rendition, format: "mp4") + [
                "-filter_complex",
                "[0:v]split=3[a][b][c];[a]scale=480:-2[poster];[b]\(Self.copies);"
                    + "[c]scale=\(side):\(side):flags=area[small]",
            ] + Self.webP("[poster]", quality: 50, to: files.poster) + Self.outputs(files) + [
                "-map", "[small]", "-frames:v", "1", "-f", "rawvideo", "-pix_fmt", "rgb24", "pipe:1",
            ])
        try lighten(files.poster, of: rendition, at: position)
        guard result.isSuccess, let pixels = Pixels(width: side, height: side, bytes: result.output),
            Self.areWritten([files.poster, files.thumbnail, files.card, files.share])
        else { throw .toolFailed("poster: " + result.complaint) }
        return Stills(blurhash: BlurHash.encode(pixels), hash: PerceptualHash(of: pixels))
    }

    /// Every page that plays begins with a poster. One of noise would weigh ten times what others do.
    package static let heaviestPoster = 32_000

    /// Softens a poster of noise, in which there are no shapes to lose.
    private func lighten(_ poster: String, of rendition: String, at position: String) throws(MediaFault) {
        guard let size = Files.size(poster), size > Self.heaviestPoster else { return }
        let result = try tools.encode(
            ["-ss", position] + tools.own(rendition, format: "mp4")
                + ["-filter_complex", "[0:v]scale=480:-2,gblur=sigma=3[poster]"]
                + Self.webP("[poster]", quality: 50, to: poster))
        guard result.isSuccess else { throw .toolFailed("poster: " + result.complaint) }
    }

    /// Writes the copies of a poster that this program has made earlier.
    public func copies(ofPoster poster: String, into files: StillFiles) throws(MediaFault) {
        let result = try tools.encode(
            tools.own(poster, format: poster.hasSuffix(".webp") ? "webp_pipe" : "jpeg_pipe")
                + ["-filter_complex", "[0:v]\(Self.copies)"] + Self.outputs(files))
        guard result.isSuccess, Self.areWritten([files.thumbnail, files.card, files.share]) else {
            throw .toolFailed("copies of a poster: " + result.complaint)
        }
    }

    /// Lists show pictures of at most 96 pixels, dozens on a page, and cards at most 240. Other services cut a picture to their
    /// own wide shape, so the whole still is in the middle of one.
    private static let copies = """
        split=4[list][cards][ground][still];[list]scale=96:-2:flags=area[thumbnail];\
        [cards]scale=240:-2:flags=area[card];\
        [ground]scale=1200:630:force_original_aspect_ratio=increase,crop=1200:630,gblur=sigma=40,eq=brightness=-0.15[wide];\
        [still]scale=1200:630:force_original_aspect_ratio=decrease[whole];\
        [wide][whole]overlay=(W-w)/2:(H-h)/2,format=yuvj420p[share]
        """

    private static func outputs(_ files: StillFiles) -> [String] {
        webP("[thumbnail]", quality: 50, to: files.thumbnail) + webP("[card]", quality: 55, to: files.card) + [
            "-map", "[share]", "-frames:v", "1", "-c:v", "mjpeg", "-q:v", "5", "-f", "image2", "-update", "1",
            "file:" + files.share,
        ]
    }

    /// A third of the bytes of a JPEG that looks the same. The slowest search for the best prediction takes some hundredths of a
    /// second more and saves a twentieth of the bytes, which everybody loads who visits.
    private static func webP(_ stream: String, quality: Int, to path: String) -> [String] {
        [
            "-map", stream, "-frames:v", "1", "-c:v", "libwebp", "-quality", "\(quality)", "-compression_level", "6",
            "-f", "image2", "-update", "1",
            "file:" + path,
        ]
    }

    private static func areWritten(_ paths: [String]) -> Bool { paths.allSatisfy { (Files.size($0) ?? 0) > 0 } }
}
