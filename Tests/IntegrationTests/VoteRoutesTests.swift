internal import FoundationEssentials
internal import HTTP
internal import Postgres
internal import TestSupport
internal import Testing

@testable internal import VotingHandlers

@Suite("The routes of votes", .requiresPostgres)
struct VoteRoutesTests {
    private func vote(
        _ who: Visitor, _ clip: String, _ kind: String? = nil, _ method: HTTP.Method = .post, headers: Headers = [:]
    ) throws -> Answer {
        var body: [String: JSONValue] = ["clipId": .string(clip)]
        if let kind { body["voteType"] = .string(kind) }
        let answer = try who.send(method, "/api/vote", .object(body), headers: headers)
        let schema: Schema? =
            switch answer.status {
            case 200: VoteAnswer.schema
            case 409: VoteTotals.conflict
            default: nil
            }
        if let schema { #expect(schema.faults(in: answer.json).isEmpty, "\(answer.json)") }
        return answer
    }

    private func feed(_ who: Visitor, _ query: String = "") throws -> Answer {
        let answer = try who.get("/api/vote" + query)
        #expect(answer.status == 200)
        #expect(FeedAnswer.schema.faults(in: answer.json).isEmpty, "\(answer.json)")
        return answer
    }

    @Test("VOTE-01 VOTE-04 FEED-01 a visitor looks, votes and takes it back", arguments: Depth.allCases)
    func wholeWay(depth: Depth) throws {
        try FilmSite.run(depth) { site in
            let (season, clips) = try site.voting(["A", "B"])
            let seen = try feed(site.visitor, "?limit=1")
            #expect(seen.headers["Cache-Control"] == "private, no-store")
            #expect(seen.json["state"]?.text == "voting")
            #expect(seen.json["season"]?["id"]?.text == season)
            #expect(seen.json["currentSlot"]?.integer == 1 && seen.json["totalClipsInSlot"]?.integer == 2)
            #expect(seen.json["hasMoreClips"] == true)
            #expect(seen.json["clips"]?[0]?["videoUrl"]?.text == "/media/clips/take/v.mp4")

            let cast = try vote(site.visitor, clips[0])
            #expect(cast.status == 200)
            #expect(
                cast.json == [
                    "success": true, "clipId": .string(clips[0]), "newScore": 1, "totalVotesToday": 1,
                    "remainingVotes": ["standard": 199, "super": 0, "mega": 0],
                ])
            #expect(cast.headers["X-RateLimit-Limit"] == "30" && cast.headers["X-RateLimit-Remaining"] == "29")
            #expect(cast.resetIsUnixTime(in: 1))
            let again = try vote(site.visitor, clips[0])
            #expect(again.status == 409 && again.code == "already_voted")
            #expect(again.json["newScore"]?.integer == 1 && again.json["totalVotesToday"]?.integer == 1)
            #expect(again.headers["Content-Type"]?.hasPrefix("application/problem+json") == true)
            #expect(try feed(site.visitor).json["votedClipIds"] == [.string(clips[0])])

            let undone = try vote(site.visitor, clips[0], nil, .delete)
            #expect(undone.status == 200 && undone.json["newScore"]?.integer == 0)
            let missing = try vote(site.visitor, clips[0], nil, .delete)
            #expect(missing.status == 404 && missing.code == "vote_not_found")
        }
    }

    @Test("VOTE-03 VOTE-07 a member has a super and a mega, and no vote for the own clip")
    func member() throws {
        try FilmSite.run { site in
            let clips = try site.voting(["A", "B"]).clips
            #expect(try vote(site.member, clips[0]).code == "own_clip")
            let cast = try vote(site.admin, clips[0], "super")
            #expect(cast.json["newScore"]?.integer == 3)
            #expect(cast.json["remainingVotes"] == ["standard": 199, "super": 0, "mega": 1])
            let used = try vote(site.admin, clips[1], "super")
            #expect(used.status == 409 && used.code == "super_used")
            let visitor = try vote(site.visitor, clips[1], "mega")
            #expect(visitor.status == 401 && visitor.code == "auth_required")
            let keys: [String] = try site.site.database.database(as: .superuser).query(
                "select device_key from votes where user_id is not null")
            #expect(keys.count == 1 && keys[0].hasPrefix("device_"))
        }
    }

