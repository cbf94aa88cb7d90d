import Catalog
import Credits
import FoundationEssentials
import Generation
import Postgres
import Refusals
import TestSupport
import Testing

/// A database in which members make videos, with the steps of the jobs as the jobs take them.
struct GenerationStage {
    let test: TestDatabase
    let member: UUID
    var limit = SecondsLimit(milliseconds: 600_000)
    var monthlyCredits = 1_000

    var web: Database { test.database(as: .web) }
    var jobs: Database { test.database(as: .jobs) }
    var superuser: Database { test.database(as: .superuser) }

    var generations: Generations {
        Generations(
            database: web,
            catalog: Catalog(
                database: web,
                credentials: ProviderCredentials(
                    settings: ["FAL_KEY", "RUNWAY_API_KEY", "REPLICATE_API_TOKEN", "RUNPOD_API_KEY"])),
            limit: limit, monthlyCredits: monthlyCredits)
    }

    /// Runs a test, and proves afterwards that ledger, usage, statistics and generations agree.
    static func run(_ body: (GenerationStage) throws -> Void) throws {
        try TestDatabase.run { test in
            let member: UUID = try test.database(as: .superuser).one(
                "insert into users (username) values ('mira') returning id")
            let stage = GenerationStage(test: test, member: member)
            try body(stage)
            #expect(try CreditDrift.find(in: stage.jobs).isEmpty)
            let drift: [String] = try stage.jobs.query("select fault || ' ' || generation_id from generation_drift()")
            #expect(drift.isEmpty, "\(drift)")
            let counted: [String] = try stage.superuser.query(
                """
                select models.slug
                from models
                where completed_runs <> (
                        select count(*) from generations where model_id = models.id and status = 'completed'
                    )
                    and not exists (select from deleted_generations)
                """)
            #expect(counted.isEmpty, "statistics differ from the rows: \(counted)")
        }
    }

    func create(
        _ model: String = "local", seconds: Double = 5, of other: UUID? = nil, key: String? = nil, seen: Int? = nil,
        prompt: String = "fog"
    ) throws -> GenerationReceipt {
        try generations.create(
            GenerationRequest(
                model: model, prompt: prompt, duration: .milliseconds(Int(seconds * 1_000)), seenCredits: seen,
                idempotencyKey: key),
            member: other ?? member, hasPremium: true)
    }

    /// Why a request of a member without premium models is refused; nil when it is not.
    func code(_ change: (inout GenerationRequest) -> Void) -> String? {
        var request = GenerationRequest(model: "ray-flash-2-540p", prompt: "fog", duration: .seconds(5))
        change(&request)
        do {
            _ = try generations.create(request, member: member, hasPremium: false)
            return nil
        } catch {
            return refusal(in: error)?.code ?? "\(error)"
        }
    }

    /// A request of a model that starts from words at a provider.
    func remote(seconds: Double = 5) throws -> Generation {
        try create("ray-flash-2-540p", seconds: seconds).generation
    }

    func begin(_ kept: Generation, places: Int = 5) throws -> String {
        try jobs.one(
            "select outcome from begin_submission(\(kept.id), \(Int32(kept.run)), \(Int32(places)), interval '10 minutes')"
        )
    }

    func accept(_ kept: Generation, attempt: Int = 1, as request: String = "r-1") throws -> Bool {
        try jobs.one(
            """
            select record_submission(
                \(kept.id), \(Int32(kept.run)), \(Int32(attempt)), \(request), '{}', '{}', interval '1 second'
            )
            """)
    }

    func finish(_ kept: Generation, milliseconds: Int = 5_000, credits: Int = 60) throws -> [Bool] {
        let steps: [SQL] = [
            "select record_result(\(kept.id), \(Int32(kept.run)), 'https://x.example/v.mp4', '{}', 5)",
            "select record_original(\(kept.id), \(Int32(kept.run)), 'videos/x/y.original', 5)",
            """
            select complete_generation(
                \(kept.id), \(Int32(kept.run)),
                jsonb_build_object(
                    'video_key', 'a', 'small_key', 'b', 'poster_key', 'c', 'width', 10, 'height', 10, 'video_ms',
                    \(Int32(milliseconds)), 'has_sound', true, 'size_bytes', 10, 'cost_usd', '0.6'
                ), \(Int32(credits))
            )
            """,
        ]
        return try steps.map { try jobs.one($0) }
    }

    func changes() throws -> [GenerationChange] {
        try generations.changes(of: member, after: .distantPast, PageRequest(limit: 100)).items
    }

    func status(_ id: UUID) throws -> String { try superuser.one("select status from generations where id = \(id)") }

    func balance() throws -> Int { try Credits(database: web, monthly: monthlyCredits).balance(of: member).balance }

    func waiting(_ kind: String) throws -> Int {
        try superuser.one("select count(*)::int from jobs where kind = \(kind) and state = 'queued'")
    }
}
