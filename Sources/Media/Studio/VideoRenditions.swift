internal import Platform

/// What was made of a generated video.
public struct VideoFiles: Sendable, Hashable {
    /// Length in milliseconds, as measured.
    public let durationMs: Int
    /// Width as shown.
    public let width: Int
    /// Height as shown.
    public let height: Int
    /// Whether there is sound.
    public let hasSound: Bool
    /// The ending of the provider's own file.
    public let originalExtension: String
    /// A few colours in the shape of the picture.
    public let blurhash: String
}

/// Makes what is shown of a generated video: a full size that every browser plays, a small size for slow connections, and a
/// poster.
public struct VideoRenditions: Sendable {
    private let tools: MediaTools
    private let limits: MediaLimits

    /// What a provider may deliver: 512 MB, two minutes, 4K.
    public static var limits: MediaLimits {
        var limits = MediaLimits()
        limits.bytes = 512 << 20
        limits.durationMilliseconds = 120_000
        return limits
    }

    /// Renditions made by these tools.
    public init(_ tools: MediaTools, limits: MediaLimits = VideoRenditions.limits) {
        var tools = tools
        tools.fileBytes = limits.bytes
        self.tools = tools
        self.limits = limits
    }

    /// Measures a provider's file and writes `full`, `small` and the stills. `statement` is the XMP that both files carry.
    public func make(
        from original: String, full: String, small: String, stills: StillFiles, statement: String
    ) throws(MediaFault) -> VideoFiles {
        let facts = try Probe(tools, limits: limits).inspect(original)
        try writeFull(original, facts, to: full)
        let (width, height) = Self.small(facts.picture.width, facts.picture.height)
        try encode(full, format: "mp4", to: small, width: width, height: height, quality: 25)
        let made = try Renditions(tools, limits: limits).stills(of: full, durationMs: facts.durationMs, into: stills)
        for path in [full, small] { try XMPBox.append(statement, to: path) }
        return VideoFiles(
            durationMs: facts.durationMs, width: facts.picture.width, height: facts.picture.height,
            hasSound: !facts.sounds.isEmpty, originalExtension: facts.container.fileExtension, blurhash: made.blurhash)
    }

    /// What every browser plays is only put into another file; everything else is encoded.
    private func writeFull(_ original: String, _ facts: VideoFacts, to target: String) throws(MediaFault) {
        if facts.browserExtension == "mp4", facts.picture.rotation == 0 {
            var maps = ["-map", "0:\(facts.picture.stream)"]
            if let sound = facts.sounds.first { maps += ["-map", "0:\(sound.stream)"] }
            let result = try tools.encode(
                tools.untrusted(original, facts.container) + maps + ["-c", "copy"] + Self.file + ["file:" + target])
            if result.isSuccess { return }
        }
        let (width, height) = Self.bounded(facts.picture.width, facts.picture.height)
        try encode(
            original, format: facts.container.demuxer, to: target, width: width, height: height, quality: tools.quality)
    }

    /// Copies the picture of a file that was made here: no sound, no metadata, no chapters.
    public func pictureOnly(of source: String, to target: String) throws(MediaFault) {
        let result = try tools.encode(
            tools.own(source, format: "mp4") + ["-map", "0:v:0", "-c", "copy"] + Self.file + ["file:" + target])
        guard result.isSuccess, (Files.size(target) ?? 0) > 0 else { throw MediaFault.unreadable(result.complaint) }
    }

    private static let file = [
        "-map_metadata", "-1", "-map_chapters", "-1", "-fflags", "+bitexact", "-movflags", "+faststart", "-f", "mp4",
    ]

    private func encode(
        _ source: String, format: String, to target: String, width: Int, height: Int, quality: Int
    ) throws(MediaFault) {
        let result = try tools.encode(
            tools.own(source, format: format) + [
                "-map", "0:v:0", "-map", "0:a:0?", "-vf", "scale=\(width):\(height):flags=bicubic,setsar=1",
                "-c:v", "libx264", "-preset", tools.preset, "-crf", "\(quality)", "-pix_fmt", "yuv420p", "-threads",
                "\(tools.threads)",
            ] + Renditions.soundCoding + Self.file + ["file:" + target])
        guard result.isSuccess, (Files.size(target) ?? 0) > 0 else {
            throw MediaFault.isCut(result.complaint) ? .truncated : .unreadable(result.complaint)
        }
    }

    /// Both sides even, the shorter one 360 pixels at most.
    static func small(_ width: Int, _ height: Int) -> (Int, Int) { shorter(width, height, 360) }

    /// Both sides even, the shorter one 1,080 pixels at most.
    private static func bounded(_ width: Int, _ height: Int) -> (Int, Int) { shorter(width, height, 1_080) }

    private static func shorter(_ width: Int, _ height: Int, _ most: Int) -> (Int, Int) {
        let side = max(2, min(width, height))
        func scaled(_ value: Int) -> Int { side <= most ? value / 2 * 2 : value * most / side / 2 * 2 }
        return (max(2, scaled(width)), max(2, scaled(height)))
    }

    /// Writes the seconds from `start` of a video as an MP4 of their own, cut at frames: they are encoded again.
    public func trim(
        _ source: String, startMs: Int, lengthMs: Int, to target: String
    ) throws(MediaFault) {
        func seconds(_ milliseconds: Int) -> String {
            "\(milliseconds / 1_000)." + String(String(milliseconds % 1_000 + 1_000).dropFirst())
        }
        let result = try tools.encode(
            ["-ss", seconds(startMs)] + tools.own(source, format: "mp4") + [
                "-t", seconds(lengthMs), "-map", "0:v:0", "-map", "0:a:0?", "-c:v", "libx264", "-preset", tools.preset,
                "-crf", "18", "-pix_fmt", "yuv420p", "-threads", "\(tools.threads)",
            ] + Renditions.soundCoding + Self.file + ["file:" + target])
        guard result.isSuccess, (Files.size(target) ?? 0) > 0 else { throw .toolFailed("trim: " + result.complaint) }
    }
}
