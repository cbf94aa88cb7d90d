internal import Platform

/// One clip of a film: a finished rendition and the name of its chapter.
public struct FilmPart: Sendable, Hashable {
    /// The rendition's file.
    public var path: String
    /// Frames, at 30 a second.
    public var frames: Int
    /// What players show for the chapter.
    public var chapter: String

    /// A part of a film.
    public init(path: String, frames: Int, chapter: String) {
        self.path = path
        self.frames = frames
        self.chapter = chapter
    }

    /// Frames of a rendition of so many milliseconds; the inverse of ``Rendition/durationMs``.
    public static func frames(milliseconds: Int) -> Int {
        (milliseconds * Timeline.frameRate + 500) / 1_000
    }

    /// Milliseconds of so many frames.
    public static func milliseconds(frames: Int) -> Int {
        (frames * 1_000 + Timeline.frameRate / 2) / Timeline.frameRate
    }
}

/// A film's file.
public struct AssembledFilm: Sendable, Hashable {
    /// Where it is.
    public let path: String
    /// Frames, at 30 a second.
    public let frames: Int
    /// Width in pixels.
    public let width: Int
    /// Height in pixels.
    public let height: Int

    /// Length in milliseconds.
    public var durationMs: Int { FilmPart.milliseconds(frames: frames) }
}

/// Makes a film from finished renditions: pictures and sounds are copied and not encoded again.
public struct FilmAssembly: Sendable {
    /// Frames of a title card.
    public static let cardFrames = 3 * Timeline.frameRate

    let tools: MediaTools
    let directory: String

    /// Assembly in a directory of its own. One run of a tool may take half an hour and write files of 8 GB.
    public init(_ tools: MediaTools, directory: String) {
        var tools = tools
        tools.timeLimit = max(tools.timeLimit, .seconds(1_800))
        tools.fileBytes = 8 << 30
        self.tools = tools
        self.directory = directory
    }

    /// Whether a rendition is whole and can be joined without encoding, once it has been through ``joinable(_:among:)``.
    public func isWhole(_ part: FilmPart) -> Bool {
        guard let index = RenditionIndex(part.path) else { return false }
        return index.frames == part.frames && index.soundPackets > 1
    }

    /// The parts, with those encoded again whose pictures are coded in another way than most: renditions of another version
    /// of the encoder. `checkPoint` runs before each of them.
    public func joinable(_ parts: [FilmPart], checkPoint: () throws -> Void) throws -> [FilmPart] {
        let indexes = parts.map { RenditionIndex($0.path) }
        let kinds = Dictionary(grouping: indexes.compactMap { $0 }) { $0.configuration }
        guard let usual = kinds.max(by: { $0.value.count < $1.value.count })?.key else { return parts }
        var result = parts
        for (number, part) in parts.enumerated() where indexes[number]?.configuration != usual {
            try checkPoint()
            result[number].path = directory + "/again-\(number).mp4"
            try check(
                tools.encode(
                    tools.own(part.path, format: "mp4") + ["-map", "0:v", "-map", "0:a", "-c:a", "copy"]
                        + PictureStep.coding(tools, kilobits: 3_800) + Self.plain
                        + ["-f", "mp4", "file:" + result[number].path]), "encoding a clip again")
        }
        return result
    }

    /// Writes a title card in the form of a rendition.
    public func card(_ lines: [String], width: Int, height: Int, to target: String) throws(MediaFault) {
        // Without a font on this machine the card has no words.
        let text = drawing(lines, width: width, height: height, beside: target)
        if !(try draw(text, width, height, to: target)) {
            guard try draw([], width, height, to: target) else { throw .toolFailed("title card") }
        }
    }

    private func drawing(_ lines: [String], width: Int, height: Int, beside target: String) -> [String] {
        let size = max(8, width / 18)
        return lines.enumerated().compactMap { number, line in
            let file = "\(target).\(number).txt"
            guard (try? Files.write(Array(line.utf8), to: file, isDurable: false)) != nil else { return nil }
            let row = "(h-\(lines.count * size * 3 / 2))/2+\(number * size * 3 / 2)"
            return "drawtext=font=Sans:textfile=\(file):expansion=none:fontcolor=0xcfd5df:fontsize=\(size):"
                + "x=(w-text_w)/2:y=\(row)"
        }
    }

