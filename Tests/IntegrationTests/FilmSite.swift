import AdminHandlers
import ClipsHandlers
import Film
import FoundationEssentials
import HTTP
import Platform
import Postgres
import StoryHandlers
import TestSupport
import Testing

/// The film's routes in this process, on a database of their own. Who calls is what a test says.
struct FilmSite {
    let test: TestDatabase
    let application: Application
    let routes: [Route]
    let admin: Member
    let member: Member

    static func run(_ body: (FilmSite) throws -> Void) throws {
        try TestDatabase.run { test in
            try body(try FilmSite(test))
        }
    }

    private init(_ test: TestDatabase) throws {
        self.test = test
        let superuser = test.database(as: .superuser)
        let adminID: UUID = try superuser.one(
            "insert into users (username, role) values ('the_admin', 'admin') returning id")
        let memberID: UUID = try superuser.one("insert into users (username) values ('mira_okafor') returning id")
        let admin = Self.member(adminID, isAdmin: true)
        let member = Self.member(memberID, isAdmin: false)
        self.admin = admin
        self.member = member
        let web = test.database(as: .web)
        let address: MediaAddress = { "/media/" + $0 }
        let clips = Clips(database: web, address: address)
        routes =
            StoryRoutes.routes(stories: Stories(database: web, address: address))
            + ClipRoutes.routes(clips: clips)
            + AdminRoutes.routes(seasons: Seasons(database: web), rounds: Rounds(database: web), clips: clips)
        application = try Application(
            routes: routes,
            guards: Guard(
                siteOrigin: "https://film.test",
                identify: { request in
                    switch request.headers["X-Caller"] {
                    case "admin": .member(admin)
                    case "member": .member(member)
                    default: .visitor
                    }
                },
                verifyCSRF: { request, _ in request.headers["X-CSRF-Token"] == "token" },
                isScheduler: { $0.bearerToken == "cron-secret" }),
            log: .silent)
    }

    private static func member(_ id: UUID, isAdmin: Bool) -> Member {
        Member(
            id: id, username: nil, isAdmin: isAdmin, isBanned: false, authenticatedAt: Date(), sessionID: "session")
    }

    /// Sends a request, and expects that an answer that its route declares looks as declared.
    func send(
        _ method: HTTP.Method, _ target: String, as caller: String = "visitor", _ body: JSONValue? = nil,
        headers: Headers = [:]
    ) throws -> Answer {
        var headers = headers
        headers["X-Caller"] = caller
        headers["Origin"] = "https://film.test"
        headers["X-CSRF-Token"] = "token"
        if body != nil { headers["Content-Type"] = "application/json" }
        let request = Request(method, target, headers: headers, body: body?.bytes ?? [])
        let response = application.respond(to: request)
        let answer = try Answer(response)
        if case .route(let route, _) = try Router(routes: routes).lookup(method, request.path),
            case .some(.some(let schema)) = route.answers[response.status]
        {
            let faults = schema.faults(in: answer.json)
            #expect(faults.isEmpty, "\(target) \(faults.map(\.message))")
        }
        return answer
    }

    /// A clip whose file is ready, pending.
    func clip(_ title: String) throws -> UUID {
        try test.database(as: .superuser).one(
            """
            insert into tournament_clips (
                user_id, title, genre, rights_confirmed_at, processing, video_key, poster_key, width, height,
                duration_ms
            )
            values (\(member.id), \(title), 'Sci-Fi', now(), 'ready', 'clips/v.mp4', 'clips/p.jpg', 1080, 1920, 7900)
            returning id
            """)
    }

    /// A running season whose first slot is voting on clips of these titles.
    func voting(_ titles: [String]) throws -> (season: String, clips: [String]) {
        let season = try send(.post, "/api/admin/seasons", as: "admin", ["label": "Undertow", "totalSlots": 2])
        let id = try #require(season["id"]?.text)
        let clips = try titles.map { try clip($0).uuidString.lowercased() }
        _ = try send(
            .post, "/api/admin/bulk", as: "admin",
            ["action": "approve", "clipIds": .array(clips.map(JSONValue.string))])
        let activated = try send(.patch, "/api/admin/seasons", as: "admin", ["id": .string(id), "status": "active"])
        #expect(activated.status == 200)
        return (id, clips)
    }
}

/// An answer, its JSON read.
struct Answer {
    let response: Response
    let json: JSONValue
    var status: Int { response.status }
    var code: String? { json["code"]?.text }

    init(_ response: Response) throws {
        self.response = response
        let bytes = response.bytes ?? []
        json = bytes.isEmpty ? .null : try JSONDecoder().decode(JSONValue.self, from: Data(bytes))
    }

    subscript(_ name: String) -> JSONValue? { json[name] }
}
