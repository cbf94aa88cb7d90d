import FoundationEssentials
import Logging
import Platform
import Testing
import Text

@testable import HTTP

@Suite("Application")
struct ApplicationTests {
    private static let routes: [Route] = [
        .get("/api/plain", access: .any, summary: "p") { _ in Response.text("plain") },
        .get("/api/story", access: .any, cache: .publicCache(seconds: 30, stale: 60), summary: "s") { _ in
            Response.json(["a": 1])
        },
        .get("/page", access: .any, cache: .publicForVisitors(seconds: 5, stale: 6), summary: "v") { _ in
            Response.html("hi")
        },
        .get("/asset", access: .any, cache: .immutable, summary: "i") { _ in Response.text("i") },
        .get("/cookie", access: .any, cache: .publicCache(seconds: 1, stale: 1), summary: "c") { _ in
            Response.text("c").setting(SetCookie("a", "b", maxAge: nil, isSecure: true))
        },
        .get("/api/throws", access: .any, summary: "t") { context in
            switch context.request.query["what"] {
            case "problem": throw Problem.notFound("clip_not_found", "There is no such clip.")
            case "refused": throw Site.Refused()
            case "mapped": throw CancellationError()
            default: throw Site.Unforeseen()
            }
        },
        .get("/throws", access: .any, summary: "t") { _ in throw Site.Unforeseen() },
        .get("/api/stream", access: .any, summary: "st") { context in
            Response.stream("text/csv") { writer in
                try writer.write("one\n")
                try writer.write("two\n")
                if context.request.query["broken"] != nil { throw Site.Unforeseen() }
            }
        },
        .post("/api/vote", access: .any, body: Site.Vote.self, summary: "vote") { context, vote in
            Response.json(["clipId": vote.clipID.uuidString.lowercased(), "at": context.now.rfc3339], status: 201)
        },
        .post("/api/bare", access: .any, summary: "bare") { _ in Response.noContent },
        .delete("/api/vote", access: .any, body: Site.Vote.self, summary: "undo") { _, _ in Response.noContent },
        Route(
            .post, "/api/raw", access: .any, limit: nil, bodyLimit: 10, body: .raw(["text/csv"]), summary: "raw"
        ) { context, _ in .content(context.request.body, type: "text/csv") },
        .get(
            "/api/list", access: .any,
            query: [
                .limit(default: 8, cap: 20), .cursor, .list("excludeIds", of: .uuid, count: 0...2, "x"),
                .optional("day", .choice(["today", "week"]), default: "week", "d"), .optional("on", .boolean, "o"),
                .optional("rate", .number(0...1), "r"),
            ], summary: "list"
        ) { context in
            Response.json([
                "limit": "\(context.integer(query: "limit") ?? -1)", "day": context.text(query: "day") ?? "",
                "ids": context.uuids(query: "excludeIds").map { $0.uuidString.lowercased() }.joined(separator: " "),
                "on": "\(context.bool(query: "on").map(String.init) ?? "")",
            ])
        },
        .get(
            "/api/later", access: .any, summary: "later",
            later: { context in
                switch context.request.query["what"] {
                case "now": return .now(.text("now"))
                case "throws": throw Site.Refused()
                case "fails": return .later { then in then(.failure(Site.Refused())) }
                default:
                    return .later { then in
                        _ = try? BackgroundThread(named: "later") { then(.success(.text("later"))) }
                    }
                }
            }),
        change(.vote).countingItself(),
        .get("/api/clip/[id]", access: .any, summary: "clip") { context in
            Response.text(try context.uuid("id").uuidString.lowercased())
        },
    ]

    private static func change(_ limit: LimitClass?) -> Route {
        .change(.put, "/api/later", access: .any, limit: limit, body: Site.Vote.self, summary: "later") { _, vote in
            .later { then in then(.success(.text(vote.clipID.uuidString.lowercased()))) }
        }
    }

    private func site(caller: Caller = .visitor, hasPages: Bool = false) throws -> Site {
        try Site(Self.routes, caller: caller, hasPages: hasPages)
    }

