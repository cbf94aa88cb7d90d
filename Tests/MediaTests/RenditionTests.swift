import FoundationEssentials
import Media
import Platform
import TestSupport
import Testing

@Suite("CLIP-04 renditions, posters, placeholders", .serialized)
struct RenditionTests {
    let fixtures: Fixtures

    init() throws { fixtures = try Fixtures() }

    struct Streams: Decodable {
        struct Stream: Decodable {
            var codecName: String
            var profile: String?
            var pixFmt: String?
            var width: Int?
            var height: Int?
            var avgFrameRate: String?
            var sampleRate: String?
            var channels: Int?
            var duration: String?
            var colorTransfer: String?
            var nbFrames: String?
        }
        var streams: [Stream]
    }

    func rendition(_ source: String, aspect: Aspect = .portrait) throws -> (Streams, path: String, facts: VideoFacts) {
        let facts = try Probe(fixtures.tools).inspect(source)
        let target = fixtures.path("out.mp4")
        try Renditions(fixtures.tools).normalise(source, facts, to: target, aspect: aspect)
        let report = try Subprocess.run(
            "/usr/bin/ffprobe", ["-v", "error", "-of", "json", "-show_streams", target], timeout: safetyLimit)
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return (try decoder.decode(Streams.self, from: Data(report.stdout)), target, facts)
    }

    func expectHouseForm(_ streams: Streams, path: String, seconds: Double, width: Int = 1_080, height: Int = 1_920)
        throws
    {
        let picture = try #require(streams.streams.first)
        let sound = try #require(streams.streams.last)
        #expect(picture.codecName == "h264" && picture.profile == "High" && picture.pixFmt == "yuv420p")
        #expect(picture.width == width && picture.height == height && picture.avgFrameRate == "30/1")
        #expect(sound.codecName == "aac" && sound.sampleRate == "48000" && sound.channels == 2)
        #expect(abs((Double(picture.duration ?? "") ?? 0) - seconds) < 0.05)
        #expect(abs((Double(sound.duration ?? "") ?? 0) - seconds) < 0.05)
        #expect((Files.size(path) ?? 0) <= 5_000_000)
        let bytes = try fixtures.bytes(path)
        let index = try #require(bytes.firstRange(of: Array("moov".utf8)))
        let media = try #require(bytes.firstRange(of: Array("mdat".utf8)))
        #expect(index.lowerBound < media.lowerBound, "faststart")
    }

    @Test(
        "CLIP-04 a part of another shape is shown over its own blurred copy, never over black",
        arguments: [["180x320", "320x180"], ["320x180", "180x320"], ["240x240", "320x180"]])
    func changingShape(sizes: [String]) throws {
        let parts = try zip(sizes, ["red", "blue"]).map { size, colour in
            try fixtures.make("\(colour).webm", "-f lavfi -i color=c=\(colour):s=\(size):r=30:d=0.5 " + Recipe.vp8)
        }
        let list = try fixtures.write("list.txt", Array(parts.map { "file '\($0)'\n" }.joined().utf8))
        let source = try fixtures.make("a.webm", "-f concat -safe 0 -i \(list) -c copy")
        let (streams, path, _) = try rendition(source)
        try expectHouseForm(streams, path: path, seconds: 1)
        let measured = try Measured(path, fixtures: fixtures)
        for (frame, colour) in [(0, Measured.Colour.red), (measured.frames.count - 1, .blue)] {
            for (x, y) in [(0.5, 0.5), (0.5, 0.03), (0.5, 0.97), (0.03, 0.5), (0.97, 0.5), (0.03, 0.03)] {
                #expect(measured.colour(frame, x, y) == colour, "frame \(frame) at \(x), \(y)")
            }
        }
    }

    @Test("CLIP-04 a 9:16 clip becomes 1080 × 1920 at 30 frames with 48 kHz stereo")
    func portrait() throws {
        let (streams, path, _) = try rendition(fixtures.clip())
        try expectHouseForm(streams, path: path, seconds: 2)
    }

