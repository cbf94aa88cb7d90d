internal import Film
internal import FoundationEssentials
internal import HTTP
internal import Postgres
internal import TestSupport
internal import Testing

/// What members see of what they have done.
@Suite("A member's profile", .requiresPostgres)
struct ProfileTests {
    @Test("PROF-01 PROF-02 GAME-01 GAME-02 GAME-03 a vote is in the figures, the history and the pages at once")
    func figures() throws {
        try FilmSite.run { site in
            func page(_ who: Visitor, _ path: String) throws -> String {
                String(decoding: try who.get(path).body, as: UTF8.self)
            }
            let (_, clips) = try site.voting(["Tide", "Salt & smoke"])
            for path in ["/api/profile/stats", "/api/profile/history", "/api/user/profile"] {
                #expect(try site.ask(site.visitor, .get, path).status == 401, "\(path)")
            }
            // The clips are the member's, so that the admin votes.
            let none = try site.ask(site.admin, .get, "/api/profile/stats").json
            #expect(none["xp"] == 0 && none["level"] == 1 && none["levelNeeds"] == 100 && none["rank"] == .null)
            #expect(none["streak"] == 0 && none["badges"]?[12]?["name"] == "Legend" && none["badges"]?[13] == nil)
            for clip in clips {
                let answer = try site.ask(site.admin, .post, "/api/vote", ["clipId": .string(clip)])
                #expect(answer.status == 200 || answer.status == 201, "\(String(decoding: answer.body, as: UTF8.self))")
            }
            let stats = try site.ask(site.admin, .get, "/api/profile/stats")
            #expect(stats.headers["Cache-Control"] == "private, no-store")
            let figures = stats.json
            #expect(figures["totalVotes"] == 2 && figures["votesToday"] == 2 && figures["dailyLimit"] == 200)
            #expect(figures["xp"] == 17 && figures["level"] == 1 && figures["levelXp"] == 17 && figures["streak"] == 1)
            #expect(figures["clips"] == 0 && figures["wins"] == 0)
            #expect(
                figures["badges"]?[0] == [
                    "key": "votes_100", "name": "100 votes", "earnedAt": .null, "progress": 2, "goal": 100,
                ])
            let profile = try site.ask(site.admin, .get, "/api/user/profile").json
            #expect(profile["xp"] == 17 && profile["isAdmin"] == true && profile["avatarUrl"] != nil)

            // Level and streak are beside the name on the boards too.
            try RankFold(database: site.site.database.database(as: .jobs)).run()
            for board in ["voters", "creators"] {
                let entry = try site.ask(site.visitor, .get, "/api/leaderboard/\(board)").json["entries"]?[0]
                #expect(entry?["level"] == 1 && entry?["streak"] == (board == "voters" ? 1 : 0))
            }
            #expect(try page(site.visitor, "/leaderboard?board=voters").contains("Level 1"))
            let history = try site.ask(site.admin, .get, "/api/profile/history").json
            #expect(history["votes"]?[0]?["title"] == "Salt & smoke" && history["votes"]?[0]?["slot"] == 1)
            #expect(history["votes"]?[1]?["clipId"] == .string(clips[0]) && history["votes"]?[2] == nil)
            _ = try site.ask(site.admin, .delete, "/api/vote", ["clipId": .string(clips[1])])
            #expect(try site.ask(site.admin, .get, "/api/profile/stats").json["xp"] == 16)

            let shown = try page(site.admin, "/profile")
            for part in [
                "Level 1", "16 of 100 XP to level 2", "1 day in a row", "Rank 1 of 1", "1 of 100", "Networker",
            ] { #expect(shown.contains(part), "\(part)") }
            #expect(try page(site.admin, "/profile/votes").contains("Tide"))
            #expect(try page(site.member, "/profile/votes").contains("No votes yet"))
            #expect(try page(site.admin, "/profile/settings").contains("Administration"))
            #expect(try !page(site.member, "/profile/settings").contains("Administration"))
            for path in ["/profile", "/profile/votes", "/profile/settings"] {
                let answer = try site.visitor.get(path)
                #expect(answer.status == 303 && answer.headers["Location"] == "/sign-in?next=\(path)")
            }
        }
    }
}
