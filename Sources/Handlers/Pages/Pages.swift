internal import Film
internal import FoundationEssentials
internal import Games
public import HTTP
internal import Text

/// The pages of the site.
///
/// Public pages are the same bytes for everyone, so that the web server keeps one copy; a module in the page fills in
/// who is signed in.
public struct Pages: Sendable {
    /// Half a minute is the bound if a change were ever missed; a change of the film drops the copy at once.
    static let shared = CachePolicy.publicCache(seconds: 30, stale: 60)
    /// The same for pages on which a member may see more.
    private static let sharedByVisitors = CachePolicy.publicForVisitors(seconds: 30, stale: 60)

    /// Every page, in the order of the navigation. A page that joins the site is added here and nowhere else.
    public static let declarations: [PageDeclaration] = [
        .landing, .dashboard, .story, .library, .watch, .round, .clip, .person, .video, .discover, .studio, .upload,
        .arena, .comparisons, .comparison, .battle, .ratings, .ownRatings, .analytics, .tags, .tag, .suggestions,
        .leaderboard, .genre, .models, .model, .versus,
        .about, .terms, .privacy, .cookies, .contact, .report, .apiDocs,
        .signIn, .join, .onboarding, .acceptTerms, .profile, .ownClips, .ownVotes, .profileLinks, .myVideos, .favorites,
        .notifications, .follows, .decisions,
        .settings,
        .confirmEmail, .unsubscribe,
        .adminDashboard, .adminClips, .adminComments, .adminReports, .adminSeasons, .adminUsers, .adminMessages,
        .adminTerms,
        .adminGenerate, .adminComparisons, .adminComparison, .adminUpload, .adminPlans, .adminExperiments, .adminTags,
        .adminModels,
        .adminProviders, .adminJobs,
        .adminCosts, .adminFlags, .adminAudit, .adminVotes, .adminBattles, .adminVideoVotes, .adminWebhooks,
    ]

    let site: Site
    let sources: PageSources

    init(
        site: Site, reference: APIReference = .none,
        round: @escaping @Sendable (String, Int) throws -> RoundResultView? = { _, _ in nil },
        library: @escaping @Sendable () throws -> [LibraryView] = { [] },
        watch: @escaping @Sendable (String) throws -> WatchView? = { _ in nil },
        account: @escaping @Sendable (Context) throws -> AccountView? = {
            AccountView(username: $0.caller.member?.username)
        },
        ownClips: @escaping @Sendable (Context) throws -> OwnClipsView = { _ in OwnClipsView(clips: []) },
        stats: @escaping @Sendable (Context) throws -> MemberStats = { _ in MemberStats() },
        history: @escaping @Sendable (Context) throws -> [PastVote] = { _ in [] },
        ranks: @escaping @Sendable (Context) throws -> RanksView = { _ in
            RanksView(board: .clips, period: .day, entries: [], total: 0)
        },
        genres: @escaping @Sendable (Context) throws -> GenrePoll = { _ in
            GenrePoll(isOpen: true, runningSeason: nil, votes: [0, 0, 0, 0, 0, 0, 0], mine: nil)
        },
        figures: @escaping @Sendable (Context) throws -> SiteFigures = { _ in .none },
        clip: @escaping @Sendable (UUID, Member?) throws -> ClipPageView = { _, _ in throw Problem.notFound() },
        discover: @escaping @Sendable (DiscoverQuery) throws -> DiscoverView = { _ in
            DiscoverView(entries: [], genres: [])
        },
        winners: @escaping @Sendable () throws -> [FeedEntry] = { [] },
        listings: ListingSource = ListingSource(counted: { 0 }, ids: { _ in [] }),
        formToken: @escaping @Sendable (Context) -> FormToken = { _ in FormToken(token: "token") },
        terms: @escaping @Sendable (Int?) throws -> TermsView? = { _ in nil },
        reported: @escaping @Sendable (ReportTarget) throws -> ReportedThing? = { _ in nil },
        decisions: @escaping @Sendable (Context) throws -> DecisionsView = { _ in DecisionsView() },
        studio: @escaping @Sendable (Context) throws -> StudioView = { _ in StudioView() },
        myVideos: @escaping @Sendable (Context) throws -> MyVideosView = { _ in MyVideosView() },
        video: @escaping @Sendable (UUID) throws -> VideoPageView? = { _ in nil },
        ratings: @escaping @Sendable (Context) throws -> RatingsView = { _ in RatingsView() },
        ownRatings: @escaping @Sendable (Context) throws -> RatingsView = { _ in RatingsView(kind: nil) },
        battle: @escaping @Sendable (Context) throws -> BattleView = { _ in BattleView() },
        analytics: @escaping @Sendable (Query) throws -> AnalyticsView = { _ in AnalyticsView() },
        models: @escaping @Sendable () throws -> [ModelView] = { [] },
        model: @escaping @Sendable (String) throws -> ModelView? = { _ in nil },
        arena: ArenaSources = ArenaSources(),
        notices: NoticeSources = NoticeSources(),
        people: PeopleSources = PeopleSources(),
        film: @escaping @Sendable () throws -> FilmView
    ) {
        self.site = site
        sources = PageSources(
            film: film, round: round, library: library, watch: watch, account: account, ownClips: ownClips,
            stats: stats, history: history,
            ranks: ranks, genres: genres, figures: figures, clip: clip, discover: discover, winners: winners,
            listings: listings, formToken: formToken, terms: terms, reported: reported, decisions: decisions,
            studio: studio, myVideos: myVideos, video: video, ratings: ratings, ownRatings: ownRatings, battle: battle,
            analytics: analytics, models: models, model: model, arena: arena, notices: notices, people: people,
            reference: reference)
    }

