internal import Film
internal import FoundationEssentials
internal import HTTP
internal import Postgres
internal import TestSupport
internal import Testing

@Suite("The routes of boards and of the genre vote", .requiresPostgres)
struct RankRoutesTests {
    private func fold(_ site: FilmSite) throws {
        try RankFold(database: site.site.database.database(as: .jobs)).run()
    }

    @Test("RANK-01 RANK-02 votes reach the boards, the own places and the page", arguments: Depth.allCases)
    func boards(depth: Depth) throws {
        try FilmSite.run(depth) { site in
            let empty = try site.ask(site.visitor, .get, "/api/leaderboard/clips")
            #expect(empty.json["entries"] == [] && empty.json["total"]?.integer == 0)
            let (_, clips) = try site.voting(["Tide", "Salt & sand"])
            for (voter, clip) in [(site.admin, 0), (site.visitor, 0), (site.admin, 1)] {
                let cast = try site.ask(voter, .post, "/api/vote", ["clipId": .string(clips[clip])])
                #expect(cast.status == 200, "\(cast.json)")
            }
            try fold(site)
            // Beyond what a cache may keep.
            let fresh = "&limit=10"
            let board = try site.ask(site.visitor, .get, "/api/leaderboard/clips?period=day" + fresh)
            #expect(board.headers["Cache-Control"] == "public, max-age=0, s-maxage=60, stale-while-revalidate=300")
            #expect(board.json["entries"]?[0]?["clip"]?["title"]?.text == "Tide")
            #expect(board.json["entries"]?[0]?["votes"]?.integer == 2 && board.json["total"]?.integer == 2)
            #expect(board.json["entries"]?[1]?["rank"]?.integer == 2)
            #expect(board.json["entries"]?[1]?["trend"]?.text == "up" && board.json["updatedAt"]?.text != nil)
            let voters = try site.ask(site.visitor, .get, "/api/leaderboard/voters?period=week" + fresh)
            #expect(voters.json["entries"]?[1] == nil, "visitors are on no board")
            #expect(voters.json["entries"]?[0]?["username"]?.text == "the_admin")
            #expect(voters.json["entries"]?[0]?["votes"]?.integer == 2)
            let creators = try site.ask(site.visitor, .get, "/api/leaderboard/creators?period=all" + fresh)
            #expect(creators.json["entries"]?[0]?["votes"]?.integer == 3)
            #expect(creators.json["entries"]?[0]?["trend"] == .null && creators.json["firstDay"] == .null)

            let first = try site.ask(site.visitor, .get, "/api/leaderboard/clips?period=all&limit=1")
            let cursor = try #require(first.json["nextCursor"]?.text)
            let second = try site.ask(site.visitor, .get, "/api/leaderboard/clips?period=all&limit=1&cursor=\(cursor)")
            #expect(second.json["entries"]?[0]?["clip"]?["title"]?.text == "Salt & sand")
            #expect(second.json["nextCursor"] == .null)

            #expect(try site.visitor.get("/api/leaderboard/own").status == 401)
            let own = try site.ask(site.member, .get, "/api/leaderboard/own?period=day")
            #expect(own.headers["Cache-Control"] == "private, no-store")
            #expect(own.json["creator"]?["votes"]?.integer == 3 && own.json["voter"] == .null)
            #expect(own.json["clip"]?["clip"]?["title"]?.text == "Tide")

            let live = try site.ask(site.visitor, .get, "/api/leaderboard/live")
            #expect(live.json["state"]?.text == "voting" && live.json["slot"]?.integer == 1)
            #expect(live.json["clips"]?[0]?["voteCount"]?.integer == 2 && live.json["showsCounts"] == true)
            #expect(live.json["boardsUpdatedAt"]?.text != nil)

            let answer = try site.visitor.get("/leaderboard?board=clips&period=week")
            let page = String(decoding: answer.body, as: UTF8.self)
            #expect(page.contains("Salt &amp; sand") && page.contains("2 votes"))
            let odd = try site.visitor.get("/leaderboard?board=nonsense&period=&cursor=x")
            #expect(odd.status == 200, "an address that was mistyped shows the first board")
        }
    }

    @Test(
        "SEC-05 RANK-01 a query that a board does not know is refused with the parameter's name",
        arguments: [
            ("period=year", "period"), ("period=", "period"), ("limit=x", "limit"), ("cursor=x", "cursor"),
            ("cursor=", "cursor"),
        ])
    func refused(query: String, field: String) throws {
        try FilmSite.run { site in
            for board in ["clips", "voters", "creators"] {
                let answer = try site.visitor.get("/api/leaderboard/\(board)?\(query)")
                #expect(answer.status == 422, "\(board)")
                #expect(answer.json["details"]?[0]?["field"]?.text == field)
            }
            #expect(try site.visitor.get("/api/leaderboard/judges").status == 404)
        }
    }

    @Test("FILM-12 the vote on genres: cast, changed, removed, closed by a season", arguments: Depth.allCases)
    func genres(depth: Depth) throws {
        try FilmSite.run(depth) { site in
            let open = try site.ask(site.visitor, .get, "/api/genre-vote")
            #expect(open.json["open"] == true && open.json["total"]?.integer == 0 && open.json["mine"] == .null)
            #expect(open.headers["Cache-Control"] == "private, no-store")
            #expect(try site.visitor.send(.post, "/api/genre-vote", ["genre": "Comedy"]).status == 401)
            for bad in ["Other", "western", ""] as [JSONValue] {
                let answer = try site.member.send(.post, "/api/genre-vote", ["genre": bad])
                #expect(answer.status == 422 && answer.json["details"]?[0]?["field"]?.text == "genre")
            }
            let cast = try site.ask(site.member, .post, "/api/genre-vote", ["genre": "Thriller"])
            #expect(cast.json["genres"]?[0]?["percent"]?.integer == 100 && cast.json["mine"]?.text == "Thriller")
            let moved = try site.ask(site.member, .post, "/api/genre-vote", ["genre": "Horror"])
            #expect([0, 6].map { moved.json["genres"]?[$0]?["votes"]?.integer } == [0, 1])
            let removed = try site.ask(site.member, .delete, "/api/genre-vote")
            #expect(removed.json["total"]?.integer == 0 && removed.json["mine"] == .null)

            _ = try site.voting(["Tide"])
            let closed = try site.member.send(.post, "/api/genre-vote", ["genre": "Comedy"])
            #expect(closed.status == 409 && closed.code == "genre_vote_closed")
            let shown = try site.ask(site.visitor, .get, "/api/genre-vote")
            #expect(shown.json["open"] == false && shown.json["runningSeason"]?.text == "Undertow")
            let page = String(decoding: try site.member.get("/genre").body, as: UTF8.self)
            #expect(page.contains("Voting is closed while Undertow runs.") && !page.contains("name=\"genre\""))
        }
    }
}
