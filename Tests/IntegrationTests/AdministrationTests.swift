import Configuration
internal import Film
import Flags
internal import FoundationEssentials
internal import HTTP
internal import Identity
internal import Postgres
internal import TestSupport
internal import Testing
internal import Text

@Suite("Looking after members", .requiresPostgres)
struct AdministrationTests {
    @Test("ADM-02 members are listed, found by name and address, and shown in full")
    func list() throws {
        try AdminSite.run { it in
            let page = try it.ask(it.admin, .get, "/api/admin/users?sort=name&limit=1")
            #expect(page.status == 200)
            #expect(page.json["users"]?[0]?["username"]?.text == "mira_okafor")
            let next = try #require(page.json["nextCursor"]?.text)
            let rest = try it.ask(it.admin, .get, "/api/admin/users?sort=name&cursor=\(next)")
            #expect(rest.json["users"]?[0]?["username"]?.text == "the_admin")
            #expect(rest.json["nextCursor"] == .null)
            #expect(try it.ask(it.admin, .get, "/api/admin/users?sort=newest&cursor=\(next)").status == 422)
            #expect(try it.ask(it.admin, .get, "/api/admin/users?search=mira").json["users"]?[1] == nil)
            #expect(try it.ask(it.admin, .get, "/api/admin/users?role=admin").json["users"]?[1] == nil)

            let detail = try it.ask(it.admin, .get, "/api/admin/users/\(it.memberID)")
            #expect(detail.json["user"]?["sessions"]?.integer == 1)
            #expect(try it.ask(it.admin, .get, "/api/admin/users/\(UUID())").code == "member_not_found")
            #expect(try it.ask(it.admin, .get, "/api/admin/users/nobody").status == 404)
        }
    }

    @Test("ADM-02 every refusal of a change, and no key or visitor may ask")
    func refusals() throws {
        try AdminSite.run { it in
            let (own, member) = ("/api/admin/users/\(it.adminID)", "/api/admin/users/\(it.memberID)")
            func put(_ path: String, _ body: JSONValue) throws -> String? {
                try it.ask(it.admin, .put, path, body).code
            }
            for body: JSONValue in [
                [:], ["unban": false], ["role": "admin"], ["role": "owner", "reason": "x"], ["username": "A b"],
                ["username": "admin"], ["ban": [:]], ["ban": ["reason": " "]], ["unban": true, "username": "someone"],
                ["banned": true],
            ] {
                let code = try put(member, body)
                #expect(code == "invalid_fields", "\(body)")
            }
            #expect(try put(own, ["ban": ["reason": "x"]]) == "own_account")
            #expect(try put(own, ["role": "member", "reason": "x"]) == "last_admin")
            #expect(try put(member, ["unban": true]) == "member_not_banned")
            #expect(try put(member, ["username": "the_admin"]) == "username_taken")
            #expect(try put("/api/admin/users/\(UUID())", ["ban": ["reason": "x"]]) == "member_not_found")
            #expect(try put(member, ["role": "admin", "reason": "helps"]) == nil)
            #expect(try put(member, ["ban": ["reason": "x"]]) == "member_is_admin")
            #expect(try put(own, ["role": "member", "reason": "x"]) == "own_account")

            for path in ["/api/admin/users", "/api/admin/audit-logs", "/api/admin/feature-flags"] {
                #expect(try it.visitor.get(path).status == 401)
                #expect(try it.stranger.get(path).status == 403)
            }
            #expect(try it.stranger.send(.put, own, ["ban": ["reason": "x"]]).status == 403)
        }
    }

    @Test("ADM-02 a ban is announced to every other process, and the member reads why and appeals once")
    func ban() throws {
        try AdminSite.run { it in
            let other = try InProcess(it.site.settings)
            defer { other.stop() }
            let elsewhere = it.member.asking(.get, "/api/auth/session")
            #expect(try other.answer(to: elsewhere).json["user"]?["username"]?.text == "mira_okafor")

            let banned = try it.ask(
                it.admin, .put, "/api/admin/users/\(it.memberID)", ["ban": ["reason": "Twelve copies of one clip"]])
            #expect(banned.json["user"]?["banReason"]?.text == "Twelve copies of one clip")
            #expect(banned.json["user"]?["sessions"]?.integer == 0)
            #expect(banned.json["audit"]?[0]?["action"]?.text == "member.ban")
            #expect(try it.member.get("/api/auth/session").json["user"] == .null)
            // Well within the minute for which a session is kept: only the announcement can have done it.
            try waitUntil { try other.answer(to: elsewhere).json["user"] == .null }

            try it.member.signIn("mira_okafor")
            let session = try it.member.get("/api/auth/session")
            #expect(session.json["user"]?["banReason"]?.text == "Twelve copies of one clip")
            #expect(try it.member.send(.patch, "/api/user/settings", ["username": "mira_new"]).code == "banned")
            #expect(try it.member.get("/api/user/appeal").json["appealedAt"] == .null)
            #expect(try it.member.send(.post, "/api/user/appeal", ["text": "I sent one."]).status == 200)
            #expect(try it.member.send(.post, "/api/user/appeal", ["text": "Really."]).code == "already_appealed")
            #expect(try it.stranger.send(.post, "/api/user/appeal", ["text": "Me too."]).code == "not_banned")
            #expect(try it.ask(it.admin, .get, "/api/admin/users?appeal=true").json["users"]?[1] == nil)
            let shown = try it.ask(it.admin, .get, "/api/admin/users/\(it.memberID)")
            #expect(shown.json["user"]?["appeal"]?.text == "I sent one.")

            let lifted = try it.ask(
                it.admin, .put, "/api/admin/users/\(it.memberID)", ["unban": true, "reason": "True"])
            #expect(lifted.json["user"]?["bannedAt"] == .null)
            #expect(try it.member.send(.patch, "/api/user/settings", ["username": "mira_new"]).status == 200)
        }
    }

