internal import AuthHandlers
internal import Configuration
internal import FoundationEssentials
internal import Identity
internal import Installation
import Logging
internal import Postgres
internal import TestSupport
internal import Testing
internal import Text

@testable internal import HTTP

@Suite("Signing in and out", .requiresPostgres)
struct AuthTests {
    @Test("AUTH-01 a link signs in once, for this browser alone", arguments: Depth.allCases)
    func links(depth: Depth) throws {
        try Site.run(depth) { site in
            let link = try site.makeLink("mira")
            let mira = try site.visitor().ready()
            #expect(try mira.get("/api/auth/link?token=\(link)").json["state"]?.text == "good")
            #expect(try mira.get("/api/auth/session").json["user"] == .null)

            let answer = try mira.send(.post, "/api/auth/link", ["token": .string(link)])
            #expect(answer.status == 200)
            #expect(answer.json["user"]?["username"]?.text == "mira")
            #expect(answer.headers["Cache-Control"] == "private, no-store")
            #expect(try mira.get("/api/auth/session").json["user"]?["username"]?.text == "mira")

            let thief = try site.visitor().ready()
            #expect(try thief.get("/api/auth/link?token=\(link)").json["state"]?.text == "used")
            let again = try thief.send(.post, "/api/auth/link", ["token": .string(link)])
            #expect(again.status == 409 && again.code == "link_used")
            #expect(again.headers.values("Set-Cookie").isEmpty)
            #expect(try thief.get("/api/auth/session").json["user"] == .null)
        }
    }

