import FoundationEssentials
import Media
import Platform
import TestSupport
import Testing

@Suite("FILM-09 joining renditions into a film", .serialized)
struct FilmAssemblyTests {
    private let fixtures: Fixtures

    init() throws { fixtures = try Fixtures() }

    /// A rendition of so many frames with a sine of this level; small, unless another divisor is asked for.
    private func part(_ name: String, frames: Int, decibels: Int = -20, divisor: Int = 6) throws -> FilmPart {
        let seconds = "\(Double(frames) / 30)"
        let source = try fixtures.make(
            "\(name)-source.mp4",
            "-f lavfi -i testsrc2=s=180x320:r=30:d=\(seconds) -f lavfi -i sine=f=500:d=\(seconds) "
                + "-af volume=\(decibels)dB -c:v libx264 -preset ultrafast -pix_fmt yuv420p -c:a aac")
        var tools = fixtures.tools
        tools.sizeDivisor = divisor
        tools.preset = "ultrafast"
        let target = fixtures.path("\(name).mp4")
        let facts = try Probe(tools).inspect(source)
        let rendition = try Renditions(tools).normalise(source, facts, to: target, aspect: .portrait)
        #expect(rendition.frames == frames)
        return FilmPart(path: target, frames: frames, chapter: name)
    }

    private var assembly: FilmAssembly {
        var tools = fixtures.tools
        tools.preset = "ultrafast"
        return FilmAssembly(tools, directory: fixtures.directory)
    }

    private func probe(_ words: [String]) throws -> [Substring] {
        let result = try Subprocess.run(
            "/usr/bin/ffprobe", ["-v", "error", "-of", "csv=p=0"] + words, timeout: safetyLimit)
        try #require(result.status.isSuccess, "\(result.stderr)")
        return String(decoding: result.stdout, as: UTF8.self).split(separator: "\n")
    }

    /// The presentation times of a stream's packets, in order.
    private func times(_ path: String, _ stream: String) throws -> [Double] {
        try probe(["-select_streams", stream, "-show_entries", "packet=pts_time", path])
            .compactMap { Double($0.split(separator: ",").first ?? "") }.sorted()
    }

    private func loudness(_ path: String) throws -> Double {
        let result = try Subprocess.run(
            "/usr/bin/ffmpeg",
            ["-nostdin", "-hide_banner", "-loglevel", "error", "-i", path, "-map", "0:a"]
                + ["-af", "ebur128=metadata=1,ametadata=mode=print:key=lavfi.r128.I:file=-", "-f", "null", "-"],
            timeout: safetyLimit)
        let last = String(decoding: result.stdout, as: UTF8.self).split(separator: "\n").last { $0.contains("r128.I") }
        return try #require(Double(last?.split(separator: "=").last ?? ""))
    }

    @Test(
        "FILM-09 pictures and sounds follow one another without a gap, however many samples a clip lacks to a whole piece"
    )
    func seamless() throws {
        let parts = try [61, 43, 35, 50].enumerated().map { try part("clip-\($0.offset)", frames: $0.element) }
        let film = try assembly.join(parts, title: "Undertow")
        #expect(film.frames == 189 && film.durationMs == 6_300)
        let pictures = try times(film.path, "v:0")
        #expect(pictures.count == 189)
        let frame = 1.0 / 30
        for (number, time) in pictures.enumerated() {
            #expect(abs(time - Double(number) * frame) < 0.001, "frame \(number)")
        }
        let sounds = try times(film.path, "a:0")
        // The lead-in precedes zero, and players skip it.
        let piece = 1_024.0 / 48_000
        #expect(sounds.count == 296)
        for (number, time) in sounds.enumerated() {
            #expect(abs(time - Double(number - 1) * piece) < 0.001, "piece \(number)")
        }
        let bytes = try fixtures.bytes(film.path)
        let index = try #require(bytes.firstRange(of: Array("moov".utf8)))
        let media = try #require(bytes.firstRange(of: Array("mdat".utf8)))
        #expect(index.lowerBound < media.lowerBound, "faststart")
    }

    @Test("FILM-09 75 clips of 8 seconds make a film of 10 minutes with 75 chapters, each at its second")
    func tenMinutes() throws {
        let clip = try part("clip", frames: 240)
        let parts = (1...75).map { FilmPart(path: clip.path, frames: 240, chapter: "\($0)") }
        let film = try assembly.join(parts, title: "Ten minutes")
        #expect(film.durationMs == 600_000 && film.frames == 18_000)
        let chapters = try probe(["-show_entries", "chapter=start_time", film.path])
        #expect(chapters.count == 75)
        for (number, start) in chapters.enumerated() {
            #expect(abs((Double(start) ?? -1) - Double(number * 8)) < 0.001, "chapter \(number + 1)")
        }
        let lengths = try ["v:0", "a:0"].compactMap { stream in
            Double(try probe(["-select_streams", stream, "-show_entries", "stream=duration", film.path]).first ?? "")
        }
        #expect(lengths.count == 2 && lengths.allSatisfy { abs($0 - 600) < 1 / 30 }, "\(lengths)")
    }

