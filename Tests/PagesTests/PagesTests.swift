import Analytics
import Film
import FoundationEssentials
import Games
import People
import Testing

@testable import Film
@testable import HTTP
@testable import PagesHandlers

@Suite("Pages")
struct PagesTests {
    /// Every page that visitors can see, in every state of the film.
    func documents(of site: Site? = nil) throws -> [String: String] {
        let site = try site ?? Fixtures.site()
        var documents: [String: String] = [:]
        var films = [
            "voting": Fixtures.film(), "waiting": Fixtures.film(round: .waitingForClips, clips: 0),
            "review": Fixtures.film(round: .underReview, clips: 0),
        ]
        films["complete"] = FilmView(
            seasons: [Fixtures.season(1, status: .finished, slots: 4, cut: 4)], clips: [], creators: 3)
        films["first"] = FilmView(
            seasons: [Fixtures.season(1, status: .active, slots: 4, cut: 0, round: .voting)], clips: [], creators: 0)
        films["none"] = FilmView(seasons: [], clips: [], creators: 0)
        for (state, film) in films {
            documents["landing \(state)"] = site.document(site.landing(film))
            documents["dashboard \(state)"] = site.document(site.dashboard(film))
            documents["story \(state)"] = site.document(site.story(film, season: nil, slot: nil))
            documents["upload \(state)"] = site.document(site.upload(film))
            documents["admin \(state)"] = site.document(site.adminClips(film))
            documents["votes \(state)"] = site.document(site.adminVotes(film))
        }
        for status in ["locked", "voting", "under_review", "upcoming"] {
            documents["round \(status)"] = site.document(site.round(Fixtures.film(), Fixtures.round(status)))
        }
        documents["library"] = site.document(site.library(Fixtures.film(), [Fixtures.watched().film]))
        documents["no library"] = site.document(site.library(Fixtures.film(), []))
        documents["watch"] = site.document(site.watch(Fixtures.film(), Fixtures.watched(), slot: 2))
        documents["watch clips"] = site.document(
            site.watch(Fixtures.film(), Fixtures.watched(hasFile: false), slot: nil))
        documents["watch later"] = site.document(site.notFinished(Fixtures.film(), Fixtures.film().seasons[0]))

        for round in [true, false] {
            let figures = Fixtures.figures(hasRound: round)
            documents["admin dashboard \(round)"] = site.document(site.adminDashboard(figures))
        }
        for (name, state) in [
            ("live", .live(slot: 31)), ("approved", .approved(slot: 31)), ("won", .won(slot: 3)),
            ("eliminated", .eliminated), ("hidden", .hidden("It waits for review.")),
        ] as [(String, ClipPageView.State)] {
            documents["clip \(name)"] = site.document(site.clip(Fixtures.clipPage(state)))
        }
        documents["own clip"] = site.document(site.clip(Fixtures.clipPage(isOwn: true)))
        documents["discover"] = site.document(site.discover(DiscoverQuery(), Fixtures.discovery()))
        documents["search"] = site.document(
            site.discover(
                DiscoverQuery(text: "a & b", genre: "Horror", status: "locked", sort: "votes", cursor: "x"),
                Fixtures.discovery(0, cursor: nil)))
        documents["no takes"] = site.document(site.discover(DiscoverQuery(), Fixtures.discovery(0, cursor: nil)))
        documents["landing extras"] = site.document(
            site.landing(Fixtures.film(), LandingExtras(newCreators: 12, comparison: Fixtures.comparison(4))))
        documents["person"] = site.document(site.person(Fixtures.person(), PersonQuery()))
        documents["person without takes"] = site.document(site.person(Fixtures.person(0, cursor: nil), PersonQuery()))
        for state in [InvitationView.State.visitor, .open, .own, .closed] {
            documents["join \(state)"] = site.document(site.join(Fixtures.invitation(state), .none))
        }
        documents["join nothing"] = site.document(site.join(nil, .none))
        for list in Follows.List.allCases {
            documents["follows \(list)"] = site.document(site.follows(Fixtures.follows(list)))
            documents["follows no one \(list)"] = site.document(site.follows(FollowsView(list: list)))
        }
        for counted in [0, 100] {
            documents["invitations \(counted)"] = site.document(
                site.settings(AccountView(username: "mira"), .none, Fixtures.invitations(counted)))
        }
        documents["suspended"] = site.errorDocument(status: 410, requestID: "req", isAboutMember: true)
        documents["users"] = site.document(site.adminUsers)
        documents["seasons"] = site.document(site.adminSeasons(Fixtures.film()))
        documents["comments"] = site.document(site.adminComments)
        documents["messages"] = site.document(site.adminMessages)
        documents["webhooks"] = site.document(site.adminWebhooks)
        documents["flags"] = site.document(site.adminFlags)
        documents["audit"] = site.document(site.adminAudit)
        documents["about"] = site.document(site.about)
        documents["sign-in"] = site.document(site.signIn(nil, next: nil))
        documents["settings"] = site.document(site.settings(AccountView(username: "mira", credits: Fixtures.credits)))
        for (name, address) in [("mail", "mira@example.org"), ("no address", nil as String?)] {
            let mailing = Site(name: site.name, url: site.url, assets: site.assets, isMailOn: true, brand: site.brand)
            documents["settings with \(name)"] = mailing.document(
                mailing.settings(
                    AccountView(username: "mira"), notifications: Fixtures.notificationSettings(address: address)))
        }
        documents["settings without mail"] = site.document(
            site.settings(
                AccountView(username: "mira"), notifications: Fixtures.notificationSettings(address: nil)))
        documents["notifications"] = site.document(site.notifications(Fixtures.notifications))
        documents["no notifications"] = site.document(site.notifications(NotificationsView()))
        for state in [UnsubscribeState.asked, .done, .unknown] {
            documents["unsubscribe \(state)"] = site.document(site.unsubscribe("token", state))
        }
        documents["no credits"] = site.document(site.settings(AccountView(username: "mira")))
        documents["models"] = site.document(site.models([Fixtures.model(), Fixtures.model(isReady: false)]))
        documents["no models"] = site.document(site.models([]))
        documents["model"] = site.document(site.model(Fixtures.model()))
        documents["two models"] = site.document(site.versus(Fixtures.versus()))
        documents["two models without battles"] = site.document(site.versus(Fixtures.versus(hasBattles: false)))
        documents["bare model"] = site.document(site.model(Fixtures.model(isReady: false)))
        documents["admin models"] = site.document(site.adminModels)
        documents["providers"] = site.document(site.adminProviders)
        documents["costs"] = site.document(site.adminCosts)
        documents["jobs"] = site.document(site.adminJobs)
        documents["profile"] = site.document(site.profile(Fixtures.memberStats))
        documents["profile of a newcomer"] = site.document(site.profile(MemberStats()))
        documents["own votes"] = site.document(site.ownVotes(Fixtures.memberStats, votes: Fixtures.pastVotes))
        documents["no own votes"] = site.document(site.ownVotes(MemberStats(), votes: []))
        documents["profile links"] = site.document(site.profileLinks(Fixtures.memberStats, isAdmin: true, .none))
        documents["own clips"] = site.document(site.ownClips(Fixtures.ownClips))
        documents["studio"] = site.document(site.studio(Fixtures.studio))
        documents["empty studio"] = site.document(site.studio(StudioView()))
        documents["my videos"] = site.document(site.myVideos(Fixtures.myVideos))
        documents["video"] = site.document(site.video(Fixtures.video))
        documents["video without a name"] = site.document(
            site.video(VideoPageView(video: Fixtures.myVideos.videos[3], publishedAt: Date(), isTrained: false)))
        documents["no videos"] = site.document(site.myVideos(MyVideosView()))
        documents["no own clips"] = site.document(site.ownClips(OwnClipsView(clips: [])))
        for board in RankBoard.allCases {
            for period in RankPeriod.allCases {
                documents["ranks \(board) \(period)"] = site.document(
                    site.leaderboard(Fixtures.film(), Fixtures.ranks(board, period)))
            }
        }
        documents["ranks none"] = site.document(
            site.leaderboard(Fixtures.film(), RanksView(board: .voters, period: .day, entries: [], total: 0)))
        documents["genre open"] = site.document(site.genre(Fixtures.poll(isOpen: true), isMember: true))
        documents["genre visitor"] = site.document(site.genre(Fixtures.poll(isOpen: true), isMember: false))
        documents["genre closed"] = site.document(site.genre(Fixtures.poll(isOpen: false), isMember: true))
        documents["ratings"] = site.document(site.ratings(Fixtures.ratings))
        documents["no ratings"] = site.document(site.ratings(RatingsView()))
        documents["no own ratings"] = site.document(site.ratings(RatingsView(kind: nil)))
        documents["analytics"] = site.document(site.analytics(Fixtures.analytics))
        documents["analytics of a year"] = site.document(
            site.analytics(
                AnalyticsView(
                    report: AnalyticsReport(
                        scope: AnalyticsScope(period: .year, type: .imageToVideo), lastDay: "2026-11-30",
                        models: [ModelFigures(slug: "a", name: "A", maker: "B", figures: Figures())],
                        trend: [TrendPoint(day: "2026-11-01")]), order: .speed)))
        documents["no analytics"] = site.document(site.analytics(AnalyticsView()))
        documents["battle"] = site.document(site.battle(Fixtures.battle))
        documents["no battle"] = site.document(site.battle(BattleView()))
        documents["terms"] = site.document(site.terms(Fixtures.terms))
        documents["no terms"] = site.document(site.terms(nil))
        documents["accept"] = site.document(site.acceptTerms(Fixtures.terms, .none, next: "/upload"))
        documents["accept none"] = site.document(site.acceptTerms(nil, .none, next: nil))
        documents["arena"] = site.document(site.arena(Fixtures.comparisons))
        documents["empty arena"] = site.document(site.arena(ComparisonsView()))
        documents["comparisons"] = site.document(site.comparisons(ComparisonQuery(), Fixtures.comparisons))
        documents["no comparisons"] = site.document(site.comparisons(ComparisonQuery(), ComparisonsView()))
        var search = ComparisonQuery()
        search.text = "<none>"
        documents["no comparison found"] = site.document(site.comparisons(search, ComparisonsView()))
        documents["comparison"] = site.document(site.comparison(Fixtures.comparison(4)))
        documents["comparison of one"] = site.document(site.comparison(Fixtures.comparison(1)))
        documents["comparison without videos"] = site.document(site.comparison(Fixtures.comparison(0)))
        documents["tags"] = site.document(site.tags(Fixtures.comparisons.tags))
        documents["no tags"] = site.document(site.tags([]))
        documents["generate"] = site.document(site.adminGenerate(Fixtures.comparableModels))
        for part in FavoritesView.Part.allCases {
            documents["favourites \(part)"] = site.document(site.favorites(Fixtures.favorites(part)))
            documents["no favourites \(part)"] = site.document(site.favorites(FavoritesView(part: part)))
        }
        for part in SuggestionsView.Part.allCases {
            for reader in [SuggestionsView.Reader.visitor, .member, .admin] {
                documents["suggestions \(part) \(reader)"] = site.document(
                    site.suggestions(
                        SuggestionsView(part: part, reader: reader, models: Fixtures.comparableModels), .none))
            }
        }
        documents["generate nothing"] = site.document(site.adminGenerate([]))
        documents["experiments"] = site.document(site.adminExperiments(Fixtures.comparableModels))
        documents["experiments without models"] = site.document(site.adminExperiments([]))
        documents["admin comparisons"] = site.document(site.adminComparisons)
        documents["admin comparison"] = site.document(site.adminComparison)
        documents["admin upload"] = site.document(site.adminUpload(Fixtures.comparableModels))
        documents["admin upload without models"] = site.document(site.adminUpload([]))
        documents["experiments"] = site.document(site.adminExperiments(Fixtures.comparableModels))
        documents["experiments without models"] = site.document(site.adminExperiments([]))
        documents["admin battles"] = site.document(site.adminBattles())
        documents["admin video votes"] = site.document(site.adminVideoVotes())
        documents["admin plans"] = site.document(site.adminPlans)
        documents["admin tags"] = site.document(site.adminTags)
        documents["report"] = site.document(
            site.report(ReportedThing(subject: .clip(UUID()), name: "Ash <1>"), .none))
        documents["report member"] = site.document(
            site.report(ReportedThing(subject: .member(UUID()), name: "mira"), .none))
        documents["report nothing"] = site.document(site.report(nil, .none))
        documents["decisions"] = site.document(site.decisions(Fixtures.decisions, .none))
        documents["no decisions"] = site.document(site.decisions(DecisionsView(), .none))
        documents["reports"] = site.document(site.adminReports)
        documents["versions"] = site.document(site.adminTerms)
        documents["privacy"] = site.document(site.privacy)
        documents["cookies"] = site.document(site.cookies)
        documents["contact"] = site.document(site.contact(.none))
        documents["confirm"] = site.document(site.confirmEmail)
        documents["API"] = site.document(site.apiDocs(.none))
        documents["onboarding"] = site.document(site.onboarding())
        for status in [400, 403, 404, 405, 410, 429, 500, 503] {
            documents["error \(status)"] = site.errorDocument(status: status, requestID: "req", retryAfter: 2)
        }
        return documents
    }

