import Catalog
import FoundationEssentials
import Generation
import Postgres
import Providers
import Refusals
import TestSupport
import Testing

@Suite("GEN-04 the course of a generation")
struct CourseTests {
    @Test("GEN-04 CAT-04 from request to video, each effect once")
    func whole() throws {
        try GenerationStage.run { stage in
            let kept = try stage.remote()
            #expect(kept.credits == 60 && kept.status == .queued)
            #expect(try stage.balance() == 940)
            #expect(try stage.begin(kept) == "go" && stage.accept(kept))
            #expect(try stage.finish(kept, milliseconds: 4_800, credits: 58) == [true, true, true])
            // Done twice, or late, nothing changes.
            #expect(try stage.begin(kept) == "gone" && !stage.accept(kept, as: "r-2"))
            #expect(try stage.finish(kept) == [false, false, false])
            let stopped: Bool = try stage.jobs.one(
                "select stop_generation(\(kept.id), 1, 'failed', 'x', 'x', false, 5)")
            #expect(!stopped)
            #expect(try stage.balance() == 1_000 - 58)
            #expect(try stage.generations.usage(of: stage.member).usedMs == 4_800)
            let runs: Int = try stage.superuser.one("select completed_runs from models where slug = 'ray-flash-2-540p'")
            #expect(runs == 1)
        }
    }

    @Test("GEN-04 a worker that finds the intent of another sends nothing: the request is uncertain")
    func intent() throws {
        try GenerationStage.run { stage in
            let kept = try stage.remote()
            #expect(try stage.begin(kept) == "go")
            #expect(try stage.begin(kept) == "uncertain")
            #expect(try stage.status(kept.id) == "uncertain" && stage.begin(kept) == "gone")
            // The answer of the first worker may come late, and counts.
            #expect(try stage.accept(kept))
            #expect(try stage.status(kept.id) == "processing")
            #expect(try stage.finish(kept) == [true, true, true])
        }
    }

    @Test(
        "GEN-04 JOB-02 a second job of a run waits for the one that makes the call, and does not end before it",
        arguments: [("ray-flash-2-540p", "uncertain", "gone"), ("local", "go", "taken")])
    func twoJobs(model: String, after: String, then: String) throws {
        try GenerationStage.run { stage in
            let kept = try stage.create(model).generation
            func claim(_ job: SQL) throws {
                try stage.superuser.execute(
                    """
                    update jobs
                    set state = 'running',
                        claimed_at = dailies_now(),
                        leased_until = dailies_now() + interval '10 seconds',
                        leased_by = 'worker'
                    where kind in ('submit_generation', 'draw_generation') and \(sql: job)
                    """)
            }
            try claim("true")
            #expect(try stage.begin(kept) == "go")
            // A provider that may be called again starts what it knows to be waiting.
            let made = try stage.superuser.execute(
                "select enqueue_submission(generations) from generations where id = \(kept.id)")
            #expect(made == 1)
            try claim("unique_key is not null")
            #expect(try stage.begin(kept) == "taken" && stage.status(kept.id) == "processing")
            // The worker of the call dies. Its job is not repeated, so what follows is for the second one.
            try stage.superuser.execute(
                "update jobs set leased_until = dailies_now() where state = 'running' and unique_key is null")
            #expect(try stage.begin(kept) == after && stage.begin(kept) == then)
        }
    }

    @Test("GEN-04 GEN-06 a webhook resolves what is uncertain, once, and only for its own request")
    func webhook() throws {
        try GenerationStage.run { stage in
            let kept = try stage.remote()
            func accept(_ hash: UInt8, provider: String = "replicate", run: Int = 1, named: String? = "r-9") throws
                -> String
            {
                try stage.web.one(
                    "select accept_webhook(\(provider), \([hash]), \(kept.id), \(Int32(run)), \(named))")
            }
            #expect(try stage.begin(kept) == "go" && stage.begin(kept) == "uncertain")
            #expect(try accept(1, provider: "runway") == "unknown")
            #expect(try accept(2, run: 2) == "unknown")
            #expect(try accept(3) == "done" && accept(3) == "repeated")
            let request: String = try stage.superuser.one("select request_id from generations where id = \(kept.id)")
            #expect(try request == "r-9" && stage.status(kept.id) == "processing")
            #expect(try accept(4, named: "another") == "done")
            #expect(try stage.finish(kept) == [true, true, true])
            #expect(try accept(5) == "done" && stage.status(kept.id) == "completed")
        }
    }

