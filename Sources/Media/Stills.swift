internal import Platform

/// The previews of a clip.
public struct Stills: Sendable, Hashable {
    /// A few colours in the shape of the picture, shown until the poster is there.
    public var blurhash: String
    /// Detects near-duplicates.
    public var hash: PerceptualHash
}

extension Renditions {
    /// Writes the JPEG poster, 480 pixels wide, from 10 % into a rendition, and derives placeholder and hash from it.
    public func stills(
        of rendition: String, durationMs: Int, poster: String
    ) throws(MediaFault) -> Stills {
        let second = durationMs / 10
        let position = "\(second / 1_000)." + String(String(second % 1_000 + 1_000).dropFirst())
        let side = 32
        let result = try tools.encode(
            ["-ss", position] + tools.own(rendition, format: "mp4") + [
                "-filter_complex",
                "[0:v]split[a][b];[a]scale=480:-2[poster];[b]scale=\(side):\(side):flags=area[small]",
                "-map", "[poster]", "-frames:v", "1", "-q:v", "4", "-f", "image2", "-update", "1", "file:" + poster,
                "-map", "[small]", "-frames:v", "1", "-f", "rawvideo", "-pix_fmt", "rgb24", "pipe:1",
            ])
        guard result.isSuccess, let pixels = Pixels(width: side, height: side, bytes: result.output),
            let size = Files.size(poster), size > 0
        else { throw .toolFailed("poster: " + result.complaint) }
        return Stills(blurhash: BlurHash.encode(pixels), hash: PerceptualHash(of: pixels))
    }
}