    @Test("WEB-01 every page has title, description, canonical link, social card and a main part")
    func heads() throws {
        for (name, document) in try documents() {
            for part in [
                "<title>", "<meta name=\"description\" content=\"",
                "<link rel=\"canonical\" href=\"https://dailies.example/",
                "<meta property=\"og:title\"", "<meta property=\"og:image\" content=\"https://dailies.example/",
                "id=\"main\"", "<html lang=\"en\"",
            ] {
                #expect(document.contains(part), "\(name) lacks \(part)")
            }
            #expect(document.matches(of: /<h1[ >]/).count == 1, "\(name) needs one first heading")
            // A value of ours that became text in place of markup.
            #expect(!document.contains("HTML(source:"), "\(name) shows its source")
        }
    }

    @Test("OPS-01 the sign-in page names the operator's tool as it is started on this machine")
    func operatorsTool() throws {
        let site = Site(
            name: "Dailies", url: "https://dailies.example", assets: try Fixtures.site().assets,
            operatorCommand: "/srv/film & co/dailies")
        let page = try documents(of: site)["sign-in"]
        #expect(page?.contains("<code>/srv/film &amp; co/dailies sign-in-link --user your_name</code>") == true)
    }

    @Test("OPS-05 pages name the numbers that the operator has set")
    func numbers() throws {
        let operation = Operation(minimumAge: 19, sessionDays: 11, dailyVotes: 137)
        let site = Site(
            name: "Dailies", url: "https://dailies.example", assets: try Fixtures.site().assets, isMailOn: true,
            operation: operation)
        let documents = try documents(of: site)
        for (name, parts) in [
            "about": ["137 votes a day"], "landing voting": ["One vote per take, 137 a day"],
            "dashboard voting": [
                "<span data-daily>137</span>", "max=\"137\"", "<span data-left>137</span> left",
            ],
            "sign-in": ["on this device for 11 days."], "privacy": ["11 days after its last use"],
            "cookies": ["11 days after your last visit"], "terms": ["19 or older"], "onboarding": ["19 or older"],
        ] {
            for part in parts { #expect(documents[name]?.contains(part) == true, "\(name) lacks \(part)") }
        }
        for (name, document) in documents {
            // These are rules of the product, not settings.
            let text = document.replacing(
                /once every 30 days|30 days after (it has ended|it was sent|the round)|in 30 days<|>30 days<|on the 30 days before|within 30 days|of the last 30 days/,
                with: ""
            )
            // The ring of the vote button has 200 parts at any size.
            .replacing(/pathLength="200" stroke-dasharray="0 200"/, with: "")
            .replacing(/<(svg|style|script|symbol|link)[^>]*>.*?<\/\1>/, with: "")
            for usual in [/\b200\b/, /\b30 days\b/, /\b16 or older\b/] {
                #expect(text.firstMatch(of: usual) == nil, "\(name) names a number that the operator has changed")
            }
        }
    }

    @Test("CLIP-09 takes made with AI are labelled wherever they are shown")
    func labels() throws {
        let documents = try documents()
        for name in ["landing voting", "dashboard voting", "story voting", "story complete", "round locked"] {
            #expect(documents[name]?.contains("AI-generated") == true, "\(name)")
        }
    }

    @Test("GEN-08 the text of the terms becomes headings, items and paragraphs, and no markup of its own")
    func termsText() throws {
        let document = try documents()["terms"] ?? ""
        for part in [
            "<h2>Using the site</h2>", "<ul><li>Members are 16 or older.</li><li>&lt;b&gt;Be kind&lt;/b&gt;</li></ul>",
            "<p>That is all.</p>", "<b>Version 2</b>", "<a class=\"link\" href=\"/terms?version=1\">Version 1</a>",
        ] {
            #expect(document.contains(part), "\(part)")
        }
    }

    @Test("WEB-01 the landing page leads to the vote, and to the sign-in only where voting needs an account")
    func wayToVote() throws {
        let site = try Fixtures.site()
        var film = Fixtures.film()
        let open = site.document(site.landing(film))
        #expect(open.contains("<a class=\"btn btn--primary\" href=\"/dashboard\" data-ahead data-script="))
        #expect(open.contains("Watching and voting need no account."))
        film.needsAccountToVote = true
        let closed = site.document(site.landing(film))
        #expect(closed.contains("href=\"/sign-in?next=/dashboard\" data-visitor>Sign in to vote</a>"))
        #expect(closed.contains("Watching needs no account.") && !closed.contains("voting need no account"))
        film.seasons[0].round?.votes = 0
        #expect(site.document(site.landing(film)).contains("14 takes. Be the first to vote."))
    }

    @Test(
        "WEB-02 the arena's page holds a first clip, the asked one if it is in the round, and names the modules it needs"
    )
    func firstClip() throws {
        let site = try Fixtures.site()
        let film = Fixtures.film()
        for clip in film.clips {
            let document = site.document(site.dashboard(film, take: clip.id))
            #expect(document.contains("data-first=\"\(clip.idText)\""))
            #expect(document.contains("<link rel=\"preload\" href=\"\(clip.posterURL)\" as=\"image\""))
            #expect(document.contains("<title>Vote for \(clip.title) · Dailies</title>"))
        }
        let document = site.document(site.dashboard(film, take: UUID()))
        let first = try #require(document.firstMatch(of: /data-first="([0-9a-f-]+)"/)?.1)
        #expect(film.clips.contains { $0.idText == first })
        // A page without a clip has nothing to show before its scripts.
        let empty = site.document(site.dashboard(Fixtures.film(round: .waitingForClips, clips: 0)))
        #expect(!empty.contains("data-first") && empty.contains("data-actions hidden"))
    }

    @Test("SEC-04 no page holds an inline script, an inline style or an event handler")
    func contentSecurity() throws {
        for (name, document) in try documents() {
            #expect(document.firstMatch(of: /<style|\sstyle="|\son[a-z]+="|javascript:/) == nil, "\(name)")
            for script in document.matches(of: /<script([^>]*)>([^<]*)/) {
                // Browsers run no script of this type; it describes a video to search engines.
                if script.1.contains("type=\"application/ld+json\"") { continue }
                #expect(script.1.contains("src=\"/assets/"), "\(name)")
                #expect(script.2.isEmpty, "\(name)")
            }
        }
    }

    @Test("WEB-01 every symbol that a page uses is in its sprite")
    func sprite() throws {
        for (name, document) in try documents() {
            for use in document.matches(of: /<use href="#([^"]+)"/) {
                #expect(document.contains("<symbol id=\"\(use.1)\""), "\(name) draws no \(use.1)")
            }
        }
    }

    @Test("WEB-01 every file that a page loads exists")
    func assets() throws {
        let site = try Fixtures.site()
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "web")
        for (name, document) in try documents() {
            for address in document.matches(of: /"(?:https:\/\/dailies.example)?\/assets\/([0-9a-f]+)\/([^"]+)"/) {
                #expect(String(address.1) == site.assets.hash)
                #expect(FileManager.default.fileExists(atPath: root.appending(path: String(address.2)).path), "\(name)")
            }
        }
    }

    @Test("WEB-01 FEED-01 a round of a thousand takes makes no page of a thousand lines")
    func longRounds() throws {
        let site = try Fixtures.site()
        let document = site.document(site.dashboard(Fixtures.film(clips: 1_000)))
        #expect(document.contains("24 of 1,000 takes, chosen by chance."))
        #expect(document.matches(of: /<li><a class="link" href="\/media/).count == 24)
        #expect(!site.document(site.dashboard(Fixtures.film(clips: 24))).contains("chosen by chance"))
    }

    @Test("WEB-01 pictures for other services are JPEG in the shape of a card")
    func socialCards() throws {
        let site = try Fixtures.site()
        var film = Fixtures.film()
        for page in [site.landing(film), site.dashboard(film), site.story(film, season: nil, slot: nil)] {
            let document = site.document(page)
            #expect(document.contains(/og:image" content="https:\/\/dailies.example\/media\/clips\/\d+-share.jpg"/))
            #expect(document.contains("og:image:type\" content=\"image/jpeg\""))
            #expect(document.contains("summary_large_image"))
        }
        // Clips from before there were such pictures.
        for index in film.seasons.indices {
            for slot in film.seasons[index].segments.indices { film.seasons[index].segments[slot].clip.shareURL = nil }
        }
        let document = site.document(site.story(film, season: nil, slot: nil))
        #expect(document.contains("icons/app-512.png") && !document.contains("og:image:type"))
    }

    @Test("WEB-01 a page has one script, which begins with what every page does, and the style sheet of every page")
    func oneScript() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "web")
        for (name, document) in try documents() {
            let modules = document.matches(of: /<script type="module" src="\/assets\/[0-9a-f]+\/([^"]+)"/)
            #expect(modules.count == 1, "\(name)")
            let path = String(try #require(modules.first).1)
            let source = try String(contentsOf: root.appending(path: path), encoding: .utf8)
            let first = source.firstMatch(of: /(?m)^import .*$/)?.0
            #expect(path == "js/site.js" || first == "import \"./site.js\";", "\(name): \(path)")
            #expect(document.contains("css/site.css\">"), "\(name)")
        }
    }

    @Test("SEC-05 a title full of markup stays text on every page")
    func escaping() throws {
        let site = try Fixtures.site()
        let evil = #""><img src=x onerror=alert(1)><!--"#
        var film = Fixtures.film()
        film.clips = [Fixtures.clip(1, title: evil)]
        film.seasons[0].label = evil
        film.seasons[0].segments = [SegmentView(slot: 1, clip: Fixtures.clip(2, title: evil))]
        let pages = [
            site.landing(film), site.dashboard(film), site.story(film, season: nil, slot: nil),
            site.clip(Fixtures.clipPage(title: evil)),
            site.discover(DiscoverQuery(text: evil), Fixtures.discovery()),
        ]
        for page in pages {
            let document = site.document(page)
            #expect(!document.contains("<img src=x"), "\(page.path)")
            #expect(document.contains("&quot;&gt;&lt;img src=x onerror"), "\(page.path)")
        }
    }

    @Test("WEB-01 reading needs no script: the markup contains takes, winners and seasons")
    func readable() throws {
        let site = try Fixtures.site()
        let film = Fixtures.film()
        let dashboard = site.document(site.dashboard(film))
        for clip in film.clips { #expect(dashboard.contains(clip.videoURL)) }
        let story = site.document(site.story(film, season: nil, slot: 26))
        #expect(story.contains("<video src=\"/media/clips/26.mp4\""))
        #expect(story.contains("href=\"/story?season=1\""))
        #expect(story.contains("won with 374 votes"))
        #expect(story.contains("href=\"/rounds/2/26\""))
    }

    @Test("FILM-07 FILM-13 a round's page shows ranks, counts, interventions and the export to every visitor")
    func round() throws {
        let site = try Fixtures.site()
        let closed = site.document(site.round(Fixtures.film(), Fixtures.round("locked")))
        for part in [
            "In the film", "by admin", "2 votes voided", "They were &lt;bought&gt;", String(repeating: "ab", count: 32),
            "href=\"/api/rounds/2/7/export\"", "href=\"/rounds/2/6\"", "href=\"/rounds/2/8\"",
        ] {
            #expect(closed.contains(part), "\(part)")
        }
        let open = site.document(site.round(Fixtures.film(), Fixtures.round("voting")))
        #expect(open.contains("Still open") && !open.contains("data-receipt"))
        #expect(site.document(site.round(Fixtures.film(), Fixtures.round("under_review"))).contains("Under review"))
        let pages = Pages(site: site, round: { _, slot in slot == 7 ? Fixtures.round("locked") : nil }) {
            Fixtures.film()
        }
        let route = try #require(pages.routes.first { $0.pattern == "/rounds/[season]/[slot]" })
        func ask(_ slot: String) throws -> Int {
            var request = Request(.get, "/rounds/2/\(slot)")
            request.parameters = ["season": "2", "slot": slot]
            return try route.handle(Context(request: request), .null).status
        }
        #expect(try ask("7") == 200)
        for slot in ["8", "x"] {
            let problem = #expect(throws: Problem.self) { try ask(slot) }
            #expect(problem?.status == 404, "\(slot)")
        }
    }

    @Test("FILM-11 the list of seasons has the drafts from the first moment, and none of them is chosen by itself")
    func drafts() throws {
        let site = try Fixtures.site()
        var film = Fixtures.film()
        film.seasons.insert(Fixtures.season(3, status: .draft, slots: 75, cut: 0), at: 0)
        let page = site.document(site.story(film, season: nil, slot: nil))
        #expect(page.contains("Coming soon") && page.contains("data-season=\"3\""))
        #expect(page.contains("data-story data-season=\"2\""))
        let asked = site.document(site.story(film, season: 3, slot: nil))
        #expect(asked.contains("has not opened yet.") && !asked.contains("is still open"))
        film.seasons.removeLast(2)
        #expect(film.current == nil)
        #expect(site.document(site.story(film, season: nil, slot: nil)).contains("Between seasons"))
    }

    @Test("FILM-09 a film's page plays without scripts, from the slot that was asked for, and names what it holds")
    func watch() throws {
        let site = try Fixtures.site()
        let page = site.watch(Fixtures.film(), Fixtures.watched(), slot: 2)
        #expect(page.path == "/watch/1?slot=2" && page.title == "Take 2, slot 2 of Undertow")
        let document = site.document(page)
        #expect(document.contains("<video src=\"/media/films/s/v-film.mp4#t=8.0\""))
        #expect(document.contains("controls playsinline"))
        #expect(
            document.contains(
                "href=\"/media/films/s/v-film.mp4?download=season-1-undertow\" download=\"season-1-undertow.mp4\""))
        #expect(document.contains("aria-label=\"Download the film, 13 MB\""))
        #expect(document.contains("Season 1 · Slot 2 · maker_2"))
        #expect(document.contains("href=\"/watch/1?slot=3\" data-slot=\"3\""))
        #expect(document.contains("Removed take"))
        let clips = site.document(site.watch(Fixtures.film(), Fixtures.watched(hasFile: false), slot: 2))
        #expect(clips.contains("<video src=\"/media/clips/2.mp4\"") || clips.contains("/media/clips/2.mp4#t="))
        #expect(clips.contains("being put together") && !clips.contains("data-download"))
    }

    @Test("WEB-04 SOC-04 search engines and other sites learn of a finished film as of a clip")
    func facts() throws {
        let site = try Fixtures.site()
        let document = site.document(site.watch(Fixtures.film(), Fixtures.watched(), slot: nil))
        let json = try #require(
            document.firstMatch(of: /<script type="application\/ld\+json">(.*?)<\/script>/)?.output.1)
        let video = try JSONValue(parsing: Array(json.utf8))
        #expect(video["@type"]?.text == "VideoObject" && video["name"]?.text == "Undertow")
        #expect(video["contentUrl"]?.text == "https://dailies.example/media/films/s/v-film.mp4")
        #expect(video["embedUrl"]?.text == "https://dailies.example/embed/film/1")
        #expect(video["duration"]?.text == "PT32S" && video["description"]?.text == "A night & its trains.")
        #expect(document.contains("type=\"application/json+oembed\"") && document.contains("property=\"og:video\""))
        let clips = site.document(site.watch(Fixtures.film(), Fixtures.watched(hasFile: false), slot: nil))
        #expect(!clips.contains("ld+json") && clips.contains("type=\"application/json+oembed\""))
    }

    @Test("WEB-07 FILM-09 a finished film in a frame is the one file with its chapters, or its clips until then")
    func filmInFrame() throws {
        let site = try Fixtures.site()
        let document = try #require(site.embed(Fixtures.watched()))
        #expect(document.contains("<video src=\"/media/films/s/v-film.mp4\"") && document.contains("preload=\"none\""))
        #expect(
            document.contains("data-film=\"/media/films/s/v-film.mp4\" data-stream=\"/media/films/s/v-stream.m3u8\""))
        #expect(document.contains("href=\"https://dailies.example/watch/1\""))
        #expect(document.matches(of: /data-slot="\d" data-poster="[^"]*" data-seconds="8/).count == 4)
        let clips = try #require(site.embed(Fixtures.watched(hasFile: false)))
        #expect(!clips.contains("data-film") && clips.contains("<video src=\"/media/clips/1.mp4\""))
        // The slot whose clip was removed has nothing to show.
        #expect(clips.matches(of: /<li><a href="\/media\/clips\/\d\.mp4"/).count == 3)
        var empty = Fixtures.watched(hasFile: false)
        empty.segments = []
        #expect(site.embed(empty) == nil)

        let pages = Pages(site: site, watch: { $0 == "1" ? Fixtures.watched() : nil }) { Fixtures.film() }
        func ask(_ pattern: String, _ path: String, _ season: String) throws -> Response {
            let route = try #require(pages.routes.first { $0.pattern == pattern })
            var request = Request(.get, path)
            request.parameters = ["season": season]
            return try route.handle(Context(request: request), .null)
        }
        let finished = try ask("/embed/film/[season]", "/embed/film/1", "1")
        #expect(String(decoding: finished.bytes ?? [], as: UTF8.self).contains("data-film"))
        let running = try ask("/embed/film/[season]", "/embed/film/2", "2")
        #expect(String(decoding: running.bytes ?? [], as: UTF8.self).contains("/story?season=2"))
        #expect(throws: Problem.self) { try ask("/embed/film/[season]", "/embed/film/99", "99") }
    }

    @Test("FILM-09 the library has a card for each film with its length; an unfinished season says how far it is")
    func library() throws {
        let site = try Fixtures.site()
        let library = site.document(site.library(Fixtures.film(), [Fixtures.watched().film]))
        #expect(library.contains("href=\"/watch/1\"") && library.contains("0:32") && library.contains("4 takes"))
        #expect(site.document(site.library(Fixtures.film(), [])).contains("No finished films yet"))
        let pages = Pages(site: site, watch: { $0 == "1" ? Fixtures.watched() : nil }) { Fixtures.film() }
        let route = try #require(pages.routes.first { $0.pattern == "/watch/[season]" })
        func ask(_ season: String) throws -> String {
            var request = Request(.get, "/watch/\(season)")
            request.parameters = ["season": season]
            return String(decoding: try route.handle(Context(request: request), .null).bytes ?? [], as: UTF8.self)
        }
        #expect(try ask("1").contains("<film-player"))
        #expect(try ask("2").contains("30 of 75 slots of Last Train to Meridian are decided"))
        #expect(throws: Problem.self) { try ask("99") }
    }

    @Test("WEB-04 a segment has an address, a title and a picture of its own")
    func sharedSegment() throws {
        let site = try Fixtures.site()
        let page = site.story(Fixtures.film(), season: 2, slot: 7)
        #expect(page.path == "/story?season=2&slot=7")
        #expect(page.image == "/media/clips/7-share.jpg")
        #expect(site.story(Fixtures.film(), season: 99, slot: 7).path.hasPrefix("/story?season=2"))
    }

    @Test("CLIP-06 a take's page says what became of it, and offers the vote only where there is one")
    func clip() throws {
        let site = try Fixtures.site()
        func document(_ state: ClipPageView.State, isOwn: Bool = false) -> String {
            site.document(site.clip(Fixtures.clipPage(state, isOwn: isOwn)))
        }
        let live = document(.live(slot: 31))
        for part in [
            "LIVE in slot 31", "<dd>31 / 75</dd>", "<dd>1,317</dd>", "Vote for this take", "href=\"/rounds/2/30\"",
            "2 of 14", "controls playsinline", "Smoke over water.", "data-countdown",
            "&lt;iframe src=&quot;https://dailies.example/embed/clip/",
        ] {
            #expect(live.contains(part), "\(part)")
        }
        #expect(!document(.live(slot: 31), isOwn: true).contains("Vote for this take"))
        for state in [ClipPageView.State.approved(slot: 31), .won(slot: 3), .eliminated, .hidden("x")] {
            #expect(!document(state).contains("Vote for this take"), "\(state)")
        }
        #expect(document(.won(slot: 3)).contains("href=\"/story?season=2&amp;slot=3\""))
        let hidden = document(.hidden("It waits for review."))
        #expect(hidden.contains("It waits for review.") && hidden.contains("content=\"noindex\""))
        #expect(!hidden.contains("oembed") && !hidden.contains("ld+json") && !hidden.contains("data-share"))
        var view = Fixtures.clipPage()
        view.roundVotes = nil
        #expect(site.document(site.clip(view)).contains("<dd>Hidden</dd>"))
    }

    @Test("SOC-04 WEB-04 a take has a card, its oEmbed address and a description of its video that no title breaks")
    func card() throws {
        let site = try Fixtures.site()
        let view = Fixtures.clipPage(title: "</script><b>\u{2028}&\"")
        let document = site.document(site.clip(view))
        let found = try #require(document.firstMatch(of: /<script type="application\/ld\+json">([^<]*)<\/script>/)?.1)
        let video = try JSONParser.parse(Array(found.utf8))
        #expect(video["@type"]?.text == "VideoObject" && video["name"]?.text == view.title)
        #expect(video["contentUrl"]?.text == "https://dailies.example/media/clips/7.mp4")
        #expect(video["embedUrl"]?.text == "https://dailies.example/embed\(view.path)")
        #expect(video["duration"]?.text == "PT8S" && video["uploadDate"]?.text == "2026-11-20T18:00:00Z")
        for part in [
            "<meta property=\"og:type\" content=\"video.other\">",
            "<meta property=\"og:video\" content=\"https://dailies.example/media/clips/7.mp4\">",
            "<meta name=\"twitter:card\" content=\"summary_large_image\">",
            "type=\"application/json+oembed\" href=\"https://dailies.example/oembed?format=json&amp;url=https%3A%2F%2F",
            "<link rel=\"canonical\" href=\"https://dailies.example\(view.path)\">", "type=\"application/atom+xml\"",
        ] {
            #expect(document.contains(part), "\(part)")
        }
    }

    @Test(
        "CLIP-06 the page of all takes keeps what was asked for in every link, and search engines read its plain forms")
    func discover() throws {
        let site = try Fixtures.site()
        let query = DiscoverQuery(Query("q=+a%26b+&genre=Horror&status=locked&sort=votes&x=1"))
        #expect(query == DiscoverQuery(text: "a&b", genre: "Horror", status: "locked", sort: "votes"))
        #expect(query.path == "/discover?q=a%26b&genre=Horror&status=locked&sort=votes")
        let odd = DiscoverQuery(
            Query("q=\(String(repeating: "x", count: 400))&genre=Western&status=pending&sort=no&cursor="))
        #expect(odd == DiscoverQuery(text: String(repeating: "x", count: 100)))
        let document = site.document(site.discover(query, Fixtures.discovery()))
        for part in [
            "rel=\"next\"", "cursor=abc", "value=\"a&amp;b\"", "<option value=\"locked\" selected>", "1,204",
            "href=\"/discover?q=a%26b&amp;genre=Sci-Fi&amp;status=locked&amp;sort=votes\"", "content=\"noindex\"",
        ] {
            #expect(document.contains(part), "\(part)")
        }
        let plain = site.document(site.discover(DiscoverQuery(genre: "Horror"), Fixtures.discovery()))
        #expect(
            plain.contains("canonical\" href=\"https://dailies.example/discover?genre=Horror\"")
                && !plain.contains("noindex"))
        let empty = site.document(site.discover(query, Fixtures.discovery(0, cursor: nil)))
        #expect(empty.contains("No takes found") && !empty.contains("data-more"))
    }

    @Test("WEB-07 a frame on another site holds the video, the way here, and nothing that stores or tracks")
    func embeds() throws {
        let site = try Fixtures.site()
        let season = Fixtures.season(2, status: .active, slots: 75, cut: 3)
        for (document, path) in [
            (site.embed(Fixtures.clipPage(title: "A <b>")), "/clip/"), (site.embed(season), "/story?season=2"),
        ] {
            #expect(document.contains("preload=\"none\"") && document.contains("content=\"noindex\""))
            #expect(document.contains("href=\"https://dailies.example\(path)") && !document.contains("autoplay"))
            #expect(!document.contains("site.js") && !document.contains("<form") && !document.contains("<h1>A <b>"))
        }
        #expect(site.embed(season).matches(of: /<li><a href="\/media/).count == 3)
        let pages = Pages(site: site, clip: { _, _ in Fixtures.clipPage() }) { Fixtures.film() }
        let embeddable = pages.routes.filter(\.forwarding.isEmbeddable).map(\.pattern)
        #expect(embeddable == ["/embed/clip/[id]", "/embed/film/[season]", "/embed/comparison/[slug]"])
        let comparison = try #require(site.embed(Fixtures.comparison(4)))
        #expect(comparison.matches(of: /<video [^>]*controls muted playsinline preload="none"/).count == 4)
        #expect(
            comparison.contains("href=\"https://dailies.example/comparisons/fog\"") && !comparison.contains("site.js"))
        #expect(comparison.contains("data-columns=\"2\"") && !comparison.contains("Nova <1>"))
        #expect(site.embed(Fixtures.comparison(0)) == nil)
        #expect(site.document(site.comparison(Fixtures.comparison(4))).contains("application/json+oembed"))
        #expect(!site.document(site.comparison(Fixtures.comparison(0))).contains("application/json+oembed"))
        let fault = pages.errorPage(Request(.get, "/embed/clip/7"), .notFound())
        #expect(fault.status == 404 && !String(decoding: fault.bytes ?? [], as: UTF8.self).contains("account-menu"))
    }

    @Test(
        "WEB-07 a frame has the shape of the video and keeps within limits",
        arguments: [
            (1080, 1920, nil, nil, 405, 720), (1920, 1080, nil, nil, 720, 405), (1080, 1920, 100, 5_000, 100, 177),
            (1080, 1920, 5_000, 100, 56, 100), (1000, 1000, 5_000, 5_000, 720, 720), (1080, 1920, 1, 1, 1, 1),
        ] as [(Int, Int, Int?, Int?, Int, Int)])
    func frames(width: Int, height: Int, mostWidth: Int?, mostHeight: Int?, thenWidth: Int, thenHeight: Int) {
        let size = EmbedFrame(path: "/", title: "", width: width, height: height).size(within: (mostWidth, mostHeight))
        #expect(size == (thenWidth, thenHeight))
    }

    @Test("WEB-02 the first tab of a phone is the vote while a round is open, else the film, and no tab leads nowhere")
    func tabs() throws {
        let site = try Fixtures.site()
        func tabs(_ film: FilmView?) -> [String] {
            var page = site.about
            page.film = film
            let document = site.document(page)
            let bar = document.firstMatch(of: /<nav class="tabbar.*?<\/nav>/.dotMatchesNewlines())?.0 ?? ""
            return bar.matches(of: /<a href="([^"]+)"/).map { String($0.1) }
        }
        let complete = FilmView(
            seasons: [Fixtures.season(1, status: .finished, slots: 4, cut: 4)], clips: [], creators: 3)
        let rest = ["/watch", "/upload", "/leaderboard"].filter(Destination.exists)
        let hasLibrary = Destination.exists("/watch")
        #expect(tabs(Fixtures.film()) == ["/dashboard"] + (hasLibrary ? [] : ["/story"]) + rest)
        #expect(tabs(complete) == ["/story"] + rest)
        #expect(tabs(nil).first == "/dashboard")
        let known = Set(Pages.declarations.map(\.path))
        #expect(tabs(Fixtures.film()).allSatisfy(known.contains))
    }

    @Test("WEB-05 error pages say what happened, with the seconds or the request's number")
    func errors() throws {
        let site = try Fixtures.site()
        #expect(site.errorDocument(status: 429, requestID: "abc", retryAfter: 12).contains("Try again in 12 seconds."))
        #expect(site.errorDocument(status: 500, requestID: "7f3a91c2").contains("7f3a91c2"))
        #expect(site.errorDocument(status: 404, requestID: "abc").contains("Page not found"))
    }
}

