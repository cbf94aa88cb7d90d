import Film
import FoundationEssentials
import Postgres
import Refusals
import TestSupport
import Testing

@Suite("The moderators' queue", .requiresPostgres)
struct ClipQueueTests {
    private static let day = Date(timeIntervalSince1970: 1_700_000_000)

    @Test("ADM-01 pages by key lose and repeat nothing, also among equal times")
    func pages() throws {
        try FilmStage.run { stage in
            _ = try stage.season()
            for index in 0..<23 {
                try stage.clip("Clip \(index)", createdAt: Self.day.addingTimeInterval(Double(index / 7)))
            }
            for status in [ClipStatus.pending, nil] {
                var filter = ClipFilter()
                filter.status = status
                filter.page = PageRequest(limit: 5)
                var seen: [UUID] = []
                var dates: [Date] = []
                repeat {
                    let page = try stage.clips.queue(filter, for: stage.admin)
                    seen += page.clips.items.map(\.card.id)
                    dates += page.clips.items.map(\.createdAt)
                    filter.page = PageRequest(limit: 5, cursor: page.clips.nextCursor)
                } while filter.page.cursor != nil
                #expect(seen.count == 23)
                #expect(Set(seen).count == 23)
                #expect(dates == (status == nil ? dates.sorted(by: >) : dates.sorted()))
            }
        }
    }

    @Test("ADM-01 filters by status and genre, searches title and creator, and takes wildcards literally")
    func filters() throws {
        try FilmStage.run { stage in
            _ = try stage.season()
            let mira = try stage.member("mira_okafor")
            try stage.clip("Ash on the timetable", by: mira)
            try stage.clip("100 % rain")
            let rejected = try stage.clip("Paper ferry")
            _ = try stage.clips.reject([rejected], reason: "Rights", by: stage.admin)

            func titles(_ change: (inout ClipFilter) -> Void) throws -> [String] {
                var filter = ClipFilter()
                change(&filter)
                return try stage.clips.queue(filter, for: stage.admin).clips.items.map(\.card.title).sorted()
            }
            #expect(try titles { $0.status = .rejected } == ["Paper ferry"])
            #expect(try titles { $0.search = "OKAFOR" } == ["Ash on the timetable"])
            #expect(try titles { $0.search = "timeTABLE" } == ["Ash on the timetable"])
            #expect(try titles { $0.search = "%" } == ["100 % rain"])
            #expect(try titles { $0.search = "_" } == ["Ash on the timetable", "100 % rain", "Paper ferry"].sorted())
            #expect(try titles { $0.search = "' or 1=1 --" }.isEmpty)
            #expect(try titles { $0.genre = "Horror" }.isEmpty)
            #expect(try titles { $0.seasonID = UUID() }.isEmpty)
            let counts = try stage.clips.queue(ClipFilter(), for: stage.admin).counts
            #expect(counts == ["pending": 2, "active": 0, "locked": 0, "rejected": 1, "eliminated": 0])
        }
    }

    @Test("ADM-01 a clip that looks nearly like another of the season is pointed out")
    func nearDuplicates() throws {
        try FilmStage.run { stage in
            let (_, clips) = try stage.voting(["A"])
            try stage.superuser.execute("update tournament_clips set perceptual_hash = 0 where id = \(clips[0])")
            let season: UUID = try stage.superuser.one("select id from seasons")
            let near = try stage.clip("near", hash: 0b11_1111_1111)
            let far = try stage.clip("far", hash: 0b111_1111_1111)
            let opposite = try stage.clip("opposite", hash: -1)
            let unknown = try stage.clip("unknown")
            try stage.superuser.execute("update tournament_clips set season_id = \(season) where status = 'pending'")

            let page = try stage.clips.queue(ClipFilter(), for: stage.admin)
            func twins(_ id: UUID) -> [String] {
                page.clips.items.first { $0.card.id == id }?.nearDuplicates.map(\.clip.title) ?? ["missing"]
            }
            #expect(twins(near) == ["far", "A"])
            #expect(twins(far) == ["near"])
            #expect(twins(opposite).isEmpty)
            #expect(twins(unknown).isEmpty)
            #expect(page.clips.items.first { $0.card.id == near }?.nearDuplicates.map(\.similarity) == [98, 84])
        }
    }

    @Test("ADM-01 title, description and genre can be corrected")
    func edit() throws {
        try FilmStage.run { stage in
            let (_, clips) = try stage.voting(["A"])
            try stage.clips.edit(clips[0], title: "Better", description: nil, genre: "Horror", by: stage.admin)
            let details = try stage.clips.details(clips[0], for: .visitor)
            #expect(details.card.title == "Better")
            #expect(details.card.genre == "Horror")
            #expect(details.description.isEmpty)
            #expect(throws: FilmError.refused(.clipNotFound)) {
                try stage.clips.edit(UUID(), title: "x", description: nil, genre: nil, by: stage.admin)
            }
        }
    }

    @Test("ADM-01 a made-up cursor is refused, as is one of the other order")
    func cursors() throws {
        try FilmStage.run { stage in
            _ = try stage.season()
            for index in 0..<3 { try stage.clip("Clip \(index)") }
            var filter = ClipFilter()
            filter.page = PageRequest(limit: 1)
            let cursor = try stage.clips.queue(filter, for: stage.admin).clips.nextCursor
            filter.status = .pending
            for text in ["nonsense", "", try #require(cursor)] {
                filter.page = PageRequest(limit: 1, cursor: text)
                #expect(throws: InvalidCursor.self) { try stage.clips.queue(filter, for: stage.admin) }
            }
        }
    }
}