    @Test("GEN-05 JOB-04 a provider has its places; who waits longest is next")
    func places() throws {
        try GenerationStage.run { stage in
            let all = try (0..<4).map { _ in try stage.remote(seconds: 5) }
            #expect(try stage.begin(all[0], places: 2) == "go" && stage.begin(all[1], places: 2) == "go")
            #expect(try stage.begin(all[2], places: 2) == "busy" && stage.begin(all[3], places: 2) == "busy")
            try stage.superuser.execute("delete from jobs where kind = 'submit_generation'")
            #expect(try stage.accept(all[0]))
            let isDone: Bool = try stage.jobs.one(
                "select record_result(\(all[0].id), 1, 'https://x.example/v.mp4', '{}', 2)")
            #expect(isDone)
            let next: [String] = try stage.superuser.query(
                "select payload ->> 'id' from jobs where kind = 'submit_generation' and state = 'queued'")
            #expect(next == [all[2].id.uuidString.lowercased()])
        }
    }

    @Test("GEN-05 a failure returns everything; a retry is a new reservation; only failures are tried again")
    func failure() throws {
        try GenerationStage.run { stage in
            let kept = try stage.remote()
            #expect(throws: GenerationRefusal.notFailed) { try stage.generations.retry(kept.id, by: stage.member) }
            #expect(try stage.begin(kept) == "go" && stage.accept(kept))
            let stopped: Bool = try stage.jobs.one(
                "select stop_generation(\(kept.id), 1, 'failed', 'nsfw', 'The prompt was flagged.', true, 5)")
            #expect(stopped)
            #expect(try stage.balance() == 1_000 && stage.generations.usage(of: stage.member).usedMs == 0)
            #expect(try stage.generations.find(kept.id, of: stage.member).error == "The prompt was flagged.")
            let stranger: UUID = try stage.superuser.one("insert into users (username) values ('other') returning id")
            #expect(throws: GenerationRefusal.notFound) { try stage.generations.retry(kept.id, by: stranger) }
            let again = try stage.generations.retry(kept.id, by: stage.member).generation
            #expect(again.run == 2 && again.status == .queued && again.error == nil)
            #expect(try stage.balance() == 940)
            // What the first run's provider still says counts for nothing.
            #expect(try !stage.accept(kept) && stage.begin(kept) == "gone")
            #expect(try stage.begin(again) == "go" && stage.accept(again) && stage.finish(again) == [true, true, true])
        }
    }

    @Test("GEN-05 cancelling before the submission returns all; after the provider began it may be charged")
    func cancellation() throws {
        try GenerationStage.run { stage in
            let first = try stage.remote()
            #expect(try stage.generations.cancel(first.id, of: stage.member).status == .cancelled)
            #expect(try stage.balance() == 1_000 && stage.begin(first) == "gone")
            #expect(throws: GenerationRefusal.finished) { try stage.generations.cancel(first.id, of: stage.member) }
            let second = try stage.remote()
            #expect(try stage.begin(second) == "go" && stage.accept(second))
            #expect(try stage.generations.cancel(second.id, of: stage.member).isCancelling)
            let seen: Bool? = try stage.jobs.one(
                "select record_progress(\(second.id), 1, 10, null, true)", as: Bool?.self)
            #expect(seen == true)
            let stopped: Bool = try stage.jobs.one(
                "select stop_generation(\(second.id), 1, 'cancelled', null, null, true, 5)")
            #expect(try stopped && stage.balance() == 940)
        }
    }

    @Test("GEN-07 SEC-06 deleting removes row and files, and lists say so; others' videos stay")
    func deletion() throws {
        try GenerationStage.run { stage in
            let kept = try stage.remote()
            #expect(try stage.begin(kept) == "go" && stage.accept(kept))
            let stranger: UUID = try stage.superuser.one("insert into users (username) values ('other') returning id")
            #expect(try stage.generations.delete([kept.id], of: stranger) == 0)
            #expect(throws: GenerationRefusal.notFound) { try stage.generations.find(kept.id, of: stranger) }
            #expect(try stage.generations.list(of: stranger, limit: 9).isEmpty)
            #expect(try stage.generations.access(kept.id, for: stranger) == .nobody)
            #expect(try stage.generations.access(kept.id, for: nil) == .nobody)
            #expect(try stage.generations.access(kept.id, for: stage.member) == .asker)
            #expect(try stage.generations.delete([kept.id], of: stage.member) == 1)
            #expect(try stage.waiting("cancel_at_provider") == 1 && stage.waiting("remove_media") == 1)
            #expect(try stage.waiting("wake_provider") == 1, "a worker starts as many as there are places")
            guard case .deleted(let gone)? = try stage.changes().first else { throw GenerationRefusal.notFound }
            #expect(gone.id == kept.id)
            #expect(try stage.begin(kept) == "gone")
            // Nothing is settled before the provider has said what it took.
            #expect(try stage.balance() == 940 && settle(stage, kept, credits: nil, hasBegun: false))
            #expect(try stage.balance() == 1_000 && stage.generations.usage(of: stage.member).usedMs == 0)
        }
    }

