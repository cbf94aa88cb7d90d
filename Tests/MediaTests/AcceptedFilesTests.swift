import FoundationEssentials
import Media
import Platform
import TestSupport
import Testing

@Suite("CLIP-02 CLIP-04 files as phones, browsers and editors write them")
struct AcceptedFilesTests {
    @Test("CLIP-04 the rendition has the picture and the sound of the file", arguments: Recipe.all)
    func rendition(of recipe: Recipe) throws {
        let fixtures = try Fixtures()
        var tools = fixtures.tools
        tools.sizeDivisor = 6
        tools.preset = "ultrafast"
        let source = try recipe.make(fixtures)
        let target = fixtures.path("rendition.mp4")
        let facts = try Probe(tools).inspect(source)
        let rendition = try Renditions(tools).normalise(source, facts, to: target, aspect: .portrait)
        let measured = try Measured(target, fixtures: fixtures)

        let frames = Int((recipe.seconds * 30).rounded())
        #expect(rendition.frames == frames && measured.frames.count == frames, "\(measured.frames.count) frames")
        #expect(abs(Double(measured.samples.count) / 8_000 - recipe.seconds) <= 0.04)
        #expect(rendition.hasUnreadableSound == recipe.hasUnreadableSound)
        #expect(Files.exists(target) && fixtures.leftovers(of: target).isEmpty)

        let corner = Measured.corner(of: recipe.shape)
        let last = measured.frames.count - 1
        for (frame, colour) in [(0, Measured.Colour.red), (last, .blue)] {
            #expect(measured.colour(frame, 0.5, 0.5) == colour, "middle of frame \(frame)")
            #expect(measured.colour(frame, corner.x, corner.y) == .lime, "corner of frame \(frame)")
        }
        if let turn = recipe.turn {
            let seen = try #require(measured.turnOfPicture)
            #expect(abs(seen - turn) <= 0.04, "the picture turns at \(seen)")
            if recipe.tone != nil {
                let sounds = try #require(measured.turnOfSound)
                #expect(abs(sounds - turn) <= 0.04 && abs(sounds - seen) <= 0.04, "the sound turns at \(sounds)")
            }
        }
        if let tone = recipe.tone {
            #expect(abs(measured.tone - tone) <= tone / 20, "\(measured.tone) Hz")
            #expect(recipe.loudness.contains(measured.loudness), "\(measured.loudness)")
        } else {
            #expect(measured.loudness < 0.001)
        }
    }
}
