import FoundationEssentials
import Media
import Platform
import TestSupport
import Testing

@Suite("CLIP-02 files that are refused, each with its reason")
struct RefusedFilesTests {
    let fixtures: Fixtures

    init() throws { fixtures = try Fixtures() }

    /// Behind a good video, in a form that its own readers find.
    static let behind: [(String, @Sendable (Fixtures) throws -> [UInt8])] = [
        ("a ZIP archive", { _ in zip }),
        ("a ZIP archive in a box", { _ in .box("free", zip) }),
        ("a ZIP archive, then zero bytes", { _ in zip + [UInt8](repeating: 0, count: 512) }),
        ("a ZIP archive, then other bytes", { _ in zip + .box("skip", [1, 2, 3]) }),
        ("a RAR archive in a box", { _ in .box("sefd", Array("Rar!\u{1a}\u{7}\u{1}".utf8) + [0, 1, 2]) }),
        ("a 7z archive in a box", { _ in .box("uuid", [0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C, 0, 4]) }),
        ("a PDF", { _ in Array("%PDF-1.7\n%%EOF\n".utf8) }),
        ("a PDF in a box", { _ in .box("free", Array("%PDF-1.7\n%%EOF\n".utf8)) }),
        ("a script in a box", { _ in .box("sefd", Array("<SCRIPT>alert(1)</SCRIPT>".utf8)) }),
        ("a page", { _ in Array("<!doctype html><script>alert(1)</script>".utf8) }),
        ("bytes that are no box", { _ in [0xFF, 0xD8, 0xFF, 0xE0] + [UInt8](repeating: 9, count: 300) }),
    ]

    private static let zip: [UInt8] = {
        let name = Array("a.txt".utf8)
        let file = [0x50, 0x4B, 3, 4, 10] + [UInt8](repeating: 0, count: 21) + [5, 0, 0, 0] + name
        let entry =
            [0x50, 0x4B, 1, 2, 10, 0, 10] + [UInt8](repeating: 0, count: 21) + [5, 0] + [UInt8](repeating: 0, count: 16)
            + name
        let end: [UInt8] = [
            0x50, 0x4B, 5, 6, 0, 0, 0, 0, 1, 0, 1, 0, UInt8(entry.count), 0, 0, 0, UInt8(file.count), 0, 0, 0, 0, 0,
        ]
        return file + entry + end
    }()

    @Test("CLIP-02 another format behind the video is refused", arguments: 0..<behind.count)
    func polyglot(index: Int) throws {
        let whole = try fixtures.bytes(fixtures.clip(seconds: "0.6", size: "90x160"))
        let (name, content) = Self.behind[index]
        let path = try fixtures.write("a.mp4", whole + content(fixtures))
        #expect(fixtures.fault(path) == .polyglot, "\(name)")
    }

    @Test("CLIP-02 sound that is longer than a clip is refused, with both lengths")
    func longSound() throws {
        let path = try fixtures.make(
            "a.mp4", Recipe.picture(seconds: 1) + Recipe.sound(seconds: 12) + Recipe.h264 + "-c:a aac")
        let fault = #expect(throws: MediaFault.self) { try fixtures.rendition(of: path) }
        #expect(fault?.code == .tooLong && fault?.isRetryable == false)
        #expect(fault?.message.contains("12 seconds") == true && fault?.message.contains("picture 1 second") == true)
    }

    @Test("CLIP-02 a picture that cannot be decoded is refused at once and named; its sound is not blamed")
    func undecodable() throws {
        let plain = try fixtures.make(
            "plain.mov", Recipe.picture() + Recipe.sound() + "-c:v mpeg4 -c:a aac")
        let path = try fixtures.write(
            "a.mov", fixtures.bytes(plain).replacing("mp4v", "zzzv").replacing("esds", "xxxx", onlyFirst: true))
        let fault = #expect(throws: MediaFault.self) { try fixtures.rendition(of: path) }
        #expect(fault?.code == .unsupportedCodec && fault?.isRetryable == false)
        #expect(fault?.message.contains("zzzv") == true)
    }

    @Test("CLIP-04 faults of the file are final, faults of the machine are not")
    func retries() {
        let machine: Set<MediaFault.Code> = [
            .toolMissing, .toolInterrupted, .toolTimedOut, .storageFull, .storageFailed,
        ]
        for code in MediaFault.Code.allCases {
            #expect(MediaFault(code, "x").isRetryable == machine.contains(code), "\(code)")
        }
        #expect(MediaFault(.toolMissing, "we'll try again").finalMessage.contains("upload it again"))
        #expect(MediaFault(.tooLong, "too long").finalMessage == "too long")
    }

    @Test("CLIP-04 a conversion that went wrong is noticed", arguments: ["picture", "late", "quiet"])
    func faultyRendition(kind: String) throws {
        let source = try fixtures.make(
            "a.mp4", Recipe.picture() + Recipe.sound() + Recipe.h264 + "-c:a aac")
        // An ffmpeg that does its work, except that one step is wrong.
        let change =
            switch kind {
            case "picture": "s/.tap.select/[tap]negate,select/"
            case "late": "s/first_pts=0/first_pts=0,adelay=150:all=1/"
            default: "s/first_pts=0/first_pts=0,volume=0.5/"
            }
        let stub = try fixtures.stub(
            "ffmpeg-\(kind)",
            """
            for word do shift; set -- "$@" "$(printf '%s' "$word" | sed '\(change)')"; done
            exec /usr/bin/ffmpeg "$@"
            """)
        var tools = fixtures.tools
        tools.ffmpeg = stub
        #expect(fixtures.fault(source, tools: tools) == .renditionFaulty)
    }
}
