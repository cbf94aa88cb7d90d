import Catalog
import FoundationEssentials
import Generation
import Money
import Postgres
import Providers
import Refusals
import TestSupport
import Testing

@Suite("GPU-01 workers")
struct WorkerTests {
    /// An admin, who makes a worker.
    private static func worker(_ stage: GenerationStage, _ name: String = "card") throws -> (UUID, WorkerToken) {
        let admin: UUID = try stage.superuser.one(
            """
            insert into users (username, role) values ('adm', 'admin')
            on conflict (username) do update set role = 'admin'
            returning id
            """)
        return try Workers(database: stage.web).create(name, by: admin)
    }

    private static func task(_ stage: GenerationStage, _ model: String = "mochi", after seconds: Int = 0) throws -> UUID
    {
        try stage.jobs.one(
            """
            insert into worker_tasks (endpoint, input, created_at)
            values (\(model), '{"seed": 7}', dailies_now() + make_interval(secs => \(Double(seconds))))
            returning id
            """)
    }

    @Test("GPU-01 a token is shown once and works until it is revoked; names are taken once")
    func tokens() throws {
        try GenerationStage.run { stage in
            let tasks = WorkerTasks(database: stage.web)
            let (id, token) = try Self.worker(stage)
            #expect(token.text.hasPrefix("dlw_") && WorkerToken(token.text) == token && "\(token)" == "WorkerToken")
            #expect(WorkerToken("dlw_x") == nil && WorkerToken(String(token.text.dropLast()) + "!") == nil)
            #expect(throws: WorkerError.self) { try Self.worker(stage, "CARD") }
            #expect(try tasks.claim(token, models: ["mochi"], facts: ["device": "a card"]) == nil)
            let admin: UUID = try stage.superuser.one("select id from users where username = 'adm'")
            let workers = Workers(database: stage.web)
            let listed = try #require(try workers.list(for: admin).first)
            #expect(listed.device == "a card" && listed.models == ["mochi"] && listed.lastSeenAt != nil)
            try workers.revoke(id, by: admin)
            #expect(throws: WorkerError.self) { try tasks.claim(token, models: ["mochi"], facts: [:]) }
            #expect(throws: WorkerError.self) { try workers.revoke(id, by: admin) }
            #expect(try workers.list(for: admin).isEmpty)
            let kept: [String] = try stage.superuser.query("select encode(token_hash, 'hex') from workers")
            #expect(kept.allSatisfy { !token.text.contains($0) })
        }
    }

    @Test("GPU-01 the oldest task of a known model is given out once, and again when its lease has run out")
    func leases() throws {
        try GenerationStage.run { stage in
            let tasks = WorkerTasks(database: stage.web)
            let (first, second) = (try Self.worker(stage, "one").1, try Self.worker(stage, "two").1)
            let later = try Self.task(stage, after: 5)
            let oldest = try Self.task(stage)
            _ = try Self.task(stage, "ltx", after: -60)
            let claim = try #require(try tasks.claim(first, models: ["mochi"], facts: [:]))
            #expect(claim.id == oldest && claim.model == "mochi")
            #expect(try tasks.claim(second, models: ["mochi"], facts: [:])?.id == later)
            #expect(try tasks.claim(second, models: ["mochi"], facts: [:]) == nil)
            #expect(try tasks.renew(oldest, claim.lease, first, step: 3, steps: 4))
            #expect(try !tasks.renew(oldest, claim.lease, second))
            try stage.superuser.execute(
                "update worker_tasks set leased_until = now() - interval '1 second' where id = \(oldest)")
            // Late, but no other worker has it.
            #expect(try tasks.renew(oldest, claim.lease, first))
            try stage.superuser.execute(
                "update worker_tasks set leased_until = now() - interval '1 second' where id = \(oldest)")
            #expect(try tasks.hasWaiting())
            let again = try #require(try tasks.claim(second, models: ["mochi"], facts: [:]))
            #expect(again.id == oldest && again.lease != claim.lease)
            #expect(try !tasks.renew(oldest, claim.lease, first))
            #expect(throws: WorkerError.self) {
                try tasks.fail(oldest, claim.lease, first, code: "late", message: "Too late.", isRetryable: true)
            }
        }
    }

    @Test(
        "GPU-01 frames that a model cannot make are refused with the nearest that it can",
        arguments: [("mochi", 32, "31"), ("mochi", 35, "37"), ("mochi-worker", 8, "7"), ("mochi-worker", 198, "199")])
    func frames(_ model: String, _ frames: Int, _ near: String) throws {
        try GenerationStage.run { stage in
            _ = try Self.worker(stage)
            let request = GenerationRequest(model: model, prompt: "fog", frames: frames)
            do {
                _ = try stage.generations.create(request, member: stage.member, hasPremium: false)
                Issue.record("\(frames) frames were accepted")
            } catch {
                let refused = try #require(refusal(in: error))
                #expect(refused.code == "invalid_parameter" && refused.sentence.contains("such as \(near)"))
            }
        }
    }

    @Test("GPU-01 without a worker the models of workers cannot be used; seconds become frames that can be made")
    func availability() throws {
        try GenerationStage.run { stage in
            #expect(stage.code { ($0.model, $0.duration) = ("mochi-worker", nil) } == "model_unavailable")
            _ = try Self.worker(stage)
            let made = try stage.create("mochi-worker", seconds: 2).generation
            let frames: Int = try stage.superuser.one(
                "select (parameters->>'num_frames')::int from generations where id = \(made.id)")
            #expect(frames == 49)
        }
    }
}