    @Test("a typed body reaches the handler; the answer carries what it should")
    func typed() throws {
        let answer = try site().post(
            "/api/vote", #"{"clipId":"\#(Site.clip)"}"#, type: "application/json; charset=utf-8")
        #expect(answer.status == 201)
        #expect(answer.json?["clipId"]?.text == Site.clip)
        #expect(answer.json?["at"]?.text == "1970-01-01T00:16:40.000Z")
        #expect(answer.headers["Content-Type"] == "application/json")
        #expect(answer.headers["Content-Length"] == "\(answer.bytes?.count ?? 0)")
    }

    @Test(
        "SEC-05 bodies that are not what the route takes",
        arguments: [
            ("{", 400, "malformed_json", []), ("", 400, "malformed_json", []), ("[]", 422, "invalid_fields", [""]),
            ("{}", 422, "invalid_fields", ["clipId"]),
            (#"{"clipId":"x","extra":1}"#, 422, "invalid_fields", ["clipId", "extra"]),
            (#"{"clipId":"\#(Site.clip)","note":"a\u0000b"}"#, 422, "invalid_fields", ["note"]),
            (#"{"clipId":"\#(Site.clip)","note":"'; drop table votes; --"}"#, 422, "invalid_fields", ["note"]),
            (#"{"clipId":"\#(Site.clip)","clipId":"\#(Site.clip)"}"#, 400, "malformed_json", []),
        ])
    func bodies(_ body: String, _ status: Int, _ code: String, _ fields: [String]) throws {
        let answer = try site().post("/api/vote", body)
        #expect(answer.status == status)
        #expect(answer.code == code)
        #expect(answer.fields == fields)
        #expect(answer.headers["Content-Type"] == "application/problem+json")
    }

    @Test("SEC-05 other types are 415, larger bodies 413, broken ones 400")
    func types() throws {
        let site = try site()
        let good = #"{"clipId":"\#(Site.clip)"}"#
        for type in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "application/jsonp"] {
            #expect(site.post("/api/vote", good, type: type).status == 415)
        }
        #expect(site.post("/api/vote", good, type: nil).status == 415)
        #expect(site.post("/api/vote", String(repeating: " ", count: 65_536) + good).status == 413)
        #expect(site.post("/api/raw", "0123456789", type: "text/csv").text == "0123456789")
        #expect(site.post("/api/raw", "01234567890", type: "text/csv").status == 413)
        #expect(site.post("/api/raw", "1", type: "text/html").status == 415)
        #expect(site.post("/api/bare", "", type: nil).status == 204)
        #expect(site.post("/api/bare", "{}").status == 204)
        #expect(site.post("/api/bare", #"{"a":1}"#).fields == ["a"])
        #expect(site.post("/api/vote", good, method: .delete).status == 204)
        for (fault, status) in [
            (Request.BodyFault.incomplete, 400), (.malformedLength, 400), (.tooLarge(limit: 9), 413),
        ] {
            var request = Request(.post, "/api/bare", headers: ["Origin": Site.origin])
            request.bodyFault = fault
            #expect(site.respond(request).status == status)
        }
        var invalid = Request(.post, "/api/vote", headers: ["Origin": Site.origin, "Content-Type": "application/json"])
        invalid.body = [0x7B, 0xFF, 0x7D]
        #expect(site.respond(invalid).code == "malformed_json")
    }

    @Test(
        "typed queries: defaults, caps, lists",
        arguments: [
            ("", ["8", "week", "", ""]), ("?limit=5&day=today", ["5", "today", "", ""]),
            ("?limit=1000", ["20", "week", "", ""]),
            ("?limit=-3", ["1", "week", "", ""]), ("?on=true&utm_source=x", ["8", "week", "", "true"]),
            ("?excludeIds=\(Site.clip),\(Site.clip)", ["8", "week", "\(Site.clip) \(Site.clip)", ""]),
            ("?excludeIds=\(Site.clip)&excludeIds=\(Site.clip)", ["8", "week", "\(Site.clip) \(Site.clip)", ""]),
        ])
    func queries(_ query: String, _ expected: [String]) throws {
        let answer = try site().get("/api/list" + query)
        #expect(answer.status == 200)
        #expect(["limit", "day", "ids", "on"].map { answer.json?[$0]?.text } == expected)
    }

    @Test(
        "SEC-05 faults of a query name the parameter",
        arguments: [
            ("limit=x", "limit"), ("limit=1.5", "limit"), ("limit=", "limit"), ("day=year", "day"), ("on=yes", "on"),
            ("excludeIds=x", "excludeIds[0]"), ("excludeIds=", "excludeIds[0]"),
            ("excludeIds=\(Site.clip),", "excludeIds[1]"),
            ("excludeIds=\(Site.clip),\(Site.clip),\(Site.clip)", "excludeIds"),
            ("rate=2", "rate"), ("rate=NaN", "rate"), ("cursor=", "cursor"),
        ])
    func queryFaults(_ query: String, _ field: String) throws {
        let answer = try site().get("/api/list?" + query)
        #expect(answer.status == 422)
        #expect(answer.fields == [field])
    }

    @Test("unknown parameters are refused on changes only; malformed ones always")
    func unknownParameters() throws {
        let site = try site()
        #expect(site.post("/api/bare?force=1", "").fields == ["force"])
        #expect(site.get("/api/plain?fbclid=1").status == 200)
        #expect(site.get("/api/plain?a=%ff").code == "malformed_query")
        #expect(site.get("/api/%ff").code == "malformed_path")
    }

    @Test(
        "errors become problems, and only the log knows what was behind them",
        arguments: [
            ("problem", 404, "clip_not_found"), ("refused", 409, "refused"), ("mapped", 503, "unavailable"),
            ("other", 500, "internal_error"),
        ])
    func errors(_ what: String, _ status: Int, _ code: String) throws {
        let site = try site()
        let answer = site.respond(Request(.get, "/api/throws?what=\(what)", id: "test-request-id"))
        #expect(answer.status == status)
        #expect(answer.headers["X-Request-Id"] == "test-request-id")
        #expect(answer.headers["Cache-Control"] == "private, no-store")
        let json = try #require(answer.json)
        #expect(json["code"]?.text == code)
        #expect(json["status"]?.integer == status)
        #expect(json["requestId"]?.text == "test-request-id")
        #expect(json["title"]?.text == StatusName.of(status) ?? "Problem")
        #expect(json["error"]?.text?.isEmpty == false)
        #expect(!answer.text.contains("Unforeseen"))
        let errors = site.lines.filter { $0.level == .error }
        #expect(errors.count == (status >= 500 ? 1 : 0))
        #expect(errors.allSatisfy { $0.fields["request"] == "test-request-id" })
        if status == 500 { #expect(errors.first?.fields["error"]?.text.contains("Unforeseen") == true) }
    }

    @Test("WEB-05 outside the API people get a page, programs and probes never do")
    func errorPages() throws {
        let site = try site(hasPages: true)
        #expect(site.get("/throws").text == "page 500")
        #expect(site.get("/nowhere").text == "page 404")
        #expect(site.get("/apiary").text == "page 404")
        #expect(site.get("/api/nowhere").headers["Content-Type"] == "application/problem+json")
        #expect(site.get("/nowhere").headers["X-Request-Id"] != nil)
    }

    @Test("OPS-04 one line a request: method, route, status, duration, bytes, caller, id")
    func logLines() throws {
        let site = try site(caller: Site.member(isAdmin: true))
        _ = site.respond(Request(.get, "/api/clip/\(Site.clip)?secret=1", id: "id-of-line"))
        let line = try #require(site.requestLines.first)
        #expect(site.requestLines.count == 1)
        #expect(line["method"] == "GET" && line["route"] == "/api/clip/[id]" && line["status"] == 200)
        #expect(line["bytes"] == 36 && line["caller"] == "admin" && line["request"] == "id-of-line")
        guard case .double(let milliseconds)? = line["ms"] else {
            Issue.record("no duration")
            return
        }
        #expect(milliseconds >= 0)
        #expect(!site.lines.contains { $0.fields.values.contains { $0.text.contains("secret") } })
    }

    @Test("streams are logged at their end with all their bytes, and break off loudly")
    func streams() throws {
        let site = try site()
        var sent: [UInt8] = []
        guard case .stream(let write) = site.get("/api/stream").body else {
            Issue.record("not a stream")
            return
        }
        #expect(site.requestLines.isEmpty)
        try write(BodyWriter { sent += $0 })
        #expect(String(decoding: sent, as: UTF8.self) == "one\ntwo\n")
        #expect(site.requestLines.first?["bytes"] == 8)
        guard case .stream(let broken) = site.get("/api/stream?broken=1").body else { return }
        #expect(throws: Site.Unforeseen.self) { try broken(BodyWriter { _ in }) }
        #expect(site.lines.contains { $0.message == "stream ended early" })
        #expect(site.requestLines.count == 2)
    }

    @Test("405 with Allow, OPTIONS without any right for other sites, HEAD without a body")
    func methods() throws {
        let site = try site()
        let wrong = site.respond(Request(.put, "/api/vote"))
        #expect(wrong.status == 405 && wrong.headers["Allow"] == "POST, DELETE, OPTIONS")
        let options = site.respond(Request(.options, "/api/vote", headers: ["Origin": "https://evil.example"]))
        #expect(options.status == 204 && options.headers["Allow"] == "POST, DELETE, OPTIONS")
        #expect(!options.headers.fields.contains { $0.name.lowercased().hasPrefix("access-control") })
        let head = site.respond(Request(.head, "/api/plain"))
        #expect(head.status == 200 && head.bytes == [] && head.headers["Content-Length"] == "5")
        #expect(head.headers["ETag"] == site.get("/api/plain").headers["ETag"])
        #expect(site.respond(Request(.head, "/nowhere")).bytes == [])
        #expect(site.respond(Request(.options, "/nowhere")).status == 404)
    }

    @Test("an address with a slash at its end leads to the one without")
    func slashes() throws {
        let site = try site()
        let answer = site.get("/page/?a=b")
        #expect(answer.status == 308 && answer.headers["Location"] == "/page?a=b")
        for path in ["//evil.example/", "/nowhere/", "//", "/page//"] {
            #expect(site.get(path).status == 404, "\(path)")
        }
    }

    @Test("If-None-Match is answered with 304, weak tags and lists included")
    func conditional() throws {
        let site = try site()
        let tag = try #require(site.get("/api/story").headers["ETag"])
        for header in [tag, "W/\(tag)", "\"other\", \(tag)", "*"] {
            let answer = site.get("/api/story", ["If-None-Match": header])
            #expect(answer.status == 304 && answer.bytes == [] && answer.headers["ETag"] == tag)
            #expect(answer.headers["Cache-Control"] == "public, max-age=0, s-maxage=30, stale-while-revalidate=60")
            #expect(answer.headers["Content-Length"] == nil && answer.headers["Content-Type"] == nil)
        }
        #expect(site.get("/api/story", ["If-None-Match": "\"other\""]).status == 200)
        #expect(site.get("/api/plain").headers["ETag"] != tag)
        #expect(site.post("/api/bare", "", headers: ["If-None-Match": "*"]).status == 204)
    }

    @Test("who may keep an answer")
    func caching() throws {
        let visitor = try site()
        let member = try site(caller: Site.member())
        #expect(visitor.get("/api/plain").headers["Cache-Control"] == "private, no-store")
        #expect(visitor.get("/page").headers["Cache-Control"]?.hasPrefix("public") == true)
        #expect(member.get("/page").headers["Cache-Control"] == "private, no-store")
        #expect(member.get("/api/story").headers["Cache-Control"]?.hasPrefix("public") == true)
        #expect(visitor.get("/asset").headers["Cache-Control"] == "public, max-age=31536000, immutable")
        #expect(visitor.get("/cookie").headers["Cache-Control"] == "private, no-store")
        #expect(visitor.get("/throws").headers["Cache-Control"] == "private, no-store")
    }

    @Test("parts of a path that are not what they should be are nowhere")
    func pathParameters() throws {
        #expect(try site().get("/api/clip/\(Site.clip.uppercased())").text == Site.clip)
        #expect(try site().get("/api/clip/7").status == 404)
    }

    @Test("an answer may come later, from another thread, and fares like any other")
    func later() throws {
        let site = try site()
        for (what, status, text) in [("", 200, "later"), ("now", 200, "now")] {
            let answer = site.get("/api/later?what=\(what)")
            #expect(answer.status == status)
            #expect(answer.text == text)
            #expect(answer.headers["X-Request-Id"] != nil)
        }
        for what in ["throws", "fails"] {
            let answer = site.get("/api/later?what=\(what)")
            #expect(answer.status == 409)
            #expect(answer.code == "refused")
        }
        #expect(site.post("/api/later", #"{"clipId":"\#(Site.clip)"}"#, method: .put).text == Site.clip)
        #expect(site.post("/api/later", #"{"clipId":"x"}"#, method: .put).status == 422)
        #expect(site.requestLines.count == 6, "each has its line in the log")
        #expect(site.requestLines.map { $0["status"] } == [200, 200, 409, 409, 200, 422].map { .int($0) })
    }

    @Test("who calls is found out without waiting only where the route never blocks, and no key is to be looked up")
    func identifying() throws {
        let asked = Monitor<[String]>([])
        let application = try Application(
            routes: Self.routes,
            guards: Guard(
                siteOrigin: Site.origin,
                identify: { request in
                    asked.update { $0.append("waiting \(request.path)") }
                    return .visitor
                },
                identifyLater: { request, then in
                    asked.update { $0.append("later \(request.path)") }
                    then(.failure(Problem.conflict("refused", "No.")))
                }, verifyCSRF: { _, _ in true }), log: .silent)
        #expect(application.respond(to: Request(.get, "/api/later?what=now")).status == 409)
        #expect(application.respond(to: Request(.get, "/api/list")).status == 200)
        let key = Request(.get, "/api/later?what=now", headers: ["Authorization": "Bearer x"])
        #expect(application.respond(to: key).status == 200)
        #expect(asked.withLock(\.self) == ["later /api/later", "waiting /api/list", "waiting /api/later"])
        #expect(!application.facts(about: Request(.get, "/api/later")).mayBlock)
        #expect(application.facts(about: key).mayBlock)
        #expect(application.facts(about: Request(.get, "/api/list")).mayBlock)
    }

    @Test("a route that never blocks is refused when the guard would have to wait for its limit")
    func blockingLimits() throws {
        func make(_ route: Route) throws -> Application {
            try Application(
                routes: [route],
                guards: Guard(siteOrigin: "", identify: { _ in .visitor }, verifyCSRF: { _, _ in true }), log: .silent)
        }
        for limit in LimitClass.allCases where limit != .read {
            #expect(throws: Application.Fault.blockingLimit("PUT /api/later", limit)) { try make(Self.change(limit)) }
            _ = try make(Self.change(limit).countingItself())
        }
        for limit in [LimitClass.read, nil] { _ = try make(Self.change(limit)) }
    }

    @Test("OPS-07 a copy of the database answers what is the same for all, but not a browser that has just written")
    func staleReads() throws {
        let stale = Monitor<[String]>([])
        func make(isSecure: Bool) throws -> Application {
            try Application(
                routes: [
                    .get("/api/same", access: .any, cache: .publicCache(seconds: 9, stale: 9), summary: "s") { _ in
                        Response.text("same")
                    },
                    .get("/api/own", access: .any, cache: .noStore, summary: "o") { _ in Response.text("own") },
                    Self.change(nil),
                ],
                guards: Guard(siteOrigin: Site.origin, identify: { _ in .visitor }, verifyCSRF: { _, _ in true }),
                log: .silent,
                staleReads: StaleReading(isSecure: isSecure) { handler in
                    stale.update { $0.append("read") }
                    return try handler()
                })
        }
        let application = try make(isSecure: true)
        func count(_ request: Request) -> Int {
            let before = stale.withLock(\.count)
            #expect(application.respond(to: request).status == 200)
            return stale.withLock(\.count) - before
        }
        #expect(count(Request(.get, "/api/same")) == 1)
        #expect(count(Request(.get, "/api/own")) == 0)
        #expect(count(Request(.get, "/api/same", headers: ["Cookie": "wrote=1"])) == 0)
        #expect(count(Request(.get, "/api/same", headers: ["Authorization": "Bearer x"])) == 0)
        func write(_ application: Application, _ clip: String) -> Response {
            application.respond(
                to: Request(
                    .put, "/api/later", headers: ["Content-Type": "application/json", "Origin": Site.origin],
                    body: Array(#"{"clipId":"\#(clip)"}"#.utf8)))
        }
        let cookie = "wrote=1; Path=/; Max-Age=10; HttpOnly; SameSite=Lax"
        #expect(write(application, Site.clip).headers["Set-Cookie"] == cookie + "; Secure")
        #expect(try write(make(isSecure: false), Site.clip).headers["Set-Cookie"] == cookie)
        #expect(write(application, "x").headers["Set-Cookie"] == nil, "nothing was written")
        #expect(stale.withLock(\.count) == 1)
    }

    @Test("the server learns the limit of a body before it reads one")
    func facts() throws {
        let application = try Application(
            routes: Self.routes,
            guards: Guard(siteOrigin: "", identify: { _ in .visitor }, verifyCSRF: { _, _ in true }), log: .silent)
        #expect(application.facts(about: Request(.post, "/api/raw")).bodyLimit == 10)
        #expect(application.facts(about: Request(.post, "/api/vote")).route == "/api/vote")
        #expect(application.facts(about: Request(.get, "/api/plain")).bodyLimit == 0)
        #expect(application.facts(about: Request(.post, "/nowhere")).bodyLimit == 0)
    }

    @Test("SEC-05 what caches keep for all has one path: other ways to write it lead there, none hides another path")
    func canonicalPaths() throws {
        let site = try Site(
            [
                CachePolicy.immutable, .publicCache(seconds: 9, stale: 9), .publicForVisitors(seconds: 9, stale: 9),
                .noStore,
            ]
            .enumerated().map { number, cache in
                .get("/api/\(number)/[seed]", access: .any, cache: cache, summary: "s") { context in
                    Response.text(context.parameter("seed"))
                }
            } + [.get("/api/fixed", access: .any, cache: .immutable, summary: "f") { _ in Response.text("f") }])
        for number in 0...2 {
            for path in ["x%2f..%2fSEED", "x%2FSEED", "x%5CSEED", "%2e%2e", "%2E"] {
                let answer = site.respond(Request(.get, "/api/\(number)/\(path)"))
                #expect(answer.status == 404 || answer.status == 400, "\(path)")
                #expect(answer.headers["Cache-Control"] == "private, no-store", "\(path)")
            }
            for (path, canonical) in [("%53EED", "SEED"), ("a%2db", "a-b"), ("a(b", "a%28b"), ("%c3%a9", "%C3%A9")] {
                let answer = site.respond(Request(.get, "/api/\(number)/\(path)?x=1"))
                #expect(answer.status == 308 && answer.headers["Location"] == "/api/\(number)/\(canonical)?x=1")
                #expect(answer.headers["Cache-Control"] == "private, no-store")
                #expect(site.respond(Request(.get, "/api/\(number)/\(canonical)")).status == 200)
            }
        }
        #expect(site.respond(Request(.get, "/api/3/%53EED")).text == "SEED")
        #expect(site.respond(Request(.get, "/api/%66ixed")).headers["Location"] == "/api/fixed")
    }
}