    private func settle(
        _ stage: GenerationStage, _ kept: Generation, credits: Int?, spent: String? = nil, hasBegun: Bool
    ) throws -> Bool {
        try stage.jobs.one(
            """
            select settle_stopped_run(
                \(kept.id), \(Int32(kept.run)), \(credits.map { Int32($0) }), \(spent)::text::numeric, \(hasBegun)
            )
            """)
    }

    /// What the jobs that stop requests would ask for: the request, and whether they are due.
    private func stops(_ stage: GenerationStage) throws -> [String] {
        try stage.superuser.query(
            """
            select concat_ws(
                ' ', payload ->> 'provider', payload ->> 'requestID',
                case when run_at <= dailies_now() then 'now' else 'later' end
            )
            from jobs
            where kind = 'cancel_at_provider' and state = 'queued'
            """)
    }

    @Test(
        "GEN-05 GEN-07 a run that is deleted while its call is in flight is stopped when the answer comes, and charged")
    func deletionInFlight() throws {
        try GenerationStage.run { stage in
            let kept = try stage.remote()
            #expect(try stage.begin(kept) == "go")
            #expect(try stage.generations.delete([kept.id], of: stage.member) == 1)
            #expect(try stage.balance() == 940 && stops(stage) == ["replicate later"])
            #expect(try !stage.accept(kept) && stops(stage) == ["replicate r-1 now"])
            #expect(try settle(stage, kept, credits: 12, spent: "0.12", hasBegun: false))
            #expect(try stage.balance() == 988 && !settle(stage, kept, credits: 60, hasBegun: true))
            let booked: [String] = try stage.superuser.query(
                "select outcome || ' ' || cost_usd::text from generation_runs")
            #expect(booked == ["cancelled 0.1200"])

            // Where nothing was accepted, everything comes back at once.
            let unsent = try stage.remote()
            try stage.superuser.execute("delete from jobs")
            #expect(try stage.begin(unsent) == "go")
            #expect(try stage.generations.delete([unsent.id], of: stage.member) == 1)
            let outcome: String = try stage.jobs.one(
                "select record_unaccepted_submission(\(unsent.id), 1, 1, 'no', 3, interval '0', 5)")
            #expect(try outcome == "gone" && stops(stage) == ["replicate now"])

            // A job that was lost is not waited for.
            try stage.superuser.execute("delete from jobs where kind = 'cancel_at_provider'")
            try stage.test.setClock(offset: .seconds(4_000))
            let resumed: Int = try stage.jobs.one("select resume_generations(2, 5)")
            #expect(try resumed == 1 && stage.balance() == 988)
        }
    }

    @Test(
        "GEN-05 a deleted run that had begun is charged what the provider says, and all of it only where it does not say"
    )
    func deletionAfterBeginning() throws {
        try GenerationStage.run { stage in
            for (said, charged) in [(21, 21), (nil, 60), (90, 60)] as [(Int?, Int)] {
                let before = try stage.balance()
                let kept = try stage.remote()
                #expect(try stage.begin(kept) == "go" && stage.accept(kept, as: "r-\(charged) \(said ?? 0)"))
                _ = try stage.jobs.one("select record_progress(\(kept.id), 1, 10, null, true)", as: Bool?.self)
                #expect(try stage.generations.delete([kept.id], of: stage.member) == 1)
                let hasBegun: Bool = try stage.superuser.one(
                    "select (payload ->> 'hasBegun')::boolean from jobs where kind = 'cancel_at_provider' order by id desc limit 1"
                )
                #expect(try hasBegun && settle(stage, kept, credits: said, hasBegun: hasBegun))
                #expect(try stage.balance() == before - charged)
            }
        }
    }