    @Test("CLIP-04 a clip without sound gets silence; odd sizes and other aspects are shown over a blurred copy")
    func silentOdd() throws {
        let source = try fixtures.make(
            "odd.mp4",
            "-f lavfi -i testsrc2=s=340x230:r=25:d=1 -vf format=yuv444p,scale=333:221,setsar=1 -c:v libx264 -preset ultrafast"
        )
        let (streams, path, facts) = try rendition(source)
        #expect(facts.picture.width == 333 && facts.picture.height == 221 && facts.sounds.isEmpty)
        try expectHouseForm(streams, path: path, seconds: 1)
    }

    @Test("CLIP-04 a clip of changing frame rate gets a steady one and keeps its length")
    func variableRate() throws {
        let source = try fixtures.make(
            "vfr.mp4",
            "-f lavfi -i testsrc2=s=270x480:r=60:d=3 -vf select=not(mod(n\\,7))+lt(n\\,60) -fps_mode vfr "
                + "-c:v libx264 -preset ultrafast -pix_fmt yuv420p")
        let (streams, path, facts) = try rendition(source)
        try expectHouseForm(streams, path: path, seconds: Double(facts.durationMs) / 1_000)
    }

    @Test("CLIP-04 a turned clip is stored upright")
    func rotated() throws {
        let flat = try fixtures.clip("flat.mp4", size: "480x270")
        let source = try fixtures.make("turned.mp4", "-i \(flat) -c copy -metadata:s:v rotate=90")
        let (streams, path, _) = try rendition(source)
        try expectHouseForm(streams, path: path, seconds: 2)
        #expect(try Probe(fixtures.tools).inspect(path).picture.rotation == 0)
    }

    @Test("CLIP-04 high dynamic range is tone-mapped", arguments: ["smpte2084", "arib-std-b67"])
    func highDynamicRange(transfer: String) throws {
        let source = try fixtures.make(
            "hdr.mp4",
            "-f lavfi -i testsrc2=s=270x480:r=30:d=1 -c:v libx265 -preset ultrafast -pix_fmt yuv420p10le "
                + "-x265-params log-level=error:colorprim=bt2020:transfer=\(transfer):colormatrix=bt2020nc -tag:v hvc1")
        let (streams, path, facts) = try rendition(source)
        #expect(facts.picture.isHighDynamicRange)
        try expectHouseForm(streams, path: path, seconds: 1)
        #expect(streams.streams.first?.colorTransfer == "bt709")
    }

    @Test("CLIP-04 the season's aspect decides", arguments: [Aspect.landscape, .square])
    func aspects(aspect: Aspect) throws {
        let (streams, path, _) = try rendition(fixtures.clip(), aspect: aspect)
        try expectHouseForm(streams, path: path, seconds: 2, width: aspect.width, height: aspect.height)
    }

    @Test("CLIP-04 noise, which compresses worst, stays below 5 MB")
    func noise() throws {
        let source = try fixtures.make(
            "noise.mp4",
            "-f lavfi -i nullsrc=s=360x640:r=30:d=8,noise=alls=100:allf=t+u -c:v libx264 -preset ultrafast -crf 18 "
                + "-pix_fmt yuv420p")
        let (_, path, _) = try rendition(source)
        #expect((Files.size(path) ?? 0) <= 5_000_000)
    }

    @Test("CLIP-04 renditions of different clips join by stream copy")
    func joinable() throws {
        let (_, first, _) = try rendition(fixtures.clip())
        try Files.move(first, to: fixtures.path("one.mp4"))
        let odd = try fixtures.make(
            "odd.mp4", "-f lavfi -i testsrc2=s=320x240:r=24:d=1 -c:v libx264 -preset ultrafast -pix_fmt yuv420p")
        let (_, second, _) = try rendition(odd)
        let list = try fixtures.write("list.txt", Array("file '\(fixtures.path("one.mp4"))'\nfile '\(second)'\n".utf8))
        let film = try fixtures.make("film.mp4", "-f concat -safe 0 -i \(list) -c copy")
        let facts = try Probe(fixtures.tools).inspect(film)
        #expect(facts.picture.frames == 90 && abs(facts.durationMs - 3_000) <= 40)
    }

