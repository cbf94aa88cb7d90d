import Film
import FoundationEssentials
import Postgres
import Queue
import Storage
import TestSupport
import Testing

@Suite("CLIP-04 copies of older posters", .serialized, .requiresPostgres)
struct ThumbnailTests {
    @Test("CLIP-04 WEB-02 older clips get the copies of their posters, and a lost poster holds none of them up")
    func older() throws {
        try ClipWorkshop.run { workshop in
            let clips = try (0..<3).map { _ in try workshop.register(workshop.sent(workshop.video())) }
                .sorted { $0.uuidString < $1.uuidString }
            try workshop.drain()
            try workshop.stage.superuser.execute("update tournament_clips set has_thumbnail = false, has_cards = false")
            let posters = try clips.map { clip in
                try #require(StorageKey(workshop.row(clip).value("poster_key")))
            }
            for poster in posters {
                for copy in [poster.thumbnail, poster.card, poster.share] { try workshop.storage.delete(copy) }
            }
            try workshop.storage.delete(posters[0])
            func card(_ index: Int) throws -> ClipCard {
                try Clips(database: workshop.stage.web, address: { "/media/" + $0 })
                    .details(clips[index], for: ClipViewer(memberID: workshop.member)).card
            }
            #expect(try card(1).thumbnailURL == "/media/" + posters[1].text, "until then the poster serves")
            #expect(try card(1).cardURL == nil && card(1).shareURL == nil)

            try Queue(workshop.stage.jobs).enqueue(MakeThumbnails())
            try workshop.drain()
            let made: [Bool] = try workshop.stage.superuser.query(
                "select has_thumbnail and has_cards from tournament_clips order by id")
            #expect(made == [false, true, true])
            let files = try workshop.files()
            for copy in [\StorageKey.thumbnail, \.card, \.share] {
                #expect(posters.map { files.contains($0[keyPath: copy].text) } == [false, true, true])
            }
            #expect(try card(1).thumbnailURL == "/media/" + posters[1].thumbnail.text)
            #expect(try card(1).cardURL == "/media/" + posters[1].card.text)
            #expect(try card(1).shareURL == "/media/" + posters[1].share.text)
        }
    }
}