    @Test("VOTE-01 SEC-01 FEED-01 the feed's answer brings all that the first vote needs")
    func firstVote() throws {
        try FilmSite.run { site in
            let clips = try site.voting(["A", "B", "C"]).clips
            let member = site.admin.copy(token: false)
            for visitor in [site.visitor.copy(cookies: false, token: false), member] {
                let seen = try feed(visitor, "?limit=1&firstId=\(clips[2])")
                #expect(seen.json["clips"]?[0]?["id"]?.text == clips[2])
                let token = try #require(seen.headers["X-CSRF-Token"])
                // The token is bound to the cookie that came with it.
                #expect(try vote(visitor, clips[2], headers: ["X-CSRF-Token": token]).status == 200)
                #expect(
                    try vote(site.visitor, clips[0], headers: ["X-CSRF-Token": token]).code == "csrf_failed")
            }
            #expect(try site.visitor.get("/api/vote?firstId=A").status == 422)
        }
    }

    @Test("VOTE-11 SEC-01 SEC-05 what is no vote is refused before it is counted")
    func refused() throws {
        try FilmSite.run { site in
            let clips = try site.voting(["A"]).clips
            let forged = try vote(site.visitor.copy(token: false), clips[0])
            #expect(forged.status == 403 && forged.code == "csrf_failed")
            let key = try vote(site.visitor, clips[0], headers: ["Authorization": "Bearer dk_anything"])
            #expect(key.status == 401 && key.code == "key_invalid")
            for (body, field) in [
                (["clipId": "'; drop table votes; --"], "clipId"), ([:], "clipId"),
                (["clipId": .string(clips[0]), "voteType": "giga"], "voteType"),
                (["clipId": .string(clips[0]), "weight": 10], "weight"),
            ] as [(JSONValue, String)] {
                let answer = try site.visitor.send(.post, "/api/vote", body)
                #expect(answer.status == 422)
                #expect(answer.json["details"]?[0]?["field"]?.text == field)
            }
            #expect(try vote(site.visitor, UUID().uuidString).code == "clip_not_found")
            #expect(try site.visitor.send(.put, "/api/vote", ["clipId": "x"]).status == 405)
            #expect(try site.visitor.get("/api/vote?excludeIds=nonsense").status == 422)
            #expect(try feed(site.visitor, "?limit=500").json["clips"]?[0] != nil)
        }
    }

    @Test("VOTE-10 VOTE-09 a refusal of too many votes says when to try again; a flag that is off is honoured at once")
    func limits() throws {
        try FilmSite.run { site in
            let clips = try site.voting(["A"]).clips
            let superuser = site.site.database.database(as: .superuser)
            _ = try vote(site.visitor, clips[0])
            try superuser.execute(
                "update rate_windows set minute = date_bin('1 minute', now(), 'epoch'), current_count = 30")
            let fast = try vote(site.visitor, clips[0])
            // The minute may turn between the two statements; then there is room again.
            if fast.code != "already_voted" {
                #expect(fast.status == 429 && fast.code == "rate_limited")
                let wait = try #require(fast.headers["Retry-After"].flatMap { Int($0) })
                #expect((1...120).contains(wait))
                #expect(fast.resetIsUnixTime(in: wait))
                #expect(fast.headers["X-RateLimit-Remaining"] == "0")
            }
            try superuser.execute("truncate rate_windows")
            try superuser.execute("update feature_flags set enabled = false where key = 'voting_enabled'")
            let off = try vote(site.visitor, clips[0])
            #expect(off.status == 503 && off.code == "feature_off" && off.headers["Retry-After"] == "60")
        }
    }

    @Test(
        "FILM-01 VOTE-01 counts are shown as the season's setting says",
        arguments: [("always", 1, 1, 0), ("after_vote", 1, nil, nil), ("after_close", nil, nil, nil)]
            as [(String, Int?, Int?, Int?)])
    func shownCounts(setting: String, own: Int?, others: Int?, undone: Int?) throws {
        try FilmSite.run { site in
            let clips = try site.voting(["A"]).clips
            let superuser = site.site.database.database(as: .superuser)
            try superuser.execute("update seasons set show_counts = \(setting)")
            let announced: Int = try superuser.one("select announce_change('film', 'season_edited')::int")
            #expect(announced > 0)
            let number: (Int?) -> JSONValue = { $0.map(JSONValue.integer) ?? .null }
            let isHeard = try eventually {
                try feed(site.visitor).json["clips"]?[0]?["voteCount"] == number(setting == "always" ? 0 : nil)
            }
            #expect(isHeard)
            #expect(try vote(site.admin, clips[0]).json["newScore"] == number(own))
            let shown = try eventually {
                try feed(site.admin).json["clips"]?[0]?["voteCount"] == number(own)
                    && feed(site.visitor).json["clips"]?[0]?["voteCount"] == number(others)
            }
            #expect(shown)
            #expect(try vote(site.admin, clips[0], nil, .delete).json["newScore"] == number(undone))
        }
    }

    @Test("VOTE-08 a vote after a feed has no mark, one out of the blue has")
    func marks() throws {
        try FilmSite.run { site in
            let clips = try site.voting(["A", "B"]).clips
            let token = try #require(try feed(site.visitor).json["feedToken"]?.text)
            _ = try vote(site.visitor, clips[0], headers: ["X-Feed-Token": token])
            _ = try vote(site.visitor, clips[1])
            let flags: [[String]?] = try site.site.database.database(as: .superuser).query(
                "select flags from votes order by created_at")
            #expect(flags == [nil, ["feed_token_missing"]])
        }
    }
}
