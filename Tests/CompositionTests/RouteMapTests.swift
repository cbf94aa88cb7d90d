import HTTP
import Testing

@testable import Composition

@Suite("Routes for nginx")
struct RouteMapTests {
    private static let table = """
        fast 96 32 none votes
        slow 24 4 outgoing pages
        """

    private static func get(_ pattern: String, cache: CachePolicy = .noStore) -> Route {
        .get(pattern, access: .any, cache: cache, summary: pattern) { _ in Response.text(pattern) }
    }

    private static func post(_ pattern: String, bodyLimit: Int = 65_536) -> Route {
        Route(.post, pattern, access: .any, limit: nil, bodyLimit: bodyLimit, summary: pattern) { _, _ in .noContent }
    }

    private static func map(votes: [Route] = [], pages: [Route] = []) throws -> RouteMap {
        try RouteMap(
            [("votes", votes), ("pages", pages)], processes: ProcessTable(table, known: ["votes", "pages"]))
    }

    /// The directives of a location, by the text between `location` and the brace.
    private func location(_ match: String, in map: RouteMap) throws -> [String] {
        let lines = try map.nginxRoutes.split(separator: "\n").map(String.init)
        let start = try #require(lines.firstIndex(of: "location \(match) {"), "no location \(match)")
        let short = lines[(start + 1)...].prefix { $0 != "}" }.map { line in
            line.replacing("    ", with: "").replacing("include /etc/dailies/nginx/snippets/", with: "")
        }
        return Array(short)
    }

    @Test("a fixed path has an exact location, another one an anchored expression, with the process of its group")
    func locations() throws {
        let map = try Self.map(
            votes: [Self.get("/api/vote"), Self.get("/api/clip/[id]/votes")],
            pages: [Self.get("/"), Self.get("/robots.txt"), Self.get("/u/[...rest]")])
        #expect(
            try location("= /api/vote", in: map)
                == ["fastcgi.conf;", "fastcgi_pass $dailies_fast;"])
        #expect(
            try location(#"~ ^/api/clip/[^/]+/votes\z"#, in: map)
                == ["fastcgi.conf;", "fastcgi_pass $dailies_fast;"])
        for match in ["= /", "= /robots.txt", #"~ ^/u/[^/]+(?:/[^/]+)*\z"#] {
            #expect(try location(match, in: map) == ["fastcgi.conf;", "fastcgi_pass $dailies_slow;"])
        }
        #expect(try location("/", in: map) == ["fastcgi.conf;", "fastcgi_pass $dailies_unlisted;"])
        #expect(map.nginxUpstreams.contains("server unix:/run/dailies/fast.sock max_fails=0;\n    keepalive 32;"))
        #expect(map.nginxUpstreams.contains(#""~^/robots\.txt/?(?:\?|\z)""#))
    }

    @Test("expressions are in the order in which the router searches")
    func order() throws {
        let map = try Self.map(
            votes: [Self.get("/[...z]"), Self.get("/a/[x]/d"), Self.get("/[y]/b/e"), Self.get("/a/b/[z]")])
        let order = try map.nginxRoutes.split(separator: "\n").filter { $0.hasPrefix("location ~") }
        #expect(
            order == [
                #"location ~ ^/a/b/[^/]+\z {"#, #"location ~ ^/a/[^/]+/d\z {"#, #"location ~ ^/[^/]+/b/e\z {"#,
                #"location ~ ^/[^/]+(?:/[^/]+)*\z {"#,
            ])
    }

    @Test("answers that are the same for everybody are cached by nginx, those for visitors only for them, others never")
    func cache() throws {
        let policies: [(CachePolicy, Bool, Bool)] = [
            (.publicCache(seconds: 1, stale: 1), true, false), (.immutable, true, false), (.noStore, false, false),
            (.publicForVisitors(seconds: 1, stale: 1), true, true),
        ]
        for (policy, isCached, isForVisitors) in policies {
            let map = try Self.map(pages: [Self.get("/x", cache: policy)])
            let lines = try location("= /x", in: map)
            #expect(lines.contains("cache.conf;") == isCached, "\(policy)")
            #expect(lines.contains("cache-visitors.conf;") == isForVisitors, "\(policy)")
        }
    }

    @Test("the largest body of a path's routes is its limit, where it is not that of the server")
    func bodies() throws {
        for (limit, said) in [(1 << 20, "1m"), (8 << 20, "8m"), (32_768, "32k"), (1_000, "1000")] {
            let map = try Self.map(pages: [Self.get("/x"), Self.post("/x", bodyLimit: limit)])
            #expect(try location("= /x", in: map).first == "client_max_body_size \(said);")
        }
        for routes in [[Self.get("/x")], [Self.get("/x"), Self.post("/x")]] {
            let map = try Self.map(pages: routes)
            #expect(try !location("= /x", in: map).contains { $0.hasPrefix("client_max_body_size") })
        }
    }

    @Test("a route's location contains what the route declares for nginx")
    func forwarding() throws {
        let map = try Self.map(
            votes: [
                Self.get("/api/v"), Self.post("/api/v").repeatable(), Self.post("/api/w").repeatable(),
                Route(.delete, "/api/w", access: .any, limit: nil, summary: "w") { _, _ in .noContent },
                Self.get("/api/s").withSecretQuery(), Self.post("/api/p").paced(perSecond: 3, burst: 7),
            ])
        let vote = try location("= /api/v", in: map)
        #expect(
            vote.suffix(3) == [
                "fastcgi_param EXCHANGE_ID $dailies_exchange_id;",
                "fastcgi_next_upstream error timeout non_idempotent;",
                "fastcgi_pass dailies_fast_kept;",
            ])
        #expect(try location("= /api/w", in: map).last == "fastcgi_pass $dailies_fast;", "one of its changes may not")
        #expect(try location("= /api/s", in: map).first == "error_log /dev/null emerg;")
        #expect(try location("= /api/p", in: map).first == "limit_req zone=dailies_api_p burst=7 nodelay;")
        #expect(
            map.nginxUpstreams.contains("limit_req_zone $binary_remote_addr zone=dailies_api_p:10m rate=3r/s;\n"))
    }

    @Test("internal routes are closed to clients, and nginx asks those that say so")
    func internals() throws {
        func route(_ pattern: String) -> Route {
            .get(pattern, access: .internal_, limit: nil, summary: pattern) { _ in Response.noContent }
        }
        let map = try Self.map(
            pages: [
                route("/internal/test"), route("/internal/upload").asPermission(.asked),
                route("/internal/media").asPermission(.cached),
            ])
        #expect(
            try location("= /internal/upload", in: map) == [
                "internal;", "permission.conf;", "fastcgi_param REQUEST_URI /internal/upload;", "fastcgi.conf;",
                "fastcgi_pass $dailies_slow;",
            ])
        #expect(try location("= /internal/media", in: map).contains("permission-cache.conf;"))
        #expect(try location("^~ /internal/", in: map) == ["return 404;"])
        #expect(try !map.nginxRoutes.contains("/internal/test"))
        #expect(map.destination(of: "/internal/media") == RouteMap.Destination(pattern: nil, process: "slow"))
        for misplaced in [route("/elsewhere"), Self.get("/internal/any")] {
            #expect(throws: RouteMap.Fault.self) { try Self.map(pages: [misplaced]).nginxRoutes }
        }
    }

    @Test("a path belongs to one process")
    func onePlace() {
        #expect(throws: RouteMap.Fault.self) {
            try Self.map(votes: [Self.get("/api/x/[a]")], pages: [Self.post("/api/x/[b]")])
        }
    }

    @Test("where paths lead")
    func destinations() throws {
        let map = try Self.map(votes: [Self.get("/api/v"), Self.get("/api/a/[seed]")], pages: [Self.get("/p")])
        for (path, pattern, process) in [
            ("/api/v", "/api/v", "fast"), ("/api/v/", "/api/v", "fast"), ("/api/a/x%2Fy", "/api/a/[seed]", "fast"),
            ("/p", "/p", "slow"), ("/api/a/x/y", nil, "slow"), ("/nothing", nil, "slow"),
        ] {
            #expect(map.destination(of: path) == RouteMap.Destination(pattern: pattern, process: process), "\(path)")
        }
    }
}

