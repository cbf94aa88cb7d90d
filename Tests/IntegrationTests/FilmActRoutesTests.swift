internal import Film
internal import FoundationEssentials
internal import HTTP
internal import Postgres
internal import TestSupport
internal import Testing

@Suite("The routes by which admins act on the film", .requiresPostgres)
struct FilmActRoutesTests {
    @Test(
        "FILM-10 ADM-03 a winner is assigned, taken down and given up, each after a preview",
        arguments: Depth.allCases)
    func acts(depth: Depth) throws {
        try FilmSite.run(depth) { site in
            let (season, clips) = try site.voting(["A", "B", "C"], slots: 3)
            let id: JSONValue = .string(season)
            let preview = "/api/admin/seasons/preview?season=\(season)&slot=1"
            let found = try site.ask(site.admin, .get, "/api/admin/slots/candidates?season=\(season)&slot=1")
            #expect(found.json["candidates"]?[2]?["clip"]?["title"]?.text == "C")
            let named = try site.ask(
                site.admin, .get, "/api/admin/slots/candidates?season=\(season)&slot=1&search=mira")
            #expect(named.json["candidates"]?[2]?["status"]?.text == "active")

            let foreseen = try site.ask(site.admin, .get, preview + "&act=assign&clip=\(clips[1])")
            #expect(foreseen.json["summary"]?[0]?.text == "“B” is locked into the film.", "\(foreseen.json)")
            #expect(try site.ask(site.visitor, .get, "/api/rounds/1/1").json["status"]?.text == "voting")
            let voting: JSONValue = ["status": "voting", "winnerClipId": nil]
            let assigned = try site.ask(
                site.admin, .post, "/api/admin/assign-winner",
                ["seasonId": id, "slot": 1, "clipId": .string(clips[1]), "reason": "The jury", "expected": voting])
            #expect(assigned.json["summary"]?[0] == foreseen.json["summary"]?[0])
            #expect(assigned.json["events"]?[0]?["name"]?.text == "winner_selected")
            let late = try site.ask(
                site.admin, .post, "/api/admin/unlock-slot",
                ["seasonId": id, "slot": 1, "reason": "x", "expected": voting])
            #expect(late.status == 409 && late.code == "slot_changed")
            #expect(late.json["error"]?.text?.contains("It is locked, and “B” is its winner.") == true)

            let strip = try site.ask(site.admin, .get, "/api/admin/slots?season=\(season)")
            #expect(strip.json["slots"]?[0]?["winner"]?["id"]?.text == clips[1])
            #expect(strip.json["slots"]?[0]?["interventions"]?[0]?["reason"]?.text == "The jury")
            #expect(strip.json["slots"]?[1]?["clips"]?.integer == 2)
            let result = try site.ask(site.visitor, .get, "/api/rounds/1/1")
            #expect(result.json["winner"]?["id"]?.text == clips[1])
            #expect(result.json["interventions"]?[0]?["byAdmin"] == true)

            let taken = try site.ask(
                site.admin, .post, "/api/admin/takedown", ["clipId": .string(clips[1]), "reason": "Copyright"])
            #expect(taken.json["consequences"]?["winner"]?["title"]?.text == "A")
            #expect(try site.ask(site.visitor, .get, "/api/clip/\(clips[1])").status == 410)
            let open = try site.ask(
                site.admin, .get, "/api/admin/seasons/preview?act=unlock&season=\(season)&slot=2")
            #expect(open.status == 409 && open.code == "slot_not_locked")
            let unlocked = try site.ask(
                site.admin, .post, "/api/admin/unlock-slot", ["seasonId": id, "slot": 1, "reason": "Once more"])
            #expect(unlocked.json["consequences"]?["closesSlot"]?.integer == 2)
            #expect(unlocked.json["events"]?[1]?["name"]?.text == "round_opened")
        }
    }

    @Test("FILM-10 the end of the round is moved, votes are reset, a season is started over and deleted")
    func seasonActs() throws {
        try FilmSite.run { site in
            let (season, _) = try site.voting(["A", "B"])
            let id: JSONValue = .string(season)
            let ends = Date(timeIntervalSinceNow: 7_200)
            let moved = try site.ask(
                site.admin, .patch, "/api/admin/slots", ["seasonId": id, "slot": 1, "votingEndsAt": ends.json])
            #expect(moved.json["events"]?[0]?["data"]?["votingEndsAt"] == ends.json, "\(moved.json)")
            let past = try site.ask(
                site.admin, .patch, "/api/admin/slots",
                ["seasonId": id, "slot": 1, "votingEndsAt": "2020-01-01T00:00:00Z"])
            #expect(past.status == 422 && past.json["details"]?[0]?["field"]?.text == "votingEndsAt")
            let none = try site.ask(
                site.admin, .post, "/api/admin/reset-votes", ["seasonId": id, "slot": 1, "reason": "x"])
            #expect(none.status == 409 && none.code == "no_such_votes")
            let unexplained = try site.ask(site.admin, .post, "/api/admin/reset-votes", ["seasonId": id, "slot": 1])
            #expect(unexplained.status == 422 && unexplained.json["details"]?[0]?["field"]?.text == "reason")

            let mistyped = try site.ask(
                site.admin, .post, "/api/admin/seasons/reset", ["id": id, "label": "undertow", "reason": "x"])
            #expect(mistyped.status == 422 && mistyped.json["details"]?[0]?["field"]?.text == "label")
            let changed = try site.ask(
                site.admin, .post, "/api/admin/seasons/reset",
                ["id": id, "label": "Undertow", "reason": "x", "expected": ["status": "active", "lockedSlots": 1]])
            #expect(changed.status == 409 && changed.code == "season_changed")
            let reset = try site.ask(
                site.admin, .post, "/api/admin/seasons/reset",
                ["id": id, "label": "Undertow", "reason": "x", "expected": ["status": "active", "lockedSlots": 0]])
            #expect(reset.json["events"]?[0]?["name"]?.text == "season_reset")
        }
    }

    @Test("FILM-10 a deleted season is gone, and its preview says what goes")
    func deletion() throws {
        try FilmSite.run { site in
            let (season, clips) = try site.voting(["A", "B"])
            let preview = try site.ask(site.admin, .get, "/api/admin/seasons/preview?act=delete&season=\(season)")
            #expect(preview.json["consequences"]?["clips"]?.integer == 2)
            #expect(preview.json["summary"]?[0]?.text?.contains("deleted for good") == true)
            let body: JSONValue = ["id": .string(season), "label": "Undertow", "reason": "A trial"]
            #expect(try site.ask(site.admin, .delete, "/api/admin/seasons", body).status == 200)
            #expect(try site.ask(site.admin, .delete, "/api/admin/seasons", body).code == "season_not_found")
            #expect(try site.ask(site.admin, .get, "/api/admin/slots?season=\(season)").status == 404)
            #expect(try site.ask(site.visitor, .get, "/api/clip/\(clips[0])").status == 404)
            let unknown = try site.ask(site.admin, .get, "/api/admin/seasons/preview?act=explode")
            #expect(unknown.status == 422)
            let partial = try site.ask(site.admin, .get, "/api/admin/seasons/preview?act=assign&season=\(season)")
            #expect(partial.json["details"]?[0]?["field"]?.text == "slot")
        }
    }
}