@Suite("Declarations of pages")
struct PageDeclarationTests {
    private func answer(_ page: PageDeclaration, _ caller: Caller, query: String = "") throws -> Response {
        let pages = Pages(
            site: try Fixtures.site(), round: { _, _ in Fixtures.round("locked") },
            clip: { _, _ in Fixtures.clipPage() }, discover: { _ in Fixtures.discovery() },
            video: { _ in Fixtures.video }, model: { _ in Fixtures.model() },
            arena: ArenaSources(
                comparison: { _ in Fixtures.comparison(2) }, tag: { _ in TagView(slug: "fog", name: "Fog", count: 3) },
                versus: { _, _ in Fixtures.versus() }),
            people: PeopleSources(
                person: { _, _ in Fixtures.person() }, invitation: { _, _ in Fixtures.invitation() })
        ) { Fixtures.film() }
        let route = try #require(pages.routes.first { $0.pattern == page.path })
        var request = Request(.get, page.example + query)
        request.parameters = [
            "season": "1", "slot": "1", "id": UUID().uuidString, "username": "mira", "code": "k3m5n7p9",
        ]
        return try route.handle(Context(request: request, caller: caller), .null)
    }

    private func member(isAdmin: Bool) -> Caller {
        .member(
            Member(
                id: UUID(), username: "mira", isAdmin: isAdmin, isBanned: false, authenticatedAt: Date(),
                sessionID: "s"))
    }

