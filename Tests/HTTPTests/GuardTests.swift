import FoundationEssentials
import Logging
import Testing
import Text

@testable import HTTP

@Suite("Guard")
struct GuardTests {
    private static let body = #"{"clipId":"\#(Site.clip)"}"#

    private static func vote(_ access: Access = .any, flag: String? = nil) -> Route {
        .post("/api/vote", access: access, limit: .vote, flag: flag, body: Site.Vote.self, summary: "Votes.") { _, _ in
            Response.noContent
        }
    }

    private static func decision(_ isAllowed: Bool) -> LimitDecision {
        LimitDecision(isAllowed: isAllowed, limit: 30, remaining: isAllowed ? 7 : 0, resetSeconds: 12)
    }

    @Test("SEC-01 a change needs our origin and a token, unless a bearer token replaces both")
    func forgery() throws {
        let site = try Site([Self.vote()])
        #expect(site.post("/api/vote", Self.body).status == 204)
        #expect(site.post("/api/vote", Self.body, headers: ["Sec-Fetch-Site": "same-origin"]).status == 204)
        for headers: Headers in [
            ["Origin": "https://evil.example"], ["Origin": "null"], ["Sec-Fetch-Site": "cross-site"],
            ["Sec-Fetch-Site": "same-site"], ["Origin": "https://dailies.example.evil.example"],
            ["Origin": "https://evil.example", "Sec-Fetch-Site": "same-origin"],
        ] {
            #expect(site.post("/api/vote", Self.body, headers: headers).code == "csrf_failed")
        }
        let bare = Request(
            .post, "/api/vote", headers: ["Content-Type": "application/json"], body: Array(Self.body.utf8))
        #expect(site.respond(bare).code == "csrf_failed")
        let wrong = try Site([Self.vote()], isTokenValid: false)
        #expect(wrong.post("/api/vote", Self.body).status == 403)
        #expect(wrong.post("/api/vote", Self.body, headers: ["Authorization": "Bearer key"]).status == 204)
    }

