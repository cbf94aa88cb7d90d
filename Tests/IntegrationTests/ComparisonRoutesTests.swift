internal import Comparisons
import Configuration
internal import FoundationEssentials
internal import HTTP
internal import Postgres
internal import TestSupport
internal import Testing
internal import Text

/// The routes and pages of comparisons as clients see them.
@Suite("The routes of comparisons", .requiresPostgres)
struct ComparisonRoutesTests {
    private static let wanted: JSONValue = [
        "title": "Lighthouse in a storm", "type": "text-to-video", "prompt": "A lighthouse <keeper>",
        "models": ["local"],
        "duration": 2, "tags": ["Storm"], "isPublic": true,
    ]

    private func admin(_ site: Site) throws -> Visitor {
        let admin = try site.visitor().signIn("ada", isAdmin: true)
        try site.acceptTerms()
        return admin
    }

    /// Ends every run as the jobs do, with a video.
    private func finish(_ site: Site) throws {
        let jobs = site.database.database(as: .jobs)
        let waiting: [UUID] = try jobs.query("select id from generations where status = 'queued'")
        for id in waiting {
            _ = try jobs.one(
                "select outcome from begin_submission(\(id), 1, 100, interval '1 minute')", as: String.self)
            _ = try jobs.one("select record_original(\(id), 1, 'videos/x/y.original', 100)", as: Bool.self)
            let folder = "videos/" + id.text
            _ = try jobs.one(
                """
                select complete_generation(
                    \(id), 1,
                    jsonb_build_object(
                        'video_key', \(folder + "/v.mp4")::text, 'small_key', \(folder + "/s.mp4")::text, 'poster_key',
                        \(folder + "/p.webp")::text, 'width', 1280, 'height', 720, 'video_ms', 2000, 'has_sound', false,
                        'size_bytes', 10, 'cost_usd', '0'
                    ), 0
                )
                """, as: Bool.self)
        }
    }

