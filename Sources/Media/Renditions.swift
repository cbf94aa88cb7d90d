internal import Platform

/// Makes the published files from an uploaded file.
public struct Renditions: Sendable {
    /// Bytes of a rendition at most.
    public static let byteLimit = 5_000_000

    let tools: MediaTools

    /// With any quality and any preset up to veryfast the stream has the same headers, so that a film can
    /// be joined from any of them without encoding. Slower presets move the chroma's quantiser and need a number here.
    private static let joinable =
        "stitchable=1:bframes=2:b-pyramid=none:ref=1:cabac=1:8x8dct=1:weightp=1:weightb=1:interlaced=0"

    /// Renditions made by these tools.
    public init(_ tools: MediaTools) {
        self.tools = tools
    }

    /// Writes the MP4 that is played and joined into the film: one size, rate, coding and length of sound for all clips.
    public func normalise(_ source: String, _ facts: VideoFacts, to target: String, aspect: Aspect) throws(MediaFault) {
        let graph = FilterGraph(facts: facts, aspect: aspect)
        // The buffer counts beside the rate: 9.5 seconds' worth of 3.8 Mbit/s and the sound stay below the limit.
        for kilobits in [3_800, 2_400] {
            try encode(source, graph, to: target, kilobits: kilobits)
            if let size = Files.size(target), size <= Self.byteLimit { return }
        }
        throw .toolFailed("rendition above \(Self.byteLimit) bytes")
    }

    private func encode(
        _ source: String, _ graph: FilterGraph, to target: String, kilobits: Int
    ) throws(MediaFault) {
        let input = ["-threads", "\(tools.threads)"] + tools.untrusted(source, graph.facts.container)
        let picture = [
            "-c:v", "libx264", "-preset", tools.preset, "-threads", "\(tools.threads)", "-profile:v", "high",
            "-level:v", "4.0", "-pix_fmt", "yuv420p", "-crf", "\(tools.quality)", "-maxrate", "\(kilobits)k",
            "-bufsize",
            "\(kilobits)k", "-g", "\(FilterGraph.frameRate * 2)", "-x264-params", Self.joinable, "-colorspace", "bt709",
            "-color_primaries", "bt709", "-color_trc", "bt709", "-color_range", "tv", "-video_track_timescale",
            "15360",
        ]
        let sound = ["-c:a", "aac", "-b:a", "128k", "-ar", "48000", "-ac", "2"]
        // No metadata of the uploaded file is published, least of all the place where it was recorded.
        let file = ["-map_metadata", "-1", "-map_chapters", "-1", "-fflags", "+bitexact", "-movflags", "+faststart"]
        let result = try tools.encode(
            input + ["-filter_complex", graph.picture + ";" + graph.sound, "-map", "[picture]", "-map", "[sound]"]
                + picture + sound + file + ["-f", "mp4", "file:" + target])
        guard result.isSuccess else { throw .toolFailed("rendition: " + result.complaint) }
    }
}