    @Test("FILM-09 clips of very different loudness make a film of -16 LUFS, within 1")
    func evenLoudness() throws {
        let parts = try [-2, -16, 6].enumerated().map {
            try part("clip-\($0.offset)", frames: 60, decibels: $0.element)
        }
        for part in parts { #expect(abs(try loudness(part.path) + 16) < 1, "\(part.chapter)") }
        #expect(abs(try loudness(try assembly.join(parts, title: "Loud").path) + 16) < 1)
    }

    @Test("FILM-09 a title card joins as a clip does, with words or without")
    func card() throws {
        let clip = try part("clip", frames: 43)
        let size = try #require(assembly.size(of: clip))
        let path = fixtures.path("card.mp4")
        try assembly.card(["Undertow: 100 %", "Slot 2", "It's \\removed"], width: size.0, height: size.1, to: path)
        let card = FilmPart(path: path, frames: FilmAssembly.cardFrames, chapter: "card")
        #expect(assembly.isWhole(card))
        let parts = [clip, card, clip]
        #expect(try assembly.joinable(parts) {} == parts, "one form")
        let film = try assembly.join(parts, title: "Cards")
        #expect(film.frames == 176)
        #expect(try times(film.path, "a:0").count == 276)
    }

    @Test("FILM-09 a rendition of another encoder is encoded again; a damaged one is not whole")
    func otherForms() throws {
        let first = try part("first", frames: 43)
        let other = try fixtures.make(
            "other.mp4",
            "-i \(first.path) -c:v libx264 -preset ultrafast -profile:v high -g 60 -bf 0 -video_track_timescale 15360 "
                + "-c:a copy")
        let parts = [first, FilmPart(path: other, frames: 43, chapter: "other"), try part("third", frames: 35)]
        let joinable = try assembly.joinable(parts) {}
        #expect(joinable[0] == parts[0] && joinable[1] != parts[1] && joinable[2] == parts[2])
        let film = try assembly.join(joinable, title: "Mixed")
        let decoded = try Subprocess.run(
            "/usr/bin/ffmpeg", ["-nostdin", "-v", "error", "-xerror", "-i", film.path, "-f", "null", "-"],
            timeout: safetyLimit)
        #expect(decoded.status.isSuccess && decoded.stderr.isEmpty, "\(decoded.stderr)")
        let bytes = try fixtures.bytes(first.path)
        let cut = try fixtures.write("cut.mp4", Array(bytes.prefix(bytes.count / 2)))
        #expect(!assembly.isWhole(FilmPart(path: cut, frames: 43, chapter: "cut")))
        #expect(!assembly.isWhole(FilmPart(path: first.path, frames: 44, chapter: "longer")))
        #expect(!assembly.isWhole(FilmPart(path: fixtures.path("none"), frames: 44, chapter: "none")))
    }

    @Test("FILM-09 the streams are of every size up to the clips' own, of one length, and begin with their own index")
    func streams() throws {
        let parts = try [40, 35].enumerated().map { try part("clip-\($0.offset)", frames: $0.element, divisor: 2) }
        let film = try assembly.join(parts, title: "Streams")
        var steps: [Double] = []
        let streams = try assembly.streams(of: film, parts: parts, prefix: "ab-") { steps.append($0) }
        #expect(steps == [0.5, 1])
        let names = ["360", "540", "sound"].flatMap { ["ab-\($0).m3u8", "ab-\($0).mp4"] } + ["ab-stream.m3u8"]
        #expect(Set(streams.files.keys) == Set(names))
        let master = String(decoding: try fixtures.bytes(streams.master), as: UTF8.self)
        #expect(master.contains("RESOLUTION=360x640") && master.contains("RESOLUTION=540x960"))
        #expect(master.contains("CODECS=\"avc1.6400") && master.contains("URI=\"ab-sound.m3u8\""))
        for name in ["360", "540"] {
            let playlist = String(decoding: try fixtures.bytes(fixtures.path("ab-\(name).m3u8")), as: UTF8.self)
            #expect(
                playlist.contains("#EXT-X-MAP:URI=\"ab-\(name).mp4\",BYTERANGE=") && playlist.contains("#EXT-X-ENDLIST")
            )
            #expect(try times(fixtures.path("ab-\(name).m3u8"), "v:0").count == 75)
        }
        // What a player of the whole presentation finds.
        let kinds = try probe(["-show_entries", "stream=codec_type,width", streams.master])
        #expect(kinds.count { $0.hasPrefix("video") } >= 2 && kinds.contains { $0.hasPrefix("audio") })
    }

    @Test("FILM-09 the storyboard has a picture for each second, named by its place in a sheet")
    func storyboard() throws {
        let parts = try [61, 43].enumerated().map { try part("clip-\($0.offset)", frames: $0.element) }
        let film = try assembly.join(parts, title: "Board")
        let board = try assembly.storyboard(of: film) { "v-sheet-\($0).webp" }
        #expect(board.sheets.count == 1)
        let size = try probe(["-show_entries", "stream=width,height", board.sheets[0]])
        #expect(size == ["900,160"])
        let cues = String(decoding: try fixtures.bytes(board.index), as: UTF8.self).split(separator: "\n")
        #expect(cues.first == "WEBVTT" && cues.count == 1 + 2 * 4)
        #expect(cues[1] == "00:00:00.000 --> 00:00:01.000" && cues[2] == "v-sheet-1.webp#xywh=0,0,90,160")
        #expect(cues[7] == "00:00:03.000 --> 00:00:03.467" && cues[8] == "v-sheet-1.webp#xywh=270,0,90,160")
    }
}