    @Test("ARENA-01 ARENA-02 WEB-04 from an admin's request to the public page, with its card and its JSON-LD")
    func toThePublicPage() throws {
        try Site.run(.inProcess) { site in
            let admin = try admin(site)
            let quote = try admin.send(
                .post, "/api/admin/comparisons/quote",
                ["type": "text-to-video", "models": ["local", "veo-3.1", "none"], "duration": 2, "prompt": "Fog"])
            #expect(quote.status == 200 && quote.json["credits"] == 0 && quote.json["models"]?[0]?["obstacle"] == .null)
            #expect(quote.json["models"]?[1]?["obstacle"]?.text != nil && quote.json["models"]?[2]?["credits"] == .null)
            let made = try admin.send(.post, "/api/comparisons", Self.wanted, headers: ["Idempotency-Key": "k"])
            let id = try #require(made.json["id"]?.text)
            #expect(made.status == 201 && made.headers["Location"] == "/admin/comparisons/" + id)
            #expect(made.json["videos"]?[0]?["status"] == "queued" && made.json["slug"] == "lighthouse-in-a-storm")
            let again = try admin.send(.post, "/api/comparisons", Self.wanted, headers: ["Idempotency-Key": "k"])
            #expect(again.status == 200 && again.json["id"]?.text == id)
            let visitor = site.visitor(address: "198.51.100.7")
            let early = try visitor.get("/comparisons/lighthouse-in-a-storm")
            #expect(early.status == 200 && early.text.contains("No video is finished yet"))
            try finish(site)
            let page = try visitor.get("/comparisons/lighthouse-in-a-storm")
            #expect(
                page.text.contains("<h1>Lighthouse in a storm</h1>")
                    && page.text.contains("A lighthouse &lt;keeper&gt;"))
            #expect(page.text.contains("<title>Lighthouse in a storm · "))
            #expect(page.text.contains(/rel="canonical" href="[^"]*\/comparisons\/lighthouse-in-a-storm"/))
            #expect(page.text.contains(/og:image" content="[^"]*\/p\.webp"/))
            #expect(page.text.contains("\"@type\":\"ItemList\"") && page.text.contains("\"@type\":\"VideoObject\""))
            #expect(page.text.contains("1280 × 720") && page.text.contains("Free") && page.text.contains(" to make"))
            let listed = try visitor.get("/api/comparisons?q=LIGHTHOUSE&type=text-to-video&tag=storm")
            #expect(listed.json["found"] == 1 && listed.json["comparisons"]?[0]?["completedVideos"] == 1)
            #expect(try visitor.get("/api/comparisons?type=image-to-video").json["found"] == 0)
            for path in [
                "/arena", "/comparisons", "/comparisons?q=storm", "/tags/storm", "/sitemap.xml?part=comparisons",
                "/feed.atom",
            ] {
                #expect(try visitor.get(path).text.contains("/comparisons/lighthouse-in-a-storm"), "\(path)")
            }
            #expect(try visitor.get("/comparisons?q=nothing").text.contains("No comparisons found"))
            #expect(try visitor.get("/tags").text.contains("/tags/storm"))
            #expect(try visitor.get("/api/comparisons/slug/lighthouse-in-a-storm").json["id"]?.text == id)
            // WEB-07: other sites learn of the frame, and get it.
            let base = site.settings.site.url
            let address = "\(base)/comparisons/lighthouse-in-a-storm".replacing(":", with: "%3A")
            let described = try visitor.get("/oembed?url=\(address)&maxwidth=400")
            #expect(described.json["width"] == 400 && described.json["height"] == 225)
            #expect(described.json["html"]?.text?.contains("\(base)/embed/comparison/lighthouse-in-a-storm") == true)
            let framed = try visitor.get("/embed/comparison/lighthouse-in-a-storm")
            #expect(framed.status == 200 && framed.headers["Set-Cookie"] == nil)
            for path in ["/embed/comparison/none", "/oembed?url=\(base)/comparisons/none"] {
                #expect(try visitor.get(path).status == 404, "\(path)")
            }
        }
    }

    @Test("ARENA-03 SEC-05 unpublished means gone; changes name their fields; only admins change")
    func changes() throws {
        try Site.run(.inProcess) { site in
            let admin = try admin(site)
            let id = try #require(try admin.send(.post, "/api/comparisons", Self.wanted).json["id"]?.text)
            try finish(site)
            let visitor = site.visitor(address: "198.51.100.7")
            #expect(try visitor.get("/api/comparisons/" + id).status == 200)
            #expect(try admin.send(.patch, "/api/comparisons/" + id, ["isPublic": false]).json["isPublic"] == false)
            for path in ["/api/comparisons/" + id, "/comparisons/lighthouse-in-a-storm", "/tags/none"] {
                #expect(try visitor.get(path).status == 404, "\(path)")
            }
            #expect(try visitor.get("/api/tags").json["tags"] == [])
            #expect(try admin.get("/api/admin/comparisons?visibility=private").json["found"] == 1)
            #expect(try admin.get("/api/admin/comparisons/" + id).json["videos"]?[0]?["status"] == "completed")
            let member = try site.visitor(address: "198.51.100.8").signIn("mira")
            #expect(try member.send(.post, "/api/comparisons", Self.wanted).status == 403)
            #expect(try member.send(.patch, "/api/comparisons/" + id, ["isPublic": true]).status == 403)
            func field(_ body: JSONValue) throws -> String? {
                let answer = try admin.send(.post, "/api/comparisons", body)
                return answer.status == 422 ? answer.json["details"]?[0]?["field"]?.text : "\(answer.status)"
            }
            func changed(_ name: String, _ value: JSONValue) -> JSONValue {
                guard case .object(var members) = Self.wanted else { return .null }
                members[name] = value
                return .object(members)
            }
            #expect(try field(changed("title", "")) == "title")
            #expect(try field(changed("models", [])) == "models")
            #expect(try field(changed("models", ["none"])) == "models")
            #expect(try field(changed("stranger", 1)) == "stranger")
            #expect(try field(changed("imageId", .string(UUID().text))) == "imageId")
            #expect(try field(changed("tags", ["?"])) == "tags")
            #expect(try admin.send(.patch, "/api/comparisons/" + UUID().text, ["title": "x"]).status == 404)
            let more = try admin.send(.post, "/api/comparisons/\(id)/models", ["models": ["local"]])
            #expect(more.status == 409 && more.json["code"] == "model_present")
            let bulk = try admin.send(
                .post, "/api/admin/comparisons/bulk", ["ids": [.string(id), .string(UUID().text)], "action": "delete"])
            #expect(bulk.json["ids"] == [.string(id)])
            #expect(try admin.send(.delete, "/api/comparisons/" + id, nil).status == 404)
            #expect(try visitor.get("/comparisons?cursor=nonsense").status == 200)
            #expect(try visitor.get("/api/comparisons?cursor=nonsense").status == 422)
        }
    }

    @Test(
        "ARENA-10 SEC-05 a CSV file by the API: outcomes line by line, then all or nothing; too large and other types refused"
    )
    func importing() throws {
        try Site.run(.inProcess) { site in
            let admin = try admin(site)
            let path = "/api/admin/comparisons/import"
            func send(_ text: String, _ query: String = "", type: String = "text/csv") throws -> Answer {
                try admin.sendBytes(.post, path + query, Array(text.utf8), type: type)
            }
            let file = "title,prompt,models\nFog,Fog,local\nRain,,local\n"
            let found = try send(file)
            #expect(found.status == 200 && found.json["right"] == 1 && found.json["wrong"] == 1)
            #expect(found.json["lines"]?[1]?["line"] == 3 && found.json["lines"]?[1]?["column"] == "prompt")
            #expect(try send(file, "?apply=true").json["code"] == "wrong_lines")
            #expect(try admin.get("/api/admin/plans").json["plans"] == [])
            #expect(try send(file, "?apply=true&skipWrong=true").json["isApplied"] == true)
            let plans = try admin.get("/api/admin/plans?state=waiting")
            #expect(plans.json["plans"]?[0]?["title"] == "Fog" && plans.json["counts"]?["waiting"] == 1)
            #expect(try send(file, "?apply=true&skipWrong=true").status == 409)
            #expect(try send(file, type: "application/json").status == 415)
            #expect(try send(String(repeating: "x", count: 1_048_577)).status == 413)
            #expect(try send("").json["code"] == "file_empty")
            let id = try #require(plans.json["plans"]?[0]?["id"]?.text)
            let cancelled = try admin.send(.patch, "/api/admin/plans", ["ids": [.string(id)], "action": "cancel"])
            #expect(cancelled.json["ids"] == [.string(id)])
            let member = try site.visitor(address: "198.51.100.8").signIn("mira")
            #expect(try member.get("/api/admin/plans").status == 403)
            #expect(try member.sendBytes(.post, path, Array(file.utf8), type: "text/csv").status == 403)
            let audited: [String] = try site.database.database(as: .superuser).query(
                "select action from audit_log where action in ('comparison.import', 'plan.cancel') order by id")
            #expect(audited == ["comparison.import", "plan.cancel"])
        }
    }

    @Test("ARENA-04 vote, vote, undo, vote: 200, 409, 200, 200; the eleventh vote of a network in a minute is 429")
    func votes() throws {
        try Site.run(.inProcess) { site in
            let admin = try admin(site)
            let made = try admin.send(.post, "/api/comparisons", Self.wanted)
            try finish(site)
            let id = try #require(made.json["id"]?.text)
            let video = try #require(made.json["videos"]?[0]?["id"]?.text)
            let path = "/api/videos/\(video)/vote"
            let visitor = try site.visitor(address: "198.51.100.9").ready()
            #expect(try visitor.get("/api/comparisons/\(id)/votes").json["own"] == [])
            let first = try visitor.send(.post, path, nil)
            #expect(first.status == 200 && first.json == ["success": true, "votes": 1])
            #expect(try visitor.send(.post, path, nil).status == 409)
            let own = try visitor.get("/api/comparisons/\(id)/votes")
            #expect(own.json["own"] == [.string(video)] && own.json["votes"]?[video] == 1)
            #expect(try visitor.send(.delete, path, nil).json["votes"] == 0)
            #expect(try visitor.send(.delete, path, nil).status == 409)
            #expect(try visitor.send(.post, path, nil).status == 200)
            #expect(try visitor.send(.post, "/api/videos/\(UUID().text)/vote", nil).status == 404)
            for _ in 0..<4 { _ = try visitor.send(.post, path, nil) }
            let last = try visitor.send(.post, path, nil)
            #expect(last.status == 429 && last.headers["Retry-After"] != nil)
        }
    }
}

extension Answer {
    fileprivate var text: String { String(decoding: body, as: UTF8.self) }
}