    @Test(
        "GEN-05 the late answer to a call whose run was cancelled meanwhile stops the request, and the site bears its cost"
    )
    func lateAnswer() throws {
        try GenerationStage.run { stage in
            let kept = try stage.remote()
            #expect(try stage.begin(kept) == "go" && stage.begin(kept) == "uncertain")
            #expect(try stage.generations.cancel(kept.id, of: stage.member).isCancelling)
            let isStopped: Bool = try stage.jobs.one(
                "select stop_generation(\(kept.id), 1, 'cancelled', null, null, true, 5)")
            #expect(isStopped)
            #expect(try !stage.accept(kept) && stops(stage) == ["replicate r-1 now"])
            #expect(try !settle(stage, kept, credits: 12, spent: "0.12", hasBegun: false))
            let cost: String = try stage.superuser.one("select cost_usd::text from generation_runs")
            #expect(try cost == "0.1200" && stage.balance() == 1_000)
            // Where no cost is known yet, the expected one counts.
            try stage.superuser.execute("update generation_runs set cost_usd = null")
            #expect(try !settle(stage, kept, credits: nil, hasBegun: true))
            let isExpected: Bool = try stage.superuser.one(
                "select cost_usd = expected_usd and expected_usd > 0 from generation_runs")
            #expect(isExpected)
            // Said twice it is stopped once.
            try stage.superuser.execute("delete from jobs where kind = 'cancel_at_provider'")
            #expect(try !stage.accept(kept) && stops(stage).isEmpty)
        }
    }

    @Test("GEN-05 a model has a time limit of its own, or the site's")
    func timeLimits() throws {
        try GenerationStage.run { stage in
            for (seconds, expected) in [(nil, 600), (30, 30), (7_200, 7_200)] as [(Int32?, Int)] {
                let kept = try stage.remote()
                try stage.superuser.execute(
                    "update models set timeout_seconds = \(seconds) where slug = 'ray-flash-2-540p'")
                #expect(try stage.begin(kept) == "go")
                let limit: Int = try stage.jobs.one(
                    "select extract(epoch from deadline_at - started_at)::int from generations where id = \(kept.id)")
                #expect(limit == expected)
            }
        }
    }

    @Test("JOB-04 no more runs are started than there are places, however often that is asked")
    func noMoreThanPlaces() throws {
        try GenerationStage.run { stage in
            let all = try (0..<8).map { _ in try stage.remote(seconds: 5) }
            #expect(try stage.begin(all[0], places: 2) == "go" && stage.begin(all[1], places: 2) == "go")
            try stage.superuser.execute("delete from jobs where kind = 'submit_generation'")
            #expect(try stage.accept(all[0]) && stage.accept(all[1], as: "r-2"))
            for done in all.prefix(2) {
                let isDone: Bool = try stage.jobs.one(
                    "select record_result(\(done.id), 1, 'https://x.example/v.mp4', '{}', 2)")
                #expect(isDone)
            }
            #expect(try stage.waiting("submit_generation") == 2)
            for _ in 0..<5 {
                let started: Int = try stage.jobs.one("select start_waiting_generations('replicate', 2)")
                #expect(started == 0)
            }
            #expect(try stage.waiting("submit_generation") == 2)
            // One that waits before it is sent again takes no place until it is due.
            try stage.superuser.execute(
                """
                update jobs
                set run_at = dailies_now() + interval '1 minute'
                where id = (select max(id) from jobs where kind = 'submit_generation')
                """)
            let started: Int = try stage.jobs.one("select start_waiting_generations('replicate', 2)")
            #expect(started == 1)
        }
    }

