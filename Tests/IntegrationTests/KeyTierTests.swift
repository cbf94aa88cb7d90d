internal import FoundationEssentials
internal import HTTP
internal import Identity
internal import Postgres
internal import TestSupport
internal import Testing

/// The tiers of API keys under the real limiters.
@Suite("Tiers of API keys", .requiresPostgres)
struct KeyTierTests {
    private static let limits = [
        "RATE_LIMITS": "api=3,read=4,auth=1000,admin_sensitive=1000", "KEY_RATE_LIMITS": "read=5",
        "PARTNER_RATE_LIMITS": "api=6,read=8",
    ]

    private struct Program {
        let id: UUID
        let visitor: Visitor

        init(_ site: Site, of member: String, name: String) throws {
            let web = site.database.database(as: .web)
            let owner = try #require(try Members.find(username: member, in: web)?.id)
            let made = try APIKeys.create(for: owner, name: name, scopes: ["read", "write"], days: nil, in: web)
            id = made.id
            visitor = site.visitor(address: "203.0.113.\(name.utf8.first ?? 1)").carrying(made.key.text)
        }

        /// How many requests pass until one is refused.
        func passing(_ path: String) throws -> Int {
            for count in 0..<100 {
                let answer = try visitor.get(path)
                if answer.status == 429 { return count }
                #expect(answer.status == 200)
            }
            return 100
        }
    }

    // The first counts against `api`, the second against `read`.
    private static let change = "/api/user/settings"
    private static let read = "/api/credits"

