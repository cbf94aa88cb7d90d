internal import AuthHandlers
import Configuration
internal import FoundationEssentials
internal import HTTP
internal import Identity
internal import TestSupport
internal import Testing
internal import Text

@Suite("Requests from elsewhere", .requiresPostgres)
struct FormTokenTests {
    private func isRefused(_ answer: Answer) -> Bool { answer.status == 403 && answer.code == "csrf_failed" }

    @Test("SEC-01 a change needs a form token, this site's origin and JSON", arguments: Depth.allCases)
    func needs(depth: Depth) throws {
        try Site.run(depth) { site in
            let mira = try site.visitor().signIn("mira")
            let body: JSONValue = ["others": true]
            #expect(isRefused(try mira.copy(token: false).send(.delete, "/api/auth/sessions", body)))
            #expect(isRefused(try mira.send(.delete, "/api/auth/sessions", body, headers: ["X-CSRF-Token": "forged"])))
            for origin in ["https://evil.example", "null", site.settings.site.url + ".evil.example"] {
                #expect(isRefused(try mira.send(.delete, "/api/auth/sessions", body, headers: ["Origin": origin])))
            }
            for fetchSite in ["cross-site", "same-site", "none", ""] {
                let answer = try mira.send(.delete, "/api/auth/sessions", body, headers: ["Sec-Fetch-Site": fetchSite])
                #expect(isRefused(answer), "\(fetchSite)")
            }
            let plain = try mira.sendBytes(.delete, "/api/auth/sessions", body.bytes, type: "text/plain")
            #expect(plain.status == 415)
            let own = ["Origin": site.settings.site.url, "Sec-Fetch-Site": "cross-site"] as Headers
            #expect(try mira.send(.delete, "/api/auth/sessions", body, headers: own).status == 200)
            #expect(try mira.send(.delete, "/api/auth/sessions", body).status == 200)
        }
    }

    @Test("SEC-01 a token is good for its own session or voter cookie only")
    func bindings() throws {
        try Site.run(.inProcess) { site in
            let (mira, dana) = (try site.visitor().signIn("mira"), try site.visitor().signIn("dana"))
            let visitor = try site.visitor().ready()
            let tokens = [dana, visitor].compactMap(\.token)
            #expect(tokens.count == 2)
            for token in tokens {
                let answer = try mira.send(.post, "/api/auth/signout", headers: ["X-CSRF-Token": token])
                #expect(isRefused(answer))
            }
            let miraToken = try #require(mira.token)
            #expect(isRefused(try visitor.send(.post, "/api/auth/signout", headers: ["X-CSRF-Token": miraToken])))
            // A visitor without a voter cookie has nothing that a token could be bound to.
            #expect(isRefused(try visitor.copy(cookies: false).send(.post, "/api/auth/signout")))
            #expect(try visitor.send(.post, "/api/auth/signout").status == 204)

            // After signing in, the token of before is of no use.
            let before = try #require(visitor.token)
            try visitor.signIn("third")
            #expect(isRefused(try visitor.send(.post, "/api/auth/signout", headers: ["X-CSRF-Token": before])))
            #expect(try visitor.send(.post, "/api/auth/signout").status == 204)
        }
    }

    @Test("SEC-01 a token is good for an hour")
    func expiry() throws {
        try Site.run(.inProcess) { site in
            let mira = try site.visitor().signIn("mira")
            let key = site.settings.site.secretKey
            let session = try #require(mira.cookies["session"].flatMap(OpaqueToken.init))
            let tokens = CSRFTokens(secretKey: key)
            let id = Text.hex(session.hash)
            let (old, _) = tokens.issue(.session(id), at: Date() - 3_601)
            let (young, _) = tokens.issue(.session(id), at: Date() - 3_500)
            #expect(isRefused(try mira.send(.post, "/api/auth/signout", headers: ["X-CSRF-Token": old])))
            #expect(try mira.send(.post, "/api/auth/signout", headers: ["X-CSRF-Token": young]).status == 204)
        }
    }

    @Test("SEC-01 a bearer token takes the place of the session cookie", arguments: Depth.allCases)
    func bearer(depth: Depth) throws {
        try Site.run(depth) { site in
            let mira = try site.visitor().signIn("mira")
            let answer = try mira.send(
                .delete, "/api/auth/sessions", ["others": true], headers: ["Authorization": "Bearer x"])
            #expect(answer.status == 401)
        }
    }

    @Test("SEC-01 GET and POST give a token, and the voter cookie once", arguments: Depth.allCases)
    func issuing(depth: Depth) throws {
        try Site.run(depth) { site in
            let visitor = site.visitor()
            let first = try visitor.get("/api/csrf")
            #expect(first.headers.values("Set-Cookie").count == 1)
            #expect(first.headers["Cache-Control"] == "private, no-store")
            let cookie = visitor.cookies["voter"]
            #expect(cookie.flatMap(VoterCookie.init) != nil)
            let second = try visitor.send(.post, "/api/csrf")
            #expect(second.status == 200 && second.headers.values("Set-Cookie").isEmpty)
            #expect(visitor.cookies["voter"] == cookie)
            let forged = try visitor.get("/api/csrf", headers: ["Cookie": "voter=made-up"])
            #expect(forged.headers.values("Set-Cookie").contains { $0.hasPrefix("voter=") })
            #expect(visitor.cookies["voter"] != "made-up")
        }
    }
}
