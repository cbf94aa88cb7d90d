internal import FoundationEssentials
internal import Platform

/// Checks a finished rendition against what was decoded from the uploaded file.
struct RenditionCheck {
    let tools: MediaTools
    let files: RenditionFiles
    let size: (width: Int, height: Int)
    let frames: Int

    /// How far picture and sound may be apart, in milliseconds.
    static let mostOffset = 40

    private struct Report: Decodable {
        struct Stream: Decodable {
            var codecType: String?
            var codecName: String?
            var width: Int?
            var height: Int?
            var pixFmt: String?
            var avgFrameRate: String?
            var sampleRate: String?
            var channels: Int?
            var startTime: String?
            var duration: String?
            var nbFrames: String?
        }
        var streams: [Stream]
    }

    /// Throws when frames, length, first or last frame, loudness or the offset between picture and sound are wrong.
    func verify(_ sound: DecodedSound?, delay: StreamTime) throws(MediaFault) {
        try verifyStreams()
        let found = try verifyFrames()
        guard let sound, let source = try samples(files.samples) else { return }
        let span = (sound.facts.span.end - sound.facts.span.start).milliseconds
        // Where packets are missing, silence was inserted on purpose.
        let isWhole = abs(source.count * 1_000 / SoundCurve.rate - span) <= 60
        try SoundCurve(sound.loudness.apply(to: source), delay: delay, frames: frames)
            .compare(with: SoundCurve(found, frames: frames), inTime: isWhole)
    }

    private func verifyStreams() throws(MediaFault) {
        let result = try tools.inspect(
            [
                "-of", "json=compact=1", "-show_entries",
                "stream=codec_type,codec_name,width,height,pix_fmt,avg_frame_rate,sample_rate,channels,start_time"
                    + ",duration,nb_frames",
            ] + tools.own(files.target, format: "mp4"), outputLimit: 1 << 16
        ) { .toolFailed("the rendition's streams") }
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        guard result.isSuccess, let report = try? decoder.decode(Report.self, from: Data(result.output)),
            report.streams.count == 2, let picture = report.streams.first, let sound = report.streams.last
        else { throw .renditionFaulty("the file could not be read") }
        guard picture.codecName == "h264", picture.width == size.width, picture.height == size.height,
            picture.pixFmt == "yuv420p", picture.avgFrameRate == "\(Timeline.frameRate)/1", sound.codecName == "aac",
            sound.sampleRate == "48000", sound.channels == 2
        else { throw .renditionFaulty("picture or sound had the wrong form") }
        guard picture.nbFrames == "\(frames)" else {
            throw .renditionFaulty("it had \(picture.nbFrames ?? "no") frames instead of \(frames)")
        }
        let length = frames * 1_000 / Timeline.frameRate
        for (name, stream) in [("picture", picture), ("sound", sound)] {
            let found = StreamTime(seconds: stream.duration)?.milliseconds ?? 0
            guard abs(found - length) <= Self.mostOffset else {
                throw .renditionFaulty("its \(name) lasted \(found) ms instead of \(length)")
            }
            let start = StreamTime(seconds: stream.startTime)?.milliseconds ?? .max
            guard abs(start) <= Self.mostOffset else {
                throw .renditionFaulty("its \(name) began \(start) ms late")
            }
        }
    }

    /// Compares the first and the last frame with those that went into the encoder, and returns the decoded sound.
    private func verifyFrames() throws(MediaFault) -> [Float] {
        let input = tools.own(files.target, format: "mp4")
        let last = StreamTime(microseconds: max(0, frames * 1_000_000 / Timeline.frameRate - 40_000)).text
        let small = ["-vf", FilterGraph.seen, "-fps_mode", "passthrough", "-f", "rawvideo"]
        let frame = FilterGraph.seenSide * FilterGraph.seenSide
        // Three times the same file, so that of the picture only the beginning and the end are decoded.
        let result = try tools.encode(
            ["-t", "0.02"] + input + ["-ss", last] + input + ["-vn"] + input
                + ["-map", "0:v"] + small + ["file:" + files.seenAgain, "-map", "1:v"] + small + ["pipe:1"]
                + ["-map", "2:a", "-ac", "1", "-ar", "\(SoundCurve.rate)", "-f", "f32le", "file:" + files.samplesAgain])
        guard result.isSuccess, result.output.count >= frame,
            let begin = try? Files.read(files.seenAgain, count: frame), begin.count == frame,
            let seen = try? Files.read(files.seen, count: 2 * frame), seen.count >= frame,
            let samples = try samples(files.samplesAgain)
        else { throw .renditionFaulty("it could not be decoded") }
        guard Self.areAlike(seen.prefix(frame), begin[...]) else { throw .renditionFaulty("its first frame was wrong") }
        guard Self.areAlike(seen.suffix(frame), result.output.suffix(frame)) else {
            throw .renditionFaulty("its last frame was wrong")
        }
        return samples
    }

