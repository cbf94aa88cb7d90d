import Comparisons
import FoundationEssentials
import Generation
import Postgres
import Ratings
import TestSupport
import Testing

@Suite("Experiments with prompts", .requiresPostgres)
struct ExperimentTests {
    @Test("ARENA-13 each variant is run through the same models with one seed; votes, times and costs have intervals")
    func variants() throws {
        try ComparisonStage.run { stage in
            var common = PlannedRequest(
                title: "Fog", kind: "text-to-video", prompt: "", models: ["local", "local-2"])
            common.isPublic = true
            common.durationMs = 2_000
            var wanted = ExperimentRequest(
                title: "Fog", variants: [("A", "Fog"), ("B", "Thick fog at dawn"), ("C", "fog")], common: common)
            func create() throws -> UUID { try stage.comparisons.create(wanted, by: stage.admin, hasPremium: true) }
            #expect(stage.code { _ = try create() } == "equal_variants")
            wanted.variants[2].prompt = "No fog"
            wanted.common.models = ["local", "none"]
            #expect(stage.code { _ = try create() } == "model_unsuitable")
            #expect(try stage.superuser.one("select count(*)::int from planned_comparisons", as: Int.self) == 0)
            wanted.common.models = ["local", "local-2"]
            let id = try create()
            let worker = Comparisons(
                database: stage.jobs,
                generations: Generations(
                    database: stage.jobs, catalog: stage.generations.catalog, limit: stage.generations.limit,
                    monthlyCredits: 1_000))
            #expect(try worker.makePlanned().made == 3)
            let seeds: [Int] = try stage.superuser.query("select distinct seed::int from generations")
            #expect(seeds.count == 1)
            let slugs: [String] = try stage.superuser.query("select slug from comparisons order by slug")
            #expect(slugs == ["fog-a", "fog-b", "fog-c"])
            let votes = VideoVotes(database: stage.web)
            for slug in slugs {
                let made = try #require(try stage.comparisons.find(slug: slug, for: stage.admin))
                for video in made.videos.dropLast(slug == "fog-c" ? 1 : 0) { try stage.complete(video.generation) }
                if slug == "fog-c" { try stage.fail(try #require(made.videos.last).generation) }
                for voter in 0..<(slug == "fog-b" ? 12 : 2) {
                    _ = try votes.change(stage.ballot(made.videos[0].generation.id, voter))
                }
            }
            let result = try #require(try stage.comparisons.result(ofExperiment: id, for: stage.admin))
            let tallies = result.variants.map(\.tally)
            #expect(tallies.map(\.votes) == [2, 12, 2] && tallies.allSatisfy { $0.allVotes == 16 })
            #expect(tallies.map(\.completed) == [2, 2, 1] && tallies.map(\.failed) == [0, 0, 1])
            #expect(result.models.map(\.slug) == ["local", "local-2"] && result.models[0].tally.votes == 16)
            #expect(tallies[1].interval.low > 1.0 / 3 && tallies[0].interval.low < 1.0 / 3)
            #expect(result.variants.allSatisfy { $0.state == .made && $0.isListed && $0.comparison != nil })
            #expect(try stage.comparisons.experiments(PageRequest(limit: 9), for: stage.admin).items.map(\.id) == [id])
            #expect(try stage.comparisons.result(ofExperiment: UUID(), for: stage.admin) == nil)
        }
    }

    @Test(
        "ARENA-13 the interval is Wilson's",
        arguments: [(0, 0, 0.0, 1.0), (5, 10, 0.2366, 0.7634), (10, 10, 0.7225, 1.0)])
    func wilson(successes: Int, count: Int, low: Double, high: Double) {
        let interval = WilsonInterval.of(successes, in: count)
        #expect(abs(interval.low - low) < 1e-4 && abs(interval.high - high) < 1e-4)
    }
}
