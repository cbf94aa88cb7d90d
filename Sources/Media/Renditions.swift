internal import Platform

/// Makes the published files from an uploaded file.
public struct Renditions: Sendable {
    /// Bytes of a rendition at most.
    public static let byteLimit = 5_000_000

    let tools: MediaTools
    let limits: MediaLimits

    /// Renditions made by these tools from files within these limits.
    public init(_ tools: MediaTools, limits: MediaLimits = MediaLimits()) {
        self.tools = tools
        self.limits = limits
    }

    /// Writes the MP4 that is played and joined into the film: one size, rate, coding and length of sound for all clips.
    ///
    /// Picture and sound are each brought into a constant form by a run of its own before they meet, so that a change in
    /// the middle of one of them moves neither. Making the rendition is also the full decode that finds damage. The
    /// finished file is checked against what was decoded. `onProgress` gets the share that is done, from 0 to 1.
    @discardableResult
    public func normalise(
        _ source: String, _ facts: VideoFacts, to target: String, aspect: Aspect,
        onProgress: (Double) -> Void = { _ in }
    ) throws(MediaFault) -> Rendition {
        let files = RenditionFiles(target: target)
        defer { files.remove() }
        let sound = try SoundStep(tools: tools, source: source, facts: facts, files: files).run()
        onProgress(0.05)

        var refusal: MediaFault?
        for picture in facts.pictures.prefix(3) {
            let timeline = Timeline(picture: picture, sound: sound?.facts, declaredEnd: facts.declaredEnd)
            try check(timeline)
            let step = PictureStep(
                tools: tools, source: source, container: facts.container, picture: picture, size: size(aspect),
                timeline: timeline, frames: timeline.frames(atMost: limits.mostFrames), files: files)
            do throws(PictureStep.Failure) {
                try step.run { onProgress(0.05 + 0.85 * $0) }
            } catch {
                switch error {
                case .undecodable(let fault):
                    refusal = refusal ?? fault
                    continue
                case .final(let fault): throw fault
                }
            }
            onProgress(0.9)
            try join(sound, timeline, step.frames, files)
            let rendition = Rendition(
                frames: step.frames, pictureStream: picture.stream, soundStream: sound?.facts.stream,
                hasUnreadableSound: sound == nil && !facts.sounds.isEmpty)
            try RenditionCheck(tools: tools, files: files, size: size(aspect), frames: step.frames)
                .verify(sound, delay: timeline.soundDelay)
            onProgress(1)
            return rendition
        }
        throw refusal ?? .unreadable("no picture")
    }

    /// How the sound of a rendition is coded, and of all that is joined with renditions.
    static let soundCoding = ["-c:a", "aac", "-b:a", "128k", "-ar", "48000", "-ac", "2"]

    private func size(_ aspect: Aspect) -> (width: Int, height: Int) {
        (aspect.width / tools.sizeDivisor / 2 * 2, aspect.height / tools.sizeDivisor / 2 * 2)
    }

    private func check(_ timeline: Timeline) throws(MediaFault) {
        let picture = timeline.pictureLength.milliseconds
        guard picture <= limits.acceptedMilliseconds else { throw .tooLong(milliseconds: picture) }
        let sound = timeline.soundLength.milliseconds
        guard sound <= limits.acceptedMilliseconds else {
            throw .soundTooLong(milliseconds: sound, picture: picture)
        }
        let length = timeline.length.milliseconds
        guard length >= limits.shortestMilliseconds else { throw .tooShort(milliseconds: length) }
    }

    /// Joins the finished picture, as it is, with the sound, cut or filled up to the same length.
    private func join(
        _ sound: DecodedSound?, _ timeline: Timeline, _ frames: Int, _ files: RenditionFiles
    ) throws(MediaFault) {
        let level = "apad,atrim=end=\(Timeline.seconds(frames: frames)),asetpts=PTS-STARTPTS[sound]"
        var inputs = tools.own(files.picture, format: "nut")
        var graph = "anullsrc=r=48000:cl=stereo," + level
        if let sound {
            inputs += tools.own(files.sound, format: "nut")
            graph =
                "[1:a]asetpts=PTS+(\(timeline.soundDelay.text))/TB,"
                + "aresample=48000:async=1:min_hard_comp=0.04:first_pts=0,\(sound.loudness.filter)," + level
        }
        let coding = ["-c:v", "copy", "-video_track_timescale", "15360"] + Self.soundCoding
        // No metadata of the uploaded file is published, least of all the place where it was recorded.
        let file = ["-map_metadata", "-1", "-map_chapters", "-1", "-fflags", "+bitexact", "-movflags", "+faststart"]
        let result = try tools.encode(
            inputs + ["-filter_complex", graph, "-map", "0:v", "-map", "[sound]"] + coding + file
                + ["-f", "mp4", "file:" + files.target])
        guard result.isSuccess else { throw .toolFailed("joining: " + result.complaint) }
        guard let size = Files.size(files.target), size <= Self.byteLimit else {
            throw .toolFailed("rendition above \(Self.byteLimit) bytes")
        }
    }
}

/// What a rendition was made from.
public struct Rendition: Sendable, Hashable {
    /// Frames, at 30 a second.
    public let frames: Int
    /// The file's stream that became the picture.
    public let pictureStream: Int
    /// The file's stream that became the sound; nil for silence.
    public let soundStream: Int?
    /// The file has a sound, but none that can be decoded.
    public let hasUnreadableSound: Bool

    /// Length in milliseconds.
    public var durationMs: Int { FilmPart.milliseconds(frames: frames) }
}

/// The finished file and those that are needed on the way to it.
struct RenditionFiles {
    let target: String

    var picture: String { target + ".picture" }
    /// The first and the last frame that went into the encoder, small.
    var seen: String { target + ".seen" }
    var sound: String { target + ".sound" }
    /// The decoded sound for comparison: one channel, 8,000 samples a second.
    var samples: String { target + ".samples" }
    /// The same of the finished file.
    var seenAgain: String { target + ".seen-again" }
    var samplesAgain: String { target + ".samples-again" }

    func remove() {
        for path in [picture, seen, sound, samples, seenAgain, samplesAgain] { try? Files.remove(path) }
    }
}
