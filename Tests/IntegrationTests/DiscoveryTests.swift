internal import Configuration
internal import FoundationEssentials
internal import HTTP
internal import Postgres
internal import TestSupport
internal import Testing

@Suite("Discovery, sharing and embeds", .requiresPostgres)
struct DiscoveryTests {
    @Test("CLIP-06 clips are found by text, genre, status and order, page by page", arguments: Depth.allCases)
    func discover(depth: Depth) throws {
        try FilmSite.run(depth) { site in
            _ = try site.voting(["Lantern", "Light", "Stone"])
            _ = try site.clip("Pending")
            let all = try site.ask(site.visitor, .get, "/api/discover")
            #expect(all.json["clips"]?[2] != nil && all.json["clips"]?[3] == nil)
            #expect(all.json["nextCursor"] == .null)
            #expect(
                all.headers["Cache-Control"] == "public, max-age=0, s-maxage=60, stale-while-revalidate=300")
            #expect(all.json["clips"]?[0]?["label"]?.text == "LIVE")
            let first = try site.ask(site.visitor, .get, "/api/discover?q=li&limit=1")
            #expect(first.json["clips"]?[0]?["title"]?.text == "Light")
            #expect(try site.ask(site.visitor, .get, "/api/discover?q=&genre=Comedy").json["clips"] == [])
            let page = try site.ask(site.visitor, .get, "/api/discover?limit=2&sort=oldest&status=active&genre=Sci-Fi")
            let cursor = try #require(page.json["nextCursor"]?.text)
            let rest = try site.ask(
                site.visitor, .get, "/api/discover?limit=2&sort=oldest&status=active&genre=Sci-Fi&cursor=\(cursor)")
            #expect(rest.json["clips"]?[0] != nil && rest.json["clips"]?[1] == nil)
            let genres = try site.ask(site.visitor, .get, "/api/genres")
            #expect(genres.json["genres"]?[3]?["genre"]?.text == "Sci-Fi")
            #expect(genres.json["genres"]?[3]?["clips"]?.integer == 3)
            #expect(genres.json["genres"]?[7]?["clips"]?.integer == 0)
        }
    }

    @Test(
        "CLIP-06 SEC-05 a search that cannot be is refused with the parameter's name",
        arguments: [
            ("genre=Western", "genre"), ("status=pending", "status"), ("status=rejected", "status"),
            ("sort=random", "sort"), ("limit=many", "limit"), ("cursor=made-up", "cursor"), ("cursor=%20", "cursor"),
            ("cursor=bmV3ZXN0CjEKMg", "cursor"), ("q=" + String(repeating: "x", count: 101), "q"),
        ])
    func refused(query: String, field: String) throws {
        try FilmSite.run { site in
            let answer = try site.ask(site.visitor, .get, "/api/discover?\(query)")
            #expect(answer.status == 422, "\(answer.json)")
            #expect(answer.json["details"]?[0]?["field"]?.text == field)
            // A page shows what it can.
            #expect(try site.visitor.get("/discover?\(query)").status == 200)
        }
    }

    @Test("CLIP-06 SEC-05 a query that is no text is malformed")
    func malformed() throws {
        try FilmSite.run { site in
            for query in ["q=%00", "q=%FF", "q=%zz"] {
                let answer = try site.visitor.get("/api/discover?\(query)")
                #expect(answer.status == 400, "\(query)")
            }
        }
    }

    @Test(
        "CLIP-06 a clip's page is there for everybody once it competes, and says when it is gone",
        arguments: Depth.allCases)
    func page(depth: Depth) throws {
        try FilmSite.run(depth) { site in
            let (_, clips) = try site.voting(["Ash", "Bone"])
            let page = try site.visitor.get("/clip/\(clips[0])")
            #expect(page.status == 200)
            let text = String(decoding: page.body, as: UTF8.self)
            #expect(text.contains("href=\"/dashboard?take=\(clips[0])\"") && text.contains("\"@type\":\"VideoObject\""))
            // One's own take cannot be voted for.
            let own = String(decoding: try site.member.get("/clip/\(clips[0])").body, as: UTF8.self)
            #expect(!own.contains("/dashboard?take=") && own.contains("href=\"/profile/clips\""))
            let pending = try site.clip("Pending")
            #expect(try site.visitor.get("/clip/\(pending)").status == 404)
            for who in [site.member, site.admin] {
                let answer = try who.get("/clip/\(pending)")
                #expect(answer.status == 200)
                let text = String(decoding: answer.body, as: UTF8.self)
                #expect(text.contains("Only its creator and the admins can see"))
                #expect(text.contains("content=\"noindex\"") && !text.contains("ld+json"))
            }
            _ = try site.ask(site.member, .delete, "/api/clip/\(clips[0])")
            _ = try site.ask(site.admin, .post, "/api/admin/reject", ["clipId": .string(clips[1]), "reason": "Rights"])
            for clip in clips {
                for path in ["/clip/\(clip)", "/api/clip/\(clip)", "/embed/clip/\(clip)"] {
                    #expect(try site.visitor.get(path).status == 410, "\(path)")
                }
            }
            for path in ["/clip/\(UUID())", "/clip/7", "/embed/clip/\(UUID())", "/embed/film/1", "/embed/film/x"] {
                #expect(try site.visitor.get(path).status == 404, "\(path)")
            }
        }
    }

    @Test("SOC-04 WEB-07 oEmbed describes a clip and a film within the limits, and nothing else")
    func oEmbed() throws {
        try FilmSite.run { site in
            let (_, clips) = try site.voting(["Ash", "Bone"])
            let base = site.site.settings.site.url
            func ask(_ url: String, _ more: String = "") throws -> Answer {
                try site.visitor.get(
                    "/oembed?url=\(url.replacing(":", with: "%3A").replacing("?", with: "%3F"))\(more)")
            }
            let answer = try ask("\(base)/clip/\(clips[0])")
            #expect(answer.status == 200)
            #expect(answer.headers["Set-Cookie"] == nil)
            #expect(answer.json["type"]?.text == "video" && answer.json["version"]?.text == "1.0")
            #expect(answer.json["width"]?.integer == 405 && answer.json["height"]?.integer == 720)
            #expect(answer.json["author_name"]?.text == "mira_okafor")
            #expect(answer.json["html"]?.text?.contains("src=\"\(base)/embed/clip/\(clips[0])\"") == true)
            #expect(answer.json["thumbnail_width"]?.integer == 480)
            let narrow = try ask("\(base)/clip/\(clips[0])", "&maxwidth=200&maxheight=10000")
            #expect(narrow.json["width"]?.integer == 200 && narrow.json["height"]?.integer == 355)
            #expect(narrow.json["thumbnail_width"]?.integer == 96)
            let low = try ask("\(base)/clip/\(clips[0])", "&maxheight=90")
            #expect(low.json["height"]?.integer == 90 && low.json["width"]?.integer == 50)
            #expect(low.json["thumbnail_url"] == nil)
            #expect(try ask("\(base)/clip/\(clips[0])", "&format=xml").status == 501)
            for url in [
                "\(base)/about", "\(base)/clip/\(UUID())", "https://elsewhere.example/clip/\(clips[0])", base, "x",
            ] {
                #expect(try ask(url).status == 404, "\(url)")
            }
            #expect(try site.visitor.get("/oembed").status == 422)
            #expect(try ask("\(base)/clip/\(clips[0])", "&maxwidth=0").status == 422)
            #expect(try ask("\(base)/story?season=1").status == 404)
            _ = try site.ask(site.admin, .post, "/api/admin/advance-slot", ["slot": 1])
            #expect(try ask("\(base)/story?season=1").json["title"]?.text == "Undertow")
            #expect(try ask("\(base)/embed/film/1").status == 200)
            #expect(try site.visitor.get("/embed/film/1").status == 200)
        }
    }

    @Test("WEB-04 the feed has the winners, the sitemap the public clips")
    func crawlers() throws {
        try FilmSite.run { site in
            let empty = String(decoding: try site.visitor.get("/feed.atom").body, as: UTF8.self)
            #expect(!empty.contains("<entry>"))
            let (_, clips) = try site.voting(["Ash & <Bone>", "Coal"])
            _ = try site.clip("Pending")
            try site.site.database.database(as: .superuser).execute(
                "update tournament_clips set vote_count = 3, weighted_score = 3 where id = \(clips[0])::uuid")
            _ = try site.ask(site.admin, .post, "/api/admin/advance-slot", ["slot": 1])
            let feed = try site.visitor.get("/feed.atom")
            #expect(feed.headers["Content-Type"] == "application/atom+xml; charset=utf-8")
            let text = String(decoding: feed.body, as: UTF8.self)
            #expect(text.contains("<title>Ash &amp; &lt;Bone&gt;</title>") && text.matches(of: /<entry>/).count == 1)
            #expect(text.contains("rel=\"enclosure\" type=\"video/mp4\""))
            let index = String(decoding: try site.visitor.get("/sitemap.xml").body, as: UTF8.self)
            #expect(index.contains("sitemap.xml?part=pages<") && index.contains("sitemap.xml?part=clips<"))
            let map = String(decoding: try site.visitor.get("/sitemap.xml?part=clips").body, as: UTF8.self)
            for clip in clips { #expect(map.contains("/clip/\(clip)<")) }
            #expect(map.matches(of: /<url>/).count == 2)
            for part in ["clips-g", "clips-00000", "pages2", "x"] {
                #expect(try site.visitor.get("/sitemap.xml?part=\(part)").status == 404, "\(part)")
            }
            #expect(try site.visitor.get("/sitemap.xml?part=clips-a").status == 200)
        }
    }
}
