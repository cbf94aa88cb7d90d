import Film
import FoundationEssentials
import HTTP
import Postgres
import TestSupport
import Testing

@Suite("The film's routes", .requiresPostgres)
struct FilmRoutesTests {
    @Test("FILM-01 FILM-03 an admin makes, changes and activates a season")
    func seasons() throws {
        try FilmSite.run { site in
            let made = try site.send(
                .post, "/api/admin/seasons", as: "admin",
                ["label": "Undertow", "genre": "Thriller", "totalSlots": 3, "maxRoundsPerClip": 4])
            #expect(made.status == 201)
            #expect(made["status"]?.text == "draft")
            #expect(made["roundSeconds"]?.integer == 86_400)
            let id = try #require(made["id"])
            let changed = try site.send(
                .patch, "/api/admin/seasons", as: "admin",
                ["id": id, "label": "Overtow", "maxRoundsPerClip": nil, "status": "active"])
            #expect(changed.status == 200)
            #expect(changed["label"]?.text == "Overtow")
            #expect(changed["maxRoundsPerClip"] == .null)
            #expect(changed["genre"]?.text == "Thriller")
            #expect(changed["status"]?.text == "active")
            let again = try site.send(.patch, "/api/admin/seasons", as: "admin", ["id": id, "status": "active"])
            #expect(again.status == 409)
            #expect(again.code == "season_not_draft")
            let slots = try site.send(.patch, "/api/admin/seasons", as: "admin", ["id": id, "totalSlots": 9])
            #expect(slots.code == "season_not_draft")
            let list = try site.send(.get, "/api/admin/seasons", as: "admin")
            #expect(list["seasons"]?[0]?["label"]?.text == "Overtow")
            let nowhere = try site.send(
                .patch, "/api/admin/seasons", as: "admin", ["id": .string(UUID().uuidString), "label": "X"])
            #expect(nowhere.status == 404)
        }
    }

    @Test(
        "SEC-05 a season that cannot be is refused with the field's name",
        arguments: [
            (["label": ""], "label"), (["label": "X", "totalSlots": 0], "totalSlots"),
            (["label": "X", "totalSlots": 501], "totalSlots"), (["label": "X", "genre": "Western"], "genre"),
            (["label": "X", "aspect": "4:3"], "aspect"), (["label": "X", "colour": "red"], "colour"),
            (["totalSlots": 3], "label"), (["label": "X", "roundSeconds": 1], "roundSeconds"),
        ] as [(JSONValue, String)])
    func refusedSeasons(body: JSONValue, field: String) throws {
        try FilmSite.run { site in
            let answer = try site.send(.post, "/api/admin/seasons", as: "admin", body)
            #expect(answer.status == 422)
            #expect(answer["details"]?[0]?["field"]?.text == field)
        }
    }

    @Test("CLIP-05 a clip goes from the queue into the round, and is there for all")
    func approve() throws {
        try FilmSite.run { site in
            let (_, clips) = try site.voting(["A"])
            let fresh = try site.clip("B").uuidString.lowercased()
            let queue = try site.send(.get, "/api/admin/clips?status=pending&search=mira", as: "admin")
            #expect(queue["clips"]?[0]?["id"]?.text == fresh)
            #expect(queue["counts"]?["active"]?.integer == 1)
            #expect(try site.send(.get, "/api/clip/\(fresh)").status == 404)
            #expect(try site.send(.get, "/api/clip/\(fresh)", as: "member").status == 200)

            let approved = try site.send(.post, "/api/admin/approve", as: "admin", ["clipId": .string(fresh)])
            #expect(approved["outcome"]?.text == "approved")
            #expect(approved["slot"]?.integer == 1)
            let page = try site.send(.get, "/api/clip/\(fresh)")
            #expect(page["label"]?.text == "LIVE")
            #expect(page["username"]?.text == "mira_okafor")
            #expect(page["processing"] == .null)
            let own = try site.send(.get, "/api/profile/clips", as: "member")
            #expect(own["clips"]?[0]?["id"]?.text == fresh)

            let rejected = try site.send(
                .post, "/api/admin/reject", as: "admin", ["clipId": .string(clips[0]), "reason": "Rights"])
            #expect(rejected["outcome"]?.text == "rejected")
            #expect(try site.send(.get, "/api/clip/\(clips[0])").status == 404)
            let edited = try site.send(
                .put, "/api/admin/clips", as: "admin", ["id": .string(fresh), "title": "Better"])
            #expect(edited.status == 200)
            #expect(try site.send(.get, "/api/clip/\(fresh)")["title"]?.text == "Better")
        }
    }

