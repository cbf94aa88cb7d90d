import Comparisons
import FoundationEssentials
import Generation
import Postgres
import TestSupport
import Testing

@Suite("Videos of comparisons that are made again", .requiresPostgres)
struct RerunTests {
    @Test("ARENA-13 a new run takes the place of the shown video when it is finished, and the old one is kept")
    func places() throws {
        try ComparisonStage.run { stage in
            let made = try stage.made(stage.request(models: 3))
            let old = made.videos[1].generation
            let votes = VideoVotes(database: stage.web)
            for voter in 1...3 { _ = try votes.change(stage.ballot(old.id, voter)) }
            _ = try votes.change(stage.ballot(made.videos[0].generation.id, 1))

            let waiting = try stage.comparisons.rerun(
                [old.id], of: made.facts.id, by: stage.admin, hasPremium: true)
            let next = try #require(waiting.reruns.first)
            #expect(waiting.reruns.count == 1 && next.isNext && next.video.generation.modelSlug == old.modelSlug)
            #expect(next.video.generation.seed != old.seed && next.video.generation.prompt == old.prompt)
            // Until then everyone sees and votes for what was there.
            let shown = try #require(try stage.comparisons.find(slug: made.facts.slug))
            #expect(shown.videos.map(\.generation.id) == made.videos.map(\.generation.id) && shown.reruns.isEmpty)
            _ = try votes.change(stage.ballot(old.id, 4))

            try stage.complete(next.video.generation)
            let after = try #require(try stage.comparisons.find(slug: made.facts.slug))
            #expect(
                after.videos.map(\.generation.id) == [
                    made.videos[0].generation.id, next.video.generation.id, made.videos[2].generation.id,
                ])
            #expect(after.videos.map(\.votes) == [1, 0, 0])
            #expect(after.facts.votes == 1 && after.facts.completedVideos == 3)
            #expect(stage.code { _ = try votes.change(stage.ballot(old.id, 5)) } == "video_not_found")
            #expect(try votes.change(stage.ballot(next.video.generation.id, 4)) == 1)
            let kept = try #require(try stage.comparisons.find(made.facts.id, for: stage.admin)?.reruns.first)
            #expect(kept.video.generation.id == old.id && kept.video.votes == 4 && !kept.isNext)

            // Again: the latest of the others comes first.
            let third = try stage.comparisons.rerun(
                [next.video.generation.id], of: made.facts.id, by: stage.admin, hasPremium: true)
            try stage.complete(try #require(third.reruns.first).video.generation)
            let all = try stage.comparisons.find(made.facts.id, for: stage.admin)
            #expect(Set(all?.reruns.map(\.video.generation.id) ?? []) == [old.id, next.video.generation.id])
            #expect(try stage.comparisons.delete([made.facts.id], by: stage.admin) == [made.facts.id])
            #expect(try stage.superuser.one("select count(*)::int from generations") as Int == 0)
        }
    }

    @Test("ARENA-13 a run that fails changes nothing, and then the video can be made again")
    func failures() throws {
        try ComparisonStage.run { stage in
            let made = try stage.made(stage.request(models: 2))
            let old = made.videos[0].generation
            let waiting = try stage.comparisons.rerun([old.id], of: made.facts.id, by: stage.admin, hasPremium: true)
            try stage.fail(try #require(waiting.reruns.first).video.generation)
            let after = try #require(try stage.comparisons.find(made.facts.id, for: stage.admin))
            #expect(after.videos.map(\.generation.id) == made.videos.map(\.generation.id))
            #expect(after.reruns.map(\.isNext) == [false] && after.facts.completedVideos == 2)
            let both = try stage.comparisons.rerun(
                made.videos.map(\.generation.id), of: made.facts.id, by: stage.admin, hasPremium: true)
            #expect(both.reruns.filter(\.isNext).count == 2)
            #expect(Set(both.reruns.filter(\.isNext).map(\.video.generation.seed)).count == 1)
        }
    }

    @Test("ARENA-13 only videos of the comparison whose runs have ended are made again, once at a time")
    func refusals() throws {
        try ComparisonStage.run { stage in
            let made = try stage.made(stage.request(models: 2))
            let other = try stage.made(stage.request("Another", models: 1))
            let fresh = try stage.comparisons.create(stage.request("Fresh"), by: stage.admin, hasPremium: true)
                .comparison
            func code(_ videos: [UUID], of comparison: UUID) -> String? {
                stage.code {
                    _ = try stage.comparisons.rerun(videos, of: comparison, by: stage.admin, hasPremium: true)
                }
            }
            let video = made.videos[0].generation.id
            #expect(code([other.videos[0].generation.id], of: made.facts.id) == "video_not_found")
            #expect(code([video, UUID()], of: made.facts.id) == "video_not_found")
            #expect(code([], of: made.facts.id) == "video_not_found")
            #expect(code([video], of: UUID()) == "comparison_not_found")
            #expect(code([fresh.videos[0].generation.id], of: fresh.facts.id) == "video_running")
            #expect(code([video], of: made.facts.id) == nil)
            #expect(code([video], of: made.facts.id) == "video_running")
            // What was refused has reserved nothing.
            #expect(try stage.superuser.one("select count(*)::int from generations") as Int == 7)
        }
    }
}
