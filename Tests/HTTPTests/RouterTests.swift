import Testing

@testable import HTTP

@Suite("Router")
struct RouterTests {
    private static func route(_ method: HTTP.Method, _ pattern: String) -> Route {
        Route(method, pattern, access: .any, limit: nil, summary: pattern) { _, _ in .text(pattern) }
    }

    private static func router(_ patterns: (HTTP.Method, String)...) throws -> Router {
        try Router(routes: patterns.map { route($0.0, $0.1) })
    }

    private func found(_ router: Router, _ method: HTTP.Method, _ path: String) -> String {
        switch router.lookup(method, path) {
        case .route(let route, let parameters):
            ([route.pattern] + parameters.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" })
                .joined(separator: " ")
        case .methodNotAllowed(let methods): "405 " + methods.map(\.description).joined(separator: " ")
        case .notFound: "404"
        case .malformed: "400"
        }
    }

    @Test(
        "paths lead to their routes",
        arguments: [
            ("/", "/"), ("/api/clip/7", "/api/clip/[id] id=7"), ("/api/clip/own", "/api/clip/own"),
            ("/api/clip/a%20b", "/api/clip/[id] id=a b"), ("/api/clip/a%2Fb", "/api/clip/[id] id=a/b"),
            ("/api/%63lip/own", "/api/clip/own"), ("/api/clip/7/votes", "/api/clip/[id]/votes id=7"),
            ("/api/clip/own/votes", "/api/clip/[id]/votes id=own"), ("/u/ann/b/c", "/u/[...rest] rest=ann/b/c"),
            ("/api/clip", "404"), ("/api/clip/", "404"), ("/api//clip/own", "404"), ("/nothing", "404"), ("/u", "404"),
            ("/api/clip/7/other", "404"), ("", "400"), ("x", "400"), ("/a/../b", "400"), ("/a/./b", "400"),
            ("/%00", "400"), ("/%ff", "400"), ("/%", "400"),
        ])
    func finds(_ path: String, _ expected: String) throws {
        let router = try Self.router(
            (.get, "/"), (.get, "/api/clip/[id]"), (.get, "/api/clip/own"), (.get, "/api/clip/[id]/votes"),
            (.get, "/u/[...rest]"))
        #expect(found(router, .get, path) == expected)
    }

    @Test("HEAD is answered by GET; other methods say what there is")
    func methods() throws {
        let router = try Self.router((.get, "/a"), (.post, "/a"), (.delete, "/b/[id]"), (.patch, "/b/[name]"))
        #expect(found(router, .head, "/a") == "/a")
        #expect(found(router, .put, "/a") == "405 GET HEAD POST OPTIONS")
        #expect(found(router, .get, "/b/1") == "405 PATCH DELETE OPTIONS")
        #expect(found(router, .patch, "/b/1") == "/b/[name] name=1")
        #expect(found(router, .delete, "/b/1") == "/b/[id] id=1")
        #expect(found(router, .other("TRACE"), "/a") == "405 GET HEAD POST OPTIONS")
    }

    @Test("routes that clash, and patterns that are none, are refused at the start")
    func refuses() {
        #expect(throws: Router.Fault.duplicate("GET /a")) { try Self.router((.get, "/a"), (.get, "/a")) }
        #expect(throws: Router.Fault.duplicate("GET /a/[y]")) { try Self.router((.get, "/a/[x]"), (.get, "/a/[y]")) }
        #expect(throws: Router.Fault.duplicate("GET /[...y]")) { try Self.router((.get, "/[...x]"), (.get, "/[...y]")) }
        for pattern in ["", "a", "/a/", "/a//b", "/[]", "/[a]/[a]", "/[...a]/b", "/a[b]", "/a%20b", "/a?b"] {
            #expect(throws: Router.Fault.malformedPattern(pattern)) { try Self.router((.get, pattern)) }
        }
    }

    @Test("what is at a path for any method; a slash at its end makes no difference")
    func routesAtPath() throws {
        let router = try Self.router(
            (.get, "/"), (.get, "/a"), (.post, "/a"), (.get, "/a/[x]"), (.get, "/a/b"), (.put, "/u/[...rest]"))
        func found(_ path: String) -> [String] { router.routes(at: path).map { "\($0.method) \($0.pattern)" } }
        #expect(found("/a") == ["GET /a", "POST /a"])
        #expect(found("/a/") == found("/a"))
        #expect(found("/") == ["GET /"])
        #expect(found("/a/b/") == ["GET /a/b"])
        #expect(found("/a/b%2Fc/") == ["GET /a/[x]"])
        #expect(found("/u/1/2") == ["PUT /u/[...rest]"])
        for path in ["//", "/a//", "/nothing", "/a/../a", "", "/%ff/"] { #expect(found(path) == [], "\(path)") }
    }

    @Test("a fixed part wins over a named one, and the search turns back where it must")
    func backtracks() throws {
        let router = try Self.router((.get, "/a/b/c"), (.get, "/a/[x]/d"), (.get, "/[y]/b/e"), (.get, "/[...z]"))
        #expect(found(router, .get, "/a/b/d") == "/a/[x]/d x=b")
        #expect(found(router, .get, "/a/b/e") == "/[y]/b/e y=a")
        #expect(found(router, .get, "/a/b/f") == "/[...z] z=a/b/f")
    }
}
