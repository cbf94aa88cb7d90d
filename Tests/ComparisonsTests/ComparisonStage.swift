import Catalog
import Comparisons
import FoundationEssentials
import Generation
import Postgres
import Refusals
import TestSupport
import Testing

/// A database with models that draw on this site, and an admin who compares them.
struct ComparisonStage {
    let test: TestDatabase
    let admin: UUID

    var web: Database { test.database(as: .web) }
    var jobs: Database { test.database(as: .jobs) }
    var superuser: Database { test.database(as: .superuser) }

    var generations: Generations {
        Generations(
            database: web,
            catalog: Catalog(database: web, credentials: ProviderCredentials(settings: ["REPLICATE_API_TOKEN"])),
            limit: SecondsLimit(milliseconds: 600_000), monthlyCredits: 1_000)
    }
    var comparisons: Comparisons { Comparisons(database: web, generations: generations) }
    var tags: Tags { Tags(database: web) }

    /// Runs a test, and proves afterwards that every count is what the rows say.
    static func run(_ body: (ComparisonStage) throws -> Void) throws {
        try TestDatabase.run { test in
            let superuser = test.database(as: .superuser)
            let admin: UUID = try superuser.one(
                "insert into users (username, role) values ('ada', 'admin') returning id")
            // Copies of the site's own renderer.
            try superuser.execute(
                """
                insert into models (
                    slug, model_id, name, maker, provider, capabilities, durations, aspect_ratios, cost_per_second, pricing
                )
                select 'local-' || number, 'local-' || number, 'Local ' || number, maker, provider, capabilities, durations,
                    aspect_ratios, cost_per_second, pricing
                from models
                cross join generate_series(2, 9) number
                where slug = 'local'
                """)
            let stage = ComparisonStage(test: test, admin: admin)
            try body(stage)
            #expect(try VideoVotes.drift(in: stage.jobs).isEmpty)
        }
    }

    func request(
        _ title: String = "Lighthouse in a storm", models: Int = 3, prompt: String = "A lighthouse keeper"
    ) -> ComparisonRequest {
        var request = ComparisonRequest(
            title: title, kind: .textToVideo, prompt: prompt,
            models: (1...models).map { $0 == 1 ? "local" : "local-\($0)" })
        request.duration = .seconds(2)
        request.isPublic = true
        return request
    }

    /// A public comparison whose videos are finished.
    func made(_ request: ComparisonRequest) throws -> Comparison {
        let made = try comparisons.create(request, by: admin, hasPremium: true).comparison
        for video in made.videos { try complete(video.generation) }
        return try #require(try comparisons.find(made.facts.id, for: admin))
    }

    /// Ends a run as the jobs do, with a video.
    func complete(_ kept: Generation, width: Int = 1_280, height: Int = 720) throws {
        _ = try jobs.one(
            "select outcome from begin_submission(\(kept.id), \(Int32(kept.run)), 100, interval '10 minutes')",
            as: String.self)
        _ = try jobs.one(
            "select record_original(\(kept.id), \(Int32(kept.run)), 'videos/x/y.original', 100)", as: Bool.self)
        _ = try jobs.one(
            """
            select complete_generation(
                \(kept.id), \(Int32(kept.run)),
                jsonb_build_object(
                    'video_key', 'videos/' || \(kept.id.uuidString.lowercased()) || '/v.mp4', 'small_key', 'b', 'poster_key', 'c',
                    'width', \(Int32(width)), 'height', \(Int32(height)), 'video_ms', 2000, 'has_sound', false,
                    'size_bytes', 10, 'cost_usd', '0'
                ), 0
            )
            """, as: Bool.self)
    }

    /// Ends a run as the jobs do, without a video.
    func fail(_ kept: Generation) throws {
        _ = try jobs.one(
            """
            select stop_generation(\(kept.id), \(Int32(kept.run)), 'failed', 'down', 'The provider is down.', false, 100)
            """, as: Bool.self)
    }

    func code(_ body: () throws -> Void) -> String? {
        do {
            try body()
            return nil
        } catch {
            return refusal(in: error)?.code ?? "\(error)"
        }
    }

    func ballot(_ video: UUID, _ voter: Int, cookie: String? = nil, member: UUID? = nil, isUndo: Bool = false)
        -> VideoBallot
    {
        VideoBallot(
            videoID: video, voterKey: member.map { "user_" + $0.uuidString.lowercased() } ?? "device_\(voter)",
            deviceKey: "device_\(voter)", cookieHash: cookie, member: member, network: "n", isUndo: isUndo)
    }
}
