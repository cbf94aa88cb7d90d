import Comparisons
import FoundationEssentials
import Generation
import Money
import Postgres
import TestSupport
import Testing

@Suite("Videos that admins bring along", .requiresPostgres)
struct ManualResultTests {
    /// An upload whose parts have arrived.
    private func upload(_ stage: ComparisonStage, by member: UUID? = nil) throws -> UUID {
        try stage.superuser.one(
            """
            insert into uploads (
                user_id, purpose, file_name, content_type, size_bytes, part_bytes, part_count, created_at, expires_at
            )
            values (
                \(member ?? stage.admin), 'result', 'x.mp4', 'video/mp4', 10, 10, 1, now(), now() + interval '1 hour'
            )
            returning id
            """)
    }

    @Test("ARENA-05 an upload joins a comparison, or a new one, once, with the time and cost that the admin names")
    func register() throws {
        try ComparisonStage.run { stage in
            let made = try stage.made(stage.request(models: 2))
            var result = ManualResult(upload: try upload(stage), model: "local-3")
            result.comparison = made.facts.id
            result.generationMs = 12_500
            result.cost = Money("0.35")
            result.notes = "From their own site"
            #expect(try stage.comparisons.registered(result.upload, by: stage.admin) == nil)
            for _ in 1...2 { #expect(try stage.comparisons.add(result, by: stage.admin) == made.facts.id) }
            #expect(try stage.comparisons.registered(result.upload, by: stage.admin) == made.facts.id)
            let found = try #require(try stage.comparisons.find(made.facts.id, for: stage.admin))
            let video = try #require(found.videos.last).generation
            #expect(found.videos.count == 3 && video.provider == "manual" && video.status == .processing)
            #expect(video.prompt == made.facts.prompt && video.credits == 0)
            let queued: Int = try stage.superuser.one(
                "select count(*)::int from jobs where kind = 'process_generation' and payload ->> 'id' = \(result.upload)::uuid::text"
            )
            #expect(queued == 1)
            let facts: SQL = """
                jsonb_build_object(
                    'video_key', 'v', 'small_key', 's', 'poster_key', 'p', 'width', 640, 'height', 360, 'video_ms', 2000,
                    'has_sound', false, 'size_bytes', 10
                )
                """
            try stage.superuser.execute("update generations set original_key = 'o' where id = \(video.id)")
            #expect(try stage.jobs.one("select complete_result(\(video.id), \(sql: facts))", as: Bool.self))
            #expect(try !stage.jobs.one("select complete_result(\(video.id), \(sql: facts))", as: Bool.self))
            let shown = try #require(try stage.comparisons.find(slug: made.facts.slug)?.videos.last).generation
            #expect(shown.cost == Money("0.35") && shown.generationMs == 12_500)
            #expect(stage.code { _ = try stage.generations.retry(video.id, by: stage.admin) } == "not_failed")
            // Not a run of this site: nothing was spent, and the model's record is as it was.
            #expect(
                try stage.superuser.one(
                    "select count(*)::int from generation_runs where generation_id = \(video.id)", as: Int.self) == 0)
            var alone = ManualResult(upload: try upload(stage), model: "local")
            alone.title = "Elsewhere"
            alone.prompt = "A harbour"
            let other = try stage.comparisons.add(alone, by: stage.admin)
            let fresh = try #require(try stage.comparisons.find(other, for: stage.admin))
            #expect(fresh.facts.slug == "elsewhere" && !fresh.facts.isPublic && fresh.videos.count == 1)
            #expect(try stage.jobs.one("select refuse_result(\(alone.upload), 'No video.')", as: Bool.self))
            let refused = try #require(try stage.comparisons.find(other, for: stage.admin)?.videos.first).generation
            #expect(refused.status == .failed && refused.error == "No video.")
            #expect(try stage.superuser.one("select count(*)::int from uploads", as: Int.self) == 0)
        }
    }

    @Test("ARENA-05 SEC-05 what does not fit is refused, and the upload can still be used")
    func refusals() throws {
        try ComparisonStage.run { stage in
            let made = try stage.made(stage.request(models: 2))
            let mira: UUID = try stage.superuser.one("insert into users (username) values ('mira') returning id")
            let sent = try upload(stage)
            func code(_ change: (inout ManualResult) -> Void) -> String? {
                var result = ManualResult(upload: sent, model: "local-3")
                result.comparison = made.facts.id
                change(&result)
                return stage.code { _ = try stage.comparisons.add(result, by: stage.admin) }
            }
            #expect(code { $0.model = "none" } == "model_not_found")
            #expect(code { $0.model = "local" } == "model_present")
            #expect(code { $0.comparison = UUID() } == "comparison_not_found")
            #expect(code { $0.upload = UUID() } == "upload_not_found")
            let foreign = try upload(stage, by: mira)
            #expect(code { $0.upload = foreign } == "upload_not_found")
            #expect(throws: (any Error).self) {
                try stage.comparisons.add(ManualResult(upload: foreign, model: "local-3"), by: mira)
            }
            #expect(try stage.superuser.one("select count(*)::int from generations", as: Int.self) == 2)
            #expect(code { _ in } == nil)
        }
    }
}