    @Test("GEN-05 CAT-02 PRICE-03 a retry is refused for what a new request is refused for")
    func retryChecks() throws {
        try GenerationStage.run { stage in
            let kept = try stage.remote()
            #expect(try stage.begin(kept) == "go" && stage.accept(kept))
            let stopped: Bool = try stage.jobs.one(
                "select stop_generation(\(kept.id), 1, 'failed', 'x', 'x', false, 5)")
            #expect(stopped)
            func code(seen: Int? = nil, premium: Bool = true) -> String? {
                do {
                    _ = try stage.generations.retry(
                        kept.id, by: stage.member, seenCredits: seen, hasPremium: { _ in premium })
                    return nil
                } catch {
                    return refusal(in: error)?.code ?? "\(error)"
                }
            }
            func change(_ change: SQL, _ back: SQL, _ expected: String) throws {
                try stage.superuser.execute("update models set \(sql: change) where slug = 'ray-flash-2-540p'")
                #expect(code(premium: false) == expected)
                try stage.superuser.execute("update models set \(sql: back) where slug = 'ray-flash-2-540p'")
            }
            let durations: String = try stage.superuser.one(
                "select durations::text from models where slug = 'ray-flash-2-540p'")
            try change("is_premium = true", "is_premium = false", "model_locked")
            try change("durations = '{9}'", "durations = \(durations)::text::int[]", "duration_not_supported")
            try change(
                "is_active = false, is_default = false", "is_active = true, is_default = true", "model_not_found")
            #expect(code(seen: 59) == "price_changed" && code(seen: 61) == "price_changed")
            #expect(try stage.generations.retryCredits(of: stage.generations.find(kept.id, of: stage.member)) == 60)
            #expect(code(seen: 60, premium: false) == nil)
            #expect(try stage.balance() == 940)
        }
    }

    @Test("GEN-12 only a finished video is published, and then everyone may have it")
    func publishing() throws {
        try GenerationStage.run { stage in
            let kept = try stage.remote()
            #expect(throws: GenerationRefusal.notCompleted) {
                try stage.generations.publish(kept.id, of: stage.member, isPublic: true)
            }
            #expect(try stage.begin(kept) == "go" && stage.accept(kept) && stage.finish(kept) == [true, true, true])
            _ = try stage.generations.publish(kept.id, of: stage.member, isPublic: true)
            #expect(try stage.generations.access(kept.id, for: nil) == .everybody)
            _ = try stage.generations.publish(kept.id, of: stage.member, isPublic: false)
            #expect(try stage.generations.access(kept.id, for: nil) == .nobody)
        }
    }

    @Test("GEN-04 what has stopped is found and continues")
    func resumption() throws {
        try GenerationStage.run { stage in
            let (waiting, lost) = (try stage.remote(), try stage.remote())
            #expect(try stage.begin(lost) == "go" && stage.accept(lost))
            try stage.superuser.execute("delete from jobs")
            try stage.test.setClock(offset: .seconds(120))
            let resumed: Int = try stage.jobs.one("select resume_generations(2, 5)")
            #expect(resumed == 2)
            #expect(try stage.waiting("submit_generation") == 1 && stage.waiting("poll_generation") == 1)
            let again: Int = try stage.jobs.one("select resume_generations(2, 5)")
            #expect(again == 0)
            #expect(try stage.begin(waiting) == "go")
        }
    }

    @Test("GEN-01 GEN-14 CAT-03 a model's rules: length, quality, shape, picture, parameters, and changes meanwhile")
    func rules() throws {
        try GenerationStage.run { stage in
            let codes: [String?] = [
                stage.code { $0.duration = .seconds(6) }, stage.code { $0.quality = "best" },
                stage.code { $0.model = "nothing" }, stage.code { ($0.model, $0.duration) = ("veo-3", .seconds(8)) },
                stage.code { $0.model = "kling-o1" }, stage.code { $0.imageID = UUID() },
                stage.code { ($0.model, $0.imageID) = ("mochi", UUID()) }, stage.code { $0.aspectRatio = "2:1" },
            ]
            #expect(
                codes == [
                    "duration_not_supported", "quality_not_supported", "model_not_found", "model_locked",
                    "image_required",
                    "image_not_found", "image_not_supported", "aspect_not_supported",
                ])
            let wrong: [String: JSON] = [
                "nothing": 1, "num_frames": "many", "width": .number(Decimal(string: "848.5") ?? 0), "steps": 100_000,
            ]
            for (name, value) in wrong {
                let found = stage.code { request in
                    request.model = "mochi"
                    request.duration = nil
                    request.parameters = [name: value]
                }
                #expect(found == "invalid_parameter", "\(name)")
            }
            let counted = stage.code { ($0.model, $0.duration, $0.frames) = ("mochi", nil, 31) }
            #expect(counted == nil)
            let frames: Int = try stage.superuser.one("select duration_ms from generations")
            #expect(frames == 1_292)
            try stage.superuser.execute("update models set is_active = false where slug = 'ray-2-720p'")
            let gone = stage.code { $0.model = "ray-2-720p" }
            #expect(gone == "model_not_found")
        }
    }
}
