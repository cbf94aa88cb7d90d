import Configuration
internal import Film
internal import FoundationEssentials
internal import HTTP
internal import Postgres
internal import TestSupport
internal import Testing
internal import Text

/// The studio's routes as clients see them.
@Suite("The studio's routes", .requiresPostgres)
struct StudioTests {
    private func maker(_ site: Site, _ name: String = "mira") throws -> Visitor {
        let member = try site.visitor().signIn(name)
        try site.acceptTerms()
        return member
    }

    private func page(_ member: Visitor, _ path: String) throws -> String {
        String(decoding: try member.get(path).body, as: UTF8.self)
    }

    private static let request: JSONValue = ["model": "local", "prompt": "fog over the tracks", "duration": 2]

    @Test(
        "GEN-01 GEN-09 a request answers at once with what is left; the same key is the same request",
        arguments: Depth.allCases)
    func create(depth: Depth) throws {
        try Site.run(depth) { site in
            let member = try maker(site)
            let made = try member.send(.post, "/api/jobs", Self.request, headers: ["Idempotency-Key": "k-1"])
            #expect(made.status == 202 && made.json["remainingSeconds"] == 598)
            let id = try #require(made.json["jobId"]?.text)
            #expect(made.headers["Location"] == "/api/jobs/" + id)
            #expect(made.json["job"]?["status"] == "queued" && made.json["job"]?["credits"] == 0)
            let again = try member.send(.post, "/api/jobs", Self.request, headers: ["Idempotency-Key": "k-1"])
            #expect(again.status == 200 && again.json["jobId"]?.text == id)
            #expect(try member.get("/api/jobs/" + id).json["prompt"] == "fog over the tracks")
            let other = try site.visitor(address: "198.51.100.9").signIn("nova")
            #expect(try other.get("/api/jobs/" + id).status == 404)
            #expect(try other.send(.delete, "/api/jobs/" + id, nil).status == 404)
            #expect(try site.visitor().get("/api/jobs/" + id).status == 401)
            #expect(try member.get("/api/usage").json["remainingSeconds"] == 598)
            let cancelled = try member.send(.delete, "/api/jobs/" + id, nil)
            #expect(cancelled.status == 200 && cancelled.json["status"] == "cancelled")
            #expect(try member.send(.delete, "/api/jobs/" + id, nil).status == 409)
            #expect(try member.get("/api/usage").json["remainingSeconds"] == 600)
        }
    }