    @Test(
        "AUTH-06 SEC-02 keys of the standard tier share their limits, a partner's key has its own, and a browser its own"
    )
    func tiers() throws {
        try Site.run(.inProcess, settings: Self.limits) { site in
            let browser = try site.visitor().signIn("mira")
            let boss = try site.visitor().signIn("boss", isAdmin: true)
            let one = try Program(site, of: "mira", name: "one")
            let two = try Program(site, of: "mira", name: "two")
            let partner = try Program(site, of: "mira", name: "partner")
            #expect(try two.visitor.get(Self.change).status == 200)
            #expect(try one.passing(Self.change) == 2, "both keys of a member together")
            #expect(try two.visitor.get(Self.change).headers["X-RateLimit-Limit"] == "3")
            for _ in 0..<3 { #expect(try browser.get(Self.change).status == 200) }
            #expect(try browser.get(Self.change).status == 429)

            let path = "/api/admin/keys/\(partner.id.uuidString.lowercased())"
            #expect(try boss.send(.patch, path, ["tier": "partner"]).status == 200)
            // The cache of keys forgets it by a notification, and so does every other process.
            #expect(eventually { (try? partner.visitor.get(Self.change))?.headers["X-RateLimit-Limit"] == "6" })
            #expect(try partner.passing(Self.change) <= 5)
            let own: JSONValue = ["tier": "own", "limits": ["api": 9]]
            #expect(try boss.send(.patch, path, own).status == 200)
            #expect(eventually { (try? partner.visitor.get(Self.change))?.headers["X-RateLimit-Limit"] == "9" })

            let detail = try boss.get("/api/admin/users/\(try userID("mira", site))")
            let keys = (0..<3).compactMap { detail.json["keys"]?[$0] }
            #expect(keys.count == 3)
            let changed = try #require(keys.first { $0["id"]?.text == partner.id.uuidString.lowercased() })
            #expect(changed["tier"] == "own" && changed["limits"]?["api"] == 9 && changed["limits"]?["read"] == 5)
        }
    }

    @Test("AUTH-06 reads by a key count for the key's tier, wherever they come from, and not for the network")
    func reads() throws {
        try Site.run(.inProcess, settings: Self.limits) { site in
            _ = try site.visitor().signIn("mira")
            let boss = try site.visitor(address: "203.0.113.200").signIn("boss", isAdmin: true)
            let one = try Program(site, of: "mira", name: "one")
            #expect(try one.passing(Self.read) == 5)
            let partner = try Program(site, of: "mira", name: "partner")
            let path = "/api/admin/keys/\(partner.id.uuidString.lowercased())"
            #expect(try boss.send(.patch, path, ["tier": "partner"]).status == 200)
            #expect(try partner.passing(Self.read) == 8)
        }
    }

    @Test(
        "AUTH-06 requests are counted by key and day in groups, with those that were refused, and forgotten after 90 days"
    )
    func usage() throws {
        try Site.run(.inProcess, settings: Self.limits) { site in
            let mira = try site.visitor().signIn("mira")
            let program = try Program(site, of: "mira", name: "one")
            let superuser = site.database.database(as: .superuser)
            let before: Int = try superuser.one("select count(*)::int from key_days")
            #expect(before == 0)
            #expect(try program.passing(Self.change) == 3)
            let counted: SQL = "select requests || ' ' || refused from key_days where key_id = \(program.id)"
            #expect(eventually { (try? superuser.first(counted, as: String.self)) == "4 1" })
            let shown = try mira.get("/api/keys").json["keys"]?[0]
            #expect(shown?["usage"]?[0]?["requests"] == 4 && shown?["usage"]?[0]?["refused"] == 1)
            #expect(shown?["tier"] == "standard" && shown?["limits"]?["read"] == 5 && shown?["limits"]?["api"] == 3)

            let jobs = site.database.database(as: .jobs)
            try site.database.advanceClock(by: .seconds(31 * 86_400))
            #expect(try jobs.one("select sweep_key_days()") == 0)
            let later = try APIKeys.list(of: try memberID("mira", site), in: site.database.database(as: .web))
            #expect(later[0].usage.isEmpty, "the list holds 30 days")
            try site.database.advanceClock(by: .seconds(60 * 86_400))
            #expect(try jobs.one("select sweep_key_days()") == 1)
        }
    }

    @Test("AUTH-06 every refusal of a tier, and no key changes its own")
    func refusals() throws {
        try Site.run(.inProcess) { site in
            let mira = try site.visitor().signIn("mira")
            let boss = try site.visitor().signIn("boss", isAdmin: true)
            let program = try Program(site, of: "mira", name: "one")
            let path = "/api/admin/keys/\(program.id.uuidString.lowercased())"
            for (body, field) in [
                (["tier": "gold"], "tier"), (["tier": "own"], "limits"), (["tier": "own", "limits": [:]], "limits"),
                (["tier": "partner", "limits": ["api": 5]], "limits"),
                (["tier": "own", "limits": ["api": 0]], "limits.api"),
                (["tier": "own", "limits": ["votes": 5]], "limits.votes"),
            ] as [(JSONValue, String)] {
                let answer = try boss.send(.patch, path, body)
                #expect(
                    answer.status == 422 && answer.json["details"]?[0]?["field"]?.text == field,
                    "\(body): \(answer.json)")
            }
            let unknown = try boss.send(.patch, "/api/admin/keys/\(UUID().uuidString)", ["tier": "partner"])
            #expect(unknown.status == 404 && unknown.code == "key_not_found")
            #expect(try mira.send(.patch, path, ["tier": "partner"]).code == "admin_only")
            #expect(try program.visitor.send(.patch, path, ["tier": "partner"]).status == 403)
            let web = site.database.database(as: .web)
            try APIKeys.revoke(program.id, of: try memberID("mira", site), in: web)
            #expect(try boss.send(.patch, path, ["tier": "partner"]).code == "key_not_found")
        }
    }

    private func memberID(_ name: String, _ site: Site) throws -> UUID {
        try #require(try Members.find(username: name, in: site.database.database(as: .web))?.id)
    }

    private func userID(_ name: String, _ site: Site) throws -> String {
        try memberID(name, site).uuidString.lowercased()
    }
}
