internal import Film
internal import FoundationEssentials
internal import HTTP
internal import Postgres
internal import TestSupport
internal import Testing

@Suite("The film's routes", .requiresPostgres)
struct FilmRoutesTests {
    @Test("FILM-01 FILM-03 an admin makes, changes and activates a season")
    func seasons() throws {
        try FilmSite.run { site in
            let made = try site.ask(
                site.admin, .post, "/api/admin/seasons",
                ["label": "Undertow", "genre": "Thriller", "totalSlots": 3, "maxRoundsPerClip": 4])
            #expect(made.status == 201)
            #expect(made.json["status"]?.text == "draft")
            #expect(made.json["roundSeconds"]?.integer == 86_400)
            let id = try #require(made.json["id"])
            let changed = try site.ask(
                site.admin, .patch, "/api/admin/seasons",
                ["id": id, "label": "Overtow", "maxRoundsPerClip": nil, "status": "active"])
            #expect(changed.status == 200)
            #expect(changed.json["label"]?.text == "Overtow")
            #expect(changed.json["maxRoundsPerClip"] == .null)
            #expect(changed.json["genre"]?.text == "Thriller")
            #expect(changed.json["status"]?.text == "active")
            let again = try site.ask(site.admin, .patch, "/api/admin/seasons", ["id": id, "status": "active"])
            #expect(again.status == 409)
            #expect(again.code == "season_not_draft")
            let slots = try site.ask(site.admin, .patch, "/api/admin/seasons", ["id": id, "totalSlots": 9])
            #expect(slots.code == "season_not_draft")
            let list = try site.ask(site.admin, .get, "/api/admin/seasons")
            #expect(list.json["seasons"]?[0]?["label"]?.text == "Overtow")
            let nowhere = try site.ask(
                site.admin, .patch, "/api/admin/seasons", ["id": .string(UUID().uuidString), "label": "X"])
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
            let answer = try site.ask(site.admin, .post, "/api/admin/seasons", body)
            #expect(answer.status == 422)
            #expect(answer.json["details"]?[0]?["field"]?.text == field)
        }
    }

