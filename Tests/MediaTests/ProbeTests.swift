import Media
import Testing

@Suite("CLIP-02 the probe reads the real bytes")
struct ProbeTests {
    let fixtures: Fixtures

    init() throws { fixtures = try Fixtures() }

    @Test("CLIP-02 a good clip is taken, with its size, length and sound")
    func good() throws {
        let facts = try Probe(fixtures.tools).inspect(fixtures.clip(), declared: .mp4)
        #expect(facts.picture.width == 270 && facts.picture.height == 480)
        #expect(facts.durationMs == 2_000)
        #expect(facts.picture.frames == 60)
        #expect(facts.sounds.count == 1 && facts.picture.codec == "h264" && facts.container == .mp4)
    }

    @Test("CLIP-02 WebM and MOV are taken")
    func otherContainers() throws {
        let webm = try fixtures.make(
            "a.webm", "-f lavfi -i testsrc2=s=180x320:r=24:d=1 -c:v libvpx -deadline realtime -cpu-used 8")
        let facts = try Probe(fixtures.tools).inspect(webm, declared: .webM)
        #expect(facts.container == .webM && facts.picture.codec == "vp8" && (950...1_050).contains(facts.durationMs))
        let live = try fixtures.make(
            "live.webm", "-f lavfi -i testsrc2=s=180x320:r=24:d=1 -c:v libvpx -deadline realtime -live 1")
        #expect(fixtures.fault(live, declared: .webM) == nil)
        let mov = try fixtures.clip("a.mov")
        #expect(try Probe(fixtures.tools).inspect(mov, declared: .quickTime).container == .quickTime)
        #expect(fixtures.fault(mov, declared: .mp4) == nil)
    }

    @Test("CLIP-02 an empty file is refused")
    func empty() throws {
        #expect(fixtures.fault(try fixtures.write("zero.mp4", [])) == .emptyFile)
    }

    @Test(
        "CLIP-02 a renamed file of any other kind is refused", arguments: ["text", "webm", "png", "zip", "html", "mkv"])
    func renamed(kind: String) throws {
        let source = "-f lavfi -i testsrc2=s=180x320:r=24:d=1 "
        switch kind {
        case "text":
            let text = Array(String(repeating: "not a video\n", count: 200).utf8)
            #expect(fixtures.fault(try fixtures.write("t.mp4", text)) == .notAVideo)
        case "html":
            let page = Array("<html><script>alert(1)</script>".utf8)
            #expect(fixtures.fault(try fixtures.write("h.mp4", page)) == .notAVideo)
        case "zip":
            let archive = [0x50, 0x4B, 3, 4] + [UInt8](repeating: 0, count: 500)
            #expect(fixtures.fault(try fixtures.write("z.mp4", archive)) == .notAVideo)
        case "webm":
            let path = try fixtures.make("w.webm", source + "-c:v libvpx -deadline realtime")
            #expect(fixtures.fault(path, declared: .mp4) == .typeMismatch)
        case "mkv":
            let path = try fixtures.make("w.mkv", source + "-c:v libx264 -preset ultrafast")
            #expect(fixtures.fault(path, declared: .webM) == .notAVideo)
        default:
            #expect(fixtures.fault(try fixtures.make("p.png", source + "-frames:v 1")) == .stillImage)
        }
    }

    @Test("CLIP-02 a truncated file is refused wherever it breaks off", arguments: [0.3, 0.6, 0.95, 0.999])
    func truncated(share: Double) throws {
        let whole = try fixtures.bytes(fixtures.clip())
        let cut = try fixtures.write("cut.mp4", Array(whole.prefix(Int(Double(whole.count) * share))))
        #expect(fixtures.fault(cut) == .truncated)
        let indexLast = try fixtures.bytes(fixtures.clip("last.mp4", extra: "-movflags 0"))
        let cutLast = try fixtures.write("cut2.mp4", Array(indexLast.prefix(Int(Double(indexLast.count) * share))))
        #expect(fixtures.fault(cutLast) == .truncated)
        let webm = try fixtures.bytes(
            fixtures.make("w.webm", "-f lavfi -i testsrc2=s=180x320:r=24:d=2 -c:v libvpx -deadline realtime"))
        let cutWebM = try fixtures.write("cut.webm", Array(webm.prefix(Int(Double(webm.count) * share))))
        #expect(fixtures.fault(cutWebM, declared: .webM) == .truncated)
    }

    @Test("CLIP-02 a file whose outline was repaired after the cut still fails the full decode")
    func repaired() throws {
        var whole = try fixtures.bytes(fixtures.clip(seconds: "4"))
        let at = try #require(whole.firstRange(of: Array("mdat".utf8))).lowerBound - 4
        whole = Array(whole.prefix(at + (whole.count - at) / 2))
        let length = whole.count - at
        for place in 0..<4 { whole[at + place] = UInt8(truncatingIfNeeded: length >> (8 * (3 - place))) }
        let code = fixtures.fault(try fixtures.write("repaired.mp4", whole))
        #expect(code == .truncated || code == .unreadable)
    }

    @Test("CLIP-02 damage in the middle of the picture is found by the full decode")
    func damaged() throws {
        var whole = try fixtures.bytes(fixtures.clip())
        for at in stride(from: whole.count / 2, to: whole.count / 2 + 40_000, by: 1) { whole[at] = 0xA5 }
        #expect(fixtures.fault(try fixtures.write("damaged.mp4", whole)) == .unreadable)
    }

