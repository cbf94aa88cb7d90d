internal import FoundationEssentials
internal import HTTP
internal import Postgres
internal import TestSupport
internal import Testing

@Suite("Members as others see them", .requiresPostgres)
struct PeopleTests {
    private func id(_ name: String, _ site: Site) throws -> String {
        let id: UUID = try site.database.database(as: .superuser).one(
            "select id from users where username = \(name)")
        return id.uuidString.lowercased()
    }

    @Test("SOC-01 AUTH-04 following by id or name; what cannot be, a key and a visitor are refused")
    func follow() throws {
        try Site.run(.inProcess) { site in
            let mira = try site.visitor(address: "198.51.100.1").signIn("mira_okafor")
            let nova = try site.visitor(address: "198.51.100.2").signIn("nova")
            let novaID = try id("nova", site)
            func follow(_ body: JSONValue, by who: Visitor? = nil) throws -> Answer {
                try (who ?? mira).send(.post, "/api/user/follow", body)
            }
            let done = try follow(["userId": .string(novaID), "follow": true])
            #expect(done.status == 200 && done.json["following"] == true && done.json["followerCount"] == 1)
            #expect(try follow(["username": "nova", "follow": true]).json["followerCount"] == 1)
            #expect(try follow(["username": "mira_okafor", "follow": true]).code == "own_account")
            #expect(try follow(["username": "nobody_here", "follow": true]).status == 404)
            #expect(try follow(["userId": .string(UUID().uuidString.lowercased()), "follow": true]).status == 404)
            for wrong: JSONValue in [
                ["follow": true], ["userId": .string(novaID), "username": "nova", "follow": true],
                ["userId": .string(novaID)], ["userId": "nova", "follow": true],
                ["username": "nova", "follow": "yes"], ["username": "", "follow": true],
                ["username": "nova", "follow": true, "x": 1],
            ] {
                #expect(try follow(wrong).status == 422, "\(wrong)")
            }
            #expect(try follow(["username": "nova", "follow": true], by: site.visitor().ready()).status == 401)
            let key = try mira.send(.post, "/api/keys", ["name": "k", "scopes": ["read", "write"]]).json["key"]?.text
            let program = mira.carrying(try #require(key))
            #expect(try follow(["username": "nova", "follow": false], by: program).status == 403)
            let ties = try mira.get("/api/user/follow?usernames=nova,dana")
            #expect(ties.json["following"] == ["nova"] && ties.json["blocked"] == [])
            #expect(try site.visitor().get("/api/user/follow?usernames=nova").json["following"] == [])
            #expect(try mira.get("/api/user/follow?usernames=").status == 422)
            #expect(try mira.get("/api/user/following").json["users"]?[0]?["username"] == "nova")
            let followers = try nova.get("/api/user/followers").json
            #expect(followers["users"]?[0]?["username"] == "mira_okafor" && followers["nextCursor"] == .null)
            for (path, text) in [
                ("", "href=\"/u/nova\""), ("?show=followers", "No followers yet"), ("?cursor=x", "nova"),
            ] {
                let page = String(decoding: try mira.get("/profile/following\(path)").body, as: UTF8.self)
                #expect(page.contains(text), "\(path)")
            }
        }
    }

    @Test(
        "PROF-03 a member's page shows the clips that everybody may see, sorted and paged", arguments: Depth.allCases)
    func person(depth: Depth) throws {
        try FilmSite.run(depth) { film in
            let (_, clips) = try film.voting(["Ash", "Bone", "Coal"])
            _ = try film.clip("Pending")
            let root = film.site.database.database(as: .superuser)
            for (number, clip) in clips.enumerated() {
                try root.execute(
                    """
                    update clip_listings
                    set listed_at = listed_at + \(Int32(number)) * interval '1 second'
                    where clip_id = \(try #require(UUID(uuidString: clip)))
                    """)
            }
            try film.site.database.database(as: .superuser).execute(
                "select grant_reward(id, 'referral', 'tier', 300) from users where username = 'mira_okafor'")
            let answer = try film.visitor.get("/api/users/mira_okafor?limit=2&sort=oldest")
            #expect(answer.json["level"] == 3 && answer.json["streak"] == 0)
            #expect(answer.status == 200 && answer.json["clipCount"] == 3 && answer.json["winCount"] == 0)
            #expect(answer.json["clips"]?[0]?["title"] == "Ash" && answer.json["clips"]?[0]?["label"] == "LIVE")
            let cursor = try #require(answer.json["nextCursor"]?.text)
            let rest = try film.visitor.get("/api/users/mira_okafor?limit=2&sort=oldest&cursor=\(cursor)")
            #expect(rest.json["clips"]?[0]?["title"] == "Coal" && rest.json["nextCursor"] == .null)
            #expect(try film.visitor.get("/api/users/mira_okafor?sort=best").status == 422)
            let page = try film.visitor.get("/u/mira_okafor")
            let text = String(decoding: page.body, as: UTF8.self)
            #expect(page.status == 200 && text.contains("href=\"/clip/\(clips[0])\"") && !text.contains("Pending"))
            #expect(text.contains("\"@type\":\"ProfilePage\"") && text.contains("/u/mira_okafor\">"))
            // The same bytes for everybody.
            #expect(try film.member.get("/u/mira_okafor").body == page.body)
            let sitemap = try film.visitor.get("/sitemap.xml?part=members")
            #expect(String(decoding: sitemap.body, as: UTF8.self).contains("/u/mira_okafor</loc>"))
            #expect(try film.visitor.get("/sitemap.xml?part=members-x").status == 404)
            // Where a creator is named, the name leads there.
            for path in ["/clip/\(clips[0])", "/dashboard", "/discover", "/"] {
                let page = String(decoding: try film.visitor.get(path).body, as: UTF8.self)
                #expect(page.contains("<a class=\"creator\" href=\"/u/mira_okafor\">"), "\(path)")
            }
        }
    }

    @Test(
        "PROF-03 AUTH-03 an old name leads to the new one for 90 days; unknown, banned and deleted members have no page"
    )
    func names() throws {
        try FilmSite.run { film in
            _ = try film.voting(["Ash"])
            #expect(
                try film.member.send(.patch, "/api/user/settings", ["username": "mira_new"]).status == 200)
            let moved = try film.visitor.get("/u/mira_okafor?sort=votes")
            #expect(moved.status == 302 && moved.headers["Location"] == "/u/mira_new?sort=votes")
            #expect(try film.visitor.get("/u/MIRA_new").headers["Location"] == "/u/mira_new")
            #expect(try film.visitor.get("/api/users/mira_okafor").json["username"] == "mira_new")
            // Somebody who still uses the old name means the same member.
            #expect(
                try film.admin.send(.post, "/api/user/follow", ["username": "mira_okafor", "follow": true]).status
                    == 200)
            try film.site.database.advanceClock(by: .seconds(91 * 86_400))
            #expect(try film.visitor.get("/u/mira_okafor").status == 404)
            for name in ["nobody_here", "a", "%3Cb%3E", String(repeating: "x", count: 300)] {
                #expect(try film.visitor.get("/u/\(name)").status == 404, "\(name)")
                #expect(try film.visitor.get("/api/users/\(name)").status == 404, "\(name)")
            }
            let root = film.site.database.database(as: .superuser)
            try root.execute("update users set banned_at = now(), ban_reason = 'x' where username = 'mira_new'")
            let banned = try film.visitor.get("/u/mira_new")
            #expect(banned.status == 410)
            #expect(String(decoding: banned.body, as: UTF8.self).contains("This account is suspended"))
            #expect(try film.visitor.get("/api/users/mira_new").code == "member_suspended")
            try root.execute("update users set banned_at = null, ban_reason = null where username = 'mira_new'")
            try root.execute("select delete_member((select id from users where username = 'mira_new'), false)")
            #expect(try film.visitor.get("/u/mira_new").status == 404)
        }
    }

    @Test("SOC-02 an invitation: the page, accepting it as a module or a plain form, and what is refused")
    func referrals() throws {
        try Site.run(.inProcess) { site in
            let mira = try site.visitor(address: "198.51.100.1").signIn("mira_okafor")
            let standing = try mira.get("/api/referral")
            let code = try #require(standing.json["code"]?.text)
            #expect(standing.json["link"]?.text?.hasSuffix("/join/\(code)") == true)
            #expect(standing.json["next"]?["key"] == "connector" && standing.json["next"]?["missing"] == 1)
            #expect(standing.json["tiers"]?[4]?["xp"] == 1_000 && standing.json["counted"] == 0)
            func page(_ who: Visitor, _ path: String) throws -> String {
                String(decoding: try who.get(path).body, as: UTF8.self)
            }
            // The code survives signing in as the way back.
            let visitor = site.visitor(address: "198.51.100.9")
            let invited = try page(visitor, "/join/\(code.uppercased())")
            #expect(invited.contains("mira_okafor invites you"))
            #expect(invited.contains("href=\"/sign-in?next=%2Fjoin%2F\(code)%3Faccept\""))
            #expect(try visitor.get("/join/aaaaaaaa").status == 404)
            #expect(try page(mira, "/join/\(code)").contains("This is your own invitation"))
            #expect(try mira.send(.post, "/api/referral", ["code": .string(code)]).code == "own_code")

            let nova = try site.visitor(address: "198.51.100.2").signIn("nova")
            #expect(try page(nova, "/join/\(code)?accept").contains("Accept the invitation"))
            #expect(try nova.send(.post, "/api/referral", ["code": "nonsense"]).status == 404)
            #expect(try nova.send(.post, "/api/referral", ["code": .string(code)]).status == 200)
            #expect(try page(nova, "/join/\(code)").contains("You are in already"))
            #expect(try mira.get("/api/referral").json["waiting"] == 1)
            #expect(try page(mira, "/settings").contains("1 joined and can still count"))

            let dana = try site.visitor(address: "198.51.100.3").signIn("dana_reyes")
            func post(_ fields: String) throws -> Answer {
                let token = try #require(dana.token)
                return try dana.sendBytes(
                    .post, "/api/referral", Array("csrfToken=\(token)&next=%2Fdashboard&\(fields)".utf8),
                    type: "application/x-www-form-urlencoded")
            }
            let refused = try post("code=bbbbbbbb")
            #expect(refused.status == 404)
            let accepted = try post("code=\(code)")
            #expect(accepted.status == 303 && accepted.headers["Location"] == "/dashboard")
            #expect(try mira.get("/api/referral").json["waiting"] == 2)

            let root = site.database.database(as: .superuser)
            try root.execute("update feature_flags set enabled = false where key = 'referral_system'")
            try root.execute("select announce_change('flags', 'referral_system')")
            #expect(try eventually { try mira.get("/api/referral").code == "feature_off" })
            #expect(try nova.send(.post, "/api/referral", ["code": .string(code)]).status == 503)
            #expect(try visitor.get("/join/\(code)").status == 404)
            #expect(try !page(mira, "/settings").contains("Invite people"))
        }
    }
}