    /// The routes of all pages, of what crawlers read and of what other sites show.
    public var routes: [Route] {
        Self.declarations.map(route) + crawlerRoutes + brandRoutes + embedRoutes + [unsubscribe]
    }

    private func route(_ page: PageDeclaration) -> Route {
        .get(
            page.path, access: .any, answers: [200: nil], cache: Self.cache(of: page),
            features: page.features, summary: page.summary
        ) { context in try answer(page, context) }
    }

    private static func cache(of page: PageDeclaration) -> CachePolicy {
        page.isShared ? shared : page.isSharedByVisitors ? sharedByVisitors : .noStore
    }

    /// The page of a plain form that a route of any group has refused: what was typed, and what is wrong with it.
    public func formPage(_ context: Context, _ refused: RefusedForm) throws -> Response {
        guard let declaration = Self.declarations.first(where: { $0.path == refused.page }) else {
            throw Problem.notFound()
        }
        return try answer(declaration, context, refused)
    }

    private func answer(
        _ declaration: PageDeclaration, _ context: Context, _ refused: RefusedForm? = nil
    ) throws -> Response {
        if declaration.readers != .any {
            guard let member = context.caller.member else {
                return Self.signInFirst(
                    refused?.page ?? context.request.path, refused == nil ? context.request.query : Query())
            }
            guard declaration.readers == .member || member.isAdmin else { throw Problem.notFound() }
        }
        let token = declaration.hasForms ? sources.formToken(context) : nil
        let state =
            refused.map { FormState(token: token?.token ?? "", refused: $0) }
            ?? FormState(token: token?.token ?? "", query: context.request.query)
        let page = try declaration.page(Visit(site: site, context: context, sources: sources, form: state))
        let response = Response.html(
            site.document(page), status: refused?.problem.status ?? page.status, headers: page.headers)
        return token?.cookie.map(response.setting) ?? response
    }

    /// Sends a visitor to the sign-in page, which leads back.
    private static func signInFirst(_ path: String, _ query: Query) -> Response {
        let query = query.raw.isEmpty ? "" : Text.percentEncode("?" + query.raw)
        return .redirect(to: "/sign-in?next=\(path)\(query)")
    }

    /// A page in place of an answer that went wrong.
    public func errorPage(_ request: Request, _ problem: Problem) -> Response {
        let retryAfter = problem.headers["Retry-After"].flatMap { Int($0) }
        // Another site shows no part of this one but what it was given to show.
        if request.path.hasPrefix(EmbedFrame.prefix) {
            return .html(site.embedFault(problem.status), status: problem.status, headers: problem.headers)
        }
        let page = site.errorDocument(
            status: problem.status, requestID: request.id, retryAfter: retryAfter,
            // Other refusals have words of the pages' own.
            reason: problem.code == "clip_gone" ? problem.message.replacing("clip", with: "take") : nil,
            isAboutMember: problem.code == "member_suspended")
        return .html(page, status: problem.status, headers: problem.headers)
    }
}
