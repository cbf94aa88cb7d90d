internal import FoundationEssentials
internal import HTTP
internal import Identity
internal import Postgres
internal import TestSupport
internal import Testing

/// Every route that a host serves, tried by every kind of caller, with and without what the route requires.
/// `RouteTable` contains the expected answers, independently of the declarations that are tested.
@Suite("Who may call what", .requiresPostgres)
struct AccessTests {
    /// The answers of the guard, by which a call is known to have been stopped before its handler.
    private static let refusals: Set<String> = [
        "auth_required", "admin_only", "banned", "csrf_failed", "people_only", "key_scope", "key_invalid",
        "sign_in_again",
    ]

    /// Sends a request that nothing but the caller's lack of rights can stop before its body is looked at.
    private func send(_ who: Visitor, _ name: String, headers: Headers = [:]) throws -> Answer {
        let words = name.split(separator: " ")
        let method = Method(String(words[0]))
        let path = words[1].split(separator: "/").map { $0.hasPrefix("[") ? UUID().uuidString : String($0) }
        // The vote's own function in SQL looks for a ban, and is not asked before the body was found good.
        let body: JSONValue = words[1] == "/api/vote" ? ["clipId": .string(UUID().uuidString)] : [:]
        let target = "/" + path.joined(separator: "/")
        return try method.isMutation
            ? who.send(method, target, body, headers: headers) : who.get(target, headers: headers)
    }

    /// The guard's refusal, or nothing when the handler was called.
    private func refusal(_ who: Visitor, _ line: RouteTable.Line, headers: Headers = [:]) throws -> String? {
        let answer = try send(who, line.name, headers: headers)
        guard let code = answer.code, Self.refusals.contains(code) else { return nil }
        return code
    }

    @Test("SEC-05 every route is written down a second time, with what it needs")
    func complete() throws {
        try Site.run(.inProcess) { site in
            let host = try InProcess(site.settings)
            defer { host.stop() }
            let declared = host.routes.map(RouteTable.Line.init).map(\.description).sorted()
            #expect(declared == RouteTable.lines.map(\.description).sorted())
        }
    }

    @Test("SEC-05 AUTH-02 visitors and members may call what is theirs, and nothing beyond")
    func persons() throws {
        try Site.run(.inProcess) { site in
            for line in RouteTable.lines where ["any", "member", "owner", "admin"].contains(line.access) {
                // Signed in anew each time, since some routes end sessions.
                let visitor = try site.visitor().ready()
                #expect(try refusal(visitor, line) == (line.access == "any" ? nil : "auth_required"), "\(line)")
                for name in ["mira", "nova"] {
                    let member = try site.visitor().signIn(name)
                    #expect(try refusal(member, line) == (line.access == "admin" ? "admin_only" : nil), "\(line)")
                }
                let admin = try site.visitor().signIn("boss", isAdmin: true)
                #expect(try refusal(admin, line) == nil, "\(line)")
            }
        }
    }

    @Test("SEC-05 what is one member's is not there for another")
    func owners() throws {
        try Site.run(.inProcess) { site in
            let other = try site.visitor().signIn("nova")
            for line in RouteTable.lines where line.access == "owner" {
                #expect(try send(other, line.name).status == 404, "\(line)")
            }
        }
    }

    @Test("ADM-02 banned members may change nothing but leave, and call no route of admins")
    func banned() throws {
        try Site.run(.inProcess) { site in
            _ = try site.makeLink("mira")
            let owner = site.database.database(as: .owner)
            let id = try #require(Members.find(username: "mira", in: owner)?.id)
            try MemberAdministration(database: owner) { _, _ in }.ban(id, reason: "spam", by: nil)
            let mayStill: Set = ["any", "member", "owner", "admin"]
            for line in RouteTable.lines where mayStill.contains(line.access) {
                let member = try site.visitor().signIn("mira")
                let answer = try send(member, line.name)
                // The vote looks for the ban itself, since the order of its refusals is told.
                let isRefused = line.banned == "refused" || line.name.hasSuffix(" /api/vote") && line.form == "form"
                #expect((answer.code == "banned") == isRefused, "\(line): \(answer.status) \(answer.code ?? "")")
            }
        }
    }

    @Test("SEC-01 no caller can change anything without a form token of this very session")
    func forms() throws {
        try Site.run(.inProcess) { site in
            for line in RouteTable.lines where line.form == "form" {
                let admin = try site.visitor().signIn("boss", isAdmin: true)
                #expect(try refusal(admin.copy(token: false), line) == "csrf_failed", "\(line)")
                let foreign: Headers = ["Origin": "https://evil.example"]
                #expect(try refusal(admin, line, headers: foreign) == "csrf_failed", "\(line)")
                let other = try #require(try site.visitor().signIn("mira").token)
                #expect(try refusal(admin, line, headers: ["X-CSRF-Token": other]) == "csrf_failed", "\(line)")
            }
        }
    }

    @Test("AUTH-02 what destroys requires a sign-in of the last hour, and an admin's session in use")
    func recent() throws {
        try Site.run(.inProcess) { site in
            let superuser = site.database.database(as: .superuser)
            for line in RouteTable.lines where line.recent == "recent" || line.access == "admin" {
                let admin = try site.visitor().signIn("boss", isAdmin: true)
                let column: SQL = line.recent == "recent" ? "authenticated_at" : "used_at"
                try superuser.execute("update sessions set \(sql: column) = \(sql: column) - interval '2 hours'")
                try superuser.execute("select announce_change('sessions', 'all')")
                #expect(eventually { (try? refusal(admin, line)) == "sign_in_again" }, "\(line)")
            }
        }
    }

    @Test("SEC-05 what only nginx, the scheduler and providers may call is closed to everyone, admins too")
    func machines() throws {
        try Site.run(.inProcess) { site in
            let admin = try site.visitor().signIn("boss", isAdmin: true)
            for line in RouteTable.lines {
                let status = try send(admin, line.name).status
                switch line.access {
                case "internal": #expect(status == 404, "\(line)")
                case "cron": #expect(status == 401, "\(line)")
                case "provider", "signed": #expect((400..<500).contains(status), "\(line)")
                default: continue
                }
            }
        }
    }
}
