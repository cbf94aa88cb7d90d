internal import Film
public import FoundationEssentials
internal import Games
internal import HTTP

/// Everything that the site says about a page, in one value: its route, who reads it, what it is called, whether it may
/// be cached, and where the site links to it. The routes, the navigation, `robots.txt` and the sitemap are derived from
/// these values.
public struct PageDeclaration: Sendable {
    /// Who reads a page.
    public enum Readers: String, Sendable {
        /// Everybody.
        case any
        /// Members. Visitors are sent to the sign-in page, which leads back.
        case member
        /// Admins. Visitors are sent to the sign-in page; for other members the page does not exist.
        case admin
    }

    /// Where the site links to a page.
    enum Link: Sendable {
        /// In the main navigation, and in the phone's tab bar too when `isTab`.
        case main(String, Icon, isTab: Bool)
        /// In the column of the administration.
        case administration(String)
        /// At the foot of pages, and in the account menu too when `isInMenu`.
        case foot(String, isInMenu: Bool)
        /// In the account menu alone.
        case menu(String)
    }

    /// The pattern of the route.
    public let path: String
    /// The title, unless the page's content gives another one.
    public let title: String
    /// One sentence for search engines and social cards.
    let description: String
    /// Who reads it.
    public let readers: Readers
    /// Whether everybody gets the same bytes, so that the web server may keep one copy.
    public let isShared: Bool
    /// Whether all visitors get the same bytes, of which the web server may keep a copy; members get their own.
    let isSharedByVisitors: Bool
    /// Whether it holds forms that work without JavaScript, and so a form token.
    let hasForms: Bool
    /// Whether search engines may list it.
    let isListed: Bool
    /// Where the site links to it.
    let link: Link?
    /// The features that it serves.
    let features: [String]
    /// One sentence about the route.
    let summary: String
    /// An address of the page on every site that has a film, for patterns with parameters.
    public let example: String
    /// The addresses of all its pages, for patterns with parameters.
    let addresses: @Sendable (FilmView) -> [String]
    /// Makes the page.
    let page: @Sendable (Visit) throws -> Page

    /// Declares a page. Only what everybody reads and what holds no form can be shared or listed.
    static func page(
        _ readers: Readers, _ path: String, title: String, description: String, isShared: Bool = true,
        isSharedByVisitors: Bool = false, hasForms: Bool = false, isListed: Bool = true, link: Link? = nil,
        features: [String] = [], summary: String,
        example: String? = nil, addresses: (@Sendable (FilmView) -> [String])? = nil,
        page: @escaping @Sendable (Visit) throws -> Page
    ) -> PageDeclaration {
        PageDeclaration(
            path: path, title: title, description: description, readers: readers,
            isShared: isShared && readers == .any && !hasForms,
            isSharedByVisitors: isSharedByVisitors && readers == .any && !hasForms, hasForms: hasForms,
            isListed: isListed && readers == .any, link: link, features: features, summary: summary,
            example: example ?? path, addresses: addresses ?? { _ in [path] }, page: page)
    }
}

/// A request for a page.
struct Visit: Sendable {
    let site: Site
    let context: Context
    let sources: PageSources
    let form: FormState

    /// The film, read for this page.
    func film() throws -> FilmView { try sources.film() }
}