    @Test("CLIP-02 a second format in the same file is refused", arguments: ["zip", "html", "pdf", "tail", "junk"])
    func polyglot(kind: String) throws {
        let whole = try fixtures.bytes(fixtures.clip())
        let record: [UInt8] = [0x50, 0x4B, 5, 6] + [UInt8](repeating: 0, count: 18)
        func free(_ content: [UInt8]) -> [UInt8] {
            [0, 0, 0, UInt8(8 + content.count)] + Array("free".utf8) + content
        }
        let head = Array(whole.prefix(32))
        let changed: [UInt8] =
            switch kind {
            case "zip": whole + free(record)
            case "html": head + free(Array("<script>alert(1)</script>".utf8)) + whole.dropFirst(32)
            case "pdf": head + free(Array("%PDF-1.7 ".utf8)) + whole.dropFirst(32)
            case "tail": whole + [0xFF, 0xD8, 0xFF, 0xE0] + [UInt8](repeating: 9, count: 300)
            default: whole + record
            }
        #expect(Array(whole[28..<32]) != Array("ftyp".utf8))
        #expect(fixtures.fault(try fixtures.write("poly.mp4", changed)) == .polyglot)
    }

    @Test("CLIP-02 8.5 s is the end; 8.6 s and ten hours are refused")
    func length() throws {
        #expect(fixtures.fault(try fixtures.clip("a.mp4", seconds: "8.5")) == nil)
        #expect(fixtures.fault(try fixtures.clip("b.mp4", seconds: "8.6")) == .tooLong)
        let slow = try fixtures.make(
            "hours.mp4", "-f lavfi -i testsrc2=s=64x112:r=1/600:d=36000 -c:v libx264 -preset ultrafast -pix_fmt yuv420p"
        )
        #expect(fixtures.fault(slow) == .tooLong)
    }

    @Test("CLIP-02 a header that claims less than there is does not help")
    func lyingHeader() throws {
        var whole = try fixtures.bytes(fixtures.clip("long.mp4", seconds: "20"))
        for box in ["mvhd", "mdhd", "tkhd"] {
            var rest = 0
            while let found = whole[rest...].firstRange(of: Array(box.utf8)) {
                // Version 0: the length is 16 bytes after the name, in tkhd 24.
                let at = found.upperBound + (box == "tkhd" ? 20 : 16)
                for place in 0..<4 { whole[at + place] = place == 3 ? 1 : 0 }
                rest = found.upperBound
            }
        }
        #expect(fixtures.fault(try fixtures.write("liar.mp4", whole)) == .tooLong)
    }

    @Test("CLIP-02 sound only, a picture in a video's clothes and a single frame are refused")
    func notMoving() throws {
        let sound = try fixtures.make("s.mp4", "-f lavfi -i sine=d=2 -c:a aac")
        #expect(fixtures.fault(sound) == .audioOnly)
        let picture = try fixtures.make("i.mp4", "-f lavfi -i testsrc2=s=180x320:d=1 -frames:v 1 -c:v mjpeg -f mp4")
        #expect(fixtures.fault(picture) == .stillImage)
        let frame = try fixtures.make(
            "f.mp4", "-f lavfi -i testsrc2=s=180x320:d=1 -frames:v 1 -c:v libx264 -pix_fmt yuv420p")
        #expect(fixtures.fault(frame) == .stillImage)
        try fixtures.make("cover.png", "-f lavfi -i testsrc2=s=180x320:d=1 -frames:v 1")
        let cover = try fixtures.make(
            "c.mp4",
            "-f lavfi -i sine=d=2 -i \(fixtures.path("cover.png")) -map 0 -map 1 -c:a aac -c:v copy -disposition:v attached_pic"
        )
        #expect(fixtures.fault(cover) == .audioOnly)
    }

    @Test("CLIP-02 decode limits: 4096 pixels a side, 120 frames a second")
    func decodeLimits() throws {
        let wide = try fixtures.make(
            "wide.mp4", "-f lavfi -i color=s=4098x64:r=10:d=1 -c:v libx264 -preset ultrafast -pix_fmt yuv420p")
        #expect(fixtures.fault(wide) == .tooManyPixels)
        let fast = try fixtures.make(
            "fast.mp4", "-f lavfi -i testsrc2=s=90x160:r=240:d=1 -c:v libx264 -preset ultrafast -pix_fmt yuv420p")
        #expect(fixtures.fault(fast) == .tooManyFrames)
        let most = try fixtures.make(
            "most.mp4", "-f lavfi -i testsrc2=s=90x160:r=120:d=1 -c:v libx264 -preset ultrafast -pix_fmt yuv420p")
        #expect(fixtures.fault(most) == nil)
        #expect(fixtures.fault(try fixtures.clip("blink.mp4", seconds: "0.2")) == .tooShort)
    }

    @Test("CLIP-02 a turned phone video is as high as it is shown")
    func rotated() throws {
        let flat = try fixtures.clip("flat.mp4", size: "480x270")
        let turned = try fixtures.make("turned.mp4", "-i \(flat) -c copy -metadata:s:v rotate=90")
        let facts = try Probe(fixtures.tools).inspect(turned, declared: .mp4)
        #expect(facts.picture.width == 270 && facts.picture.height == 480 && facts.picture.rotation % 180 == 90)
    }

    @Test("CLIP-02 every refusal is a sentence that says how to fix it")
    func sentences() throws {
        let probe = Probe(fixtures.tools)
        for bytes in [[], Array("text".utf8), [0xFF, 0xD8, 0xFF, 0xE0, 0, 0, 0, 0, 0, 0, 0, 0]] as [[UInt8]] {
            let path = try fixtures.write("x.mp4", bytes)
            let fault = #expect(throws: MediaFault.self) { try probe.inspect(path, declared: .mp4) }
            #expect(fault?.message.hasSuffix(".") == true && (fault?.message.count ?? 0) > 20)
            #expect(fault?.message.contains(fixtures.directory) == false)
        }
    }
}