    @Test(
        "WEB-01 AUTH-02 CLIP-05 VOTE-12 ADM-02 ADM-04 ADM-05 FLAG-01 a page is there for its readers; visitors sign in first",
        arguments: Pages.declarations.map(\.path))
    func access(path: String) throws {
        let page = try #require(Pages.declarations.first { $0.path == path })
        #expect(
            (path == "/admin" || path.hasPrefix("/admin/")) == (page.readers == .admin),
            "an admin page is below /admin, and no other one")
        let visitor = try answer(page, .visitor)
        if page.readers == .any {
            #expect(visitor.status == 200)
        } else {
            #expect(visitor.status == 303 && visitor.headers["Location"] == "/sign-in?next=\(path)")
            let location = try answer(page, .visitor, query: "?user=1&x=a%20b").headers["Location"]
            #expect(location == "/sign-in?next=\(path)%3Fuser%3D1%26x%3Da%2520b")
        }
        if page.readers == .admin {
            let problem = #expect(throws: Problem.self) { try answer(page, member(isAdmin: false)) }
            #expect(problem?.status == 404)
        } else {
            #expect(try answer(page, member(isAdmin: false)).status == 200)
        }
        #expect(try answer(page, member(isAdmin: true)).status == 200)
    }

    @Test("WEB-01 CLIP-06 what is the same for everybody is cached, and of one page what is the same for visitors")
    func caching() throws {
        let routes = Pages(site: try Fixtures.site()) { Fixtures.film() }.routes
        for page in Pages.declarations {
            let route = try #require(routes.first { $0.pattern == page.path })
            let isForVisitors = page.path == "/clip/[id]"
            #expect(route.cache.isSameForAll == page.isShared, "\(page.path)")
            #expect(route.cache.isSameForVisitors == isForVisitors, "\(page.path)")
            #expect((route.cache == .noStore) != (page.isShared || isForVisitors), "\(page.path)")
            #expect(!page.isShared || page.readers == .any, "\(page.path)")
        }
    }

    @Test("WEB-01 robots and sitemap name the pages that may be listed, and each page says the same of itself")
    func crawlers() throws {
        let site = try Fixtures.site()
        let sitemap = String(
            decoding: site.sitemap(Fixtures.film(), [Fixtures.watched().film]).bytes ?? [], as: UTF8.self)
        for page in Pages.declarations {
            let document = String(decoding: try answer(page, member(isAdmin: true)).bytes ?? [], as: UTF8.self)
            #expect(document.contains("content=\"noindex\"") != page.isListed, "\(page.path)")
            func longest(_ word: String) -> Int {
                site.robots.split(separator: "\n").filter { $0.hasPrefix(word) }.map { $0.dropFirst(word.count) }
                    .filter { page.path.hasPrefix($0) }.map(\.count).max() ?? 0
            }
            #expect((longest("Disallow: ") <= longest("Allow: ")) == page.isListed, "\(page.path)")
            #expect(
                sitemap.contains("<loc>https://dailies.example\(page.path)</loc>")
                    == (page.isListed && !page.path.contains("[")))
        }
        #expect(sitemap.contains("<loc>https://dailies.example/rounds/2/30</loc>"))
        #expect(sitemap.matches(of: /<loc>https:\/\/dailies\.example\/watch\/1<\/loc>/).count == 1)
        #expect(!sitemap.contains("/rounds/2/31"))
        #expect(site.robots.contains("Sitemap: https://dailies.example/sitemap.xml"))
    }

    /// The list from which the browser tests take their pages. `DAILIES_WRITE=1 swift test --filter PagesTests` writes it.
    @Test("WEB-01 the browser tests know every page")
    func list() throws {
        // What one thing has a page of has no address that all sites share; the tests of those pages find one.
        let lines = Pages.declarations.filter { !$0.example.contains("[") }.map { page in
            #"  {"path": "\#(page.example)", "readers": "\#(page.readers.rawValue)", "isShared": \#(page.isShared)}"#
        }
        let list = "[\n" + lines.joined(separator: ",\n") + "\n]\n"
        let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Browser/pages.json")
        if ProcessInfo.processInfo.environment["DAILIES_WRITE"] == "1" { try Data(list.utf8).write(to: file) }
        #expect(String(decoding: try Data(contentsOf: file), as: UTF8.self) == list, "write it anew")
    }
}

