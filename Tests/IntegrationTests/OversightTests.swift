internal import Film
internal import FoundationEssentials
internal import HTTP
internal import Postgres
internal import TestSupport
internal import Testing

@Suite("Votes under oversight, and the count for everybody", .requiresPostgres)
struct OversightTests {
    /// Five honest votes for A, seven flagged ones for B.
    private func contested(_ site: FilmSite) throws -> (season: String, clips: [String]) {
        let (season, clips) = try site.voting(["A", "B"])
        let web = site.site.database.database(as: .web)
        let id = try #require(UUID(uuidString: clips[0]))
        let other = try #require(UUID(uuidString: clips[1]))
        for number in 0..<12 {
            let key = "device_" + String(repeating: "0", count: 30) + String(number + 10)
            let code: [String?] = try web.query(
                """
                select code
                from cast_votes(
                    array[\(key)], array[\(number < 5 ? id : other)], array['standard'], array[\(key)], array[''],
                    array[\("aa" + String(number + 10))], array[\(number < 5 ? "" : "missing_headers")], 200
                )
                """)
            #expect(code == [nil])
        }
        return (season, clips)
    }

    @Test("VOTE-08 VOTE-12 an admin lists, voids and restores votes", arguments: Depth.allCases)
    func voids(depth: Depth) throws {
        try FilmSite.run(depth) { site in
            let empty = try site.ask(site.admin, .get, "/api/admin/votes")
            #expect(empty.status == 409 && empty.code == "no_season")
            let (season, clips) = try contested(site)
            let page = try site.ask(site.admin, .get, "/api/admin/votes?flagged=true&limit=3")
            #expect(page.json["votes"]?[2]?["flags"]?[0]?.text == "missing_headers")
            #expect(page.json["standing"]?[0]?["clipId"]?.text == clips[1])
            #expect(page.json["flaggedDecide"] == true)
            let cursor = try #require(page.json["nextCursor"]?.text)
            let next = try site.ask(site.admin, .get, "/api/admin/votes?flagged=true&limit=9&cursor=\(cursor)")
            #expect(next.json["votes"]?[3] != nil && next.json["votes"]?[4] == nil)
            #expect(try site.ask(site.admin, .get, "/api/admin/votes?slot=9").code == "slot_not_found")
            #expect(try site.ask(site.admin, .get, "/api/admin/votes?cursor=nonsense").status == 422)
            #expect(try site.ask(site.admin, .get, "/api/admin/votes?network=xyz").status == 422)

            let wide = try site.ask(
                site.admin, .post, "/api/admin/votes/void",
                ["seasonId": .string(season), "slot": 1, "clipId": .string(clips[0]), "reason": "All of them"])
            #expect(wide.status == 422)
            let voter = try #require(page.json["votes"]?[0]?["voterKey"])
            let one = try site.ask(
                site.admin, .post, "/api/admin/votes/void",
                [
                    "seasonId": .string(season), "slot": 1, "votes": [["voter": voter, "clipId": .string(clips[1])]],
                    "reason": "Odd",
                ])
            #expect(one.status == 200 && one.json["votes"]?.integer == 1)
            let made = try site.ask(
                site.admin, .post, "/api/admin/votes/void",
                ["seasonId": .string(season), "slot": 1, "flag": "missing_headers", "reason": "Bots"])
            #expect(made.json["votes"]?.integer == 6)
            let after = try site.ask(site.admin, .get, "/api/admin/votes?voided=true")
            #expect(after.json["standing"]?[0]?["clipId"]?.text == clips[0])
            #expect(after.json["voids"]?[0]?["reason"]?.text == "Bots")
            let again = try site.ask(
                site.admin, .post, "/api/admin/votes/void",
                ["seasonId": .string(season), "flag": "missing_headers", "reason": "Bots"])
            #expect(again.status == 409 && again.code == "no_such_votes")

            let undo: JSONValue = ["voidId": made.json["voidId"] ?? .null, "reason": "They were people"]
            let undone = try site.ask(site.admin, .post, "/api/admin/votes/unvoid", undo)
            #expect(undone.json["restored"]?.integer == 6 && undone.json["kept"]?.integer == 0)
            #expect(try site.ask(site.admin, .post, "/api/admin/votes/unvoid", undo).code == "void_undone")
            let nothing: JSONValue = ["voidId": .string(UUID().uuidString), "reason": "x"]
            #expect(try site.ask(site.admin, .post, "/api/admin/votes/unvoid", nothing).status == 404)
        }
    }

