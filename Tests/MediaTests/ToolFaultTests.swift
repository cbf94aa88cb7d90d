import Media
import Platform
import TestSupport
import Testing

@Suite("faults of ffmpeg and ffprobe")
struct ToolFaultTests {
    let fixtures: Fixtures

    init() throws { fixtures = try Fixtures() }

    func code(ffmpeg: String = "/usr/bin/ffmpeg", ffprobe: String = "/usr/bin/ffprobe", limit: Duration = safetyLimit)
        throws -> MediaFault.Code?
    {
        fixtures.fault(
            try fixtures.clip(), tools: MediaTools(ffmpeg: ffmpeg, ffprobe: ffprobe, timeLimit: limit))
    }

    @Test("CLIP-04 a missing ffmpeg or ffprobe is the machine's fault and can be retried")
    func missing() throws {
        #expect(try code(ffprobe: "/nonexistent/ffprobe") == .toolMissing)
        #expect(try code(ffmpeg: "/nonexistent/ffmpeg") == .toolMissing)
        #expect(MediaFault(.toolMissing, "").isRetryable && !MediaFault(.tooLong, "").isRetryable)
    }

    @Test("CLIP-04 a crash of ffmpeg and a bad file are different errors")
    func crashing() throws {
        #expect(try code(ffmpeg: fixtures.stub("crash", "kill -SEGV $$")) == .toolFailed)
        #expect(try code(ffprobe: fixtures.stub("crash2", "kill -ABRT $$")) == .toolFailed)
    }

    @Test("CLIP-04 a hanging ffmpeg is killed at its limit, with its children")
    func hanging() throws {
        let marker = fixtures.path("children")
        let stub = try fixtures.stub("hang", "sleep 1000 & echo $! > \(marker)\nwait")
        let begin = ContinuousClock.now
        // On a slow machine ffprobe, which runs before, may need more than the first limits.
        for limit in [3, 10, 30, 90, 270] where !Files.exists(marker) {
            #expect(try code(ffmpeg: stub, limit: .seconds(limit)) == .toolTimedOut)
        }
        #expect(ContinuousClock.now - begin < .seconds(1_000), "the children would have ended by themselves")
        let pid = String(decoding: try fixtures.bytes(marker), as: UTF8.self).split(separator: "\n").first ?? "0"
        // Gone, or dead and waiting to be reaped by init.
        try waitUntil {
            let state = (try? Files.read("/proc/\(pid)/stat", count: 200)).map { String(decoding: $0, as: UTF8.self) }
            return state == nil || state?.contains(") Z ") == true
        }
    }

    @Test("CLIP-04 a full disk and a lack of memory are different errors")
    func resources() throws {
        let full = try fixtures.stub("full", "echo 'Error writing trailer: No space left on device' >&2; exit 1")
        #expect(try code(ffmpeg: full) == .storageFull)
        let memory = try fixtures.stub("memory", "echo 'Cannot allocate memory' >&2; exit 1")
        #expect(try code(ffmpeg: memory) == .tooDemanding)
    }

    @Test("CLIP-04 memory is really limited")
    func memoryLimit() throws {
        let stub = try fixtures.stub("limit", "test $(ulimit -v) = 1048576 && kill -SEGV $$; exit 1")
        let tools = MediaTools(ffmpeg: stub, memoryBytes: 1 << 30)
        #expect(fixtures.fault(try fixtures.clip(), tools: tools) == .toolFailed)
    }

    @Test("SEC-05 a script that names other files or hosts is not followed")
    func noNetwork() throws {
        for text in [
            "#EXTM3U\n#EXTINF:1,\nhttp://127.0.0.1:1/x.ts\n", "ffconcat version 1.0\nfile /etc/passwd\n",
        ] {
            #expect(fixtures.fault(try fixtures.write("list.mp4", Array(text.utf8))) == .notAVideo)
        }
    }
}