@Suite("Adding an address")
struct AddressPageTests {
    private func site(isMailOn: Bool) throws -> Site {
        Site(name: "Dailies", url: "https://dailies.example", assets: try Fixtures.site().assets, isMailOn: isMailOn)
    }

    @Test("AUTH-05 the settings offer an address only where the site sends mail")
    func offer() throws {
        let account = AccountView(username: "mira")
        let with = try site(isMailOn: true)
        let document = with.document(with.settings(account))
        #expect(document.contains("action=\"/api/auth/email/link\"") && document.contains("data-methods><div>"))
        let without = try site(isMailOn: false)
        #expect(!without.document(without.settings(account)).contains("/api/auth/email/link"))
    }

    @Test("AUTH-05 a refused form says why, keeps the address, and leads to a new sign-in and back")
    func refused() throws {
        let site = try site(isMailOn: true)
        func document(_ problem: Problem) -> String {
            let fields = Query("email=%3Cb%3E%40example.org")
            let refused = RefusedForm(
                page: "/settings", action: "/api/auth/email/link", fields: fields, problem: problem)
            return site.document(
                site.settings(AccountView(username: "mira"), FormState(token: "token", refused: refused)))
        }
        let old = document(.forbidden("sign_in_again", "Your sign-in was a while ago."))
        #expect(old.contains("href=\"/sign-in?next=/settings&amp;again=1\""))
        #expect(old.contains("value=\"&lt;b&gt;@example.org\""))
        let added = document(.conflict("email_already_added", "You can already sign in with this address."))
        #expect(added.contains("You can already sign in with this address.") && !added.contains("again=1"))
    }
}

