internal import FoundationEssentials
internal import HTTP
internal import Postgres
internal import TestSupport
internal import Testing
internal import Text

/// Favourites and suggestions as clients and browsers without scripts see them.
@Suite("The routes of favourites and suggestions", .requiresPostgres)
struct MemberListRoutesTests {
    private func text(_ answer: Answer) -> String { String(decoding: answer.body, as: UTF8.self) }

    /// Posts a form of a page as a browser without scripts does.
    private func post(_ who: Visitor, from page: String, to action: String, _ fields: String) throws -> Answer {
        let document = text(try who.get(page))
        #expect(document.contains("method=\"post\" action=\"\(action)\""), "\(page) has no form for \(action)")
        let token = try #require(document.firstMatch(of: /name="csrfToken" value="([A-Za-z0-9_-]{54})"/)?.1)
        return try who.sendBytes(
            .post, action, Array("csrfToken=\(token)&\(fields)".utf8), type: "application/x-www-form-urlencoded")
    }

    @Test("ARENA-12 SEC-05 a member saves and removes; each wrong input is named; the page lists what is saved")
    func favorites() throws {
        try Site.run(.inProcess) { site in
            let comparison: UUID = try site.database.database(as: .superuser).one(
                """
                insert into comparisons (
                    slug, title, kind, prompt, duration_ms, quality, seed, words, is_public, published_at, created_at, updated_at
                )
                values ('fog', 'Fog <1>', 'text-to-video', 'Fog', 1000, 'standard', 1, '', true, now(), now(), now())
                returning id
                """)
            let mira = try site.visitor().signIn("mira")
            let thing: JSONValue = ["comparisonId": .string(comparison.text)]
            #expect(text(try mira.get("/favorites")).contains("No saved comparisons"))
            for _ in 1...2 { #expect(try mira.send(.post, "/api/favorites", thing).json == ["success": true]) }
            #expect(try mira.send(.post, "/api/favorites", ["model": "local"]).status == 200)
            let list = try mira.get("/api/favorites")
            #expect(list.json["comparisons"]?[0]?["slug"] == "fog" && list.json["models"]?[0]?["slug"] == "local")
            #expect(try mira.get("/api/favorites/ids").json["comparisons"] == [.string(comparison.text)])
            #expect(text(try mira.get("/favorites")).contains("Fog &lt;1&gt;"))
            #expect(text(try mira.get("/favorites?show=models")).contains("href=\"/models/local\""))
            #expect(text(try mira.get("/favorites?show=votes&cursor=x")).contains("No votes yet"))
            #expect(text(try mira.get("/favorites?show=battles")).contains("No battles yet"))
            for body in [[:], ["model": "local", "comparisonId": .string(comparison.text)]] as [JSONValue] {
                let refused = try mira.send(.post, "/api/favorites", body)
                #expect(refused.status == 422 && refused.json["details"]?[0]?["field"] == "comparisonId")
            }
            #expect(try mira.send(.post, "/api/favorites", ["comparisonId": .string(UUID().text)]).status == 404)
            #expect(try mira.send(.delete, "/api/favorites", thing).status == 200)
            #expect(try mira.get("/api/favorites").json["comparisons"] == [])
            #expect(try site.visitor(address: "198.51.100.8").get("/api/favorites").status == 401)
            #expect(try site.visitor(address: "198.51.100.8").get("/favorites").status == 303)
            #expect(try mira.get("/api/favorites/votes?cursor=x").status == 422)
        }
    }

    @Test(
        "ARENA-11 WEB-01 a suggestion is sent, voted for and declined by plain forms, and another becomes a comparison")
    func suggestions() throws {
        try Site.run(.inProcess) { site in
            let mira = try site.visitor().signIn("mira")
            let nova = try site.visitor(address: "198.51.100.8").signIn("nova")
            let admin = try site.visitor(address: "198.51.100.9").signIn("ada", isAdmin: true)
            let early = try mira.send(.post, "/api/suggestions", ["type": "text-to-video", "prompt": "Fog"])
            #expect(early.status == 403 && early.json["code"] == "terms_required")
            try site.acceptTerms()
            let sent = try post(
                mira, from: "/suggestions", to: "/api/suggestions",
                "type=text-to-video&prompt=Fog+%3Cover%3E+a+river&note=&models=local")
            #expect(sent.status == 303 && sent.headers["Location"] == "/suggestions?done=suggestion-sent")
            let listed = try site.visitor(address: "198.51.100.10").get("/api/suggestions")
            let id = try #require(listed.json["suggestions"]?[0]?["id"]?.text)
            #expect(listed.json["suggestions"]?[0]?["models"]?[0]?["slug"] == "local")
            let page = text(try site.visitor(address: "198.51.100.10").get("/suggestions"))
            #expect(page.contains("Fog &lt;over&gt; a river") && page.contains("Sign in to suggest"))
            #expect(!page.contains("data-vote-form") && !page.contains("Decline"))
            let vote = "/api/suggestions/\(id)/vote"
            #expect(try post(nova, from: "/suggestions", to: vote, "vote=true").status == 303)
            #expect(text(try nova.get("/suggestions")).contains("aria-pressed=\"true\""))
            #expect(try nova.send(.post, vote, ["vote": true]).json == ["votes": 1, "hasVoted": true])
            #expect(try mira.send(.post, vote, ["vote": true]).status == 403)
            let again = try mira.send(
                .post, "/api/suggestions", ["type": "text-to-video", "prompt": "fog <over> a river"])
            #expect(again.status == 409 && again.json["code"] == "suggestion_repeated")
            let wrong = try post(mira, from: "/suggestions", to: "/api/suggestions", "type=text-to-video&prompt=")
            #expect(wrong.status == 422 && text(wrong).contains("Write what the videos should show."))
            // An admin makes a comparison of it: the form is filled in, and the author sees what became of it.
            let form = text(try admin.get("/admin/generate?suggestion=\(id)"))
            #expect(form.contains("name=\"suggestionId\" value=\"\(id)\"") && form.contains("Fog &lt;over&gt; a river"))
            let made = try admin.send(
                .post, "/api/comparisons",
                [
                    "title": "Fog", "type": "text-to-video", "prompt": "Fog", "models": ["local"], "duration": 2,
                    "isPublic": true, "suggestionId": .string(id),
                ])
            #expect(made.status == 201)
            #expect(text(try mira.get("/suggestions?show=own")).contains("href=\"/comparisons/fog\""))
            #expect(text(try nova.get("/suggestions?show=accepted")).contains("href=\"/comparisons/fog\""))
            let other = try mira.send(.post, "/api/suggestions", ["type": "text-to-video", "prompt": "Rain"])
            let second = try #require(other.json["id"]?.text)
            #expect(other.status == 201)
            #expect(try nova.send(.patch, "/api/admin/suggestions/\(second)", ["answer": "No"]).status == 403)
            let declined = try post(
                admin, from: "/suggestions", to: "/api/admin/suggestions/\(second)", "answer=Compared+in+May.")
            #expect(declined.status == 303)
            #expect(text(try mira.get("/suggestions?show=own")).contains("Compared in May."))
            #expect(try nova.get("/api/suggestions?status=declined").json["suggestions"] == [])
            #expect(
                try admin.get("/api/suggestions?status=declined").json["suggestions"]?[0]?["answer"]
                    == "Compared in May.")
        }
    }
}
