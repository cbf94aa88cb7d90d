internal import HTTP
internal import TestSupport
internal import Testing

@Suite("Signing in by a link, in process and through nginx", .requiresPostgres)
struct SignInTests {
    @Test("AUTH-01 a link signs in once, and the session is known afterwards", arguments: Depth.allCases)
    func link(depth: Depth) throws {
        try Site.run(depth) { site in
            let visitor = site.visitor()
            #expect(try visitor.get("/api/auth/session").json["user"] == .null)
            let token = try site.makeLink("ida")
            try visitor.ready()
            #expect(try visitor.send(.post, "/api/auth/link", ["token": .string(token)]).status == 200)
            #expect(try visitor.get("/api/auth/session").json["user"]?["username"]?.text == "ida")

            let second = try site.visitor().ready().send(.post, "/api/auth/link", ["token": .string(token)])
            #expect(second.status == 409)
            #expect(second.code == "link_used")
        }
    }

    @Test("SEC-05 what a mutation must bring along", arguments: Depth.allCases)
    func refusals(depth: Depth) throws {
        try Site.run(depth) { site in
            let visitor = try site.visitor().ready()
            let path = "/api/auth/link"
            #expect(try visitor.copy(token: false).send(.post, path, ["token": "x"]).code == "csrf_failed")
            #expect(
                try visitor.send(.post, path, ["token": "x"], headers: ["Sec-Fetch-Site": "cross-site"]).code
                    == "csrf_failed")
            #expect(try visitor.sendBytes(.post, path, Array("{".utf8), type: "application/json").status == 400)
            #expect(try visitor.sendBytes(.post, path, Array("token=x".utf8), type: "text/plain").status == 415)
            let unknown = try visitor.send(.post, path, ["token": "x", "extra": 1])
            #expect(unknown.status == 422)
            #expect(String(decoding: unknown.body, as: UTF8.self).contains("extra"))
            let method = try visitor.send(.delete, path)
            #expect(method.status == 405)
            #expect(method.headers["Allow"]?.contains("POST") == true)
            #expect(try visitor.get("/api/no-such-thing").status == 404)
        }
    }
}