@Suite("API reference")
struct APIReferenceTests {
    private struct RenameInput: InputShape {
        @Input(.string(1...20), "The <b>new</b> title.") var title: String
        @Input("Whether it's \"final\".") var isFinal: Bool?
    }

    private var routes: [Route] {
        [
            .patch(
                "/api/things/[id]", access: .member, body: RenameInput.self, answers: [204: nil],
                summary: "Renames a <thing>."
            ) { _, _ in Response.noContent }.afterRecentSignIn(),
            .get(
                "/api/things", access: .any, query: [.required("word", .string(1...9), "What to look for."), .cursor],
                answers: [200: .object([.required("ids", .array(.uuid), "The ids.")])], summary: "Lists things."
            ) { _ in Response.noContent },
            .post("/api/tasks", access: .cron, summary: "Runs a task.") { _ in Response.noContent },
        ]
    }

    private func document(_ routes: [Route]) throws -> String {
        let site = try Fixtures.site()
        return site.document(
            site.apiDocs(
                APIReference(
                    document: OpenAPI.document(routes: routes, title: "API", version: "1"), siteURL: site.url,
                    limits: [("read", 77)])))
    }

    @Test("WEB-06 an operation has an anchor, callers, limit, parameters, body, answers and examples")
    func operations() throws {
        let document = try document(routes)
        for part in [
            "id=\"patch-api-things-id\"", "after a recent sign-in", "with <code>write</code>",
            "href=\"#limits\"><code>read</code>", "<td>77</td>", "<code>word</code>", "What to look for.",
            "optional</span></td><td>true or false", "string, 1–20 characters", "list of UUID",
            "<code>204</code>", "<a class=\"link\" href=\"#shape-Problem\">Problem</a>", "id=\"shape-Problem\"",
            "-X PATCH", "Authorization: Bearer $DAILIES_KEY", "Authorization: Bearer $CRON_SECRET",
            "&quot;https://dailies.example/api/things?word=word&quot;",
            "--json &#39;{&quot;isFinal&quot;:true,&quot;title&quot;:&quot;title&quot;}&#39;",
        ] {
            #expect(document.contains(part), "\(part)")
        }
        // What needs a secret of its own cannot be sent from the page.
        #expect(document.matches(of: /data-callable/).count == 2)
    }