    @Test("ADM-05 an admin sees what the site has and what waits", arguments: Depth.allCases)
    func dashboard(depth: Depth) throws {
        try FilmSite.run(depth) { site in
            let none = try site.ask(site.admin, .get, "/api/admin/dashboard")
            #expect(none.json["round"] == .null && none.json["seasons"]?["active"]?.integer == 0)
            let (_, clips) = try site.voting(["A", "B"])
            _ = try site.clip("C")
            _ = try site.ask(site.visitor, .post, "/api/vote", ["clipId": .string(clips[0])])
            _ = try site.ask(site.admin, .post, "/api/report", ["clipId": .string(clips[1]), "reason": "spam"])
            let superuser = site.site.database.database(as: .superuser)
            try superuser.execute(
                """
                insert into generations (
                    user_id, model_id, model_name, provider, endpoint, status, step, prompt, duration_ms, quality, seed,
                    credits, created_at, updated_at
                )
                select users.id, models.id, models.name, models.provider, 'e', 'uncertain', 'submit', 'A tide', 5000,
                    'standard', 1, 1, now(), now()
                from users
                join models on models.is_default
                where users.username = 'mira_okafor'
                """)
            try superuser.execute(
                """
                with made as (
                    insert into comparisons (
                        slug, title, kind, prompt, duration_ms, quality, seed, is_public, published_at, words, created_at, updated_at
                    )
                    values ('tide', 'A <tide>', 'text-to-video', 'A tide', 5000, 'standard', 1, true, now(), '', now(), now())
                    returning id
                )
                insert into comparison_videos (generation_id, comparison_id, model_id, added_at)
                select generations.id, made.id, generations.model_id, now()
                from generations
                cross join made
                """)
            let figures = try site.ask(site.admin, .get, "/api/admin/dashboard").json
            #expect(none.json["comparisons"]?["public"] == 0 && figures["comparisons"]?["public"] == 1)
            #expect(none.json["recentComparisons"] == [] && figures["recentComparisons"]?[0]?["videos"] == 1)
            #expect(figures["recentComparisons"]?[0]?["completed"] == 0)
            #expect(figures["videos"]?["uncertain"]?.integer == 1 && figures["videos"]?["processing"]?.integer == 0)
            let models: Int = try superuser.one("select count(*)::int from models where is_active")
            #expect(models > 0 && figures["activeModels"]?.integer == models)
            #expect(none.json["openReports"]?.integer == 0 && figures["openReports"]?.integer == 1)
            #expect(figures["clips"]?["active"]?.integer == 2 && figures["clips"]?["pending"]?.integer == 1)
            #expect(figures["clipsToReview"]?.integer == 1 && figures["members"]?.integer == 2)
            #expect(figures["round"]?["slot"]?.integer == 1 && figures["round"]?["votes"]?.integer == 1)
            #expect(figures["jobs"]?["failed"]?.integer == 0)
            let page = String(decoding: try site.admin.get("/admin").body, as: UTF8.self)
            #expect(
                page.contains("Undertow, slot 1 of 2.") && page.contains("Takes to review")
                    && page.contains("Open reports") && page.contains("A &lt;tide&gt;</a>") && page.contains("0 of 1"))
            #expect(page.firstMatch(of: /is open until \d+ \w+ \d{4}, \d\d:\d\d UTC/) != nil)
            #expect(try site.member.get("/api/admin/dashboard").status == 403)
            #expect(try site.member.get("/admin").status == 404)
        }
    }

    @Test("CLIP-05 a clip goes from the queue into the round, and is there for all", arguments: Depth.allCases)
    func approve(depth: Depth) throws {
        try FilmSite.run(depth) { site in
            let (_, clips) = try site.voting(["A"])
            let fresh = try site.clip("B")
            let queue = try site.ask(site.admin, .get, "/api/admin/clips?status=pending&search=mira")
            #expect(queue.json["clips"]?[0]?["id"]?.text == fresh)
            #expect(queue.json["counts"]?["active"]?.integer == 1)
            #expect(try site.ask(site.visitor, .get, "/api/clip/\(fresh)").status == 404)
            #expect(try site.ask(site.member, .get, "/api/clip/\(fresh)").status == 200)

            let approved = try site.ask(site.admin, .post, "/api/admin/approve", ["clipId": .string(fresh)])
            #expect(approved.json["outcome"]?.text == "approved")
            #expect(approved.json["slot"]?.integer == 1)
            let page = try site.ask(site.visitor, .get, "/api/clip/\(fresh)")
            #expect(page.json["label"]?.text == "LIVE")
            #expect(page.json["username"]?.text == "mira_okafor")
            #expect(page.json["processing"] == .null)
            let own = try site.ask(site.member, .get, "/api/profile/clips")
            #expect(own.json["clips"]?[0]?["id"]?.text == fresh)

            let rejected = try site.ask(
                site.admin, .post, "/api/admin/reject", ["clipId": .string(clips[0]), "reason": "Rights"])
            #expect(rejected.json["outcome"]?.text == "rejected")
            let gone = try site.ask(site.visitor, .get, "/api/clip/\(clips[0])")
            #expect(gone.status == 410 && gone.code == "clip_gone")
            let decisions = [approved, rejected].compactMap { $0.json["decisionId"] }
            let undone = try site.ask(
                site.admin, .post, "/api/admin/clips/undo", ["decisionIds": .array(decisions.reversed())])
            #expect(undone.json["done"]?.integer == 2, "\(undone.json)")
            #expect(undone.json["results"]?[0]?["slot"]?.integer == 1)
            #expect(undone.json["results"]?[1]?["slot"] == .null)
            #expect(try site.ask(site.visitor, .get, "/api/clip/\(clips[0])").status == 200)
            let repeated = try site.ask(
                site.admin, .post, "/api/admin/clips/undo", ["decisionIds": .array(decisions)])
            #expect(repeated.json["success"] == false)
            #expect(repeated.json["results"]?[0]?["outcome"]?.text == "superseded")
            _ = try site.ask(site.admin, .post, "/api/admin/approve", ["clipId": .string(fresh)])
            let edited = try site.ask(site.admin, .put, "/api/admin/clips", ["id": .string(fresh), "title": "Better"])
            #expect(edited.status == 200)
            #expect(try site.ask(site.visitor, .get, "/api/clip/\(fresh)").json["title"]?.text == "Better")
        }
    }

    @Test("CLIP-05 decisions that cannot be are refused by code")
    func refusedDecisions() throws {
        try FilmSite.run { site in
            let unknown: JSONValue = .string(UUID().uuidString)
            #expect(try site.ask(site.admin, .post, "/api/admin/approve", ["clipId": unknown]).status == 404)
            #expect(try site.ask(site.admin, .put, "/api/admin/clips", ["id": unknown]).code == "clip_not_found")
            let raw = try site.clip("raw")
            try site.site.database.database(as: .superuser).execute(
                "update tournament_clips set processing = 'processing', video_key = null where id = \(raw)")
            let unready = try site.ask(site.admin, .post, "/api/admin/approve", ["clipId": .string(raw)])
            #expect(unready.status == 409)
            #expect(unready.code == "clip_not_ready")
            let bulk = try site.ask(
                site.admin, .post, "/api/admin/bulk",
                ["action": "approve", "clipIds": [.string(raw), unknown]])
            #expect(bulk.status == 200)
            #expect(bulk.json["success"] == false)
            #expect(bulk.json["results"]?[1]?["outcome"]?.text == "not_found")
            let unexplained = try site.ask(
                site.admin, .post, "/api/admin/bulk", ["action": "reject", "clipIds": [unknown]])
            #expect(unexplained.status == 422)
            let cursor = try site.ask(site.admin, .get, "/api/admin/clips?cursor=made-up")
            #expect(cursor.status == 422)
            #expect(cursor.json["details"]?[0]?["field"]?.text == "cursor")
        }
    }

    @Test("ADM-01 CLIP-05 one route decides either way on a clip")
    func decide() throws {
        try FilmSite.run { site in
            _ = try site.voting(["A"])
            let clip = try site.clip("B")
            func decide(_ clip: String, _ action: JSONValue, _ reason: JSONValue? = nil) throws -> Answer {
                var body: [String: JSONValue] = ["clipId": .string(clip), "action": action]
                body["reason"] = reason
                return try site.ask(site.admin, .post, "/api/admin/clips", .object(body))
            }
            let approved = try decide(clip, "approve")
            #expect(approved.json["outcome"]?.text == "approved" && approved.json["slot"]?.integer == 1)
            let unexplained = try decide(clip, "reject")
            #expect(unexplained.status == 422 && unexplained.json["details"]?[0]?["field"]?.text == "reason")
            let rejected = try decide(clip, "reject", "Rights")
            #expect(rejected.json["outcome"]?.text == "rejected")
            #expect(try site.ask(site.visitor, .get, "/api/clip/\(clip)").code == "clip_gone")
            #expect(try decide(clip, "burn").status == 422)
            #expect(try decide(UUID().uuidString, "approve").code == "clip_not_found")
        }
    }

    @Test("FILM-04 FILM-10 the scheduler advances what is due, an admin what is open", arguments: Depth.allCases)
    func advance(depth: Depth) throws {
        try FilmSite.run(depth) { site in
            let empty = try site.ask(site.admin, .post, "/api/admin/advance-slot", ["slot": 1])
            #expect(empty.status == 409)
            #expect(empty.code == "no_open_round")
            let (season, _) = try site.voting(["A", "B"])
            let cron: Headers = ["Authorization": "Bearer the-secret-of-the-scheduler-in-tests"]
            #expect(try site.ask(site.visitor, .get, "/api/cron/auto-advance").status == 401)
            let nothing = try site.ask(site.visitor, .get, "/api/cron/auto-advance", headers: cron)
            #expect(nothing.json["events"] == [])
            let unnamed = try site.ask(site.admin, .post, "/api/admin/advance-slot", [:])
            #expect(unnamed.status == 422 && unnamed.json["details"]?[0]?["field"]?.text == "slot")
            let first = try site.ask(site.admin, .post, "/api/admin/advance-slot", ["slot": 1])
            let second = try site.ask(site.admin, .post, "/api/admin/advance-slot", ["slot": 1])
            #expect(second.status == 409 && second.code == "slot_not_open")
            #expect(second.json["error"]?.text?.contains("Slot 2 is.") == true)
            #expect(first.json["events"]?[0]?["name"]?.text == "winner_selected")
            #expect(first.json["events"]?[1]?["data"]?["slot"]?.integer == 2)
            try site.site.database.advanceClock(by: .seconds(86_401))
            let last = try site.ask(site.visitor, .get, "/api/cron/auto-advance", headers: cron)
            #expect(last.json["events"]?[1]?["name"]?.text == "season_finished")

            let result = try site.ask(site.visitor, .get, "/api/rounds/\(season)/1")
            #expect(result.json["results"]?[0]?["won"] == true)
            #expect(try site.ask(site.visitor, .get, "/api/rounds/1/2").json["status"]?.text == "locked")
            #expect(try site.ask(site.visitor, .get, "/api/rounds/1/3").status == 404)
            #expect(try site.ask(site.visitor, .get, "/api/rounds/1/two").status == 404)
        }
    }

    @Test("FILM-11 the story is public, cacheable and has an ETag", arguments: Depth.allCases)
    func story(depth: Depth) throws {
        try FilmSite.run(depth) { site in
            let empty = try site.ask(site.visitor, .get, "/api/story")
            #expect(empty.json["seasons"] == [])
            #expect(empty.json["currentSeasonId"] == .null)
            _ = try site.voting(["A", "B"])
            _ = try site.ask(site.admin, .post, "/api/admin/advance-slot", ["slot": 1])
            let story = try site.ask(site.visitor, .get, "/api/story?fresh=true")
            #expect(story.json["seasons"]?[0]?["slots"]?[0]?["winner"]?["videoUrl"]?.text == "/media/clips/take/v.mp4")
            #expect(story.json["seasons"]?[0]?["slots"]?[1]?["winner"] == .null)
            #expect(
                story.headers["Cache-Control"]
                    == "public, max-age=0, s-maxage=30, stale-while-revalidate=60")
            let tag = try #require(story.headers["ETag"])
            let again = try site.ask(site.visitor, .get, "/api/story", headers: ["If-None-Match": tag])
            #expect(again.status == 304)
        }
    }

    @Test(
        "ADM-01 only admins run the film",
        arguments: [
            (.get, "/api/admin/clips"), (.put, "/api/admin/clips"), (.post, "/api/admin/approve"),
            (.post, "/api/admin/reject"), (.post, "/api/admin/bulk"), (.get, "/api/admin/seasons"),
            (.post, "/api/admin/seasons"), (.patch, "/api/admin/seasons"), (.post, "/api/admin/advance-slot"),
            (.get, "/api/admin/slots"), (.patch, "/api/admin/slots"), (.post, "/api/admin/takedown"),
            (.post, "/api/admin/unlock-slot"), (.post, "/api/admin/reset-votes"),
            (.post, "/api/admin/assign-winner"), (.post, "/api/admin/seasons/reset"),
            (.get, "/api/admin/seasons/preview"),
        ] as [(HTTP.Method, String)])
    func access(method: HTTP.Method, path: String) throws {
        try FilmSite.run { site in
            let body: JSONValue? = method == .get ? nil : [:]
            let statuses = [
                try site.ask(site.visitor, method, path, body).status,
                try site.ask(site.member, method, path, body).status,
                // Of these paths one can be deleted, and then not without a body.
                try site.ask(site.admin, .delete, path).status,
            ]
            #expect(statuses == [401, 403, path == "/api/admin/seasons" ? 415 : 405])
        }
    }
}