@Suite("API reference of the site")
struct SiteReferenceTests {
    @Test("WEB-06 every route that clients may call is on the page, once")
    func complete() throws {
        let routes = try RouteMap.declaredRoutes()
        let route = try #require(routes.first { $0.pattern == "/api/docs" })
        let context = Context(request: Request(.get, "/api/docs"))
        guard case .now(let response) = try route.reply(context, .null) else { throw Problem.internalError }
        let document = String(decoding: try #require(response.bytes), as: UTF8.self)
        let shown = document.matches(of: /data-op data-method="([A-Z]+)"[^<]*<summary>.*?<code>([^<]+)<\/code>/)
            .map { "\($0.1) \($0.2)" }
        let isPublic = { (route: Route) in
            route.access != .internal_ && (route.pattern.hasPrefix("/api/") || route.isAlwaysServed)
        }
        let declared = routes.filter { isPublic($0) && $0 !== route }
            .map { route in
                "\(route.method) "
                    + route.pattern.replacing("[...", with: "[").replacing("[", with: "{").replacing("]", with: "}")
            }
        #expect(shown.sorted() == declared.sorted())
        let anchors = document.matches(of: /\sid="([^"]+)"/).map { String($0.1) }
        #expect(Set(anchors).count == anchors.count)
        let targets = document.matches(of: /href="#([^"]+)"/).map { String($0.1) }
        #expect(Set(targets).subtracting(anchors).filter { !$0.hasPrefix("i-") && $0 != "logo" } == [])
    }
}