    @Test("WEB-06 SEC-05 what routes say of themselves stays text")
    func escaping() throws {
        let document = try document(routes)
        #expect(document.contains("Renames a &lt;thing&gt;.") && document.contains("The &lt;b&gt;new&lt;/b&gt; title."))
        #expect(!document.contains("<thing>") && !document.contains("<b>new"))
        #expect(document.contains("Whether it&#39;s &quot;final&quot;."))
    }

    @Test("WEB-06 what only the web server calls is not on the page")
    func withoutInternal() throws {
        let hidden = Route.get("/api/hidden", access: .internal_, summary: "Hidden.") { _ in Response.noContent }
        #expect(try !document(routes + [hidden]).contains("/api/hidden"))
    }
}

@Suite("Legal pages")
struct LegalPageTests {
    private func site(_ operation: Operation) throws -> Site {
        Site(name: "Dailies", url: "https://dailies.example", assets: try Fixtures.site().assets, operation: operation)
    }

    @Test("GDPR-02 privacy and terms name the operator whom the settings name, or say that there is none yet")
    func operators() throws {
        let named = try site(
            Operation(
                name: "Film Club <Nord>", address: ["Hafen 1", "20457 Hamburg"], email: "post@club.example",
                minimumAge: 18, sessionDays: 7))
        for page in [named.privacy, named.terms(Fixtures.terms)] {
            let text = named.document(page)
            #expect(text.contains("Film Club &lt;Nord&gt;<br>Hafen 1<br>20457 Hamburg<br>"), "\(page.path)")
            #expect(text.contains("mailto:post@club.example"))
            #expect(!text.contains("LEGAL_NAME"))
        }
        #expect(named.document(named.terms(Fixtures.terms)).contains("Members are 18 or older."))
        #expect(named.document(named.onboarding()).contains("I am 18 or older."))
        #expect(named.document(named.privacy).contains("7 days after its last use"))
        let unnamed = try site(Operation())
        for page in [unnamed.privacy, unnamed.terms(Fixtures.terms)] {
            #expect(unnamed.document(page).contains("has not entered a name and address yet"), "\(page.path)")
        }
    }

