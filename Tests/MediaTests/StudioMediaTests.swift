import FoundationEssentials
import Platform
import Testing

@testable import Media

@Suite("GEN-03 media of the studio")
struct StudioMediaTests {
    private func hash(_ path: String, _ fixtures: Fixtures) throws -> PerceptualHash {
        let facts = try Probe(fixtures.tools).inspect(path, declared: .mp4)
        return try Renditions(fixtures.tools).stills(
            of: path, durationMs: facts.durationMs, into: StillFiles(in: fixtures.path("."))
        ).hash
    }

    @Test("GEN-03 the local renderer draws what the prompt asks for, the same for the same seed, in each shape")
    func drawn() throws {
        let fixtures = try Fixtures()
        let renderer = LocalRenderer(fixtures.tools)
        let path = fixtures.path("drawn.mp4")
        var hashes: [PerceptualHash] = []
        var shares: [Double] = []
        for prompt in ["a neon grid at night, push in", "snow over a frozen station", "a lantern burns in the dark"] {
            try renderer.render(
                LocalRequest(prompt: prompt, seed: 4_207, milliseconds: 1_500, shape: .portrait), to: path
            ) { shares.append($0) }
            hashes.append(try hash(path, fixtures))
        }
        for (index, one) in hashes.enumerated() {
            for other in hashes[(index + 1)...] { #expect(one.distance(to: other) > 8) }
        }
        #expect(shares.last == 1 && shares.contains { $0 < 1 })
        for shape in LocalRequest.Shape.allCases {
            try renderer.render(LocalRequest(prompt: "sea", seed: 1, milliseconds: 1_000, shape: shape), to: path)
            let facts = try Probe(fixtures.tools).inspect(path, declared: .mp4)
            #expect(facts.picture.width == shape.size.width && facts.picture.height == shape.size.height)
            #expect(facts.browserExtension == "mp4" && !facts.sounds.isEmpty && abs(facts.durationMs - 1_000) < 90)
        }
        #expect(LocalScene(prompt: "a fog", seed: 3) == LocalScene(prompt: "a fog", seed: 3))
        #expect(LocalScene(prompt: "a fog", seed: 3) != LocalScene(prompt: "a fog", seed: 4))
        #expect(LocalScene(prompt: "push in on a lake", seed: 3).camera == .pushIn)
        #expect(LocalScene(prompt: "a cyan lake", seed: 3).tint?.blue == 0.3)
    }

    @Test("GEN-03 a picture moves under the camera of the prompt")
    func picture() throws {
        let fixtures = try Fixtures()
        let source = try fixtures.make("source.jpg", "-f lavfi -i mandelbrot=s=400x300 -frames:v 1")
        let path = fixtures.path("moved.mp4")
        try LocalRenderer(fixtures.tools).render(
            LocalRequest(prompt: "zoom in slowly", seed: 1, milliseconds: 2_000, shape: .portrait, picture: source),
            to: path)
        let facts = try Probe(fixtures.tools).inspect(path, declared: .mp4)
        #expect(facts.picture.frames >= 59)
        // The first frame is the picture, the last one is nearer to it.
        let ends = try ["0.4", "1.9"].map { second in
            try hash(
                fixtures.make("end.mp4", "-ss \(second) -i \(path) -frames:v 2 -c:v libx264 -pix_fmt yuv420p"), fixtures
            )
        }
        #expect(ends[0].distance(to: ends[1]) > 2)
    }

    @Test("GEN-18 GEN-13 a video is kept in two sizes that say where they come from")
    func renditions() throws {
        let fixtures = try Fixtures()
        let original = try fixtures.clip(
            "original.mp4", seconds: "1.5", size: "720x1280", extra: "-metadata comment=secret")
        let (full, small) = (fixtures.path("full.mp4"), fixtures.path("small.mp4"))
        let made = try VideoRenditions(fixtures.tools).make(
            from: original, full: full, small: small, stills: StillFiles(in: fixtures.path(".")),
            statement: XMPBox.statement(model: "A & B", createdAt: "2026-01-01T00:00:00.000Z", isTrained: true))
        #expect(made.width == 720 && made.height == 1_280 && made.hasSound && abs(made.durationMs - 1_500) < 90)
        for (path, width) in [(full, 720), (small, 360)] {
            let facts = try Probe(fixtures.tools).inspect(path, declared: .mp4)
            #expect(facts.picture.width == width && facts.browserExtension == "mp4")
            let text = String(decoding: try fixtures.bytes(path), as: UTF8.self)
            #expect(text.contains("digitalsourcetype/trainedAlgorithmicMedia") && text.contains("A &amp; B"))
            #expect(!text.contains("secret"))
        }
        #expect((Files.size(small) ?? 0) < (Files.size(full) ?? 0))
    }

    @Test("GEN-13 programs that read metadata find IPTC's word for where a rendition comes from, and its model")
    func metadata() throws {
        let fixtures = try Fixtures()
        for (name, isTrained) in [("trained", true), ("drawn", false)] {
            let path = try fixtures.clip("\(name).mp4", seconds: "0.5", size: "90x160")
            try XMPBox.append(
                XMPBox.statement(model: "Kling & Co", createdAt: "2026-01-01T00:00:00.000Z", isTrained: isTrained),
                to: path)
            let read = try Subprocess.run(
                "/usr/bin/exiftool", ["-j", "-n", "-XMP-iptcExt:DigitalSourceType", "-XMP-xmp:CreatorTool", path],
                timeout: .seconds(60))
            let text = String(decoding: read.stdout, as: UTF8.self)
            #expect(read.status.isSuccess && text.contains("\"CreatorTool\": \"Kling & Co\""), "\(text)")
            #expect(text.contains("/digitalsourcetype/\(isTrained ? "trainedA" : "a")lgorithmicMedia\""), "\(text)")
        }
    }

    @Test("GEN-13 Content Credentials in a provider's file are found, and what looks like some is not believed")
    func credentials() throws {
        let fixtures = try Fixtures()
        func number(_ value: Int) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * $0)) } }
        func box(_ kind: String, _ body: [UInt8]) -> [UInt8] { number(8 + body.count) + Array(kind.utf8) + body }
        func superbox(_ label: String, _ type: String, _ content: [UInt8]) -> [UInt8] {
            let tail: [UInt8] = [0, 0x11, 0, 0x10, 0x80, 0, 0, 0xaa, 0, 0x38, 0x9b, 0x71, 0x03]
            return box("jumb", box("jumd", Array(type.utf8) + tail + Array(label.utf8) + [0]) + content)
        }
        let claim = box("cbor", [0xa1, 0x6f] + Array("claim_generator".utf8) + [0x68] + Array("Maker/1.".utf8))
        let manifests = ["urn:c2pa:first", "urn:c2pa:last"].flatMap { label in
            superbox(label, "c2ma", superbox("c2pa.claim", "c2cl", claim))
        }
        let identifier: [UInt8] = [
            0xd8, 0xfe, 0xc3, 0xd6, 0x1b, 0x0e, 0x48, 0x3c, 0x92, 0x97, 0x58, 0x28, 0x87, 0x7e, 0xc4, 0x81,
        ]
        let head: [UInt8] = [0, 0, 0, 0] + Array("manifest".utf8) + [0] + [UInt8](repeating: 0, count: 8)
        let store = box("uuid", identifier + head + superbox("c2pa", "c2pa", manifests))
        let plain = try fixtures.bytes(try fixtures.clip("plain.mp4", seconds: "0.5", size: "90x160"))
        func found(_ bytes: [UInt8]) throws -> ContentCredentials? {
            try ContentCredentials.find(in: try fixtures.write("file", bytes))
        }
        // Between the first box and the rest, as the specification says, and at the end.
        let first = plain.prefix(4).reduce(0) { $0 << 8 | Int($1) }
        let wanted = ContentCredentials(manifest: "urn:c2pa:last", generator: "Maker/1.")
        #expect(try found(Array(plain[..<first]) + store + plain[first...]) == wanted && found(plain + store) == wanted)
        #expect(try found(plain) == nil && found([]) == nil && found(Array("c2pa jumb".utf8)) == nil)
        #expect(try found(plain + store.dropLast(9)) == nil, "a box that is cut off")
        for index in [9, 30, 45, 60] {
            var broken = store
            broken[index] ^= 0x40
            _ = try found(plain + broken)
        }
        var foreign = store
        foreign[8] ^= 1
        #expect(try found(plain + foreign) == nil, "another kind of box")
        #expect(try found(box("uuid", identifier + head + superbox("c2pa", "c2pa", []))) == ContentCredentials())
    }

    @Test("GEN-11 a picture is re-encoded, and loses everything but its pixels")
    func sources() throws {
        let fixtures = try Fixtures()
        let pictures = SourcePictures(fixtures.tools)
        let target = fixtures.path("stored.jpg")
        for (name, extra) in [("a.jpg", ""), ("a.png", "-pix_fmt rgba"), ("a.webp", "-c:v libwebp")] {
            let source = try fixtures.make(
                name, "-f lavfi -i testsrc2=s=640x360 -frames:v 1 \(extra) -metadata comment=secret")
            // A web page behind the picture, as in a file that is two things at once.
            let sent = try fixtures.write("sent", try fixtures.bytes(source) + Array("<script>secret</script>".utf8))
            #expect(try pictures.reencode(sent, to: target) == SourcePicture(width: 640, height: 360))
            let stored = try fixtures.bytes(target)
            #expect(
                stored.starts(with: [0xff, 0xd8, 0xff]) && !String(decoding: stored, as: UTF8.self).contains("secret"))
        }
        let large = try fixtures.make("large.png", "-f lavfi -i color=s=4000x1000 -frames:v 1")
        #expect(try pictures.reencode(large, to: target) == SourcePicture(width: 2_048, height: 512))
    }

    @Test("GEN-11 what is no picture, or unpacks to too much, is refused before it is decoded")
    func refused() throws {
        let fixtures = try Fixtures()
        let pictures = SourcePictures(fixtures.tools)
        let target = fixtures.path("stored.jpg")
        func png(_ width: UInt32, _ height: UInt32) -> [UInt8] {
            func bytes(_ value: UInt32) -> [UInt8] {
                (0..<4).map { UInt8(truncatingIfNeeded: value >> UInt32(24 - 8 * $0)) }
            }
            return [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13] + Array("IHDR".utf8) + bytes(width)
                + bytes(height) + [8, 2, 0, 0, 0]
        }
        for (bytes, code) in [
            ([], MediaFault.Code.emptyFile), (Array("<!doctype html>".utf8), .notAVideo),
            (Array("GIF89a......".utf8), .notAVideo),
            (png(30_000, 30_000), .tooManyPixels), (png(8_000, 8_000), .tooManyPixels), (png(0, 5), .tooManyPixels),
            (png(100, 100), .notAVideo), ([0xff, 0xd8, 0xff, 0xe0, 0, 16], .notAVideo),
            (Array("RIFF....WEBPVP8 ".utf8) + [UInt8](repeating: 0, count: 20), .tooManyPixels),
        ] {
            let sent = try fixtures.write("sent", bytes)
            let fault = #expect(throws: MediaFault.self) { try pictures.reencode(sent, to: target) }
            #expect(fault?.code == code)
        }
    }
}
