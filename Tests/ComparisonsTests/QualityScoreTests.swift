import Comparisons
import FoundationEssentials
import Generation
import Postgres
import TestSupport
import Testing

@Suite("How much a comparison shows", .requiresPostgres)
struct QualityScoreTests {
    /// Battles of the first two videos of a comparison, by outcome; every other one with the sides exchanged.
    private func fight(_ stage: ComparisonStage, _ comparison: Comparison, _ outcomes: [String]) throws {
        for (number, outcome) in outcomes.enumerated() {
            let isTurned = number.isMultiple(of: 2)
            let sides = isTurned ? [1, 0] : [0, 1]
            let turned = ["left": "right", "right": "left"]
            try stage.superuser.execute(
                """
                insert into battles (
                    pair_id, pseudonym, left_model_id, right_model_id, left_id, right_id, has_source, outcome, cast_at,
                    comparison_id
                )
                select gen_random_uuid(), gen_random_uuid(), one.model_id, other.model_id, one.generation_id,
                    other.generation_id, false, \(isTurned ? turned[outcome] ?? outcome : outcome), now(), one.comparison_id
                from comparison_videos one, comparison_videos other
                where one.generation_id = \(comparison.videos[sides[0]].generation.id)
                    and other.generation_id = \(comparison.videos[sides[1]].generation.id)
                """)
        }
    }

    private func vote(_ stage: ComparisonStage, _ comparison: Comparison, _ votes: [Int]) throws {
        for (video, count) in zip(comparison.videos, votes) {
            for voter in 0..<count {
                _ = try VideoVotes(database: stage.web).change(stage.ballot(video.generation.id, voter))
            }
        }
    }

    @Test("ARENA-14 the share of videos that completed × how decisive votes and battles are, and lists sorted by it")
    func scores() throws {
        try ComparisonStage.run { stage in
            let fog = try stage.made(stage.request("Fog", models: 3))
            try vote(stage, fog, [12, 0, 0])
            try vote(stage, try stage.made(stage.request("Rain", models: 3)), [4, 4, 4])
            let snow = try stage.made(stage.request("Snow", models: 2))
            try fight(stage, snow, Array(repeating: "left", count: 8) + ["right", "tie"])
            // A third of it failed to come.
            let half = try stage.comparisons.create(stage.request("Half"), by: stage.admin, hasPremium: true).comparison
            for video in half.videos.prefix(2) { try stage.complete(video.generation) }
            try vote(stage, half, [10, 0])
            _ = try stage.comparisons.create(stage.request("Nothing"), by: stage.admin, hasPremium: true)

            #expect(try Comparisons.score(in: stage.jobs) == 3)
            var search = ComparisonSearch()
            search.order = .quality
            let found = try stage.comparisons.list(search).page.items.map(\.facts)
            #expect(found.prefix(3).map(\.slug) == ["fog", "snow", "half"])
            // 12/22, 7/20, 2/3 · 10/20.
            #expect(found.map(\.qualityScore) == [0.545, 0.35, 0.333, 0, 0])
            #expect(try Comparisons.score(in: stage.jobs) == 0)

            // What is void does not count, and a comparison that is no longer public keeps what it had.
            try stage.superuser.execute(
                """
                update battles
                set void_id = gen_random_uuid()
                where id = (select min(id) from battles)
                """)
            try stage.superuser.execute("update comparisons set is_public = false where slug = 'fog'")
            try vote(stage, half, [0, 10])
            #expect(try Comparisons.score(in: stage.jobs) == 2)
            #expect(try stage.comparisons.find(snow.facts.id)?.facts.qualityScore == 0.316)
            #expect(try stage.comparisons.find(half.facts.id)?.facts.qualityScore == 0)
            #expect(try stage.comparisons.find(fog.facts.id, for: stage.admin)?.facts.qualityScore == 0.545)
        }
    }

    @Test("ARENA-14 pages of the list sorted by it go on where the one before ended")
    func pages() throws {
        try ComparisonStage.run { stage in
            for number in 1...5 {
                try vote(stage, try stage.made(stage.request("Take \(number)", models: 2)), [number / 2, 0])
            }
            _ = try Comparisons.score(in: stage.jobs)
            var search = ComparisonSearch()
            search.order = .quality
            let all = try stage.comparisons.list(search).page.items.map(\.facts.slug)
            search.page = PageRequest(limit: 2)
            var read: [String] = []
            repeat {
                let page = try stage.comparisons.list(search).page
                read += page.items.map(\.facts.slug)
                search.page = PageRequest(limit: 2, cursor: page.nextCursor)
            } while search.page.cursor != nil
            #expect(read == all && Set(read).count == 5)
        }
    }
}