    @Test("GDPR-02 every page links to terms, privacy and cookies or holds the question with its way there")
    func links() throws {
        let site = try Fixtures.site()
        let about = site.document(site.about)
        for path in ["/terms", "/privacy", "/cookies"] { #expect(about.contains("<a href=\"\(path)\"")) }
        #expect(about.contains("data-cookies><p><a class=\"link\" href=\"/cookies\">"))
        for name in ["__Host-session", "__Host-voter", "theme", "arena", "upload:"] {
            #expect(site.document(site.cookies).contains(name), "\(name)")
        }
    }
}

@Suite("Writing")
struct FormattingTests {
    @Test(
        "numbers and lengths read as the design writes them",
        arguments: [
            (Formatting.count(1_317), "1,317"), (Formatting.count(0), "0"), (Formatting.count(1_000_000), "1,000,000"),
            (Formatting.clock(236), "3:56"), (Formatting.clock(8), "0:08"), (Formatting.length(592), "9 min 52 s"),
            (Formatting.length(48), "48 s"), (Formatting.clipLength(8), "8.0 s"),
            (Formatting.clipLength(6.44), "6.4 s"),
            (Formatting.roundLength(86_400), "24 hours"), (Formatting.roundLength(90), "90 seconds"),
            (Formatting.roundLength(172_800), "2 days"), (Formatting.roundLength(3_600), "60 minutes"),
            (Formatting.count(1, "take", "takes"), "1 take"),
            (Formatting.day(Date(timeIntervalSince1970: 1_789_344_000)), "14 September 2026"),
            (Formatting.time(Date(timeIntervalSince1970: 1_789_344_000)), "00:00 UTC"),
        ])
    func texts(_ text: String, _ expected: String) {
        #expect(text == expected)
    }
}

extension Route {
    /// What the handler answers at once.
    fileprivate func handle(_ context: Context, _ body: JSONValue) throws -> Response {
        guard case .now(let response) = try reply(context, body) else { throw Problem.internalError }
        return response
    }
}
