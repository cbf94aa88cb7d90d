import FoundationEssentials
import Media
import Testing

@Suite("OPS-01 demo clips")
struct DemoClipTests {
    @Test("OPS-01 there are at least twenty, of every genre, each by another member and with its own title")
    func list() {
        let clips = DemoClips.all
        #expect(clips.count >= 20)
        #expect(Set(clips.map(\.title)).count == clips.count)
        #expect(Set(clips.map(\.username)).count == clips.count)
        #expect(
            Set(clips.map(\.genre))
                == ["Thriller", "Comedy", "Action", "Sci-Fi", "Romance", "Animation", "Horror", "Other"])
        for clip in clips {
            #expect(clip.username.wholeMatch(of: /[a-z0-9_]{3,20}/) != nil, "\(clip.username)")
            #expect((1...80).contains(clip.title.count) && clip.summary.count <= 500)
        }
    }

    @Test("OPS-01 a sequel is another clip of the same member, in other colours and mirrored")
    func sequels() throws {
        let fixtures = try Fixtures()
        let number = DemoClips.all.count
        let clips = DemoClips.indices.map(DemoClips.clip)
        #expect(Set(clips.map(\.title)).count == clips.count && clips.allSatisfy { $0.title.count <= 80 })
        #expect(clips[number].username == clips[0].username)
        let hashes = try [0, number].map { index in
            let path = fixtures.path("demo.mp4")
            try DemoClips.render(index, seconds: 2, to: path, tools: fixtures.tools)
            let facts = try Probe(fixtures.tools).inspect(path, declared: .mp4)
            return try Renditions(fixtures.tools).stills(
                of: path, durationMs: facts.durationMs, into: StillFiles(in: fixtures.path("."))
            ).hash
        }
        #expect(hashes[0].distance(to: hashes[1]) > 0)
    }

    @Test("OPS-01 each is a clip that the probe takes, and no two look alike")
    func rendered() throws {
        let fixtures = try Fixtures()
        var hashes: [(String, PerceptualHash)] = []
        for (index, clip) in DemoClips.all.enumerated() {
            let path = fixtures.path("demo.mp4")
            // The beginning shows as well whether it can be drawn; only the first is drawn whole.
            let seconds = index == 0 ? DemoClips.seconds : 2
            try DemoClips.render(index, seconds: seconds, to: path, tools: fixtures.tools)
            let facts = try Probe(fixtures.tools).inspect(path, declared: .mp4)
            #expect(facts.picture.width == 540 && facts.picture.height == 960 && !facts.sounds.isEmpty)
            #expect(abs(facts.durationMs - seconds * 1_000) <= 70, "\(clip.title)")
            let stills = try Renditions(fixtures.tools).stills(
                of: path, durationMs: facts.durationMs, into: StillFiles(in: fixtures.path(".")))
            for (title, hash) in hashes {
                #expect(stills.hash.distance(to: hash) > 8, "\(clip.title) looks like \(title)")
            }
            hashes.append((clip.title, stills.hash))
        }
    }
}
