internal import Platform

/// The previews of a clip.
public struct Stills: Sendable, Hashable {
    /// A few colours in the shape of the picture, shown until the poster is there.
    public var blurhash: String
    /// Detects near-duplicates.
    public var hash: PerceptualHash
}

extension Renditions {
    /// Writes the poster, 480 pixels wide, from 10 % into a rendition, and its thumbnail, both WebP, and derives
    /// placeholder and hash from it.
    public func stills(
        of rendition: String, durationMs: Int, poster: String, thumbnail: String
    ) throws(MediaFault) -> Stills {
        let second = durationMs / 10
        let position = "\(second / 1_000)." + String(String(second % 1_000 + 1_000).dropFirst())
        let side = 32
        let result = try tools.encode(
            ["-ss", position] + tools.own(rendition, format: "mp4") + [
                "-filter_complex",
                "[0:v]split=3[a][b][c];[a]scale=480:-2[poster];[b]\(Self.thumbnailFilter)[thumbnail];"
                    + "[c]scale=\(side):\(side):flags=area[small]",
            ] + Self.webP("[poster]", quality: 60, to: poster) + Self.webP("[thumbnail]", quality: 50, to: thumbnail)
                + [
                    "-map", "[small]", "-frames:v", "1", "-f", "rawvideo", "-pix_fmt", "rgb24", "pipe:1",
                ])
        guard result.isSuccess, let pixels = Pixels(width: side, height: side, bytes: result.output),
            Self.isWritten(poster), Self.isWritten(thumbnail)
        else { throw .toolFailed("poster: " + result.complaint) }
        return Stills(blurhash: BlurHash.encode(pixels), hash: PerceptualHash(of: pixels))
    }

    /// Writes the thumbnail of a poster that this program has made earlier.
    public func thumbnail(ofPoster poster: String, to thumbnail: String) throws(MediaFault) {
        let result = try tools.encode(
            tools.own(poster, format: poster.hasSuffix(".webp") ? "webp_pipe" : "jpeg_pipe") + [
                "-filter_complex", "[0:v]\(Self.thumbnailFilter)[thumbnail]",
            ]
                + Self.webP("[thumbnail]", quality: 50, to: thumbnail))
        guard result.isSuccess, Self.isWritten(thumbnail) else {
            throw .toolFailed("thumbnail: " + result.complaint)
        }
    }

    /// Lists show pictures of at most 96 pixels, dozens on a page.
    private static let thumbnailFilter = "scale=96:-2:flags=area"

    /// A third of the bytes of a JPEG that looks the same.
    private static func webP(_ stream: String, quality: Int, to path: String) -> [String] {
        [
            "-map", stream, "-frames:v", "1", "-c:v", "libwebp", "-quality", "\(quality)", "-f", "image2", "-update",
            "1",
            "file:" + path,
        ]
    }

    private static func isWritten(_ path: String) -> Bool { (Files.size(path) ?? 0) > 0 }
}
