internal import Film
internal import FoundationEssentials
internal import HTTP
internal import Postgres
internal import TestSupport
internal import Testing

/// What creators learn of their clips, and taking one back.
@Suite("A member's own clips", .requiresPostgres)
struct OwnClipsTests {
    /// The member's clips by title.
    private func own(_ site: FilmSite, _ who: Visitor) throws -> [String: JSONValue] {
        let answer = try site.ask(who, .get, "/api/profile/clips")
        #expect(answer.status == 200 && answer.headers["Cache-Control"] == "private, no-store")
        var found: [String: JSONValue] = [:]
        for index in 0..<100 {
            guard let clip = answer.json["clips"]?[index], let title = clip["title"]?.text else { break }
            found[title] = clip
        }
        return found
    }

    private func page(_ who: Visitor, _ target: String = "/profile/clips") throws -> String {
        String(decoding: try who.get(target).body, as: UTF8.self)
    }

    @Test("PROF-01 creators see what became of each of their clips, and only of theirs", arguments: Depth.allCases)
    func fate(depth: Depth) throws {
        try FilmSite.run(depth) { site in
            let (_, clips) = try site.voting(["Ahead", "Behind"])
            let superuser = site.site.database.database(as: .superuser)
            try superuser.execute(
                "update tournament_clips set vote_count = 12, weighted_score = 14 where id = \(clips[0])::uuid")
            let refused = try site.clip("Refused")
            _ = try site.clip("Waits")
            let raw = try site.clip("Raw")
            try superuser.execute(
                "update tournament_clips set processing = 'processing', video_key = null where id = \(raw)::uuid")
            #expect(try page(site.member).contains("Waiting for review"))
            _ = try site.ask(
                site.admin, .post, "/api/admin/reject", ["clipId": .string(refused), "reason": "A watermark <b>"])

            let found = try own(site, site.member)
            #expect(found.count == 5)
            #expect(found["Ahead"]?["label"] == "LIVE" && found["Ahead"]?["slot"] == 1)
            #expect(found["Ahead"]?["voteCount"] == 12 && found["Ahead"]?["rank"] == 1)
            #expect(found["Behind"]?["rank"] == 2 && found["Behind"]?["clipsInRound"] == 2)
            #expect(found["Refused"]?["rejectionReason"] == "A watermark <b>")
            #expect(found["Refused"]?["canWithdraw"] == false && found["Refused"]?["rank"] == .null)
            #expect(found["Waits"]?["label"] == "Pending" && found["Waits"]?["changedAt"] == .null)
            #expect(found["Raw"]?["processing"] == "processing" && found["Raw"]?["canWithdraw"] == true)
            #expect(try own(site, site.admin).isEmpty)
            #expect(try site.ask(site.visitor, .get, "/api/profile/clips").status == 401)

            let shown = try page(site.member)
            for part in [
                "LIVE in slot 1", "12 votes · rank 1 of 2", "Not accepted", "A watermark &lt;b&gt;",
                "Checking the file",
            ] { #expect(shown.contains(part), "\(part)") }
            // Only the decision since the last visit is new, and only once.
            #expect(shown.ranges(of: "own__new").count == 1)
            #expect(!(try page(site.member)).contains("own__new"))
            #expect(try page(site.admin).contains("Send in your first take"))
            let visitor = try site.visitor.get("/profile/clips")
            #expect(visitor.status == 303 && visitor.headers["Location"] == "/sign-in?next=/profile/clips")

            try superuser.execute("update seasons set show_counts = 'after_close'")
            #expect(try own(site, site.member)["Ahead"]?["rank"] == .null)
            #expect(try page(site.member).contains("Votes are hidden until the round closes."))
            // The round ends, and the first clip is in the film.
            #expect(try site.ask(site.admin, .post, "/api/admin/advance-slot", ["slot": 1]).status == 200)
            let later = try page(site.member)
            #expect(later.contains("Won slot 1") && later.contains("href=\"/story?season=1&amp;slot=1\""))
            #expect(later.contains("own__new"))
        }
    }

    @Test("PROF-01 the list is read page by page, also from the page")
    func paging() throws {
        try FilmSite.run { site in
            for number in 1...26 { _ = try site.clip("Clip \(number)") }
            var seen: [String] = []
            var cursor = ""
            repeat {
                let part = try site.ask(site.member, .get, "/api/profile/clips?limit=10\(cursor)")
                for index in 0..<10 { if let title = part.json["clips"]?[index]?["title"]?.text { seen.append(title) } }
                cursor = part.json["nextCursor"]?.text.map { "&cursor=" + $0 } ?? ""
            } while !cursor.isEmpty
            #expect(seen == (1...26).reversed().map { "Clip \($0)" })
            #expect(try site.ask(site.member, .get, "/api/profile/clips?cursor=nonsense").status == 422)

            let first = try page(site.member)
            #expect(first.ranges(of: "own__clip").count == 24)
            let link = try #require(first.firstMatch(of: /href="(\/profile\/clips\?cursor=[^"]+)"/)?.1)
            let second = try page(site.member, String(link))
            #expect(second.ranges(of: "own__clip").count == 2 && second.contains("Clip 1<"))
            #expect(try page(site.member, "/profile/clips?cursor=nonsense").ranges(of: "own__clip").count == 24)
        }
    }

    @Test("CLIP-09 creators withdraw what is pending or competes, for good", arguments: Depth.allCases)
    func withdrawing(depth: Depth) throws {
        try FilmSite.run(depth) { site in
            let (_, clips) = try site.voting(["Stays", "Goes"])
            let pending = try site.clip("Pending")
            #expect(try site.ask(site.admin, .delete, "/api/clip/\(pending)").code == "clip_not_found")
            #expect(try site.ask(site.visitor, .delete, "/api/clip/\(pending)").status == 401)
            #expect(try site.ask(site.visitor, .get, "/api/clip/\(clips[1])").status == 200)
            for clip in [pending, clips[1]] {
                #expect(try site.ask(site.member, .delete, "/api/clip/\(clip)").status == 200)
                #expect(try site.ask(site.member, .delete, "/api/clip/\(clip)").code == "clip_withdrawn")
                // The pending one was never anybody else's to see.
                let gone = clip == pending ? 404 : 410
                // nginx learns of the change a moment after the answer.
                try waitUntil { try site.ask(site.visitor, .get, "/api/clip/\(clip)").status == gone }
                // Admins cannot bring it back, and their reason does not replace the creator's decision.
                let approved = try site.ask(site.admin, .post, "/api/admin/approve", ["clipId": .string(clip)])
                #expect(approved.code == "clip_not_open")
                let rejected = try site.ask(
                    site.admin, .post, "/api/admin/reject", ["clipId": .string(clip), "reason": "Late"])
                #expect(rejected.code == "clip_not_open")
            }
            let found = try own(site, site.member)
            #expect(found["Goes"]?["label"] == "Withdrawn" && found["Goes"]?["withdrawnAt"]?.text != nil)
            #expect(found["Stays"]?["label"] == "LIVE" && found["Stays"]?["clipsInRound"] == 1)
            let queue = try site.ask(site.admin, .get, "/api/admin/clips?status=rejected")
            #expect(queue.json["clips"]?[0]?["label"] == "Withdrawn")

            // Once the votes are being counted, and after the decision, it is too late.
            let superuser = site.site.database.database(as: .superuser)
            try superuser.execute(
                "update story_slots set voting_ends_at = now() - interval '1 second' where status = 'voting'")
            #expect(try own(site, site.member)["Stays"]?["canWithdraw"] == false)
            let counted = try site.ask(site.member, .delete, "/api/clip/\(clips[0])")
            #expect(counted.status == 409 && counted.code == "round_over")
            #expect(try site.ask(site.admin, .post, "/api/admin/advance-slot", ["slot": 1]).status == 200)
            #expect(try site.ask(site.member, .delete, "/api/clip/\(clips[0])").code == "clip_not_open")
            let broken = try site.clip("Broken")
            try superuser.execute(
                """
                update tournament_clips
                set processing = 'failed', processing_error = 'The file is cut off.'
                where id = \(broken)::uuid
                """)
            #expect(try site.ask(site.member, .delete, "/api/clip/\(broken)").code == "clip_not_open")
            #expect(try page(site.member).contains("The file is cut off."))
        }
    }

    @Test("CLIP-09 WEB-01 withdrawing works as a plain form", arguments: Depth.allCases)
    func form(depth: Depth) throws {
        try FilmSite.run(depth) { site in
            let clip = try site.clip("Plain")
            let document = try page(site.member)
            #expect(document.contains("method=\"post\" action=\"/api/clip/\(clip)\""))
            let token = try #require(document.firstMatch(of: /name="csrfToken" value="([A-Za-z0-9_-]{54})"/)?.1)
            func post(_ token: Substring) throws -> Answer {
                try site.member.sendBytes(
                    .post, "/api/clip/\(clip)", Array("csrfToken=\(token)".utf8),
                    type: "application/x-www-form-urlencoded")
            }
            let done = try post(token)
            #expect(done.status == 303 && done.headers["Location"] == "/profile/clips?done=clip-withdrawn")
            #expect(try page(site.member, "/profile/clips?done=clip-withdrawn").contains("Your take is withdrawn."))
            let again = try post(token)
            let refusal = String(decoding: again.body, as: UTF8.self)
            #expect(again.status == 409 && refusal.contains("You have withdrawn this clip already."))
        }
    }

    @Test("RT-01 a decision is announced to its creator alone")
    func events() throws {
        try FilmSite.run { site in
            let clip = try site.clip("Decided")
            _ = try site.ask(site.admin, .post, "/api/admin/reject", ["clipId": .string(clip), "reason": "Dark"])
            let superuser = site.site.database.database(as: .superuser)
            let channels: [String] = try superuser.query(
                "select payload ->> 'channel' from jobs where payload ->> 'name' = 'clips_decided'")
            let member: UUID = try superuser.one("select id from users where username = 'mira_okafor'")
            #expect(channels == ["user:" + member.uuidString.lowercased()])
        }
    }
}
