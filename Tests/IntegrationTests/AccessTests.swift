internal import FoundationEssentials
internal import HTTP
internal import Identity
internal import Postgres
internal import TestSupport
internal import Testing

/// Every route that a host serves, tried by those who may not call it. A new route is tried too, with nobody having to
/// think of it.
@Suite("Who may call what", .requiresPostgres)
struct AccessTests {
    /// Sends a request that nothing but the caller's lack of rights can stop before its body is looked at.
    private func code(_ who: Visitor, _ route: Route) throws -> String {
        let path = route.pattern.split(separator: "/").map { $0.hasPrefix("[") ? UUID().uuidString : String($0) }
        // The vote's own function in SQL looks for a ban, and is not asked before the body was found good.
        let body: JSONValue = route.pattern == "/api/vote" ? ["clipId": .string(UUID().uuidString)] : [:]
        let target = "/" + path.joined(separator: "/")
        let answer = try route.method.isMutation ? who.send(route.method, target, body) : who.get(target)
        return "\(answer.status) \(answer.code ?? "")"
    }

    private func routes(_ site: Site, _ access: Set<Access>) throws -> [Route] {
        let host = try InProcess(site.settings)
        defer { host.stop() }
        let routes = host.routes.filter { access.contains($0.access) }
        #expect(!routes.isEmpty)
        return routes
    }

    @Test("SEC-05 AUTH-02 visitors may call no route of members and admins")
    func visitors() throws {
        try Site.run(.inProcess) { site in
            let visitor = try site.visitor().ready()
            for route in try routes(site, [.member, .owner, .admin]) {
                #expect(try code(visitor, route) == "401 auth_required", "\(route.method) \(route.pattern)")
            }
        }
    }

    @Test("SEC-05 AUTH-02 members may call no route of admins")
    func members() throws {
        try Site.run(.inProcess) { site in
            let member = try site.visitor().signIn("mira")
            for route in try routes(site, [.admin]) {
                #expect(try code(member, route) == "403 admin_only", "\(route.method) \(route.pattern)")
            }
        }
    }

    @Test("ADM-02 banned members may change nothing, and call no route of admins")
    func banned() throws {
        try Site.run(.inProcess) { site in
            _ = try site.makeLink("mira")
            let owner = site.database.database(as: .owner)
            let id = try #require(Members.find(username: "mira", in: owner)?.id)
            try Members.ban(id, reason: "spam", by: nil, in: owner)
            let member = try site.visitor().signIn("mira")
            // They may still leave.
            let open = [
                "/api/auth/link", "/api/auth/signout", "/api/auth/sessions", "/api/csrf", "/api/account/delete",
            ]
            for route in try routes(site, [.any, .member, .owner, .admin]) {
                guard route.method.isMutation || route.access == .admin, !open.contains(route.pattern) else { continue }
                #expect(try code(member, route) == "403 banned", "\(route.method) \(route.pattern)")
            }
        }
    }

    @Test("AUTH-04 a key may call what its scopes allow and nothing that is for people", arguments: KeyScope.allCases)
    func keys(scope: KeyScope) throws {
        try Site.run(.inProcess) { site in
            let boss = try site.visitor().signIn("boss", isAdmin: true)
            let web = site.database.database(as: .web)
            let id = try #require(try Members.find(username: "boss", in: web)?.id)
            let made = try APIKeys.create(for: id, name: "test", scopes: [scope.rawValue], days: nil, in: web)
            guard case .created(let key, _) = made else { throw SiteFault("no key: \(made)") }
            let program = boss.copy(cookies: false, token: false).carrying(key.text)
            for route in try routes(site, [.any, .member, .owner, .admin]) {
                // What is the same for all never learns who calls.
                guard route.keyScope != nil || route.method.isMutation || route.access != .any else { continue }
                guard route.access != .any || route.method.isMutation else { continue }
                let found = try code(program, route)
                let place = "\(route.method) \(route.pattern)"
                switch route.keyScope {
                case nil: #expect(found == "403 people_only", "\(place)")
                case scope?: #expect(!found.hasPrefix("401") && !found.hasPrefix("403"), "\(place): \(found)")
                default: #expect(found == "403 key_scope", "\(place)")
                }
            }
        }
    }

    @Test("AUTH-04 what votes, and what looks after keys, sessions and accounts, is for people")
    func peopleOnly() throws {
        try Site.run(.inProcess) { site in
            let closed = try routes(site, [.any, .member, .owner]).filter { $0.keyScope == nil }
            let names = Set(closed.map { "\($0.method) \($0.pattern)" })
            let wanted: Set = [
                "POST /api/vote", "DELETE /api/vote", "GET /api/keys", "POST /api/keys", "DELETE /api/keys",
                "GET /api/auth/sessions", "DELETE /api/auth/sessions", "GET /api/auth/session", "POST /api/auth/link",
                "POST /api/auth/signout", "DELETE /api/account/delete", "GET /api/account/export",
                "POST /api/user/create-profile",
            ]
            #expect(names.isSuperset(of: wanted), "\(wanted.subtracting(names))")
            // Battles, likes, follows and referrals, whenever they come.
            for route in try routes(site, [.any, .member, .owner]) where route.method.isMutation {
                let isSocial = ["battle", "like", "follow", "refer", "/api/auth/"].contains {
                    route.pattern.contains($0)
                }
                if isSocial { #expect(route.keyScope == nil, "\(route.pattern)") }
            }
        }
    }

    @Test("SEC-01 no change passes without a form token, whoever asks")
    func forms() throws {
        try Site.run(.inProcess) { site in
            let admin = try site.visitor().signIn("boss", isAdmin: true).copy(token: false)
            for route in try routes(site, [.any, .member, .owner, .admin]) {
                guard route.method.isMutation, route.pattern != "/api/csrf" else { continue }
                #expect(try code(admin, route) == "403 csrf_failed", "\(route.method) \(route.pattern)")
            }
        }
    }

    @Test("SEC-05 what only nginx and the scheduler may call is closed to everyone, admins too")
    func machines() throws {
        try Site.run(.inProcess) { site in
            let admin = try site.visitor().signIn("boss", isAdmin: true)
            for route in try routes(site, [.internal_, .cron]) {
                let wanted = route.access == .cron ? "401 auth_required" : "404 not_found"
                #expect(try code(admin, route) == wanted, "\(route.method) \(route.pattern)")
            }
        }
    }
}
