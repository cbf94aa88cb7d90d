internal import FoundationEssentials
internal import HTTP
internal import Identity
internal import Postgres
internal import TestSupport
internal import Testing

@Suite("What keys may call", .requiresPostgres)
struct KeyAccessTests {
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

    @Test("AUTH-04 a key may call what its scopes allow and nothing that is for people", arguments: KeyScope.allCases)
    func keys(scope: KeyScope) throws {
        try Site.run(.inProcess) { site in
            let boss = try site.visitor().signIn("boss", isAdmin: true)
            // What sends in clips is not about keys here.
            try site.acceptTerms()
            let web = site.database.database(as: .web)
            let id = try #require(try Members.find(username: "boss", in: web)?.id)
            let (key, _) = try APIKeys.create(for: id, name: "test", scopes: [scope.rawValue], days: nil, in: web)
            let program = boss.copy(cookies: false, token: false).carrying(key.text)
            for route in try routes(site, [.any, .member, .owner, .admin]) {
                // What is the same for all never learns who calls.
                guard route.keyScope != nil || route.method.isMutation || route.access != .any else { continue }
                guard route.access != .any || route.method.isMutation else { continue }
                let found = try code(program, route)
                let place = "\(route.method) \(route.pattern)"
                switch route.keyScope {
                // A page says it in words, without a code.
                case nil: #expect(found == (route.answersWithPages ? "403 " : "403 people_only"), "\(place)")
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
}