/// What pages read beside the settings of the site.
struct PageSources: Sendable {
    /// The film.
    let film: @Sendable () throws -> FilmView
    /// The round of a season, by its id or number, and a slot; nil when there is none.
    let round: @Sendable (String, Int) throws -> RoundResultView?
    /// The finished films.
    let library: @Sendable () throws -> [LibraryView]
    /// A finished film, by the id or number of its season; nil when there is none.
    let watch: @Sendable (String) throws -> WatchView?
    /// What a member's own pages show of the account; nil when it is gone.
    let account: @Sendable (Context) throws -> AccountView?
    /// A page of the member's own clips, by the cursor in the query.
    let ownClips: @Sendable (Context) throws -> OwnClipsView
    /// What the member has done.
    let stats: @Sendable (Context) throws -> MemberStats
    /// The member's last votes.
    let history: @Sendable (Context) throws -> [PastVote]
    /// A page of a board, by the query.
    let ranks: @Sendable (Context) throws -> RanksView
    /// The vote on genres, as the caller sees it.
    let genres: @Sendable (Context) throws -> GenrePoll
    /// What an admin sees first.
    let figures: @Sendable (Context) throws -> SiteFigures
    /// A clip as a member, or a visitor, may see it.
    let clip: @Sendable (UUID, Member?) throws -> ClipPageView
    /// What a visitor finds among all clips.
    let discover: @Sendable (DiscoverQuery) throws -> DiscoverView
    /// The clips that won last, the latest first.
    let winners: @Sendable () throws -> [FeedEntry]
    /// The clips of the sitemap.
    let listings: ListingSource
    /// A form token for the caller.
    let formToken: @Sendable (Context) -> FormToken
    /// The terms in force, or a version by its number; nil when there is none.
    let terms: @Sendable (Int?) throws -> TermsView?
    /// What the report page is about; nil when it is nothing public.
    let reported: @Sendable (ReportTarget) throws -> ReportedThing?
    /// The decisions about the member, and what became of the member's reports.
    let decisions: @Sendable (Context) throws -> DecisionsView
    /// The studio, with what the member has left.
    let studio: @Sendable (Context) throws -> StudioView
    /// A page of the member's videos, by the cursor in the query.
    let myVideos: @Sendable (Context) throws -> MyVideosView
    /// The published video with an id; nil when there is none.
    let video: @Sendable (UUID) throws -> VideoPageView?
    /// The board of ratings that the query asks for.
    let ratings: @Sendable (Context) throws -> RatingsView
    /// The board of the caller's own battles.
    let ownRatings: @Sendable (Context) throws -> RatingsView
    /// The pair that the caller judges next.
    let battle: @Sendable (Context) throws -> BattleView
    /// The analytics that the query asks for.
    let analytics: @Sendable (Query) throws -> AnalyticsView
    /// The active models.
    let models: @Sendable () throws -> [ModelView]
    /// The model with a slug; nil when there is none.
    let model: @Sendable (String) throws -> ModelView?
    /// What the pages of comparisons read.
    let arena: ArenaSources
    /// What the pages of notifications read.
    let notices: NoticeSources
    /// What the pages of people read.
    let people: PeopleSources
    /// The reference of the API.
    let reference: APIReference
}

/// A member's account, as the member's own pages show it.
public struct AccountView: Sendable {
    /// The name; nil until one is chosen.
    let username: String?
    /// From when the name may be changed; nil when it may be changed now.
    let nextChangeAt: Date?
    /// Whether takes play with sound.
    let hasSound: Bool
    /// Whether things may move by themselves.
    let hasMotion: Bool
    /// Why the member is banned; nil when the member is not.
    let ban: String?
    /// Whether the member has appealed against the ban.
    let hasAppealed: Bool
    /// What an admin answered to the appeal, if the ban holds; nil while it waits.
    let appealAnswer: String?
    /// How many sign-in methods, sessions and keys there are, for which the page keeps room.
    let methods: Int
    /// See `methods`.
    let sessions: Int
    /// See `methods`.
    let keys: Int
    /// The credits; nil where the page does not show them.
    let credits: CreditsView?

    /// An account.
    public init(
        username: String?, nextChangeAt: Date? = nil, hasSound: Bool = false, hasMotion: Bool = true,
        ban: String? = nil, hasAppealed: Bool = false, appealAnswer: String? = nil, methods: Int = 0, sessions: Int = 1,
        keys: Int = 0, credits: CreditsView? = nil
    ) {
        self.credits = credits
        self.methods = methods
        self.sessions = sessions
        self.keys = keys
        self.username = username
        self.nextChangeAt = nextChangeAt
        self.hasSound = hasSound
        self.hasMotion = hasMotion
        self.ban = ban
        self.hasAppealed = hasAppealed
        self.appealAnswer = appealAnswer
    }
}