    @Test("CLIP-04 the headers of a rendition do not depend on how it was encoded")
    func headers() throws {
        var found: Set<[UInt8]> = []
        for (preset, quality) in [("ultrafast", 30), ("veryfast", 21), ("superfast", 18)] {
            var tools = fixtures.tools
            tools.preset = preset
            tools.quality = quality
            let source = try fixtures.clip()
            let target = fixtures.path(preset + ".mp4")
            let facts = try Probe(tools).inspect(source)
            try Renditions(tools).normalise(source, facts, to: target, aspect: .portrait)
            let bytes = try fixtures.bytes(target)
            let box = try #require(bytes.firstRange(of: Array("avcC".utf8))).lowerBound
            found.insert(Array(bytes[box..<(box + Int(bytes[box - 2]) << 8 + Int(bytes[box - 1]) - 4)]))
        }
        #expect(found.count == 1)
    }

    @Test("CLIP-04 poster of 480 pixels, blur placeholder and hash")
    func stills() throws {
        let (_, path, facts) = try rendition(fixtures.clip())
        let files = StillFiles(in: fixtures.path("."))
        let stills = try Renditions(fixtures.tools).stills(of: path, durationMs: facts.durationMs, into: files)
        #expect(try shape(of: files.poster).hasPrefix("webp,480,854"))
        try expectCopies(files)
        #expect(stills.blurhash.count == 4 + 2 * 12)
    }

    @Test("CLIP-04 a poster of noise is no heavier than others")
    func heavyStill() throws {
        let noise = try fixtures.make(
            "noise.mp4", "-f lavfi -i cellauto=s=480x854:r=10:rule=110 -t 1 -pix_fmt yuv420p -preset ultrafast -crf 10")
        let files = StillFiles(in: fixtures.path("."))
        _ = try Renditions(fixtures.tools).stills(of: noise, durationMs: 1_000, into: files)
        #expect(try shape(of: files.poster).hasPrefix("webp,480,854"))
        #expect((Files.size(files.poster) ?? 0) < Renditions.heaviestPoster)
    }

    @Test("CLIP-04 WEB-02 a poster of any kind that there was gets its copies", arguments: ["jpg", "webp"])
    func copies(kind: String) throws {
        let poster = try fixtures.make("old.\(kind)", "-f lavfi -i testsrc2=s=480x854 -frames:v 1")
        let files = StillFiles(in: fixtures.path("."))
        try Renditions(fixtures.tools).copies(ofPoster: poster, into: files)
        try expectCopies(files)
        #expect(throws: MediaFault.self) {
            try Renditions(fixtures.tools).copies(ofPoster: fixtures.path("none.\(kind)"), into: files)
        }
    }

    private func expectCopies(_ files: StillFiles) throws {
        #expect(try shape(of: files.thumbnail).hasPrefix("webp,96,17"))
        #expect((Files.size(files.thumbnail) ?? 0) < 4_000)
        #expect(try shape(of: files.card).hasPrefix("webp,240,42"))
        #expect((Files.size(files.card) ?? 0) < 16_000)
        // What services that show links read, in the shape to which they would cut anything else.
        #expect(try shape(of: files.share).hasPrefix("mjpeg,1200,630"))
        #expect((Files.size(files.share) ?? 0) < 200_000)
    }

    private func shape(of picture: String) throws -> String {
        let report = try Subprocess.run(
            "/usr/bin/ffprobe",
            ["-v", "error", "-of", "csv=p=0", "-show_entries", "stream=codec_name,width,height", picture],
            timeout: safetyLimit)
        return String(decoding: report.stdout, as: UTF8.self)
    }

    @Test("CLIP-04 a recompressed copy hashes close, another clip far")
    func nearDuplicates() throws {
        func hash(_ source: String) throws -> PerceptualHash {
            let (_, path, facts) = try rendition(source)
            return try Renditions(fixtures.tools).stills(
                of: path, durationMs: facts.durationMs, into: StillFiles(in: fixtures.path("."))
            ).hash
        }
        let one = try fixtures.clip("one.mp4", size: "540x960")
        let copy = try fixtures.make(
            "copy.mp4", "-i \(one) -vf scale=270:480,eq=brightness=0.05 -c:v libx264 -preset ultrafast -crf 34 -an")
        let other = try fixtures.make(
            "other.mp4", "-f lavfi -i mandelbrot=s=270x480:r=30 -t 1 -c:v libx264 -preset ultrafast -pix_fmt yuv420p")
        let original = try hash(one)
        #expect(try original.distance(to: hash(copy)) <= 8)
        #expect(try original.distance(to: hash(other)) >= 16)
        #expect(PerceptualHash(stored: original.stored) == original)
    }
}