    /// What encoding loses in so small a picture is far less than this, and another picture differs by far more.
    private static func areAlike(_ one: ArraySlice<UInt8>, _ other: ArraySlice<UInt8>) -> Bool {
        let difference = zip(one, other).reduce(0) { $0 + abs(Int($1.0) - Int($1.1)) }
        return difference <= 12 * one.count
    }

    private func samples(_ path: String) throws(MediaFault) -> [Float]? {
        guard let size = Files.size(path), size >= 4, let bytes = try? Files.read(path, count: min(size, 4 << 20))
        else {
            return nil
        }
        return stride(from: 0, to: bytes.count / 4 * 4, by: 4).map { at in
            let bits = (0..<4).reduce(UInt32(0)) { $0 | UInt32(bytes[at + $1]) << (8 * UInt32($1)) }
            let value = Float(bitPattern: bits)
            return value.isFinite ? value : 0
        }
    }
}

/// How loud a sound is over time, in windows of 10 ms.
struct SoundCurve {
    static let rate = 8_000
    private static let window = rate / 100

    private let levels: [Double]

    /// The curve of samples that begin after a delay, up to the end of a rendition of so many frames.
    init(_ samples: [Float], delay: StreamTime = .zero, frames: Int) {
        let lead = max(0, delay.milliseconds / 10)
        let count = frames * 100 / Timeline.frameRate
        levels = (0..<count).map { index in
            let first = (index - lead) * Self.window
            guard first >= 0, first + Self.window <= samples.count else { return 0 }
            var sum = 0.0
            for at in first..<(first + Self.window) { sum += Double(samples[at] * samples[at]) }
            return sum / Double(Self.window)
        }
    }

    private var mean: Double { levels.reduce(0, +) / Double(max(1, levels.count)) }

    /// Throws when the other is more than 3 dB louder or quieter, or fits better when it is moved by more than 40 ms.
    func compare(with other: SoundCurve, inTime: Bool) throws(MediaFault) {
        // Below -60 dB there is only noise, which encoders leave out.
        guard mean > 1e-6 else { return }
        let ratio = other.mean / mean
        guard (0.5...2).contains(ratio) else {
            throw .renditionFaulty(ratio < 1 ? "the sound was too quiet" : "the sound was too loud")
        }
        guard inTime else { return }
        let most = 15
        let fits = (-most...most).map { ($0, fit(other, movedBy: $0)) }
        guard let best = fits.max(by: { $0.1 < $1.1 }), let unmoved = fits.first(where: { $0.0 == 0 }) else { return }
        if abs(best.0) * 10 > RenditionCheck.mostOffset, unmoved.1 < 0.95 * best.1 {
            throw .renditionFaulty("the sound was \(abs(best.0) * 10) ms \(best.0 > 0 ? "late" : "early")")
        }
    }

    /// The correlation with the other curve, 1 at most.
    private func fit(_ other: SoundCurve, movedBy windows: Int) -> Double {
        var product = 0.0
        var own = 0.0
        var others = 0.0
        for index in levels.indices {
            let at = index + windows
            guard other.levels.indices.contains(at) else { continue }
            let (one, two) = (levels[index].squareRoot(), other.levels[at].squareRoot())
            product += one * two
            own += one * one
            others += two * two
        }
        guard own > 0, others > 0 else { return 0 }
        return product / (own * others).squareRoot()
    }
}
