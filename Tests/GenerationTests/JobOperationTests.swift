import Catalog
import FoundationEssentials
import Generation
import Platform
import Postgres
import Providers
import Realtime
import Refusals
import TestSupport
import Testing
import Text

@Suite("The queue as admins see it", .requiresPostgres)
struct JobOperationTests {
    private func admin(_ stage: GenerationStage, _ name: String = "the_admin") throws -> UUID {
        try stage.superuser.one("insert into users (username, role) values (\(name), 'admin') returning id")
    }

    private func operation(_ stage: GenerationStage) -> JobOperation {
        let health = ProviderHealth(database: stage.web, pace: GenerationPace(concurrency: 3))
        return JobOperation(database: stage.web, generations: stage.generations, health: health)
    }

    private func enqueue(_ stage: GenerationStage, _ kind: String, _ payload: JSONText = JSONText("{}")) throws -> Int64
    {
        try stage.superuser.one("select enqueue_job(\(kind), \(payload))")
    }

    private func fail(_ stage: GenerationStage, _ kept: Generation) throws {
        let isStopped: Bool = try stage.jobs.one(
            "select stop_generation(\(kept.id), \(Int32(kept.run)), 'failed', 'x', 'The prompt was flagged.', false, 5)"
        )
        #expect(isStopped)
    }

