/// The ffmpeg filters that turn a clip's picture and sound into those of a rendition.
struct FilterGraph {
    let facts: VideoFacts
    let aspect: Aspect

    static let frameRate = 30

    /// Frames of the rendition; picture and sound are cut to the same length so that clips can be joined as they are.
    var frames: Int {
        max(2, (facts.durationMs * Self.frameRate + 500) / 1_000)
    }

    var seconds: String {
        let milliseconds = (frames * 1_000 + Self.frameRate / 2) / Self.frameRate
        return "\(milliseconds / 1_000)." + String(String(milliseconds % 1_000 + 1_000).dropFirst())
    }

    /// The picture, from the labelled input to `[picture]`.
    var picture: String {
        "[0:\(facts.videoStream)]" + (prepare + shape).joined(separator: ",") + "[picture]"
    }

    /// The sound, to `[sound]`: the clip's own, or silence.
    var sound: String {
        let level = "apad,atrim=end=\(seconds),asetpts=PTS-STARTPTS[sound]"
        guard let stream = facts.audioStream else { return "anullsrc=r=48000:cl=stereo," + level }
        return "[0:\(stream)]aresample=48000:async=1:first_pts=0,aformat=sample_fmts=fltp:channel_layouts=stereo,"
            + level
    }

    private var prepare: [String] {
        var steps: [String] = []
        if facts.isInterlaced { steps.append("bwdif=mode=send_frame") }
        steps.append("fps=\(Self.frameRate):start_time=0")
        steps.append("tpad=stop_mode=clone:stop=\(Self.frameRate)")
        steps.append("trim=end_frame=\(frames)")
        steps.append("setpts=PTS-STARTPTS")
        if facts.isHighDynamicRange { steps += toneMapping }
        return steps
    }

    /// Scaled first, since every step in linear light costs in proportion to the pixels.
    private var toneMapping: [String] {
        [
            "zscale=w=\(fitted.width):h=\(fitted.height):t=linear:npl=203", "format=gbrpf32le",
            "zscale=p=bt709", "tonemap=hable:desat=0", "zscale=t=bt709:m=bt709:r=tv", "format=yuv420p",
        ]
    }

    private var shape: [String] {
        let colour = "in_color_matrix=auto:out_color_matrix=bt709:out_range=tv"
        let finish = ["format=yuv420p", "setsar=1"]
        if aspect.isFilled(byWidth: facts.width, height: facts.height) {
            return ["scale=\(aspect.width):\(aspect.height):flags=bicubic:\(colour)"] + finish
        }
        // The copy behind is blurred at a quarter of the size: a twentieth of the work, and no eye can tell.
        let small = (width: aspect.width / 4, height: aspect.height / 4)
        let behind = [
            "scale=\(small.width):\(small.height):force_original_aspect_ratio=increase:force_divisible_by=2:\(colour)",
            "crop=\(small.width):\(small.height)", "format=yuv420p", "gblur=sigma=12", "eq=brightness=-0.08",
            "scale=\(aspect.width):\(aspect.height):flags=bilinear", "setsar=1",
        ]
        let front = [
            "scale=\(fitted.width):\(fitted.height):flags=bicubic:\(colour)", "format=yuv420p", "setsar=1",
        ]
        return [
            "split[one][two];[one]" + behind.joined(separator: ",") + "[behind];[two]"
                + front.joined(separator: ",") + "[front];[behind][front]overlay=(W-w)/2:(H-h)/2:format=yuv420"
        ] + finish
    }

    /// The largest even size within the frame that keeps the picture's shape.
    var fitted: (width: Int, height: Int) {
        if aspect.isFilled(byWidth: facts.width, height: facts.height) { return (aspect.width, aspect.height) }
        let scale = min(
            Double(aspect.width) / Double(facts.width), Double(aspect.height) / Double(facts.height))
        func even(_ length: Int, most: Int) -> Int {
            max(2, min(most, Int((Double(length) * scale / 2).rounded()) * 2))
        }
        return (even(facts.width, most: aspect.width), even(facts.height, most: aspect.height))
    }
}
