internal import FoundationEssentials
internal import HTTP
internal import Postgres
internal import TestSupport
internal import Testing
internal import Text

@Suite("The routes of the queue", .requiresPostgres)
struct JobRoutesTests {
    /// A video of a member at a provider without an answer.
    private func uncertain(_ it: AdminSite) throws -> String {
        let superuser = it.site.database.database(as: .superuser)
        let id: UUID = try superuser.one(
            """
            select id
            from create_generation(
                \(UUID(text: it.memberID)),
                (
                    select jsonb_build_object(
                        'model_id', id, 'prompt', 'fog', 'duration_ms', 5000, 'quality', 'standard', 'seed', 7,
                        'parameters', '{}'::jsonb, 'credits', 60
                    )
                    from models
                    where slug = 'ray-flash-2-540p'
                ), (select updated_at from models where slug = 'ray-flash-2-540p'), 600000, null, null, 1000
            )
            """)
        for _ in 0..<2 {
            try superuser.execute("select begin_submission(\(id), 1, 5, interval '10 minutes')")
        }
        return id.text
    }

    @Test("ARENA-06 JOB-05 admins list jobs with counts, filter them, page through them and read one with its attempts")
    func reading() throws {
        try AdminSite.run { it in
            let id = try uncertain(it)
            let superuser = it.site.database.database(as: .superuser)
            let job: Int = try superuser.one("select enqueue_job('validate_clip', '{}')::int")
            let all = try it.ask(it.admin, .get, "/api/jobs")
            #expect(all.status == 200 && all.json["jobs"]?[0]?["id"]?.text == String(job))
            #expect(all.json["jobs"]?[1]?["id"]?.text == id && all.json["jobs"]?[1]?["state"] == "uncertain")
            #expect(all.json["jobs"]?[1]?["ownerName"] == "mira_okafor")
            #expect(all.json["counts"]?["queued"] == 1 && all.json["counts"]?["uncertain"] == 1)
            #expect(all.headers["Cache-Control"]?.contains("no-store") == true)
            let first = try it.ask(it.admin, .get, "/api/jobs?limit=1")
            let cursor = try #require(first.json["nextCursor"]?.text)
            #expect(
                try it.ask(it.admin, .get, "/api/jobs?limit=1&cursor=\(cursor)").json["jobs"]?[0]?["id"]?.text == id)
            #expect(try it.ask(it.admin, .get, "/api/jobs?state=uncertain").json["jobs"]?[0]?["id"]?.text == id)
            #expect(try it.ask(it.admin, .get, "/api/jobs?provider=runway").json["jobs"] == [])
            #expect(try it.ask(it.admin, .get, "/api/jobs?group=media").json["jobs"]?[0]?["kind"] == "validate_clip")
            for wrong in ["state=dead", "group=x", "cursor=AAAA", "limit=x", "kind="] {
                #expect(try it.ask(it.admin, .get, "/api/jobs?\(wrong)").status == 422, "\(wrong)")
            }
            let detail = try it.ask(it.admin, .get, "/api/admin/jobs/\(id)")
            #expect(detail.status == 200 && detail.json["attempts"]?[0]?["state"] == "lost")
            #expect(detail.json["payload"]?["prompt"] == "fog" && detail.json["step"] == "submit")
            #expect(try it.ask(it.admin, .get, "/api/admin/jobs/\(job)").json["job"]?["kind"] == "validate_clip")
            for wrong in ["0", "-1", "x", "999999", UUID().text] {
                let answer = try it.ask(it.admin, .get, "/api/admin/jobs/\(wrong)")
                #expect(answer.status == 404 && answer.json["code"] == "job_not_found", "\(wrong)")
            }
            #expect(try it.member.get("/api/jobs").status == 403 && it.visitor.get("/api/jobs").status == 401)
            #expect(try it.member.get("/api/admin/jobs/\(id)").status == 403)
        }
    }

    @Test("GEN-16 JOB-05 JOB-03 admins cancel, redrive, reorder, pause and resume; every refusal has its code")
    func acts() throws {
        try AdminSite.run { it in
            let superuser = it.site.database.database(as: .superuser)
            let job: Int = try superuser.one("select enqueue_job('validate_clip', '{}')::int")
            let named: JSONValue = ["ids": [.string(String(job))]]
            func act(_ name: String, _ body: JSONValue) throws -> Answer {
                try it.ask(it.admin, .post, "/api/admin/jobs/\(name)", body)
            }
            let moved = try act("reorder", ["ids": [.string(String(job))], "place": "first"])
            #expect(moved.json["moved"]?[0]?.text == String(job))
            #expect(try act("cancel", named).json["outcomes"]?[0]?["outcome"] == "cancelled")
            #expect(try act("cancel", named).json["outcomes"]?[0]?["outcome"] == "finished")
            #expect(try act("reorder", ["ids": [.string(String(job))], "place": "last"]).json["moved"] == [])
            #expect(try act("redrive", named).json["outcomes"]?[0]?["outcome"] == "redriven")
            let again = try act("redrive", named)
            #expect(again.status == 200 && again.json["outcomes"]?[0]?["outcome"] == "not_dead")
            #expect(try act("cancel", named).status == 200)
            let filtered = try act("redrive", ["filter": ["state": "cancelled", "kind": "validate_clip"]])
            #expect(filtered.json["outcomes"]?[0]?["outcome"] == "redriven" && filtered.json["hasMore"] == false)
            #expect(try act("redrive", ["filter": [:]]).json["outcomes"] == [])
            let elsewhere = try act("redrive", ["ids": [.string(String(job))], "provider": "runway"])
            #expect(elsewhere.json["outcomes"]?[0]?["outcome"] == "no_equal_model")
            for body in [[:], ["ids": [.string(String(job))], "filter": [:]]] as [JSONValue] {
                let answer = try act("redrive", body)
                #expect(answer.status == 422 && answer.json["details"]?[0]?["field"] == "ids", "\(body)")
            }
            #expect(try act("redrive", ["filter": ["state": "queued"]]).status == 422)
            #expect(try act("redrive", ["ids": ["x"]]).json["details"]?[0]?["field"] == "ids")
            #expect(try act("cancel", ["ids": []]).status == 422)
            #expect(try act("reorder", ["ids": ["1"], "place": "middle"]).status == 422)

            let pause: JSONValue = ["scope": "queue", "name": "outward", "reason": "The relay moves"]
            let paused = try act("pause", pause)
            guard case .array(let queues)? = paused.json["queues"] else { throw Problem.notFound() }
            let lane = queues.first { $0["name"] == "outward" }
            #expect(lane?["reason"] == "The relay moves" && lane?["pausedBy"] == "the_admin")
            #expect(try act("pause", pause).json["code"] == "already_paused" && act("pause", pause).status == 409)
            #expect(try act("resume", ["scope": "queue", "name": "outward"]).status == 200)
            #expect(try act("resume", ["scope": "queue", "name": "outward"]).json["code"] == "not_paused")
            #expect(try act("pause", ["scope": "queue", "name": "nothing"]).json["code"] == "queue_not_found")
            #expect(try act("pause", ["scope": "queue", "name": "A B"]).status == 422)
            #expect(try act("pause", ["scope": "room", "name": "outward"]).status == 422)
            let provider: JSONValue = ["scope": "provider", "name": "replicate"]
            let stopped = try act("pause", provider)
            guard case .array(let providers)? = stopped.json["providers"] else { throw Problem.notFound() }
            let health = providers.first { $0["name"] == "replicate" }?["health"]
            #expect(health?["pausedBy"] == "the_admin" && health?["breaker"] == "closed" && health?["places"] == 5)
            #expect(try act("resume", provider).status == 200 && act("resume", provider).status == 409)
            #expect(try act("pause", ["scope": "provider", "name": "manual"]).json["code"] == "provider_not_found")
            for name in ["cancel", "redrive", "reorder", "pause", "resume", "settle"] {
                #expect(try it.member.send(.post, "/api/admin/jobs/\(name)", named).status == 403, "\(name)")
            }
        }
    }

    @Test("GEN-04 admins settle uncertain videos; each refusal has its code, and the owner learns of it")
    func settling() throws {
        try AdminSite.run { it in
            let superuser = it.site.database.database(as: .superuser)
            let (made, lost) = (try uncertain(it), try uncertain(it))
            func settle(_ id: String, _ outcome: String, _ request: String? = nil) throws -> Answer {
                var body: [String: JSONValue] = ["id": .string(id), "outcome": .string(outcome)]
                if let request { body["requestId"] = .string(request) }
                return try it.ask(it.admin, .post, "/api/admin/jobs/settle", .object(body))
            }
            let missing = try settle(made, "made", "  ")
            #expect(missing.status == 422 && missing.json["details"]?[0]?["field"] == "requestId")
            let done = try settle(made, "made", "r-1")
            #expect(done.status == 200 && done.json["job"]?["state"] == "running" && done.json["requestId"] == "r-1")
            #expect(try settle(made, "made", "r-1").json["code"] == "not_uncertain")
            #expect(try settle(lost, "made", "r-1").json["code"] == "request_taken")
            let failed = try settle(lost, "never_made")
            #expect(failed.json["job"]?["state"] == "failed" && failed.json["errorCode"] == "never_made")
            #expect(try settle(UUID().text, "never_made").status == 404)
            #expect(try settle(made, "maybe").status == 422)
            let told: Int = try superuser.one(
                """
                select count(*)::int
                from jobs
                where kind = 'publish' and payload ->> 'channel' = \("user:" + it.memberID)
                    and payload ->> 'name' <> 'notified'
                """)
            let audited: Int = try superuser.one("select count(*)::int from audit_log where action = 'video.settle'")
            #expect(told == 2 && audited == 2)
        }
    }
}
