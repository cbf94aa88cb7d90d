internal import FoundationEssentials
internal import Platform

/// Finds out what a file contains, or why it cannot become a clip.
public struct Probe: Sendable {
    private let tools: MediaTools
    private let limits: MediaLimits

    private static let pictureCodecs: Set<String> = [
        "h264", "hevc", "av1", "vp8", "vp9", "mpeg4", "mjpeg", "prores",
    ]

    /// A probe with its tools and limits.
    public init(_ tools: MediaTools, limits: MediaLimits = MediaLimits()) {
        self.tools = tools
        self.limits = limits
    }

    /// Checks the container, the streams, every packet and every frame, cheapest first.
    public func inspect(_ path: String, declared: Container? = nil) throws(MediaFault) -> VideoFacts {
        guard let size = Files.size(path) else {
            throw MediaFault(.emptyFile, "Your upload has expired. Please upload the clip again.", evidence: path)
        }
        guard size > 0 else { throw .emptyFile }
        guard size <= limits.bytes else { throw .tooLarge(limits) }
        let container = try ContainerCheck(path: path, size: size).container()
        if let declared, !container.isCompatible(with: declared) { throw .typeMismatch(container, declared: declared) }

        let report = try report(path, container)
        var facts = try facts(of: report, container)
        let packets = try packets(path, facts)
        facts.frames = packets.count
        facts.durationMs = packets.milliseconds
        try check(facts)
        try decode(path, facts)
        return facts
    }

    private func report(_ path: String, _ container: Container) throws(MediaFault) -> ProbeReport {
        let result = try tools.inspect(
            ["-of", "json=compact=1", "-show_format", "-show_streams"] + tools.untrusted(path, container),
            outputLimit: 1 << 20
        ) { .unreadable("more than a megabyte of streams") }
        guard result.isSuccess else {
            throw Self.isCut(result.complaint) ? .truncated : .unreadable(result.complaint)
        }
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        do { return try decoder.decode(ProbeReport.self, from: Data(result.output)) } catch {
            throw .unreadable("\(error)")
        }
    }

    private func facts(of report: ProbeReport, _ container: Container) throws(MediaFault) -> VideoFacts {
        guard let picture = report.pictures.first else {
            if report.sound != nil { throw .audioOnly }
            throw (report.streams ?? []).contains { $0.codecType == "video" } ? .stillImage : .unreadable("no stream")
        }
        guard let width = picture.width, let height = picture.height, width > 0, height > 0 else {
            throw .unreadable("no picture size")
        }
        guard width <= limits.side, height <= limits.side, width * height <= limits.pixels else {
            throw .tooManyPixels(width: width, height: height, limits: limits)
        }
        let codec = picture.codecName ?? "unknown"
        guard Self.pictureCodecs.contains(codec) else {
            throw ["png", "gif", "bmp", "webp", "tiff"].contains(codec) ? .stillImage : .unsupportedCodec(codec)
        }
        guard !picture.needsDolbyVision else { throw .unsupportedColour }
        if let claimed = Self.milliseconds(report.format?.duration), claimed > longest {
            throw .tooLong(milliseconds: claimed)
        }
        let shown = (width: max(1, Int((Double(width) * picture.pixelShape).rounded())), height: height)
        let isTurned = picture.quarterTurns % 2 == 1
        return VideoFacts(
            width: isTurned ? shown.height : shown.width, height: isTurned ? shown.width : shown.height,
            durationMs: 0, frames: 0, codec: codec, container: container, videoStream: picture.index,
            audioStream: report.sound?.index, rotation: picture.quarterTurns * 90,
            isHighDynamicRange: picture.isHighDynamicRange, isInterlaced: picture.isInterlaced)
    }

    /// Measures the length by the packets, since the length in the header may be wrong.
    private func packets(_ path: String, _ facts: VideoFacts) throws(MediaFault) -> Packets {
        let seconds = limits.durationMilliseconds / 1_000 + 4
        let result = try tools.inspect(
            [
                "-select_streams", "\(facts.videoStream)", "-read_intervals", "%+\(seconds)",
                "-show_entries", "packet=pts_time,duration_time,flags", "-of", "csv=p=0",
            ] + tools.untrusted(path, facts.container),
            // More lines than the highest frame rate can write in that time.
            outputLimit: 1 << 18
        ) { .tooManyFrames(rate: limits.frameRate * 2, limits: limits) }
        guard result.isSuccess else {
            throw Self.isCut(result.complaint) ? .truncated : .unreadable(result.complaint)
        }
        return Packets(csv: String(decoding: result.output, as: UTF8.self))
    }

    private func check(_ facts: VideoFacts) throws(MediaFault) {
        if facts.frames == 1 { throw .stillImage }
        guard facts.frames > 1 else { throw .truncated }
        guard facts.durationMs <= limits.durationMilliseconds else { throw .tooLong(milliseconds: facts.durationMs) }
        let rate = Double(facts.frames) * 1_000 / Double(max(1, facts.durationMs))
        guard rate <= limits.frameRate * 1.02 else { throw .tooManyFrames(rate: rate, limits: limits) }
        guard facts.durationMs >= limits.shortestMilliseconds else { throw .tooShort(milliseconds: facts.durationMs) }
    }

    /// One full decode: a file that breaks off or is damaged inside fails here.
    private func decode(_ path: String, _ facts: VideoFacts) throws(MediaFault) {
        let result = try tools.encode(
            ["-xerror", "-threads", "\(tools.threads)"] + tools.untrusted(path, facts.container)
                + ["-map", "0:\(facts.videoStream)", "-f", "null", "-"])
        guard result.isSuccess else {
            throw Self.isCut(result.complaint) ? .truncated : .unreadable(result.complaint)
        }
    }

    private var longest: Int { limits.durationMilliseconds + limits.paddingMilliseconds }

    private static func isCut(_ complaint: String) -> Bool {
        ["moov atom not found", "partial file", "Truncat", "End of file"]
            .contains { complaint.contains($0) }
    }

    private static func milliseconds(_ seconds: String?) -> Int? {
        seconds.flatMap(Double.init).flatMap { $0.isFinite && $0 < 1e12 ? Int(($0 * 1_000).rounded()) : nil }
    }
}

/// The times of a stream's packets.
struct Packets {
    let count: Int
    let milliseconds: Int

    init(csv: String) {
        var shown = 0
        var first = Double.infinity
        var last = -Double.infinity
        var starts: [Double] = []
        for line in csv.split(separator: "\n") {
            let fields = line.split(separator: ",", omittingEmptySubsequences: false)
            // A packet marked for discarding precedes the cut that an edit list makes.
            if fields.count > 2, fields[2].contains("D") { continue }
            shown += 1
            guard let start = fields.first.flatMap({ Double($0) }) else { continue }
            starts.append(start)
            first = min(first, start)
            last = max(last, start + (fields.count > 1 ? Double(fields[1]) ?? 0 : 0))
        }
        starts.sort()
        // Matroska need not give the last packet a length: it then lasts as long as the one before it.
        if let latest = starts.last, latest >= last, starts.count > 1 {
            last = latest + (latest - starts[starts.count - 2])
        }
        count = shown
        milliseconds = first.isFinite && last > first ? Int(((last - first) * 1_000).rounded()) : 0
    }
}