    @Test("AUTH-03 a member changes the name once in 30 days, and a refusal names the next date")
    func rename() throws {
        try AdminSite.run { it in
            let first = try it.member.send(.patch, "/api/user/settings", ["username": "mira_new"])
            #expect(first.status == 200 && first.json["nextChangeAt"]?.text != nil)
            #expect(try it.member.get("/api/auth/session").json["user"]?["username"]?.text == "mira_new")
            let second = try it.member.send(.patch, "/api/user/settings", ["username": "mira_next"])
            #expect(second.status == 409 && second.code == "username_too_soon")
            #expect(second.json["nextChangeAt"] == first.json["nextChangeAt"])
            #expect(
                try it.stranger.send(.patch, "/api/user/settings", ["username": "mira_okafor"]).code == "username_taken"
            )
            let check = try it.visitor.get("/api/user/check-username?username=mira_okafor")
            #expect(check.json["reason"]?.text == "taken")
            #expect(try it.visitor.send(.patch, "/api/user/settings", ["username": "x_y_z"]).status == 401)

            let renamed = try it.ask(
                it.admin, .put, "/api/admin/users/\(it.memberID)", ["username": "mira_b", "reason": "asked for"])
            #expect(renamed.json["user"]?["formerNames"] == ["mira_new", "mira_okafor"])
        }
    }
}

@Suite("The record and the flags", .requiresPostgres)
struct RecordAndFlagTests {
    @Test("ADM-04 the log is read newest first, filtered and in pages")
    func audit() throws {
        try AdminSite.run { it in
            let member = "/api/admin/users/\(it.memberID)"
            _ = try it.ask(it.admin, .put, member, ["ban": ["reason": "Spam of the worst kind"]])
            _ = try it.ask(it.admin, .put, member, ["unban": true])
            _ = try it.ask(it.admin, .post, "/api/admin/feature-flags", ["key": "comments_enabled", "enabled": false])
            try it.site.database.database(as: .jobs).execute(
                "select set_feature_flag(null, 'comments_enabled', true, null)")
            func actions(_ query: String) throws -> [String?] {
                let answer = try it.ask(it.admin, .get, "/api/admin/audit-logs?\(query)")
                guard case .array(let entries)? = answer.json["entries"] else { return [answer.code] }
                return entries.map { $0["action"]?.text }
            }
            #expect(try actions("") == ["flag.change", "flag.change", "member.lift_ban", "member.ban"])
            #expect(try actions("action=member") == ["member.lift_ban", "member.ban"])
            #expect(try actions("action=member.ban") == ["member.ban"])
            #expect(try actions("operator=true") == ["flag.change"])
            #expect(try actions("actor=\(it.adminID)").count == 3)
            #expect(try actions("subjectKind=member&subjectId=\(it.memberID)").count == 2)
            #expect(try actions("text=worst%20kind") == ["member.lift_ban", "member.ban"])
            #expect(try actions("text=mira_oka") == ["member.lift_ban", "member.ban"])
            #expect(try actions("text=%25").isEmpty)
            #expect(try actions("from=2100-01-01T00:00:00Z").isEmpty)
            #expect(try actions("to=2100-01-01T00:00:00Z").count == 4)
            #expect(try actions("cursor=x") == ["invalid_fields"])

            let first = try it.ask(it.admin, .get, "/api/admin/audit-logs?limit=3")
            let next = try #require(first.json["nextCursor"]?.text)
            let last = try it.ask(it.admin, .get, "/api/admin/audit-logs?limit=3&cursor=\(next)")
            #expect(last.json["nextCursor"] == .null)
            let ban = try #require(last.json["entries"]?[0])
            #expect(ban["actor"]?["username"]?.text == "the_admin" && ban["subjectName"]?.text == "mira_okafor")
            #expect(ban["reason"]?.text == "Spam of the worst kind" && ban["after"]?["banned"] == true)
            #expect(last.json["actions"] == ["flag.change", "member.ban", "member.lift_ban"])
        }
    }