    @Test("CLIP-05 decisions that cannot be are refused by code")
    func refusedDecisions() throws {
        try FilmSite.run { site in
            let nobody: JSONValue = .string(UUID().uuidString)
            #expect(try site.send(.post, "/api/admin/approve", as: "admin", ["clipId": nobody]).status == 404)
            #expect(try site.send(.put, "/api/admin/clips", as: "admin", ["id": nobody]).code == "clip_not_found")
            let raw = try site.clip("raw")
            try site.test.database(as: .superuser).execute(
                "update tournament_clips set processing = 'processing', video_key = null where id = \(raw)")
            let unready = try site.send(
                .post, "/api/admin/approve", as: "admin", ["clipId": .string(raw.uuidString)])
            #expect(unready.status == 409)
            #expect(unready.code == "clip_not_ready")
            let bulk = try site.send(
                .post, "/api/admin/bulk", as: "admin",
                ["action": "approve", "clipIds": [.string(raw.uuidString), nobody]])
            #expect(bulk.status == 200)
            #expect(bulk["success"] == false)
            #expect(bulk["results"]?[1]?["outcome"]?.text == "not_found")
            let unexplained = try site.send(
                .post, "/api/admin/bulk", as: "admin", ["action": "reject", "clipIds": [nobody]])
            #expect(unexplained.status == 422)
            let cursor = try site.send(.get, "/api/admin/clips?cursor=made-up", as: "admin")
            #expect(cursor.status == 422)
            #expect(cursor["details"]?[0]?["field"]?.text == "cursor")
        }
    }

    @Test("FILM-04 FILM-10 the scheduler advances what is due, an admin what is open")
    func advance() throws {
        try FilmSite.run { site in
            let empty = try site.send(.post, "/api/admin/advance-slot", as: "admin")
            #expect(empty.status == 409)
            #expect(empty.code == "no_open_round")
            let (season, _) = try site.voting(["A", "B"])
            let cron: Headers = ["Authorization": "Bearer cron-secret"]
            #expect(try site.send(.get, "/api/cron/auto-advance").status == 401)
            let nothing = try site.send(.get, "/api/cron/auto-advance", headers: cron)
            #expect(nothing["events"] == [])
            let first = try site.send(.post, "/api/admin/advance-slot", as: "admin")
            #expect(first["events"]?[0]?["name"]?.text == "winner_selected")
            #expect(first["events"]?[1]?["data"]?["slot"]?.integer == 2)
            try site.test.advanceClock(by: .seconds(86_401))
            let second = try site.send(.get, "/api/cron/auto-advance", headers: cron)
            #expect(second["events"]?[1]?["name"]?.text == "season_finished")

            let result = try site.send(.get, "/api/rounds/\(season)/1")
            #expect(result["results"]?[0]?["won"] == true)
            #expect(try site.send(.get, "/api/rounds/1/2")["status"]?.text == "locked")
            #expect(try site.send(.get, "/api/rounds/1/3").status == 404)
            #expect(try site.send(.get, "/api/rounds/1/two").status == 404)
        }
    }

    @Test("FILM-11 the story is public, cacheable and has an ETag")
    func story() throws {
        try FilmSite.run { site in
            let empty = try site.send(.get, "/api/story")
            #expect(empty["seasons"] == [])
            #expect(empty["currentSeasonId"] == .null)
            _ = try site.voting(["A", "B"])
            _ = try site.send(.post, "/api/admin/advance-slot", as: "admin")
            let story = try site.send(.get, "/api/story?fresh=true")
            #expect(story["seasons"]?[0]?["slots"]?[0]?["winner"]?["videoUrl"]?.text == "/media/clips/v.mp4")
            #expect(story["seasons"]?[0]?["slots"]?[1]?["winner"] == .null)
            #expect(
                story.response.headers["Cache-Control"]
                    == "public, max-age=0, s-maxage=30, stale-while-revalidate=60")
            let tag = try #require(story.response.headers["ETag"])
            let again = try site.send(.get, "/api/story", headers: ["If-None-Match": tag])
            #expect(again.status == 304)
        }
    }

    @Test(
        "ADM-01 only admins run the film",
        arguments: [
            (.get, "/api/admin/clips"), (.put, "/api/admin/clips"), (.post, "/api/admin/approve"),
            (.post, "/api/admin/reject"), (.post, "/api/admin/bulk"), (.get, "/api/admin/seasons"),
            (.post, "/api/admin/seasons"), (.patch, "/api/admin/seasons"), (.post, "/api/admin/advance-slot"),
        ] as [(HTTP.Method, String)])
    func access(method: HTTP.Method, path: String) throws {
        try FilmSite.run { site in
            let body: JSONValue? = method == .get ? nil : [:]
            let statuses = [
                try site.send(method, path, body).status,
                try site.send(method, path, as: "member", body).status,
                try site.send(.delete, path, as: "admin").status,
            ]
            #expect(statuses == [401, 403, 405])
        }
    }
}
