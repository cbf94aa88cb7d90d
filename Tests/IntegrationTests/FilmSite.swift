internal import AdminHandlers
internal import ClipsHandlers
internal import Comments
internal import CommentsHandlers
internal import Film
internal import FoundationEssentials
internal import Games
internal import HTTP
internal import Identity
internal import Postgres
internal import StoryHandlers
internal import TestSupport
internal import Testing

/// A site with an admin, a member and a visitor, and what a test of the film needs on it.
struct FilmSite {
    let site: Site
    let admin: Visitor
    let member: Visitor
    let visitor: Visitor
    private let adminID: UUID
    private let memberID: UUID
    private let router: Router

    static func run(
        _ depth: Depth = .inProcess, settings: [String: String] = [:], _ body: (FilmSite) throws -> Void
    ) throws {
        try Site.run(depth, settings: settings) { site in
            try body(try FilmSite(site))
        }
    }

    private init(_ site: Site) throws {
        self.site = site
        admin = try site.visitor(address: "198.51.100.1").signIn("the_admin", isAdmin: true)
        member = try site.visitor(address: "198.51.100.2").signIn("mira_okafor")
        visitor = try site.visitor(address: "198.51.100.3").ready()
        let web = site.database.database(as: .web)
        adminID = try web.one("select id from users where username = 'the_admin'")
        memberID = try web.one("select id from users where username = 'mira_okafor'")
        let clips = Clips(database: web) { $0 }
        router = try Router(
            routes: StoryRoutes.routes(
                stories: Stories(database: web) { $0 }, films: Films(database: web) { $0 },
                tallies: Tallies(database: web),
                ranks: Ranks(database: web) { $0 }, genres: GenreVotes(database: web),
                identity: IdentityService(settings: site.settings, database: web)) + ClipRoutes.routes(clips: clips)
                + ClipRoutes.profileRoutes(Games(database: web), dailyVotes: 200)
                + ClipRoutes.reportRoutes(
                    Moderation(database: web, clips: clips),
                    IdentityService(settings: site.settings, database: web), hasCaptcha: false)
                + AdminRoutes.routes(
                    seasons: Seasons(database: web), rounds: Rounds(database: web), clips: clips,
                    votes: VoteOversight(database: web), stories: Stories(database: web) { $0 },
                    acts: FilmActs(database: web))
                + AdminRoutes.filmRoutes(Films(database: web) { $0 })
                + AdminRoutes.dashboardRoutes(Dashboard(database: web))
                + AdminRoutes.moderationRoutes(Moderation(database: web, clips: clips))
                + CommentRoutes.routes(Comments(database: web), Blocks(database: web))
                + CommentRoutes.adminRoutes(CommentOversight(database: web)))
    }

    /// Sends a request, and expects that the answer looks as its route declares.
    func ask(
        _ who: Visitor, _ method: HTTP.Method, _ target: String, _ json: JSONValue? = nil, headers: Headers = [:]
    ) throws -> Answer {
        let answer = try who.send(method, target, json, headers: headers)
        let path = String(target.prefix { $0 != "?" })
        if case .route(let route, _) = router.lookup(method, path),
            case .some(.some(let schema)) = route.answers[answer.status]
        {
            let faults = schema.faults(in: answer.json)
            #expect(faults.isEmpty, "\(target): \(faults.map { "\($0.field) \($0.message)" })")
        }
        return answer
    }

    /// A pending clip of the member whose file is ready.
    func clip(_ title: String) throws -> String {
        let id: UUID = try site.database.database(as: .superuser).one(
            """
            insert into tournament_clips (
                user_id, title, genre, rights_confirmed_at, processing, video_key, poster_key, width, height,
                duration_ms
            )
            values (\(memberID), \(title), 'Sci-Fi', now(), 'ready', 'clips/take/v.mp4', 'clips/take/p.jpg', 1080, 1920, 7900)
            returning id
            """)
        return id.uuidString.lowercased()
    }

    /// A running season whose first slot is voting on clips of these titles.
    func voting(_ titles: [String], slots: Int = 2) throws -> (season: String, clips: [String]) {
        let web = site.database.database(as: .web)
        var settings = SeasonSettings(label: "Undertow")
        settings.totalSlots = slots
        let season = try Seasons(database: web).create(settings, by: adminID)
        let clips = try titles.map { try clip($0) }
        _ = try Clips(database: web) { $0 }.approve(clips.compactMap(UUID.init(uuidString:)), by: adminID)
        try Seasons(database: web).activate(season.id, by: adminID)
        return (season.id.uuidString.lowercased(), clips)
    }
}