    @Test("FLAG-01 another process sees a change of a switch without a restart, and off answers 503")
    func flags() throws {
        try AdminSite.run { it in
            let other = try InProcess(it.site.settings)
            defer { other.stop() }
            let asking = it.member.asking(.get, "/api/features")
            func isOn(_ key: String) throws -> Bool { try other.answer(to: asking).json["features"]?[key] == true }
            _ = try it.ask(it.admin, .post, "/api/admin/feature-flags", ["key": "uploads_enabled", "enabled": true])
            try waitUntil { try isOn("uploads_enabled") }
            let changed = try it.ask(
                it.admin, .post, "/api/admin/feature-flags", ["key": "uploads_enabled", "enabled": false])
            #expect(changed.json["enabled"] == false && changed.json["updatedBy"]?.text == "the_admin")
            // The other process learns of it without a restart.
            try waitUntil { try !isOn("uploads_enabled") }
            let refused = try it.member.send(
                .post, "/api/upload/signed-url",
                ["fileName": "a.mp4", "contentType": "video/mp4", "size": 1_000])
            #expect(refused.status == 503 && refused.code == "feature_off", "\(refused.json)")
            #expect(refused.headers["Retry-After"] != nil)

            let post = "/api/admin/feature-flags"
            #expect(try it.ask(it.admin, .post, post, ["key": "teleport", "enabled": true]).code == "flag_not_found")
            #expect(try it.ask(it.admin, .post, post, ["key": "uploads_enabled"]).code == "invalid_fields")
            #expect(
                try it.ask(it.admin, .post, post, ["key": "uploads_enabled", "rolloutPercent": 101]).code
                    == "invalid_fields")
            #expect(
                try it.ask(it.admin, .post, post, ["key": "voting_enabled", "rolloutPercent": 50]).code
                    == "rollout_not_possible")
            let list = try it.ask(it.admin, .get, post)
            #expect(list.json["flags"]?[11] != nil && list.json["flags"]?[12] == nil)
        }
    }

    @Test("FLAG-01 a roll-out lets its members in and keeps visitors and the others out, in the API as in the list")
    func rollout() throws {
        try AdminSite.run { it in
            let flags = FeatureFlags(it.site.database.database(as: .web), secretKey: it.site.settings.site.secretKey)
            for percent in [0, 50, 100] {
                _ = try it.ask(
                    it.admin, .post, "/api/admin/feature-flags",
                    ["key": "uploads_enabled", "enabled": true, "rolloutPercent": .integer(percent)])
                flags.drop()
                for (who, id) in [(it.member, it.memberID), (it.stranger, it.strangerID)] {
                    let expected = try flags.isEnabled("uploads_enabled", for: UUID(uuidString: id))
                    #expect(percent == 50 || expected == (percent == 100))
                    #expect(try who.get("/api/features").json["features"]?["uploads_enabled"] == .bool(expected))
                    let upload = try who.send(
                        .post, "/api/upload/signed-url",
                        ["fileName": "a.mp4", "contentType": "video/mp4", "size": 1_000])
                    #expect((upload.code == "feature_off") == !expected)
                }
                let features = try it.visitor.get("/api/features").json["features"]
                #expect(features?["uploads_enabled"] == .bool(percent == 100))
            }
        }
    }
}

/// A site with an admin, two members and a visitor; answers are held to what their routes declare.
struct AdminSite {
    let site: Site
    let admin, member, stranger, visitor: Visitor
    let adminID, memberID, strangerID: String
    private let router: Router

    static func run(_ body: (AdminSite) throws -> Void) throws {
        try Site.run(.inProcess) { try body(try AdminSite($0)) }
    }

    private init(_ site: Site) throws {
        self.site = site
        admin = try site.visitor(address: "198.51.100.1").signIn("the_admin", isAdmin: true)
        member = try site.visitor(address: "198.51.100.2").signIn("mira_okafor")
        stranger = try site.visitor(address: "198.51.100.3").signIn("zoe_lind")
        visitor = try site.visitor(address: "198.51.100.4").ready()
        let ids: [String] = try site.database.database(as: .web).query("select id::text from users order by username")
        (memberID, adminID, strangerID) = (ids[0], ids[1], ids[2])
        let backend = try InProcess(site.settings)
        router = try Router(routes: backend.routes)
        backend.stop()
    }

    func ask(_ who: Visitor, _ method: HTTP.Method, _ target: String, _ json: JSONValue? = nil) throws -> Answer {
        let answer = try who.send(method, target, json)
        if case .route(let route, _) = router.lookup(method, String(target.prefix { $0 != "?" })),
            case .some(.some(let schema)) = route.answers[answer.status]
        {
            let faults = schema.faults(in: answer.json)
            #expect(faults.isEmpty, "\(target): \(faults.map { "\($0.field) \($0.message)" })")
        }
        return answer
    }
}

extension Visitor {
    /// The request of this browser in words, for a process that the site does not know.
    func asking(_ method: HTTP.Method, _ target: String) -> Asking {
        let cookies = cookies.map { "\($0.key)=\($0.value)" }.joined(separator: "; ")
        return Asking(
            method: method, target: target, headers: ["User-Agent": agent, "Cookie": cookies], body: [],
            address: address)
    }
}