    @Test("ARENA-06 JOB-05 videos and jobs are one list from the newest, in pages of any size, each entry once")
    func list() throws {
        try GenerationStage.run { stage in
            let (admin, operation) = (try admin(stage), operation(stage))
            var made: [String] = []
            for number in 0..<9 {
                try stage.test.setClock(offset: .seconds(number))
                if number % 3 == 1 {
                    made.append(try stage.remote().id.text)
                } else {
                    made.append(String(try enqueue(stage, number % 2 == 0 ? "validate_clip" : "send_sign_in_link")))
                }
            }
            // What pages are told.
            try stage.superuser.execute("delete from jobs where kind = 'publish'")
            // A job that was enqueued earlier by a transaction that ended later.
            try stage.superuser.execute(
                "update jobs set created_at = created_at - interval '2 seconds' where id = \(Int64(made[8]))")
            for size in [1, 2, 4, 100] {
                var (found, filter) = ([String](), JobFilter())
                repeat {
                    filter.page = PageRequest(limit: size, cursor: filter.page.cursor)
                    let page = try operation.list(filter, for: admin).jobs
                    found += page.items.map(\.reference.text)
                    filter.page = PageRequest(limit: size, cursor: page.nextCursor)
                } while filter.page.cursor != nil
                #expect(Set(found) == Set(made) && found.count == made.count, "pages of \(size)")
                #expect(found.filter { $0.contains("-") } == made.filter { $0.contains("-") }.reversed())
                #expect(found.filter { !$0.contains("-") } == made.filter { !$0.contains("-") }.reversed())
            }
            func count(_ change: (inout JobFilter) -> Void) throws -> Int {
                var filter = JobFilter()
                change(&filter)
                return try operation.list(filter, for: admin).jobs.items.count
            }
            #expect(try count { $0.group = .generation } == 3 && count { $0.group = .mail } == 2)
            #expect(try count { $0.kind = "validate_clip" } == 4 && count { $0.kind = "generation" } == 3)
            #expect(try count { $0.provider = "replicate" } == 3 && count { $0.provider = "runway" } == 0)
            #expect(try count { $0.state = .queued } == 9 && count { $0.state = .uncertain } == 0)
            // A step is there for who asks for its kind.
            #expect(try count { $0.kind = "submit_generation" } == 3)
            let overview = try operation.overview(for: admin)
            #expect(overview.counts["queued"] == 9 && overview.waitingSince != nil)
            #expect(overview.providers.first { $0.name == "replicate" }?.waiting == 3)
            #expect(overview.queues.map(\.name) == ["default", "outward", "upkeep"])
            #expect(throws: InvalidCursor.self) {
                var filter = JobFilter()
                filter.page = PageRequest(limit: 2, cursor: "nothing")
                _ = try operation.list(filter, for: admin)
            }
        }
    }

    @Test("JOB-05 a dead letter keeps its payload, every attempt and the provider's answer; what is private is hidden")
    func details() throws {
        try GenerationStage.run { stage in
            let (admin, operation) = (try admin(stage), operation(stage))
            let kept = try stage.remote()
            #expect(try stage.begin(kept) == "go" && stage.accept(kept, as: "r-7"))
            let again: String = try stage.jobs.one(
                """
                select resubmit_generation(
                    \(kept.id), 1, 'The server is busy.', '{"status": "failed", "logs": "busy"}', 3, interval '0', 5
                )
                """)
            #expect(try again == "again" && stage.begin(kept) == "go")
            try fail(stage, kept)
            let found = try operation.find(.video(kept.id), for: admin)
            #expect(found.entry.state == .failed && found.entry.error == "The prompt was flagged.")
            let facts: JSON = try found.facts.decode()
            #expect(facts.at("payload.prompt")?.string == "fog" && facts.at("attempts.0.attempt")?.integer == 2)
            #expect(facts.at("attempts.1.requestId")?.string == "r-7")
            #expect(facts.at("attempts.1.answer.logs")?.string == "busy")
            #expect(facts.at("attempts.1.error")?.string == "The server is busy.")
            #expect(facts.at("steps.0.kind")?.string == "poll_generation")
            let mail = try enqueue(
                stage, "send_sign_in_link", JSONText(#"{"address": "a@b.example", "next": "/upload"}"#))
            try stage.superuser.execute(
                """
                update jobs
                set state = 'failed', finished_at = now(), attempt = 1,
                    errors = '[{"attempt": 1, "at": "2026-01-01T00:00:00.000Z", "worker": "w", "error": "no route"}]'
                where id = \(mail)
                """)
            let job: JSON = try operation.find(.job(mail), for: admin).facts.decode()
            #expect(job.at("payload.address")?.string == "hidden" && job.at("payload.next")?.string == "/upload")
            #expect(job.at("attempts.0.error")?.string == "no route" && job.at("attempts.0.worker")?.string == "w")
            #expect(throws: JobRefusal.notFound) { try operation.find(.job(999_999), for: admin) }
            #expect(throws: JobRefusal.notFound) { try operation.find(.video(UUID()), for: admin) }
        }
    }

    @Test("JOB-03 ARENA-06 cancelling ends what waits, asks what runs, and cancels a step with its video")
    func cancellation() throws {
        try GenerationStage.run { stage in
            let (admin, operation) = (try admin(stage), operation(stage))
            let (waiting, sent) = (try stage.remote(), try stage.remote())
            #expect(try stage.begin(sent) == "go" && stage.accept(sent))
            let step: Int64 = try stage.superuser.one(
                "select id from jobs where kind = 'poll_generation' and state = 'queued'")
            let job = try enqueue(stage, "validate_clip")
            let outcomes = try operation.cancel([.video(waiting.id), .job(step), .job(job), .job(999_999)], by: admin)
            let named = Dictionary(uniqueKeysWithValues: outcomes.map { ($0.reference.text, $0.outcome) })
            #expect(
                named == [
                    waiting.id.text: "cancelled", sent.id.text: "cancelling", String(job): "cancelled",
                    "999999": "not_found",
                ])
            #expect(try operation.cancel([.job(job)], by: admin).map(\.outcome) == ["finished"])
            #expect(try stage.balance() == 1_000 - 60)
            let audited: Int = try stage.superuser.one(
                "select count(*)::int from audit_log where action = 'job.cancel' and actor_id = \(admin)")
            #expect(audited == 3)
            let stopped: Bool = try stage.jobs.one(
                "select stop_generation(\(sent.id), 1, 'cancelled', null, null, true, 5)")
            #expect(stopped)
        }
    }

    @Test("JOB-05 GEN-05 dead letters run again by id or by filter, a hundred at once; a refusal stops no other")
    func redrive() throws {
        try GenerationStage.run { first in
            var stage = first
            stage.monthlyCredits = 150
            let (admin, operation) = (try admin(stage), operation(stage))
            let (one, two) = (try stage.remote(), try stage.remote())
            try fail(stage, one)
            try fail(stage, two)
            let waiting = try stage.remote()
            let job = try enqueue(stage, "validate_clip")
            try stage.superuser.execute("update jobs set state = 'failed', finished_at = now() where id = \(job)")
            // Credits are left for one of the two videos.
            let (outcomes, hasMore) = try operation.redrive(where: JobFilter(), by: admin)
            #expect(outcomes.count == 3 && !hasMore)
            #expect(outcomes.filter { $0.outcome == "redriven" }.count == 2)
            #expect(outcomes.filter { $0.outcome == "limit_credits" && $0.error != nil }.count == 1)
            let refused = try operation.redrive([.video(waiting.id), .job(job), .video(UUID())], by: admin)
            #expect(Set(refused.map(\.outcome)) == ["not_failed", "not_dead", "generation_not_found"])
            var wrong = JobFilter()
            wrong.state = .queued
            #expect(throws: JobRefusal.notDead) { try operation.redrive(where: wrong, by: admin) }
        }
    }

    @Test("JOB-05 a failed video runs at another provider's equal model, never for more than the member agreed to")
    func otherProvider() throws {
        try GenerationStage.run { stage in
            let (admin, operation) = (try admin(stage), operation(stage))
            let kept = try stage.remote()
            try fail(stage, kept)
            #expect(
                try operation.redrive([.video(kept.id)], at: "fal.ai", by: admin).map(\.outcome) == ["no_equal_model"])
            try stage.superuser.execute("update models set family = 'ray' where slug = 'ray-flash-2-540p'")
            try stage.superuser.execute(
                """
                insert into models (slug, model_id, name, maker, family, provider, endpoint, capabilities, durations,
                    qualities, aspect_ratios, parameters, default_parameters, cost_per_second, pricing)
                select 'ray-flash-2-at-fal', 'ray-flash-2-at-fal', name, maker, 'ray', 'fal.ai', 'luma/flash',
                    capabilities, durations, qualities, aspect_ratios, parameters, default_parameters, 0.2,
                    '{"structure": "perSecond", "perSecond": "0.2", "isEstimated": false}'
                from models
                where slug = 'ray-flash-2-540p'
                """)
            let facts: JSON = try operation.find(.video(kept.id), for: admin).facts.decode()
            #expect(facts.at("otherProviders.0")?.string == "fal.ai")
            #expect(try operation.redrive([.video(kept.id)], at: "fal.ai", by: admin).map(\.outcome) == ["dearer"])
            #expect(try stage.status(kept.id) == "failed" && stage.balance() == 1_000)
            try stage.superuser.execute(
                """
                update models
                set cost_per_second = 0.1, pricing = '{"structure": "perSecond", "perSecond": "0.1", "isEstimated": false}'
                where slug = 'ray-flash-2-at-fal'
                """)
            #expect(try operation.redrive([.video(kept.id)], at: "fal.ai", by: admin).map(\.outcome) == ["redriven"])
            let moved = try stage.generations.find(kept.id, of: stage.member)
            #expect(moved.provider == "fal.ai" && moved.run == 2 && moved.credits == 50)
            #expect(try stage.balance() == 950)
            let endpoint: String = try stage.superuser.one("select endpoint from generations where id = \(kept.id)")
            #expect(endpoint == "luma/flash")
            let audited: [String] = try stage.superuser.query(
                "select action || ' ' || (after ->> 'provider') from audit_log where action = 'job.move'")
            #expect(audited == ["job.move fal.ai"])
            #expect(
                try stage.begin(moved) == "go" && stage.accept(moved)
                    && stage.finish(moved, credits: 50) == [true, true, true])
        }
    }

    @Test("JOB-05 a video that is moved to the front gets the next place at its provider")
    func order() throws {
        try GenerationStage.run { stage in
            let (admin, operation) = (try admin(stage), operation(stage))
            let all = try (0..<3).map { _ in try stage.remote() }
            #expect(try stage.begin(all[0], places: 1) == "go")
            #expect(try stage.begin(all[1], places: 1) == "busy" && stage.begin(all[2], places: 1) == "busy")
            try stage.superuser.execute("delete from jobs where kind = 'submit_generation'")
            #expect(
                try operation.reorder([.video(all[2].id), .video(all[0].id)], to: .first, by: admin) == [
                    .video(all[2].id)
                ])
            let isStopped: Bool = try stage.jobs.one(
                "select stop_generation(\(all[0].id), 1, 'failed', 'x', 'x', false, 1)")
            #expect(isStopped)
            let next: [String] = try stage.superuser.query(
                "select payload ->> 'id' from jobs where kind = 'submit_generation' and state = 'queued'")
            #expect(next == [all[2].id.text])
        }
    }

    @Test("GEN-04 an admin settles an uncertain video: made, it continues; never made, everything goes back; each once")
    func settling() throws {
        try GenerationStage.run { stage in
            let (admin, operation) = (try admin(stage), operation(stage))
            let (made, lost, wanted) = (try stage.remote(), try stage.remote(), try stage.remote())
            #expect(throws: JobRefusal.notUncertain) { try operation.settle(made.id, requestID: "r-1", by: admin) }
            for kept in [made, lost, wanted] {
                #expect(try stage.begin(kept) == "go" && stage.begin(kept) == "uncertain")
            }
            #expect(try stage.balance() == 1_000 - 180)
            _ = try stage.generations.cancel(wanted.id, of: stage.member)
            try operation.settle(wanted.id, requestID: nil, by: admin)
            #expect(try stage.status(wanted.id) == "cancelled" && stage.balance() == 1_000 - 120)

            try operation.settle(lost.id, requestID: nil, by: admin)
            #expect(try stage.status(lost.id) == "failed" && stage.balance() == 1_000 - 60)
            #expect(throws: JobRefusal.notUncertain) { try operation.settle(lost.id, requestID: nil, by: admin) }
            // What comes late changes nothing.
            let late: String = try stage.web.one(
                "select accept_webhook('replicate', \([UInt8(1)]), \(lost.id), 1, 'r-5')")
            #expect(try late == "done" && stage.status(lost.id) == "failed" && !stage.accept(lost, as: "r-5"))

            // Long after its deadline, the provider still has its time.
            try stage.test.setClock(offset: .seconds(900))
            try operation.settle(made.id, requestID: "r-1", by: admin)
            let isAhead: Bool = try stage.superuser.one(
                "select deadline_at > dailies_now() + interval '9 minutes' from generations where id = \(made.id)")
            #expect(try isAhead && stage.status(made.id) == "processing" && stage.waiting("poll_generation") >= 1)
            #expect(throws: JobRefusal.notUncertain) { try operation.settle(made.id, requestID: "r-1", by: admin) }
            #expect(try stage.finish(made) == [true, true, true])
            #expect(throws: JobRefusal.notFound) { try operation.settle(UUID(), requestID: nil, by: admin) }

            let other = try stage.remote()
            #expect(try stage.begin(other) == "go" && stage.begin(other) == "uncertain")
            #expect(throws: JobRefusal.requestTaken) { try operation.settle(other.id, requestID: "r-1", by: admin) }
            #expect(try stage.status(other.id) == "uncertain")
            let audited: Int = try stage.superuser.one(
                "select count(*)::int from audit_log where action = 'video.settle' and actor_id = \(admin)")
            #expect(audited == 3)
        }
    }

    /// Runs the job that starts what waits, as a worker does.
    private func wake(_ stage: GenerationStage, places: Int = 3) throws -> Int {
        let isDue: Int = try stage.superuser.one(
            """
            with due as (
                delete from jobs
                where kind = 'wake_provider' and state = 'queued' and run_at <= dailies_now()
                returning 1
            )
            select count(*)::int from due
            """)
        guard isDue > 0 else { return 0 }
        return try stage.jobs.one("select start_waiting_generations('replicate', \(Int32(places)))")
    }

    @Test("GEN-16 JOB-05 nothing is sent to a paused provider, what waits says why, and all of it starts at the end")
    func providerPause() throws {
        try GenerationStage.run { stage in
            let (admin, operation) = (try admin(stage), operation(stage))
            let (sent, waiting) = (try stage.remote(), try stage.remote())
            #expect(try stage.begin(sent) == "go" && stage.accept(sent))
            try operation.pause(.provider, "replicate", reason: "Their prices change", by: admin)
            #expect(throws: JobRefusal.alreadyPaused) {
                try operation.pause(.provider, "replicate", reason: nil, by: admin)
            }
            for name in ["manual", "nothing"] {
                #expect(throws: JobRefusal.providerNotFound) {
                    try operation.pause(.provider, name, reason: nil, by: admin)
                }
            }
            // What one scope may be called is no name in another.
            for (scope, name, refusal) in [
                (JobOperation.Scope.kind, "0", JobRefusal.kindNotFound), (.kind, "fal.ai", .kindNotFound),
                (.queue, "fal.ai", .queueNotFound), (.provider, "draw_generation", .providerNotFound),
            ] {
                #expect(throws: refusal) { try operation.pause(scope, name, reason: nil, by: admin) }
                #expect(throws: JobRefusal.notPaused) { try operation.resume(scope, name, by: admin) }
            }
            let begun: Row = try stage.jobs.one(
                "select outcome, reason from begin_submission(\(waiting.id), 1, 3, interval '10 minutes')")
            #expect(try begun.value("outcome") == "resting" && begun.value("reason") == "paused")
            #expect(try stage.waiting("wake_provider") == 0, "no time ends a pause")
            let late = try stage.remote()
            // What runs ends as usual, and its place stays empty.
            #expect(try stage.finish(sent) == [true, true, true] && stage.waiting("wake_provider") == 0)
            #expect(try stage.generations.obstacles()["replicate"] == .paused)

            let listed = try operation.list(JobFilter(), for: admin)
            let provider = try #require(listed.overview.providers.first { $0.name == "replicate" })
            let figures = try #require(provider.figures)
            #expect(figures.pausedBy == "the_admin" && figures.pauseReason == "Their prices change")
            #expect(figures.waiting == 2 && figures.underWay == 0 && figures.places == 3 && provider.missing == nil)
            let videos = listed.jobs.items.filter { $0.provider == "replicate" && $0.state == .queued }
            #expect(videos.map(\.obstacle?.code) == [.providerPaused, .providerPaused])
            #expect(try operation.find(.video(late.id), for: admin).entry.obstacle?.sentence == "Replicate is paused.")
            // Another provider is not concerned, and nothing moves to a paused one.
            #expect(try stage.begin(try stage.create("mochi").generation) == "go")

            try stage.superuser.execute("delete from jobs where kind = 'submit_generation'")
            try operation.resume(.provider, "replicate", by: admin)
            #expect(throws: JobRefusal.notPaused) { try operation.resume(.provider, "replicate", by: admin) }
            #expect(try wake(stage) == 2 && stage.begin(waiting) == "go" && stage.begin(late) == "go")
            #expect(try stage.generations.obstacles()["replicate"] == nil)
            let audited: [String] = try stage.superuser.query(
                """
                select concat_ws(' ', action, subject_kind, subject_id, reason)
                from audit_log
                where subject_kind = 'provider'
                order by id
                """)
            #expect(
                audited == [
                    "provider.pause provider replicate Their prices change", "provider.resume provider replicate",
                ])
        }
    }

    @Test("GEN-16 ARENA-06 a waiting video says which limit of its provider it waits for, and until when")
    func reasons() throws {
        try GenerationStage.run { stage in
            let (admin, operation) = (try admin(stage), operation(stage))
            let waiting = try stage.remote()
            func obstacle() throws -> JobObstacle? { try operation.find(.video(waiting.id), for: admin).entry.obstacle }
            #expect(try obstacle() == nil)
            for _ in 0..<3 { #expect(try stage.begin(try stage.remote()) == "go") }
            #expect(try obstacle()?.sentence == "All places at Replicate are taken (3).")
            try stage.superuser.execute(
                "insert into provider_limits (provider, submissions_per_minute) values ('replicate', 3)")
            #expect(try obstacle()?.sentence == "Replicate gets 3 a minute at most.")
            func state(_ change: SQL) throws {
                try stage.superuser.execute(
                    """
                    insert into provider_states (provider, breaker, changed_at, counted_from)
                    values ('replicate', 'closed', dailies_now(), '-infinity')
                    on conflict do nothing
                    """)
                try stage.superuser.execute("update provider_states set \(sql: change) where provider = 'replicate'")
            }
            try state("resting_until = dailies_now() + interval '1 minute'")
            #expect(try obstacle()?.code == .retryAfter && obstacle()?.until != nil)
            try state("breaker = 'open', reason = 'slow', retry_at = dailies_now() + interval '1 minute'")
            #expect(try obstacle()?.sentence == "Replicate answers slowly and is tried again later.")
            #expect(try obstacle()?.code == .breakerOpen && obstacle()?.until != nil)
            try state("breaker = 'half_open', retry_at = null, probe_id = gen_random_uuid()")
            #expect(try obstacle()?.code == .probing)
            try operation.pause(.kind, "generation", reason: nil, by: admin)
            #expect(try obstacle()?.sentence == "New videos are paused.")
            try operation.pause(.queue, "outward", reason: nil, by: admin)
            #expect(try obstacle()?.sentence == "The queue outward is paused.")
            let running = try #require(
                try operation.list(JobFilter(), for: admin).jobs.items.first { $0.state == .running })
            #expect(running.obstacle == nil)
        }
    }

    @Test("GEN-04 GEN-16 a video that was never made frees every place that is free, within the provider's limit")
    func placesAfterSettling() throws {
        try GenerationStage.run { stage in
            let (admin, operation) = (try admin(stage), operation(stage))
            let lost = try stage.remote()
            #expect(try stage.begin(lost) == "go" && stage.begin(lost) == "uncertain")
            let waiting = try (0..<4).map { _ in try stage.remote() }
            try stage.superuser.execute("delete from jobs where kind = 'submit_generation'")
            try operation.settle(lost.id, requestID: nil, by: admin)
            #expect(try wake(stage) == 3, "three of four have a place")
            #expect(try waiting.prefix(3).map { try stage.begin($0, places: 3) } == ["go", "go", "go"])
            #expect(try stage.begin(waiting[3], places: 3) == "busy")
        }
    }

    @Test("GEN-04 GEN-06 two admins and a webhook at once: exactly one of them settles, and nothing is counted twice")
    func settlingAtOnce() throws {
        try GenerationStage.run { stage in
            let admins = [try admin(stage), try admin(stage, "another_admin")]
            let operation = operation(stage)
            for round in 0..<8 {
                let kept = try stage.remote()
                #expect(try stage.begin(kept) == "go" && stage.begin(kept) == "uncertain")
                let settled = try inParallel(3) { index -> Bool in
                    do {
                        if index == 2 {
                            let answer: String = try stage.web.one(
                                "select accept_webhook('replicate', \([UInt8(round)]), \(kept.id), 1, \("w-\(round)"))")
                            return answer == "done"
                        }
                        // One says that it was made, the other that it never was.
                        try operation.settle(kept.id, requestID: index == 0 ? "a-\(round)" : nil, by: admins[index])
                        return true
                    } catch {
                        #expect(refusal(in: error)?.code == "not_uncertain")
                        return false
                    }
                }
                let state = try stage.status(kept.id)
                let request: String? = try stage.superuser.one(
                    "select request_id from generations where id = \(kept.id)", as: String?.self)
                let outcome = [state, request ?? "none", settled[0] ? "made" : "", settled[1] ? "never" : ""]
                let possible = [
                    ["failed", "none", "", "never"], ["processing", "a-\(round)", "made", ""],
                    ["processing", "w-\(round)", "", ""],
                ]
                #expect(possible.contains(outcome), "\(outcome)")
                if state == "processing" { try fail(stage, kept) }
                #expect(try stage.balance() == 1_000)
            }
        }
    }

    @Test("RT-01 ARENA-06 the channel of the jobs has the counts of each change, and upkeep is none")
    func feed() throws {
        try GenerationStage.run { stage in
            let sent = Monitor<[Event]>([])
            var feed = JobFeed(database: stage.jobs) { event in sent.update { $0.append(event) } }
            func steps() throws -> [Bool] { [try feed.step(), try feed.step()] }
            #expect(try steps() == [true, false])
            _ = try enqueue(stage, "publish")
            #expect(try steps() == [false, false])
            let kept = try stage.remote()
            #expect(try steps() == [true, false])
            #expect(try stage.begin(kept) == "go")
            #expect(try steps() == [true, false])
            let last = try #require(sent.withLock { $0.last })
            #expect(last.channel == "jobs" && last.name == "jobs")
            let data: JSON = try last.data.decode()
            #expect(data.at("counts.running")?.integer == 1 && !last.data.text.contains("fog"))
        }
    }
}
