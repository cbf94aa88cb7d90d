internal import FoundationEssentials
internal import Platform

/// Finds out what a file contains, or why it cannot become a clip. Nothing is decoded here: whether a stream can be
/// decoded shows when its rendition is made.
public struct Probe: Sendable {
    private let tools: MediaTools
    private let limits: MediaLimits

    /// A probe with its tools and limits.
    public init(_ tools: MediaTools, limits: MediaLimits = MediaLimits()) {
        self.tools = tools
        self.limits = limits
    }

    /// Checks the container, the streams and every packet, cheapest first.
    public func inspect(_ path: String, declared: Container? = nil) throws(MediaFault) -> VideoFacts {
        guard let size = Files.size(path) else {
            throw MediaFault(.emptyFile, "Your upload has expired. Please upload the clip again.", evidence: path)
        }
        guard size > 0 else { throw .emptyFile }
        guard size <= limits.bytes else { throw .tooLarge(limits) }
        let container = try ContainerCheck(path: path, size: size).container()
        if let declared, !container.isCompatible(with: declared) { throw .typeMismatch(container, declared: declared) }
        return try facts(of: try report(path, container), container)
    }

    private func report(_ path: String, _ container: Container) throws(MediaFault) -> ProbeReport {
        let result = try tools.inspect(
            ["-of", "json=compact=1", "-show_entries", ProbeReport.entries] + tools.untrusted(path, container),
            // A hundred bytes a packet: more than any clip within the limits has, with all its hidden packets.
            outputLimit: 8 << 20
        ) { .tooManyPackets }
        guard result.isSuccess else {
            throw MediaFault.isCut(result.complaint) ? .truncated : .unreadable(result.complaint)
        }
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        do { return try decoder.decode(ProbeReport.self, from: Data(result.output)) } catch {
            throw .unreadable("\(error)")
        }
    }

    private func facts(of report: ProbeReport, _ container: Container) throws(MediaFault) -> VideoFacts {
        var times: [Int: PacketTimes] = [:]
        for packet in report.packets ?? [] {
            if let stream = packet.streamIndex { times[stream, default: PacketTimes()].add(packet) }
        }
        let streams = report.streams ?? []
        let sounds = streams.compactMap { stream in
            times[stream.index].flatMap { SoundFacts(stream, $0) }
        }.sorted { one, other in one.rank > other.rank }
        var pictures: [PictureFacts] = []
        var faults: [MediaFault] = []
        for stream in streams where stream.codecType == "video" && !stream.isCover {
            do throws(MediaFault) {
                pictures.append(try picture(stream, times[stream.index] ?? PacketTimes()))
            } catch {
                faults.append(error)
            }
        }
        guard !pictures.isEmpty else {
            if let fault = faults.first(where: { $0.code != .stillImage }) ?? faults.first { throw fault }
            if streams.contains(where: { $0.codecType == "audio" }) { throw .audioOnly }
            throw streams.contains { $0.isCover } ? .stillImage : .unreadable("no stream")
        }
        pictures.sort { one, other in one.rank > other.rank }
        // Another picture replaces the first one if that one is over a limit, or cannot be decoded later.
        let usable = pictures.filter { picture in (try? check(picture)) != nil }
        if usable.isEmpty { try check(pictures[0]) }
        var facts = VideoFacts(container: container, pictures: usable, sounds: sounds)
        // Only the head of a Matroska file says how long its last frame lasts, and it speaks for all streams.
        if container == .webM, streams.count == 1 + min(1, sounds.count),
            let declared = StreamTime(seconds: report.format?.duration),
            declared.milliseconds - facts.durationMs > 500, declared.milliseconds <= limits.acceptedMilliseconds
        {
            facts.declaredEnd = declared
        }
        return facts
    }

    private func check(_ picture: PictureFacts) throws(MediaFault) {
        let (width, height) = (picture.codedWidth, picture.codedHeight)
        guard width <= limits.side, height <= limits.side, width * height <= limits.pixels else {
            throw .tooManyPixels(width: width, height: height, limits: limits)
        }
        guard picture.durationMs <= limits.acceptedMilliseconds else {
            throw .tooLong(milliseconds: picture.durationMs)
        }
        let rate = Double(picture.frames) * 1_000 / Double(max(1, picture.durationMs))
        guard rate <= limits.frameRate * 1.02 else { throw .tooManyFrames(rate: rate, limits: limits) }
    }

    private func picture(_ stream: ProbeReport.Stream, _ times: PacketTimes) throws(MediaFault) -> PictureFacts {
        let codec = stream.codec
        if times.count == 1 { throw .stillImage }
        guard times.count > 1, let span = times.span else { throw .truncated }
        guard Codecs.pictures.contains(codec) else {
            throw Codecs.stills.contains(codec) ? .stillImage : .unsupportedCodec(codec)
        }
        guard let width = stream.width, let height = stream.height, width > 0, height > 0 else {
            throw .unreadable("no picture size")
        }
        guard !stream.needsDolbyVision else { throw .unsupportedColour }
        return PictureFacts(stream, frames: times.count, span: span, width: width, height: height)
    }
}

extension PictureFacts {
    init(_ stream: ProbeReport.Stream, frames: Int, span: StreamSpan, width: Int, height: Int) {
        let shown = (width: max(1, Int((Double(width) * (stream.pixelShape ?? 1)).rounded())), height: height)
        let isTurned = stream.quarterTurns % 2 == 1
        let colour = ColourTags(stream)
        self.init(
            stream: stream.index, codec: stream.codec, width: isTurned ? shown.height : shown.width,
            height: isTurned ? shown.width : shown.height, frames: frames, rotation: stream.quarterTurns * 90,
            isHighDynamicRange: colour.isHighDynamicRange, isInterlaced: stream.isInterlaced, span: span,
            isDefault: stream.isDefault, codedWidth: width, codedHeight: height, pixelShape: stream.pixelShape,
            colour: colour, uprighting: stream.uprighting, pixelFormat: stream.pixFmt)
    }

    /// What a player shows first: the default, then what has more frames, then what is larger, then what comes first.
    fileprivate var rank: (Int, Int, Int, Int) {
        (isDefault ? 1 : 0, frames, codedWidth * codedHeight, -stream)
    }
}

extension SoundFacts {
    /// What a player plays first: the default, then what is longer, then what comes first.
    fileprivate var rank: (Int, Int, Int) {
        (isDefault ? 1 : 0, (span.end - span.start).milliseconds / 500, -stream)
    }

    /// Nil for a stream that is no sound or is empty.
    init?(_ stream: ProbeReport.Stream, _ times: PacketTimes) {
        guard stream.codecType == "audio", let span = times.span, let channels = stream.channels, channels > 0
        else { return nil }
        self.init(
            stream: stream.index, codec: stream.codec, channels: channels, span: span, isDefault: stream.isDefault,
            hasLayout: ![nil, "unknown", ""].contains(stream.channelLayout))
    }
}
