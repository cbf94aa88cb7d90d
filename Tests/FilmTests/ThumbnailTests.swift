import Film
import FoundationEssentials
import Postgres
import Queue
import Storage
import TestSupport
import Testing

@Suite("CLIP-04 thumbnails of older clips", .serialized, .requiresPostgres)
struct ThumbnailTests {
    @Test("CLIP-04 WEB-02 clips from before there were thumbnails get theirs, and a lost poster holds none of them up")
    func older() throws {
        try ClipWorkshop.run { workshop in
            let clips = try (0..<3).map { _ in try workshop.register(workshop.sent(workshop.video())) }
                .sorted { $0.uuidString < $1.uuidString }
            try workshop.drain()
            try workshop.stage.superuser.execute("update tournament_clips set has_thumbnail = false")
            let posters = try clips.map { clip in
                try #require(StorageKey(workshop.row(clip).value("poster_key")))
            }
            for poster in posters { try workshop.storage.delete(poster.thumbnail) }
            try workshop.storage.delete(posters[0])
            func card(_ index: Int) throws -> ClipCard {
                try Clips(database: workshop.stage.web, address: { "/media/" + $0 })
                    .details(clips[index], for: ClipViewer(memberID: workshop.member)).card
            }
            #expect(try card(1).thumbnailURL == "/media/" + posters[1].text, "until then the poster serves")

            try Queue(workshop.stage.jobs).enqueue(MakeThumbnails())
            try workshop.drain()
            let made: [Bool] = try workshop.stage.superuser.query(
                "select has_thumbnail from tournament_clips order by id")
            #expect(made == [false, true, true])
            let files = try workshop.files()
            #expect(posters.map { files.contains($0.thumbnail.text) } == [false, true, true])
            #expect(try card(1).thumbnailURL == "/media/" + posters[1].thumbnail.text)
        }
    }
}