    @Test("SEC-01 on loopback the site goes by each of that address's names, on its own port only")
    func loopbackNames() throws {
        let site = try Site([Self.vote()], origin: "http://127.0.0.1:8080")
        for origin in ["http://127.0.0.1:8080", "http://localhost:8080", "http://[::1]:8080"] {
            #expect(site.post("/api/vote", Self.body, headers: ["Origin": origin]).status == 204)
        }
        for origin in ["http://localhost:8081", "https://localhost:8080", "http://localhost.evil.example:8080"] {
            #expect(site.post("/api/vote", Self.body, headers: ["Origin": origin]).code == "csrf_failed")
        }
        let elsewhere = try Site([Self.vote()])
        #expect(
            elsewhere.post("/api/vote", Self.body, headers: ["Origin": "http://localhost:8080"]).code == "csrf_failed")
    }

    @Test("reads and other kinds of callers need no form token")
    func noTokenNeeded() throws {
        let routes: [Route] = [
            .get("/r", access: .any, summary: "r") { _ in Response.noContent },
            .post("/hook", access: .provider, summary: "h") { _ in Response.noContent },
            .post("/cron", access: .cron, summary: "c") { _ in Response.noContent },
        ]
        let site = try Site(routes, isTokenValid: false)
        #expect(site.get("/r").status == 204)
        #expect(site.respond(Request(.post, "/hook")).status == 204)
        #expect(site.respond(Request(.post, "/cron")).status == 401)
        #expect(site.respond(Request(.post, "/cron", headers: ["Authorization": "Bearer nope"])).status == 401)
        #expect(site.respond(Request(.post, "/cron", headers: ["Authorization": "Bearer cron"])).status == 204)
    }

    @Test(
        "every kind of access against every kind of caller",
        arguments: [
            (Access.any, [204, 204, 204, 403]), (.member, [401, 204, 204, 403]), (.owner, [401, 204, 204, 403]),
            (.admin, [401, 403, 204, 403]), (.internal_, [404, 404, 404, 404]), (.cron, [401, 401, 401, 401]),
            (.signed, [204, 204, 204, 204]), (.provider, [204, 204, 204, 204]),
        ])
    func access(_ access: Access, _ statuses: [Int]) throws {
        let callers: [Caller] = [
            .visitor, Site.member(), Site.member(isAdmin: true), Site.member(isAdmin: true, isBanned: true),
        ]
        for (caller, status) in zip(callers, statuses) {
            let site = try Site([Self.vote(access)], caller: caller)
            #expect(site.post("/api/vote", Self.body).status == status, "\(caller)")
        }
    }

    @Test(
        "AUTH-04 a key does what its scopes and the route allow, and nothing that is for people",
        arguments: [
            (Access.any, Method.get, KeyScope.read), (.member, .get, .read), (.owner, .get, .read),
            (.admin, .get, .admin), (.member, .post, .write), (.owner, .post, .write), (.admin, .post, .admin),
        ])
    func keys(_ access: Access, _ method: HTTP.Method, _ needed: KeyScope) throws {
        let route = Route(method, "/r", access: access, limit: nil, summary: "r") { _, _ in .noContent }
        for scopes: Set<KeyScope> in [[], [.read], [.write], [.admin], [.read, .write, .admin]] {
            let caller = Site.member(isAdmin: true, keyScopes: scopes)
            let request = Request(method, "/r", headers: ["Authorization": "Bearer key"])
            let answer = try Site([route], caller: caller).respond(request)
            #expect(scopes.contains(needed) ? answer.status == 204 : answer.code == "key_scope", "\(scopes)")
            #expect(try Site([route.forPeopleOnly()], caller: caller).respond(request).code == "people_only")
        }
        let demoted = Site.member(isAdmin: false, keyScopes: Set(KeyScope.allCases))
        #expect(
            try Site([route], caller: demoted).respond(Request(method, "/r", headers: ["Authorization": "Bearer k"]))
                .status == (access == .admin ? 403 : 204))
    }

    @Test(
        "SEC-02 a refusal after counting reports the remaining limit, and nginx may ask on behalf of any caller")
    func refusedAfterCounting() throws {
        let banned = try Site(
            [Self.vote()], caller: Site.member(isBanned: true), limit: { _, _, _ in Self.decision(true) })
        let visitor = try Site([Self.vote(.member)], limit: { _, _, _ in Self.decision(true) })
        let member = try Site([Self.vote(.admin)], caller: Site.member(), limit: { _, _, _ in Self.decision(true) })
        for (site, code) in [(banned, "banned"), (visitor, "auth_required"), (member, "admin_only")] {
            let answer = site.post("/api/vote", Self.body)
            #expect(answer.code == code && answer.headers["X-RateLimit-Remaining"] == "7", "\(code)")
            #expect(answer.headers["X-RateLimit-Limit"] == "30" && answer.headers["X-RateLimit-Reset"] == "1012")
        }
        let forger = try Site(
            [Self.vote()], limit: { _, _, caller in Self.decision(caller == .visitor) },
            identify: { _ in throw Problem(status: 401, code: "key_invalid", message: "No.") })
        let answer = forger.post("/api/vote", Self.body)
        #expect(answer.code == "key_invalid" && answer.headers["X-RateLimit-Remaining"] == "7")
        let inner = Route(.get, "/internal/x", access: .internal_, limit: nil, summary: "x") { _, _ in .noContent }
        let holder = try Site([inner], caller: Site.member(keyScopes: [.read]))
        #expect(holder.respond(Request(.get, "/internal/x", isInternal: true)).status == 204)
    }

    @Test("AUTH-04 what visitors may change is for people unless the route says otherwise")
    func keysDoNotVote() throws {
        let site = try Site([Self.vote()], caller: Site.member(keyScopes: Set(KeyScope.allCases)))
        #expect(site.post("/api/vote", Self.body, headers: ["Authorization": "Bearer k"]).code == "people_only")
    }

    @Test("AUTH-02 admins act while their session is in use, and what destroys requires a recent sign-in")
    func freshness() throws {
        func code(_ route: Route, _ caller: Caller) throws -> String {
            let answer = try Site([route], caller: caller).post("/r", "")
            return answer.code ?? "\(answer.status)"
        }
        func route(_ access: Access, _ limit: LimitClass = .api) -> Route {
            .post("/r", access: access, limit: limit, summary: "r") { _ in Response.noContent }
        }
        // The application's clock is stopped at 1,000 s; the limit is an hour.
        let old = Date(timeIntervalSince1970: 1_000 - 3_601)
        #expect(try code(route(.member), Site.member(signedIn: old, isInUse: false)) == "204")
        #expect(try code(route(.member).afterRecentSignIn(), Site.member(signedIn: old)) == "sign_in_again")
        #expect(try code(route(.member).afterRecentSignIn(), Site.member(isInUse: false)) == "sign_in_again")
        #expect(try code(route(.member).afterRecentSignIn(), Site.member()) == "204")
        #expect(try code(route(.admin), Site.member(isAdmin: true, signedIn: old)) == "204")
        #expect(try code(route(.admin), Site.member(isAdmin: true, isInUse: false)) == "sign_in_again")
        #expect(try code(route(.admin, .adminSensitive), Site.member(isAdmin: true, signedIn: old)) == "sign_in_again")
        #expect(try code(route(.admin, .adminSensitive), Site.member(isAdmin: true)) == "204")
    }

    @Test("a route that counts its limit itself is not counted by the guard")
    func countsItself() throws {
        let site = try Site([Self.vote().countingItself()], limit: { _, _, _ in throw Site.Unforeseen() })
        #expect(site.post("/api/vote", Self.body).status == 204)
    }

    @Test("the banned may read, and change only where a route lets them")
    func banned() throws {
        let routes: [Route] = [
            .get("/r", access: .member, summary: "r") { _ in Response.noContent },
            .get("/admin", access: .admin, summary: "a") { _ in Response.noContent },
            .post("/leave", access: .member, refusesBanned: false, summary: "l") { _ in Response.noContent },
        ]
        let site = try Site(routes, caller: Site.member(isAdmin: true, isBanned: true))
        #expect(site.get("/r").status == 204)
        #expect(site.get("/admin").code == "banned")
        #expect(site.post("/leave", "", type: nil).status == 204)
    }

    @Test("VOTE-04 refusals come in their order: forged, switched off, too fast, banned, not signed in")
    func order() throws {
        let banned = Site.member(isBanned: true)
        func code(_ token: Bool, flags: Set<String> = ["voting"], isFull: Bool = false, _ caller: Caller) throws
            -> String?
        {
            let site = try Site(
                [Self.vote(.admin, flag: "voting")], caller: caller, isTokenValid: token,
                limit: { _, _, _ in isFull ? Self.decision(false) : nil }, flags: flags)
            return site.post("/api/vote", "{").code
        }
        #expect(try code(false, flags: [], isFull: true, banned) == "csrf_failed")
        #expect(try code(true, flags: [], isFull: true, banned) == "feature_off")
        #expect(try code(true, isFull: true, banned) == "rate_limited")
        #expect(try code(true, banned) == "banned")
        #expect(try code(true, .visitor) == "auth_required")
        #expect(try code(true, Site.member()) == "admin_only")
        #expect(try code(true, Site.member(isAdmin: true)) == "malformed_json")
    }

    @Test("SEC-02 headers report the limits; a limiter that fails refuses")
    func limits() throws {
        let open = try Site([Self.vote()], limit: { _, _, _ in Self.decision(true) })
        let passed = open.post("/api/vote", Self.body)
        #expect(passed.status == 204 && passed.headers["X-RateLimit-Remaining"] == "7")
        let full = try Site([Self.vote()], limit: { _, _, _ in Self.decision(false) })
        let refused = full.post("/api/vote", Self.body)
        #expect(refused.status == 429 && refused.headers["Retry-After"] == "12")
        #expect(refused.headers["X-RateLimit-Limit"] == "30" && refused.headers["X-RateLimit-Remaining"] == "0")
        let broken = try Site([Self.vote()], limit: { _, _, _ in throw Site.Unforeseen() })
        #expect(broken.post("/api/vote", Self.body).code == "limiter_unavailable")
        #expect(broken.lines.contains { $0.message == "limiter failed" && $0.level == .error })
    }

    @Test(
        "SEC-02 an answer that is kept for all does not show the limit of the first who asked; errors and own answers do"
    )
    func limitsOfCached() throws {
        func answer(_ cache: CachePolicy, _ caller: Caller = .visitor, status: Int = 200) throws -> Response {
            let route = Route.get("/s", access: .any, limit: .read, cache: cache, summary: "s") { _ in
                Response.text("s", status: status)
            }
            return try Site([route], caller: caller, limit: { _, _, _ in Self.decision(true) }).respond(
                Request(.get, "/s"))
        }
        for policy in [
            CachePolicy.publicCache(seconds: 9, stale: 9), .immutable, .publicForVisitors(seconds: 9, stale: 9),
        ] {
            let kept = try answer(policy)
            #expect(!kept.headers.fields.contains { $0.name.hasPrefix("X-RateLimit") }, "\(policy)")
            #expect(try answer(policy, status: 404).headers["X-RateLimit-Remaining"] == "7")
        }
        #expect(
            try answer(.publicForVisitors(seconds: 9, stale: 9), Site.member()).headers["X-RateLimit-Reset"] == "1012")
        #expect(try answer(.noStore).headers["X-RateLimit-Limit"] == "30")
    }

    @Test("what everybody gets alike never learns who calls")
    func sameForAll() throws {
        let route = Route.get("/s", access: .any, cache: .publicCache(seconds: 30, stale: 60), summary: "s") {
            context in
            Response.text(context.caller == .visitor ? "visitor" : "member")
        }
        let site = try Site([route], identify: { _ in throw Site.Unforeseen() })
        #expect(site.get("/s").text == "visitor")
    }

    @Test("a process that is not ready serves only what says how it is")
    func notReady() throws {
        let routes: [Route] = [
            .get("/a", access: .any, summary: "a") { _ in Response.noContent },
            .get("/livez", access: .any, isAlwaysServed: true, summary: "l") { _ in Response.noContent },
        ]
        let site = try Site(routes, requireReady: { _ in throw Problem.unavailable() })
        #expect(site.get("/a").status == 503)
        #expect(site.get("/livez").status == 204)
    }

    @Test("what only the web server may ask is not there for anybody else")
    func internalOnly() throws {
        let site = try Site([.get("/internal/x", access: .internal_, summary: "x") { _ in Response.noContent }])
        #expect(site.get("/internal/x").status == 404)
        #expect(site.get("/internal/x/").status == 404)
        #expect(site.respond(Request(.get, "/internal/x", isInternal: true)).status == 204)
    }
}
