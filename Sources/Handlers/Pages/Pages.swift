public import HTTP

/// The pages of the site.
///
/// Public pages are the same bytes for everyone, so that the web server keeps one copy; a module in the page fills in
/// who is signed in.
public struct Pages: Sendable {
    /// Half a minute is the bound if a change were ever missed; a change of the film drops the copy at once.
    private static let shared = CachePolicy.publicCache(seconds: 30, stale: 60)

    let site: Site
    let film: @Sendable () throws -> FilmView
    /// The round of a season, by its id or number, and a slot; nil when there is none.
    let round: @Sendable (String, Int) throws -> RoundResultView?

    init(
        site: Site, round: @escaping @Sendable (String, Int) throws -> RoundResultView? = { _, _ in nil },
        film: @escaping @Sendable () throws -> FilmView
    ) {
        self.site = site
        self.round = round
        self.film = film
    }

    /// The routes of all pages.
    public var routes: [Route] {
        [
            shared("/", "The landing page.", features: ["WEB-01"]) { _ in site.landing(try film()) },
            shared("/dashboard", "The arena for votes.", features: ["WEB-01", "WEB-05"]) { _ in
                site.dashboard(try film())
            },
            shared("/story", "The film so far.", features: ["WEB-01", "FILM-11"]) { context in
                let query = context.request.query
                return site.story(
                    try film(), season: query["season"].flatMap { Int($0) }, slot: query["slot"].flatMap { Int($0) })
            },
            shared("/rounds/[season]/[slot]", "How a round ended.", features: ["FILM-07", "FILM-13"]) { context in
                guard let round = try round(context.parameter("season"), try context.integer("slot")) else {
                    throw Problem.notFound()
                }
                return site.round(try film(), round)
            },
            shared("/upload", "Sending in a take.", features: ["WEB-01", "CLIP-01"]) { _ in site.upload(try film()) },
            shared("/about", "What the site is and its licence.") { _ in site.about },
            shared("/terms", "The terms of use.", features: ["GDPR-02"]) { _ in site.terms },
            shared("/privacy", "What is kept about people, why and for how long.", features: ["GDPR-02"]) { _ in
                site.privacy
            },
            shared("/cookies", "What is stored on devices.", features: ["GDPR-02"]) { _ in site.cookies },
            personal("/contact", "Writing to whoever runs the site.", features: ["OPS-08"]) { _ in
                .html(site.document(site.contact))
            },
            personal("/settings", "The account, its devices and keys.", features: ["AUTH-02", "AUTH-04", "GDPR-01"]) {
                context in
                guard context.caller.member != nil else { return .redirect(to: "/sign-in?next=/settings") }
                return .html(site.document(site.settings))
            },
            personal("/sign-in", "The ways in.", features: ["AUTH-01"]) { site.signInPage($0.request.query) },
            personal("/onboarding", "Choosing a username.") { _ in .html(site.document(site.onboarding)) },
            administration("/admin/clips", "Takes that wait for a decision.", features: ["CLIP-05"]) {
                site.adminClips(try film())
            },
            administration("/admin/users", "The members of the site.", features: ["ADM-02"]) { site.adminUsers },
            administration("/admin/flags", "Features to turn on and off.", features: ["FLAG-01"]) { site.adminFlags },
            administration("/admin/audit", "What admins did.", features: ["ADM-04"]) { site.adminAudit },
            administration(
                "/admin/votes", "Votes with their evidence.", features: ["VOTE-08", "VOTE-12", "VOTE-13"]
            ) { site.adminVotes(try film()) },
            Route.get(
                "/robots.txt", access: .any, answers: [200: nil], cache: Self.shared, features: ["WEB-01"],
                summary: "What crawlers may read."
            ) { _ in .text(site.robots) },
        ]
    }

    /// A page in place of an answer that went wrong.
    public func errorPage(_ request: Request, _ problem: Problem) -> Response {
        let retryAfter = problem.headers["Retry-After"].flatMap { Int($0) }
        let page = site.mishap(status: problem.status, requestID: request.id, retryAfter: retryAfter)
        return .html(page, status: problem.status, headers: problem.headers)
    }

    private func shared(
        _ path: String, _ summary: String, features: [String] = [],
        page: @escaping @Sendable (Context) throws -> Page
    ) -> Route {
        .get(path, access: .any, answers: [200: nil], cache: Self.shared, features: features, summary: summary) {
            .html(site.document(try page($0)))
        }
    }

    private func personal(
        _ path: String, _ summary: String, features: [String] = [],
        handle: @escaping @Sendable (Context) throws -> Response
    ) -> Route {
        .get(path, access: .any, answers: [200: nil], features: features, summary: summary, handle: handle)
    }

    /// Visitors are asked to sign in first; to members without the right there is no such page.
    private func administration(
        _ path: String, _ summary: String, features: [String], page: @escaping @Sendable () throws -> Page
    ) -> Route {
        personal(path, summary, features: features) { context in
            guard let member = context.caller.member else { return .redirect(to: "/sign-in?next=\(path)") }
            guard member.isAdmin else { throw Problem.notFound() }
            return .html(site.document(try page()))
        }
    }
}
