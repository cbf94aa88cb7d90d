import Testing

@testable import HTTP

@Suite("Other sites' pages")
struct CrossOriginTests {
    private static let friend = "https://friend.example"

    private func site() throws -> Site {
        let routes: [Route] = [
            .get("/api/r", access: .any, summary: "r") { _ in Response.text("read") },
            .post("/api/r", access: .member, summary: "w") { _ in Response.noContent },
            .get("/page", access: .any, summary: "p") { _ in Response.html("page") },
        ]
        return try Site(routes, caller: Site.member(), crossOrigin: CrossOrigin(allowing: [Self.friend]))
    }

    @Test("SEC-04 a named site may read the API, without cookies; others may not, and caches keep them apart")
    func reads() throws {
        let site = try site()
        let friend = site.get("/api/r", ["Origin": Self.friend])
        #expect(friend.headers["Access-Control-Allow-Origin"] == Self.friend)
        #expect(friend.headers["Access-Control-Allow-Credentials"] == nil)
        #expect(friend.headers["Vary"] == "Origin")
        for origin in ["https://evil.example", "http://friend.example", "https://friend.example.evil.example", "null"] {
            let answer = site.get("/api/r", ["Origin": origin])
            #expect(answer.headers["Access-Control-Allow-Origin"] == nil && answer.headers["Vary"] == "Origin")
        }
        #expect(site.get("/api/r").headers["Vary"] == "Origin")
        #expect(site.get("/page", ["Origin": Self.friend]).headers["Access-Control-Allow-Origin"] == nil)
    }

    @Test("SEC-04 the answer to a preflight lists what a named site may send, and other sites get none")
    func preflight() throws {
        let site = try site()
        func ask(_ origin: String) -> Response {
            site.respond(
                Request(
                    .options, "/api/r", headers: ["Origin": origin, "Access-Control-Request-Method": "POST"]))
        }
        let friend = ask(Self.friend)
        #expect(friend.status == 204 && friend.headers["Access-Control-Allow-Origin"] == Self.friend)
        #expect(friend.headers["Access-Control-Allow-Methods"]?.contains("POST") == true)
        #expect(friend.headers["Access-Control-Allow-Headers"]?.contains("Authorization") == true)
        #expect(!ask("https://evil.example").headers.fields.contains { $0.name.hasPrefix("Access-Control") })
    }

    @Test("SEC-01 a named site's page cannot use a member's cookies to change anything")
    func cookies() throws {
        let answer = try site().post("/api/r", "", headers: ["Origin": Self.friend])
        #expect(answer.code == "csrf_failed")
    }

    @Test("SEC-04 without named sites nothing is said about origins")
    func closed() throws {
        let site = try Site([.get("/api/r", access: .any, summary: "r") { _ in Response.text("read") }])
        let answer = site.get("/api/r", ["Origin": Self.friend])
        #expect(answer.headers["Access-Control-Allow-Origin"] == nil && answer.headers["Vary"] == nil)
    }
}