    @Test("ADM-02 VOTE-12 a ban's void names its member, and cannot be undone alone", arguments: Depth.allCases)
    func bans(depth: Depth) throws {
        try FilmSite.run(depth) { site in
            let (_, clips) = try contested(site)
            let root = site.site.database.database(as: .superuser)
            let member: UUID = try root.one("insert into users (username) values ('bot_owner') returning id")
            let key = "user_" + member.uuidString.lowercased()
            let code: [String?] = try root.query(
                """
                select code
                from cast_votes(
                    array[\(key)], array[\(clips[0])]::uuid[], array['standard'], array['device_bot'], array[''], array['ab'],
                    array[''], 200
                )
                """)
            #expect(code == [nil])
            let ban: SQL = "select ban_member((select id from users where role = 'admin'), \(member), 'Bots')"
            #expect(try root.one(ban) == "done")
            let void = try #require(try site.ask(site.admin, .get, "/api/admin/votes").json["voids"]?[0])
            #expect(void["origin"]?.text == "ban" && void["member"]?.text == "bot_owner")
            #expect(void["username"]?.text == "the_admin" && void["votes"]?.integer == 1)
            let refused = try site.ask(
                site.admin, .post, "/api/admin/votes/unvoid", ["voidId": void["id"] ?? .null, "reason": "x"])
            #expect(refused.status == 409 && refused.code == "void_of_ban")
            #expect(String(decoding: refused.body, as: UTF8.self).contains("Lift the ban to bring them back."))
        }
    }

    @Test("VOTE-13 a contested round waits, is decided once, and the public reads why", arguments: Depth.allCases)
    func review(depth: Depth) throws {
        try FilmSite.run(depth) { site in
            let (season, clips) = try contested(site)
            let decide: JSONValue = ["seasonId": .string(season), "slot": 1, "decision": "void", "reason": "Bots"]
            #expect(try site.ask(site.admin, .post, "/api/admin/rounds/review", decide).code == "not_under_review")
            let closed = try site.ask(site.admin, .post, "/api/admin/advance-slot", ["slot": 1])
            #expect(closed.json["events"]?[0]?["name"]?.text == "round_under_review")
            try waitUntil { try site.ask(site.visitor, .get, "/api/vote").json["state"]?.text == "under_review" }
            #expect(try site.ask(site.visitor, .get, "/api/vote").json["clips"] == [])
            let vote = try site.ask(site.visitor, .post, "/api/vote", ["clipId": .string(clips[0])])
            #expect(vote.status == 409 && vote.code == "round_over")
            let waiting = try site.ask(site.visitor, .get, "/api/rounds/\(season)/1")
            #expect(waiting.json["status"]?.text == "under_review" && waiting.json["export"] == .null)
            #expect(waiting.json["interventions"]?[1]?["kind"]?.text == "review_opened")
            #expect(try site.ask(site.visitor, .get, "/rounds/1/1").status == 200)

            let decided = try site.ask(site.admin, .post, "/api/admin/rounds/review", decide)
            #expect(decided.json["events"]?[0]?["name"]?.text == "winner_selected")
            #expect(try site.ask(site.admin, .post, "/api/admin/rounds/review", decide).code == "not_under_review")
            // The web server's copy is dropped a moment after the change.
            try waitUntil {
                let result = try site.ask(site.visitor, .get, "/api/rounds/\(season)/1")
                return result.json["results"]?[0]?["clip"]?["id"]?.text == clips[0]
                    && result.json["interventions"]?[2]?["reason"]?.text == "Bots"
            }
        }
    }

    @Test(
        "FILM-13 the export can be had and checked by anybody, the receipt by its voter alone",
        arguments: Depth.allCases)
    func export(depth: Depth) throws {
        try FilmSite.run(depth) { site in
            let (season, clips) = try site.voting(["A", "B"])
            #expect(
                try site.ask(site.visitor, .post, "/api/vote", ["clipId": .string(clips[0])]).status == 200)
            #expect(try site.ask(site.member, .get, "/api/rounds/\(season)/1/export").code == "export_not_found")
            #expect(try site.ask(site.admin, .post, "/api/admin/advance-slot", ["slot": 1]).status == 200)
            #expect(try Tallies(database: site.site.database.database(as: .jobs)).write() == 1)

            try waitUntil { try site.ask(site.visitor, .get, "/api/rounds/\(season)/1").json["export"]?["hash"] != nil }
            let result = try site.ask(site.visitor, .get, "/api/rounds/\(season)/1")
            let export = try site.ask(site.visitor, .get, "/api/rounds/1/1/export")
            #expect(export.status == 200)
            #expect(export.headers["Cache-Control"]?.contains("s-maxage=30") == true)
            #expect(export.json["documents"]?[0]?["hash"] == result.json["export"]?["hash"])
            let document = try #require(export.json["documents"]?[0]?["document"])
            #expect(document["winner"]?.text == clips[0])

            let receipt = try site.ask(site.visitor, .get, "/api/rounds/\(season)/1/receipt")
            #expect(receipt.headers["Cache-Control"] == "private, no-store")
            #expect(receipt.json["receipts"]?[0]?["voter"] == document["votes"]?[0]?[1])
            #expect(receipt.json["receipts"]?[0]?["votes"]?[0]?["title"]?.text == "A")
            let none = try site.ask(site.admin, .get, "/api/rounds/\(season)/1/receipt")
            #expect(none.json["receipts"] == [])
            #expect(try site.ask(site.visitor, .get, "/api/rounds/99/1/receipt").status == 404)
            #expect(try site.ask(site.visitor, .get, "/rounds/1/9").status == 404)
        }
    }
}
