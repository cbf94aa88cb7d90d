import FoundationEssentials
import Logging
import Platform
import Postgres
import TestSupport
import Testing
import Text

@testable import Film

@Suite("Views on their way")
struct ViewBufferTests {
    @Test("FEED-04 a batch names each voter once and loses no view, however it is split")
    func parts() {
        for limit in [1, 3, 50, 100_000] {
            var batch = ViewBatch()
            var expected: [String: [UUID]] = [:]
            for _ in 0..<200 {
                let voter = "v\(Int.random(in: 0..<60))"
                let clips = (0..<Int.random(in: 1...8)).map { _ in UUID() }
                for clip in clips { batch.append(clip) }
                batch.endAnswer(to: voter, clips: clips.count)
                expected[voter, default: []] += clips
            }
            var found: [String: [UUID]] = [:]
            for part in batch.parts(of: limit) {
                #expect(part.voters.count == part.counts.count && part.clips.count < limit + 8 * 200)
                var start = 0
                for (voter, count) in zip(part.voters, part.counts) {
                    #expect(found[voter] == nil)
                    found[voter] = Array(part.clips[start..<start + Int(count)])
                    start += Int(count)
                }
                #expect(start == part.clips.count)
            }
            #expect(found == expected)
        }
        #expect(ViewBatch().parts(of: 10).isEmpty)
    }

    @Test("FEED-04 a view is known by its voter, its clip and its round; what is forgotten comes again")
    func recent() {
        var recent = RecentViews()
        let season = UUID()
        let clips = (0..<500).map { number in
            UUID(uuid: (0, 0, 0, 0, 0, 0, 64, 0, 128, 0, 0, 0, 0, 0, UInt8(number / 256), UInt8(number % 256)))
        }
        var isNew = 0
        for voter in 0..<20 {
            for slot in 1...2 {
                let seed = RecentViews.seed(of: "v\(voter)", in: ViewedRound(season: season, slot: slot))
                for clip in clips where recent.insert(clip, seed: seed) { isNew += 1 }
            }
        }
        #expect(isNew == 20_000)
        let seed = RecentViews.seed(of: "v0", in: ViewedRound(season: season, slot: 1))
        let known = clips.count { recent.contains($0, seed: seed) }
        #expect(known > 350)
        #expect(known < clips.count)
        // One that comes again may take the place of another of these.
        #expect((500 - known..<250).contains(clips.count { recent.insert($0, seed: seed) }))
    }

    @Test(
        "FEED-04 views wait while they cannot be written, and beyond a bound are dropped with a warning",
        .requiresPostgres)
    func waits() throws {
        try FilmStage.run { stage in
            let (season, clips) = try stage.voting(["A", "B"])
            let lines = Monitor<[String]>([])
            let log = Log { entry in lines.update { $0.append("\(entry.message)") } }
            let views = ViewBuffer(database: stage.web, log: log)
            let round = ViewedRound(season: season, slot: 1)
            try stage.superuser.execute("alter function record_views rename to record_nothing")
            for voter in 0..<3 { views.note(clips, by: Ballot.device(voter), in: round) }
            views.write()
            views.note(clips, by: Ballot.device(0), in: round)
            views.note(clips, by: Ballot.device(3), in: round)
            views.write()
            #expect(lines.withLock { $0.count { $0.contains("views cannot be written") } } == 2)
            for voter in 4..<140_000 { views.note(clips, by: Ballot.device(voter), in: round) }
            views.write()
            #expect(lines.withLock { $0.count { $0.contains("views were dropped") } } == 1)
            try stage.superuser.execute("alter function record_nothing rename to record_views")
            views.write()
            #expect(try clips.map { try stage.counters(of: $0)[2] } == [131_072, 131_072])
            #expect(try stage.drift() == 0)
        }
    }
}