    @Test("GEN-01 SEC-05 each refusal has its status, code and field")
    func refusals() throws {
        try Site.run(
            .inProcess, settings: ["MONTHLY_LIMIT_SECONDS": "5", "MONTHLY_CREDITS": "10", "REPLICATE_API_TOKEN": "r8"]
        ) { site in
            let member = try site.visitor().signIn("mira")
            #expect(try member.send(.post, "/api/jobs", Self.request).json["code"] == "terms_required")
            try site.acceptTerms()
            func refused(_ changes: [String: JSONValue]) throws -> (Int, String?, String?) {
                guard case .object(var members) = Self.request else { return (0, nil, nil) }
                members.merge(changes) { _, new in new }
                let answer = try member.send(.post, "/api/jobs", .object(members))
                return (answer.status, answer.json["code"]?.text, answer.json["details"]?[0]?["field"]?.text)
            }
            #expect(try refused(["duration": 6]) == (403, "limit_seconds", nil))
            #expect(try refused(["duration": 9]).0 == 422)
            #expect(try refused(["duration": 9]).2 == "duration")
            #expect(try refused(["model": "ray-flash-2-540p", "duration": 5]) == (403, "limit_credits", nil))
            #expect(
                try refused(["model": "ray-flash-2-540p", "duration": 5, "credits": 59]) == (409, "price_changed", nil))
            #expect(try refused(["model": "veo-3.1", "duration": 4]).0 == 409)
            #expect(try refused(["model": "none"]).0 == 404)
            #expect(try refused(["imageId": .string(UUID().uuidString.lowercased())]).2 == "imageId")
            #expect(try refused(["aspectRatio": "2:1"]).2 == "aspectRatio")
            #expect(try refused(["parameters": ["depth": 1]]).2 == "parameters.depth")
            #expect(try refused(["prompt": ""]).2 == "prompt")
            #expect(try refused(["prompt": .string(String(repeating: "a", count: 4_001))]).2 == "prompt")
            #expect(try refused(["stranger": 1]).0 == 422)
            let large = try member.send(.post, "/api/jobs", ["prompt": .string(String(repeating: "a", count: 1 << 20))])
            #expect(large.status == 413)
            #expect(try member.get("/api/videos").json == [])
        }
    }

    @Test("FLAG-01 GEN-01 while generation is off nothing is started, and the studio says so")
    func switchedOff() throws {
        try Site.run(.inProcess) { site in
            let member = try maker(site)
            let id = try #require(try member.send(.post, "/api/jobs", Self.request).json["jobId"]?.text)
            let superuser = site.database.database(as: .superuser)
            #expect(try !page(member, "/studio").contains("data-off"))
            try superuser.execute("update feature_flags set enabled = false where key = 'generation_enabled'")
            try superuser.execute("select announce_change('flags', 'test')")
            // Each process sees the change within a second.
            let end = ContinuousClock.now + .seconds(20)
            while try member.send(.post, "/api/jobs", Self.request).json["code"] != "feature_off" {
                try #require(ContinuousClock.now < end)
            }
            for path in ["/api/jobs", "/api/runpod", "/api/videos/\(id)/retry"] {
                let answer = try member.send(.post, path, path == "/api/jobs" ? Self.request : nil)
                #expect(answer.status == 503 && answer.json["code"] == "feature_off", "\(path)")
            }
            #expect(try page(member, "/studio").contains("Making videos is switched off at the moment."))
            #expect(try member.get("/api/jobs/\(id)").json["status"] == "queued")
        }
    }

    @Test("GEN-05 CAT-02 a failed premium run is not run again without the grant, nor at a price that was not shown")
    func retry() throws {
        try Site.run(.inProcess, settings: ["REPLICATE_API_TOKEN": "r8"]) { site in
            let member = try maker(site)
            let superuser = site.database.database(as: .superuser)
            let made = try member.send(
                .post, "/api/jobs", ["model": "ray-flash-2-540p", "prompt": "fog", "duration": 5])
            let id = try #require(made.json["jobId"]?.text)
            let stopped: Bool = try superuser.one(
                "select stop_generation(\(id)::text::uuid, 1, 'failed', 'x', 'Flagged.', false, 5)")
            #expect(stopped)
            #expect(try page(member, "/my-videos").contains("/api/videos/\(id)/retry?credits=60"))
            try superuser.execute("update models set is_premium = true where slug = 'ray-flash-2-540p'")
            let path = "/api/videos/\(id)/retry"
            let locked = try member.send(.post, path, nil)
            #expect(locked.status == 403 && locked.json["code"] == "model_locked")
            try superuser.execute(
                "insert into premium_grants (user_id, granted_at, reason) select id, now(), 'x' from users")
            let other = try member.send(.post, path + "?credits=59", nil)
            #expect(other.status == 409 && other.json["code"] == "price_changed" && other.json["credits"] == 60)
            #expect(try member.send(.post, path + "?credits=60", nil).status == 202)
        }
    }

    @Test("GEN-01 the contract of the RunPod era, with its contradictions named")
    func runPod() throws {
        try Site.run(.inProcess, settings: ["RUNPOD_API_KEY": "k", "RUNPOD_ENDPOINT_ID": "e"]) { site in
            let member = try maker(site)
            let input: JSONValue = ["positive_prompt": "fog", "num_frames": 31, "seed": 7]
            let made = try member.send(
                .post, "/api/runpod", ["prompt": "fog", "modelName": "mochi", "frames": 31, "input": input])
            #expect(made.status == 202 && made.json["remainingSeconds"] == 599)
            let listed = try member.get("/api/videos")
            #expect(listed.json[0]?["frames"] == 31 && listed.json[0]?["status"] == "queued")
            let other = try member.send(.post, "/api/runpod", ["prompt": "sun", "frames": 31, "input": input])
            #expect(other.status == 422 && other.json["details"]?[1]?["field"] == "input.positive_prompt")
            let frames = try member.send(.post, "/api/runpod", ["prompt": "fog", "frames": 32, "input": input])
            #expect(frames.status == 422 && frames.json["details"]?[0]?["field"] == "frames")
        }
    }

    @Test("GEN-07 a list of what has changed since, deleted videos included")
    func list() throws {
        try Site.run(.inProcess) { site in
            let member = try maker(site)
            let first = try #require(try member.send(.post, "/api/jobs", Self.request).json["jobId"])
            let second = try #require(try member.send(.post, "/api/jobs", Self.request).json["jobId"])
            guard case .array(let all) = try member.get("/api/videos").json else { throw Problem.notFound() }
            #expect(all.map { $0["jobId"] } == [second, first])
            let before = Int(Date().timeIntervalSince1970 * 1_000) - 3_600_000
            #expect(try member.send(.delete, "/api/videos", ["jobIds": [first]]).json["deleted"] == 1)
            guard case .array(let since) = try member.get("/api/videos?updatedSince=\(before)").json else {
                throw Problem.notFound()
            }
            #expect(since.map { $0["status"] } == ["queued", "deleted"] && since.last?["jobId"] == first)
            let later = Int(Date().timeIntervalSince1970 * 1_000) + 86_400_000 * 2
            #expect(try member.get("/api/videos?updatedSince=\(later)").json == [])
        }
    }

    @Test("GEN-07 the list has pages: 201 videos are all found, each once, by creation or by change")
    func pages() throws {
        try Site.run(.inProcess) { site in
            let member = try maker(site)
            _ = try member.send(.post, "/api/jobs", Self.request)
            let superuser = site.database.database(as: .superuser)
            // Many were made in one moment, and the oldest changed last.
            try superuser.execute(
                """
                insert into generations (
                    user_id, model_id, model_name, provider, endpoint, prompt, duration_ms, quality, seed, parameters,
                    credits, expected_usd, status, charged_credits, created_at, updated_at, finished_at
                )
                select user_id, model_id, model_name, provider, endpoint, 'number ' || number, duration_ms, quality, seed,
                    parameters, credits, expected_usd, 'cancelled', 0, created_at - make_interval(mins => number / 50),
                    created_at + make_interval(mins => number / 50), created_at
                from generations, generate_series(1, 200) number
                """)
            func all(_ first: String) throws -> (pages: [Int], ids: [String], times: [String]) {
                var (next, pages, ids, times): (String?, [Int], [String], [String]) = (first, [], [], [])
                while let path = next {
                    let answer = try member.get(path)
                    guard case .array(let videos) = answer.json else { throw Problem.notFound() }
                    pages.append(videos.count)
                    ids += videos.compactMap { $0["jobId"]?.text }
                    times += videos.compactMap { $0[first.contains("updatedSince") ? "updatedAt" : "createdAt"]?.text }
                    next = answer.headers["Link"].map { String($0.split(separator: ">")[0].dropFirst()) }
                    try #require(pages.count < 300)
                }
                return (pages, ids, times)
            }
            for (path, sizes) in [
                ("/api/videos", [200, 1]), ("/api/videos?limit=70", [70, 70, 61]),
                ("/api/videos?updatedSince=0", [200, 1]), ("/api/videos?updatedSince=0&limit=67", [67, 67, 67]),
            ] {
                let found = try all(path)
                #expect(found.pages == sizes && Set(found.ids).count == 201, "\(path): \(found.pages)")
                let sorted = found.times.sorted()
                #expect(found.times == (path.contains("updatedSince") ? sorted : sorted.reversed()), "\(path)")
            }
            // A deletion is a change of its own moment, and the last of all.
            let id = try #require(try all("/api/videos").ids.first)
            #expect(try member.send(.delete, "/api/videos", ["jobIds": [.string(id)]]).json["deleted"] == 1)
            let changes = try all("/api/videos?updatedSince=0&limit=50")
            #expect(changes.pages == [50, 50, 50, 50, 1] && changes.ids.contains(id))
            // A cursor belongs to its list.
            let link = try #require(try member.get("/api/videos?limit=5").headers["Link"])
            let cursor = String(link.split(separator: ">")[0].dropFirst())
            #expect(try member.get(cursor + "&updatedSince=0").status == 422)
            #expect(try member.get("/api/videos?cursor=nonsense").status == 422)
        }
    }

    @Test("GEN-06 forged, foreign and malformed webhooks are refused; no one else can use a run's address")
    func webhooks() throws {
        try Site.run(.inProcess, settings: ["RUNPOD_API_KEY": "k", "RUNPOD_ENDPOINT_ID": "e", "FAL_KEY": "f"]) { site in
            let visitor = site.visitor()
            func post(_ path: String, _ body: String = "{}") throws -> Int {
                try visitor.sendBytes(.post, path, Array(body.utf8), type: "application/json").status
            }
            let id = UUID().uuidString.lowercased()
            let statuses = try [
                "/api/webhooks/runpod?job=\(id).1.AAAA", "/api/webhooks/nothing?job=\(id).1.AAAA",
                "/api/webhooks/runpod?job=x",
                "/api/runpod/webhook?job=\(id).1.AAAAAAAAAAAAAAAAAAAAAAAA", "/api/webhooks/runpod",
            ].map { try post($0) }
            #expect(statuses == [401, 401, 401, 401, 422])
        }
    }

    @Test("GEN-11 a picture is begun, and registered only when it has arrived, by its sender alone")
    func pictures() throws {
        try Site.run(.inProcess) { site in
            let member = try maker(site)
            let begun = try member.send(
                .post, "/api/upload/image", ["fileName": "a.png", "contentType": "image/png", "size": 5_000_000])
            #expect(begun.status == 201 && begun.json["state"] == "sending")
            guard case .array(let urls)? = begun.json["urls"], let id = begun.json["imageId"] else {
                throw Problem.notFound()
            }
            #expect(urls.count == 2)
            let early = try member.send(.post, "/api/upload", ["imageId": id])
            #expect(early.status == 422 && early.json["code"] == "upload_incomplete")
            let other = try site.visitor(address: "198.51.100.9").signIn("nova")
            try site.acceptTerms()
            #expect(try other.send(.post, "/api/upload/image", ["imageId": id]).status == 422)
            let missing = try member.send(.post, "/api/upload/image", ["fileName": "a.png"])
            #expect(missing.status == 422)
            let large = try member.send(
                .post, "/api/upload/image", ["fileName": "a.png", "contentType": "image/png", "size": 10_485_761])
            #expect(large.status == 422)
            #expect(try member.get("/api/upload/image?imageId=\(id.text ?? "")").json["state"] == "sending")
            // One way for both purposes, with the rules of each.
            func begin(_ purpose: String, _ type: String, _ size: Int) throws -> Int {
                try member.send(
                    .post, "/api/upload/signed-url",
                    [
                        "purpose": .string(purpose), "fileName": "a", "contentType": .string(type),
                        "size": .integer(size),
                    ]
                ).status
            }
            #expect(try begin("picture", "image/webp", 10_485_760) == 201 && begin("picture", "video/mp4", 9) == 422)
            #expect(try begin("picture", "image/webp", 10_485_761) == 422 && begin("clip", "image/png", 9) == 422)
            let asClip: JSONValue = [
                "uploadId": id, "title": "Fog", "genre": "Sci-Fi", "rightsConfirmed": true, "consentConfirmed": true,
                "licenceAccepted": true, "aiGenerated": true,
            ]
            #expect(try member.send(.post, "/api/upload/register", asClip).status >= 404)
        }
    }

    @Test("GEN-17 several models or a chain are one request, with one price and one refusal")
    func together() throws {
        try Site.run(.inProcess, settings: ["MONTHLY_LIMIT_SECONDS": "20", "REPLICATE_API_TOKEN": "r8"]) { site in
            let member = try maker(site)
            func ask(_ more: [String: JSONValue], without gone: String? = nil) throws -> Answer {
                guard case .object(var members) = Self.request else { throw Problem.notFound() }
                if let gone { members[gone] = nil }
                members.merge(more) { _, new in new }
                return try member.send(.post, "/api/jobs", .object(members))
            }
            let steps: JSONValue = [["prompt": "then rain"], ["prompt": "then snow", "duration": 3]]
            let chain = try ask(["nextSteps": steps])
            #expect(chain.status == 202 && chain.json["remainingSeconds"] == 13)
            guard case .array(let jobs)? = chain.json["jobs"] else { throw Problem.notFound() }
            #expect(
                jobs.map { $0["groupStep"] } == [1, 2, 3]
                    && jobs.map { $0["groupKind"] } == ["chain", "chain", "chain"])
            #expect(jobs.map { $0["durationSeconds"] } == [2, 2, 3] && jobs[1]["prompt"] == "then rain")
            #expect(chain.json["jobId"] == jobs[0]["id"] && jobs[0]["groupId"] == jobs[2]["groupId"])
            #expect(try member.send(.delete, "/api/jobs/\(jobs[0]["id"]?.text ?? "")", nil).status == 200)
            #expect(try member.get("/api/usage").json["remainingSeconds"] == 20)

            let models: JSONValue = ["local", "ray-flash-2-540p"]
            let both = try ask(["models": models, "duration": 5, "credits": 60], without: "model")
            guard case .array(let compared)? = both.json["jobs"] else { throw Problem.notFound() }
            #expect(both.status == 202 && compared[0]["seed"] == compared[1]["seed"])
            #expect(compared.map { $0["model"] } == ["local", "ray-flash-2-540p"])
            #expect(try ask(["models": models, "duration": 5, "credits": 59], without: "model").json["credits"] == 60)
            let refused = try [
                ask(["models": models]), ask(["models": models, "nextSteps": steps], without: "model"),
                ask(["models": ["local"]], without: "model"), ask(["nextSteps": []]),
                ask(["nextSteps": [["prompt": ""]]]), ask(["nextSteps": [["prompt": "x", "stranger": 1]]]),
            ].map(\.status)
            #expect(refused == [422, 422, 422, 422, 422, 422])
            let long = try ask(["nextSteps": [["prompt": "x", "duration": 8], ["prompt": "y", "duration": 8]]])
            #expect(long.status == 403 && long.json["remainingSeconds"] == 10)
        }
    }

    @Test("GEN-14 presets are kept, replaced, renamed and deleted")
    func presets() throws {
        try Site.run(.inProcess) { site in
            let member = try maker(site)
            let form: JSONValue = ["name": "Fog", "model": "local", "prompt": "fog", "duration": 2, "seed": 7]
            let saved = try member.send(.post, "/api/presets", form)
            #expect(saved.status == 201 && saved.json["durationSeconds"] == 2 && saved.json["seed"] == 7)
            let id = try #require(saved.json["id"])
            #expect(try member.send(.post, "/api/presets", form).json["id"] == id)
            #expect(try member.send(.patch, "/api/presets", ["id": id, "name": "Mist"]).json["name"] == "Mist")
            let other = try site.visitor(address: "198.51.100.9").signIn("nova")
            #expect(try other.get("/api/presets").json["presets"] == [])
            #expect(try other.send(.delete, "/api/presets", ["id": id]).status == 404)
            #expect(try member.get("/api/presets").json["presets"]?[0]?["name"] == "Mist")
            #expect(try member.send(.delete, "/api/presets", ["id": id]).json["presets"] == [])
        }
    }

    @Test("GEN-07 GEN-17 CLIP-09 only a finished video becomes a clip, with every declaration")
    func submission() throws {
        try Site.run(.inProcess) { site in
            let member = try maker(site)
            let id = try #require(try member.send(.post, "/api/jobs", Self.request).json["jobId"]?.text)
            let whole: [String: JSONValue] = [
                "title": "Fog", "genre": "Sci-Fi", "rightsConfirmed": true, "consentConfirmed": true,
                "licenceAccepted": true,
            ]
            let early = try member.send(.post, "/api/videos/\(id)/submit", .object(whole))
            #expect(early.status == 409 && early.json["code"] == "not_completed")
            let without = whole.merging(["rightsConfirmed": false]) { $1 }
            #expect(try member.send(.post, "/api/videos/\(id)/submit", .object(without)).status == 422)
            let superuser = site.database.database(as: .superuser)
            try superuser.execute(
                """
                update generations
                set status = 'completed', original_key = 'a', video_key = 'videos/x/v.mp4', small_key = 'c', poster_key = 'd',
                    width = 9, height = 16, video_ms = 12000, size_bytes = 1000, finished_at = dailies_now()
                """)
            try superuser.execute("update generation_usage set ended_at = dailies_now()")
            _ = try Seasons(database: site.database.database(as: .jobs)).create(
                SeasonSettings(label: "Undertow"), by: nil)
            let late = whole.merging(["startSeconds": 12]) { $1 }
            #expect(
                try member.send(.post, "/api/videos/\(id)/submit", .object(late)).json["details"]?[0]?["code"]
                    == "trim_out_of_range")
            let sent = try member.send(
                .post, "/api/videos/\(id)/submit", .object(whole.merging(["startSeconds": 2.5]) { $1 }))
            #expect(sent.status == 201)
            let payload: String = try superuser.one("select payload ->> 'startMs' from jobs where kind = 'stage_video'")
            #expect(payload == "2500")
            #expect(
                try member.send(.post, "/api/videos/\(id)/submit", .object(whole)).json["code"] == "already_submitted")
            #expect(try member.get("/api/profile/clips").json["clips"]?[0]?["title"] == "Fog")
        }
    }
}