    @Test("AUTH-01 expired, forged and malformed links are refused, each in its own words")
    func badLinks() throws {
        try Site.run(.inProcess) { site in
            let visitor = try site.visitor().ready()
            let old = try site.makeLink("mira")
            try site.database.setClock(offset: .seconds(3_601))
            let expired = try visitor.send(.post, "/api/auth/link", ["token": .string(old)])
            #expect(expired.status == 409 && expired.code == "link_expired")
            for token in [OpaqueToken.random().text, "x", "' or 1=1 --"] {
                let forged = try visitor.send(.post, "/api/auth/link", ["token": .string(token)])
                #expect(forged.status == 404 && forged.code == "link_unknown", "\(token)")
            }
            let bodies: [(JSONValue, Int)] = [
                ([:], 422), (["token": 7], 422), (["token": "x", "admin": true], 422), ([], 422),
                (["token": .string(String(repeating: "x", count: 70_000))], 413),
                (["token": .string(String(repeating: "x", count: 201))], 422), (["token": ""], 422),
            ]
            for (body, status) in bodies {
                #expect(try visitor.send(.post, "/api/auth/link", body).status == status)
            }
            #expect(
                try visitor.sendBytes(.post, "/api/auth/link", Array("{".utf8), type: "application/json").status == 400)
            #expect(try visitor.sendBytes(.post, "/api/auth/link", Array("{}".utf8), type: "text/plain").status == 415)
            #expect(try visitor.get("/api/auth/link").status == 422)
        }
    }

    @Test("AUTH-02 cookies that are forged, cut off or empty do not sign in")
    func forgedSessions() throws {
        try Site.run(.inProcess) { site in
            let mira = try site.visitor().signIn("mira")
            let real = try #require(mira.cookies["session"])
            for value in ["", "x", OpaqueToken.random().text, String(real.dropLast()), real + "A", real + "=="] {
                let visitor = site.visitor()
                let answer = try visitor.get("/api/auth/session", headers: ["Cookie": "session=\(value)"])
                #expect(answer.status == 200 && answer.json["user"] == .null, "\(value)")
                #expect(answer.headers.values("Set-Cookie").contains { $0.hasPrefix("session=; ") }, "\(value)")
                let list = try visitor.get("/api/auth/sessions", headers: ["Cookie": "session=\(value)"])
                #expect(list.status == 401 && list.code == "auth_required", "\(value)")
            }
            #expect(try mira.get("/api/auth/session").json["user"]?["username"]?.text == "mira")
        }
    }

    @Test("AUTH-02 the session's cookie is out of scripts' reach and bound to this host", arguments: [true, false])
    func cookieAttributes(isPlain: Bool) throws {
        let url = isPlain ? "http://127.0.0.1:8080" : "https://film.example"
        try TestDatabase.run { test in
            let settings = try Settings.load([
                "DATABASE_URL": test.options(as: .web).connectionString, "SITE_URL": url,
                "SECRET_KEY": "0123456789abcdef0123456789abcdef",
            ])
            let link = try test.database(as: .owner).withConnection { connection in
                let member = try Members.create(username: "mira", on: connection)
                return try SignInLinks.create(for: member.id, on: connection).text
            }
            let identity = IdentityService(settings: settings, database: test.database(as: .web))
            let application = try Application(
                routes: AuthRoutes.routes(identity), guards: .site(identity, settings: settings), log: .silent)
            let first = application.respond(to: Request(.get, "/api/csrf"))
            let voter = try #require(first.headers["Set-Cookie"])
            let token = try #require(JSONParser.parse(first.bytes ?? [])["token"]?.text)
            let answer = application.respond(
                to: Request(
                    .post, "/api/auth/link",
                    headers: [
                        "Cookie": String(voter.prefix { $0 != ";" }), "X-CSRF-Token": token, "Origin": url,
                        "Content-Type": "application/json",
                    ], body: Array(#"{"token":"\#(link)"}"#.utf8)))
            let session = try #require(answer.headers["Set-Cookie"])
            let shape =
                isPlain
                ? #/session=[\w-]{43}; Path=/; Max-Age=2592000; HttpOnly; SameSite=Lax/#
                : #/__Host-session=[\w-]{43}; Path=/; Max-Age=2592000; Secure; HttpOnly; SameSite=Lax/#
            #expect(session.wholeMatch(of: shape) != nil, "\(session)")
            #expect(voter.hasPrefix(isPlain ? "voter=" : "__Host-voter=") && voter.contains("HttpOnly"))
        }
    }

    @Test(
        "AUTH-02 signing out ends the session here, and by an announcement in another process",
        arguments: Depth.allCases)
    func signOut(depth: Depth) throws {
        try Site.run(depth) { site in
            let other = try InProcess(site.settings)
            defer { other.stop() }
            let mira = site.visitor()
            // A process forgets sessions by itself a minute after it read them, so only what happens before is proof.
            let isAnnounced = try (0..<5).contains { _ in
                let begun = ContinuousClock.now
                try mira.signIn("mira")
                let cookie = "session=\(try #require(mira.cookies["session"]))"
                let name = { () throws -> String? in
                    let asking = Asking(
                        method: .get, target: "/api/auth/session", headers: ["Cookie": cookie], body: [],
                        address: mira.address)
                    return try other.answer(to: asking).json["user"]?["username"]?.text
                }
                #expect(try name() == "mira")
                let thief = mira.copy()
                #expect(try mira.send(.post, "/api/auth/signout").status == 204)
                #expect(mira.cookies["session"] == nil)
                #expect(try thief.get("/api/auth/session").json["user"] == .null)
                try waitUntil { try name() == nil }
                return ContinuousClock.now - begun < .seconds(60)
            }
            #expect(isAnnounced)
            #expect(try mira.ready().send(.post, "/api/auth/signout").status == 204)
        }
    }

    @Test("AUTH-02 one sees and ends one's own sessions")
    func sessions() throws {
        try Site.run(.inProcess) { site in
            let (phone, desk) = (try site.visitor().signIn("mira"), try site.visitor().signIn("mira"))
            let dana = try site.visitor().signIn("dana")
            guard case .array(let list)? = try desk.get("/api/auth/sessions").json["sessions"] else {
                Issue.record("no list")
                return
            }
            #expect(list.count == 2)
            let other = try #require(list.first { $0["isCurrent"] == false }?["id"])
            let stolen = try dana.send(.delete, "/api/auth/sessions", ["id": other])
            #expect(stolen.status == 404 && stolen.code == "session_not_found")
            #expect(try desk.send(.delete, "/api/auth/sessions", ["id": other]).json["ended"] == 1)
            #expect(try phone.get("/api/auth/sessions").status == 401)

            try phone.signIn("mira")
            #expect(try desk.send(.delete, "/api/auth/sessions", ["others": true]).json["ended"] == 1)
            #expect(try phone.get("/api/auth/sessions").status == 401)
            #expect(try desk.get("/api/auth/sessions").status == 200)
            #expect(try dana.get("/api/auth/sessions").status == 200)
            for body: JSONValue in [[:], ["others": false], ["id": other, "others": true], ["id": "short"]] {
                #expect(try desk.send(.delete, "/api/auth/sessions", body).status == 422, "\(body)")
            }
        }
    }

    @Test(
        "ADM-02 a ban ends sessions wherever it is announced, and a new one may change nothing",
        arguments: Depth.allCases)
    func ban(depth: Depth) throws {
        try Site.run(depth) { site in
            let mira = try site.visitor().signIn("mira")
            #expect(try mira.get("/api/auth/sessions").status == 200)
            let id = try #require(try Members.find(username: "mira", in: site.database.database(as: .web))?.id)
            try MemberAdministration(database: site.database.database(as: .owner)) { _, _ in }
                .ban(id, reason: "spam", by: nil)
            #expect(try eventually { try mira.get("/api/auth/sessions").status == 401 })
            try mira.signIn("mira")
            let account = try mira.get("/api/auth/session").json["user"]
            #expect(account?["isBanned"] == true && account?["banReason"]?.text == "spam")
            let refused = try mira.send(.post, "/api/user/create-profile", ["username": "other", "ageConfirmed": true])
            #expect(refused.status == 403 && refused.code == "banned")
            #expect(try mira.send(.post, "/api/auth/signout").status == 204)
        }
    }

    @Test("AUTH-02 while Postgres cannot be reached sessions remain, and the answer is 503")
    func unavailable() throws {
        let settings = try Settings.load([
            "DATABASE_URL": "host=/nonexistent dbname=x user=x", "SITE_URL": "http://127.0.0.1:8080",
            "SECRET_KEY": "0123456789abcdef0123456789abcdef",
        ])
        let identity = IdentityService(
            settings: settings, database: Database(DatabaseOptions(connectionString: settings.database.url)))
        let application = try Application(
            routes: AuthRoutes.routes(identity), guards: .site(identity, settings: settings),
            errorMap: { $0 is DatabaseError ? .unavailable() : nil }, log: .silent)
        let answer = application.respond(
            to: Request(.get, "/api/auth/session", headers: ["Cookie": "session=\(OpaqueToken.random().text)"]))
        #expect(answer.status == 503 && answer.headers["Retry-After"] != nil)
        #expect(answer.headers.values("Set-Cookie").isEmpty)
        #expect(application.respond(to: Request(.get, "/api/auth/session")).status == 200)
    }
}

@Suite("Usernames and pictures", .requiresPostgres)
struct OnboardingTests {
    @Test("AUTH-03 a member chooses a name once", arguments: Depth.allCases)
    func names(depth: Depth) throws {
        try Site.run(depth) { site in
            _ = try site.makeLink("taken_name")
            let link = try site.database.database(as: .owner).withConnection { connection in
                try SignInLinks.create(for: try Members.create(on: connection).id, on: connection).text
            }
            let member = try site.visitor().ready()
            #expect(try member.send(.post, "/api/user/create-profile", ["username": "mira"]).status == 401)
            let account = try member.send(.post, "/api/auth/link", ["token": .string(link)]).json["user"]
            #expect(account?["username"] == .null && account?["avatarUrl"]?.text?.hasPrefix("/api/avatar/") == true)
            try member.ready()

            for (name, reason) in [
                ("x", "malformed"), ("Admin", "malformed"), ("admin", "reserved"), ("taken_name", "taken"),
            ] {
                let check = try member.get("/api/user/check-username?username=\(name)").json
                #expect(check["available"] == false && check["reason"]?.text == reason, "\(name)")
                let answer = try member.send(
                    .post, "/api/user/create-profile", ["username": .string(name), "ageConfirmed": true])
                #expect(answer.status == (reason == "taken" ? 409 : 422), "\(name)")
            }
            #expect(try member.get("/api/user/check-username?username=mira").json["available"] == true)
            let young = try member.send(.post, "/api/user/create-profile", ["username": "mira", "ageConfirmed": false])
            #expect(young.status == 422 && young.json["details"]?[0]?["field"] == "ageConfirmed")
            let silent = try member.send(.post, "/api/user/create-profile", ["username": "mira"])
            #expect(silent.status == 422 && silent.json["details"]?[0]?["field"] == "ageConfirmed", "CLIP-09")
            let chosen = try member.send(.post, "/api/user/create-profile", ["username": "mira", "ageConfirmed": true])
            #expect(chosen.status == 200 && chosen.json["user"]?["username"]?.text == "mira")
            #expect(try member.get("/api/auth/session").json["user"]?["username"]?.text == "mira")
            let second = try member.send(
                .post, "/api/user/create-profile", ["username": "mira2", "ageConfirmed": true])
            #expect(second.status == 409 && second.code == "profile_exists")
        }
    }

    @Test("AUTH-03 generated pictures are public and kept for ever", arguments: Depth.allCases)
    func avatars(depth: Depth) throws {
        try Site.run(depth) { site in
            let first = try site.visitor().get("/api/avatar/abc")
            #expect(first.status == 200 && first.headers["Content-Type"] == "image/svg+xml")
            #expect(first.headers["Cache-Control"] == "public, max-age=31536000, immutable")
            #expect(first.headers.values("Set-Cookie").isEmpty)
            #expect(try site.visitor().get("/api/avatar/abc").body == first.body)
            #expect(try site.visitor().get("/api/avatar/\(String(repeating: "x", count: 65))").status == 404)
            #expect(try site.visitor().get("/api/avatar/x%2f..%2fabc").status == 404)
            #expect(try site.visitor().get("/api/avatar/%61bc").status == 308)
        }
    }
}