    private func draw(_ text: [String], _ width: Int, _ height: Int, to target: String) throws(MediaFault) -> Bool {
        let length = Timeline.seconds(frames: Self.cardFrames)
        let picture = ["color=0x0e1015:s=\(width)x\(height):r=\(Timeline.frameRate):d=\(length)"] + text
        let graph =
            picture.joined(separator: ",") + ",format=yuv420p[picture];"
            + "anullsrc=r=48000:cl=stereo,atrim=end=\(length)[sound]"
        return try tools.encode(
            ["-filter_complex", graph, "-map", "[picture]", "-map", "[sound]"]
                + PictureStep.coding(tools, kilobits: 3_800) + Renditions.soundCoding + Self.plain
                + ["-f", "mp4", "file:" + target]
        ).isSuccess
    }

    /// Joins the parts into one MP4 whose index precedes its content, with a chapter for each part and a track of the captions
    /// in a WebVTT file.
    public func join(_ parts: [FilmPart], title: String, captions: String? = nil) throws(MediaFault) -> AssembledFilm {
        let indexes = parts.map { RenditionIndex($0.path) }
        let sounds = zip(parts, indexes).map { (frames: $0.frames, packets: $1?.soundPackets ?? 0) }
        let plan = SoundPlan(sounds)
        let film = directory + "/film.mp4"
        let list = try write(Self.list(parts), "parts.txt")
        let chapters = try write(Self.chapters(parts, title: title), "chapters.txt")
        // Times are counted and not summed up, so that nothing is lost to rounding, however many clips there are.
        let frame = 15_360 / Timeline.frameRate
        let result = try tools.encode(
            concatenation(list) + tools.own(chapters, format: "ffmetadata")
                + (captions.map { tools.own($0, format: "webvtt") } ?? [])
                + ["-map", "0:v", "-map", "0:a"] + (captions == nil ? [] : ["-map", "2:s"])
                + ["-map_metadata", "1", "-map_chapters", "1", "-c", "copy", "-c:s", "mov_text"]
                + ["-bsf:v", "setts=dts=(N-1)*\(frame):pts=(N-1)*\(frame)+PTS-DTS:duration=\(frame)"]
                + [
                    "-bsf:a",
                    "noise=drop=\(plan.condition),setts=ts=\(plan.time):duration=\(SoundPlan.packet)",
                ]
                + ["-video_track_timescale", "15360", "-fflags", "+bitexact", "-movflags", "+faststart"]
                + ["-f", "mp4", "file:" + film])
        try check(result, "joining the film")
        let frames = parts.reduce(0) { $0 + $1.frames }
        guard let index = RenditionIndex(film), index.frames == frames, index.soundPackets == plan.count else {
            throw .toolFailed("the film has another length than its clips")
        }
        return AssembledFilm(path: film, frames: frames, width: index.width, height: index.height)
    }

    /// Opens a list of parts as one file. Beside a second input it is read by a thread, which waits for the writer less
    /// often with a longer queue.
    func concatenation(_ list: String) -> [String] {
        ["-thread_queue_size", "1024", "-protocol_whitelist", "file,pipe", "-f", "concat", "-safe", "0"]
            + ["-auto_convert", "0", "-i", "file:" + list]
    }

    static func list(_ parts: [FilmPart]) -> String {
        "ffconcat version 1.0\n"
            + parts.map { part in
                "file 'file:\(part.path)'\nduration \(Timeline.seconds(frames: part.frames))\n"
            }.joined()
    }

    private static func chapters(_ parts: [FilmPart], title: String) -> String {
        var text = ";FFMETADATA1\ntitle=\(escaped(title))\n"
        var frame = 0
        for part in parts {
            text += "[CHAPTER]\nTIMEBASE=1/\(Timeline.frameRate)\nSTART=\(frame)\n"
            frame += part.frames
            text += "END=\(frame)\ntitle=\(escaped(part.chapter))\n"
        }
        return text
    }

    private static func escaped(_ text: String) -> String {
        var result = ""
        for character in text {
            if character.isNewline {
                result += " "
            } else {
                result += "=;#\\".contains(character) ? "\\\(character)" : "\(character)"
            }
        }
        return result
    }

    func write(_ text: String, _ name: String) throws(MediaFault) -> String {
        let path = directory + "/" + name
        // Waiting for the disk would wait for all that other programs have written, too.
        do { try Files.write(Array(text.utf8), to: path, isDurable: false) } catch {
            throw error.isDiskFull ? .storageFull("\(error)") : .toolFailed("\(error)")
        }
        return path
    }

    func check(_ outcome: MediaTools.Outcome, _ what: String) throws(MediaFault) {
        guard outcome.isSuccess else { throw .toolFailed("\(what): \(outcome.complaint)") }
    }

    /// A file that says nothing of where it comes from, with the clock of every rendition.
    static let plain = [
        "-video_track_timescale", "15360", "-map_metadata", "-1", "-map_chapters", "-1", "-fflags", "+bitexact",
    ]
}
