internal import Analytics
internal import AuthHandlers
internal import Battles
internal import Comparisons
internal import Configuration
internal import Credits
internal import Film
internal import Flags
internal import FoundationEssentials
internal import Games
public import HTTP
internal import Identity
internal import Installation
internal import Logging
internal import Mail
internal import Notifications
internal import PagesHandlers
internal import People
internal import Postgres
internal import SharedHandlers
internal import SignIn

extension Application {
    /// What a process serves: the handler groups of these names, and what guards them.
    public convenience init(serving names: [String], _ services: Services) throws {
        let groups = HandlerGroup.all.filter { names.contains($0.name) }
        let routes = try groups.flatMap { try $0.routes(services) }
        // Forms are posted to routes of any group, and the page of a refused form is shown again.
        let servesPages = names.contains(HandlerGroup.pages)
        let pages = servesPages || routes.contains { $0.form != nil } ? try Pages(services: services) : nil
        try self.init(
            routes: routes, guards: Self.guards(services),
            crossOrigin: CrossOrigin(allowing: services.settings.host.corsOrigins), errorMap: Problems.problem,
            log: services.log.of(.http), errorPage: servesPages ? pages?.errorPage : nil, formPage: pages?.formPage,
            slowAfter: services.settings.host.slowMilliseconds,
            staleReads: services.replica.map { _ in
                StaleReading(isSecure: services.settings.site.url.hasPrefix("https:")) { handler in
                    try StaleReads.allow(handler)
                }
            })
    }

    private static func guards(_ services: Services) -> Guard {
        let limits = RouteLimits(
            services.limiter, reads: services.reads, usage: services.keyUsage, settings: services.settings,
            identity: services.identity)
        var guards = Guard.site(
            services.identity, settings: services.settings, limit: limits.take,
            isEnabled: { flag, caller in try services.flags.isEnabled(flag, for: caller.member?.id) })
        guards.requireReady = { _ in try services.schema.check() }
        return guards
    }
}

extension Pages {
    /// The pages as the settings describe the site; `reference` is for the process that serves them.
    init(services: Services, reference: APIReference = .none) throws {
        let settings = services.settings
        let site = Site(
            name: settings.site.name, url: settings.site.url, assets: try services.assets(),
            choices: settings.signIn.providers.map { SignInChoice(name: $0.name, label: $0.label) },
            isMailOn: settings.mail.isOn, operatorCommand: settings.host.operatorCommand,
            operation: Operation(
                name: settings.operator.name, address: settings.operator.address, email: settings.operator.email,
                minimumAge: settings.operator.minimumAge, sessionDays: settings.identity.sessionDays,
                dailyVotes: settings.film.dailyVotes), brand: try Brand(settings))
        let identity = services.identity
        self.init(
            site: site, stories: services.stories, films: services.films,
            needsAccountToVote: { try services.flags.isEnabled("require_auth_voting", for: nil) },
            reference: reference,
            account: { context in try identity.account(context, services.credits) }, clips: services.clips,
            games: Games(database: services.database), ranks: services.ranks,
            genres: services.genres, dashboard: services.dashboard,
            moderation: services.moderation, catalog: services.catalog,
            terms: { version in try TermsView(Terms(services.database), version) },
            studio: { context in
                try StudioView(
                    services.generations, services.credits, services.spendingCaps, context,
                    isOn: try services.flags.isEnabled("generation_enabled", for: context.member().id),
                    hasPremium: services.hasPremium)
            },
            generations: services.generations,
            arena: ArenaSources(
                services.comparisons, tags: services.tags, favorites: Favorites(database: services.database),
                suggestions: Suggestions(database: services.database),
                boards: RatingBoards(database: services.database), hasPremium: services.hasPremium),
            people: PeopleSources(
                Profiles(database: services.database), Follows(database: services.database),
                Referrals(database: services.database), clips: services.clips,
                invites: { try services.flags.isEnabled("referral_system", for: $0.caller.member?.id) }),
            ratings: { context in
                try RatingsView(RatingBoards(database: services.database), query: context.request.query)
            },
            ownRatings: { context in
                try RatingsView(
                    own: RatingBoards(database: services.database), voter: context.voterKey(identity), now: context.now)
            },
            battle: { context in
                let voter = context.voter(identity)
                return BattleView(try services.battles.show(to: voter.key, cookie: voter.cookieHash))
            },
            analytics: { query in try AnalyticsView(Analytics(database: services.database), query) },
            notices: NoticeSources(
                services.notifications, subscriptions: services.pushSubscriptions, digests: services.digests),
            formToken: { context in identity.formToken(for: context).0 })
    }
}

extension Brand {
    /// What the settings name. Throws what is wrong with a file of theirs.
    fileprivate init(_ settings: Settings) throws {
        let brand = settings.brand
        self.init(
            logo: try brand.logo.map { try Picture($0, named: "BRAND_LOGO", types: Picture.logoTypes) },
            icon: try brand.icon.map { try Picture($0, named: "BRAND_ICON", types: Picture.iconTypes) },
            dark: brand.accentDark.map { ($0.hex, $0.ink) }, light: brand.accentLight.map { ($0.hex, $0.ink) },
            sponsors: brand.sponsors.map { ($0.name, $0.url) })
    }
}

extension TermsView {
    /// The version in force, or that of a number; nil when there is none.
    fileprivate init?(_ terms: Terms, _ version: Int?) throws {
        guard let found = try terms.find(version) else { return nil }
        let others = try terms.announced()
        self.init(
            version: found.version, effectiveAt: found.effectiveAt, summary: found.summary, text: found.text,
            versions: others.map { Version(number: $0.version, effectiveAt: $0.effectiveAt, summary: $0.summary) })
    }
}

extension IdentityService {
    /// The caller's account, as the member's own pages show it.
    fileprivate func account(_ context: Context, _ credits: Credits) throws -> AccountView? {
        let member = try context.member()
        guard let preferences = try MemberPreferences.find(of: member.id, in: database) else { return nil }
        let session = try context.request.cookies[cookies.session].flatMap(OpaqueToken.init).flatMap {
            try sessions.find($0, at: context.now)
        }
        let next = preferences.nextChangeAt.flatMap { $0 > context.now ? $0 : nil }
        let ban = session.flatMap { $0.isBanned ? $0.banReason ?? "" : nil }
        let appeal = try ban.flatMap { _ in try Members.appealAgainstBan(of: member.id, in: database) }
        let balance = try credits.balance(of: member.id)
        let ledger = try credits.ledger(of: member.id, PageRequest(limit: 8), for: member.id)
        return AccountView(
            username: preferences.username, nextChangeAt: next, hasSound: preferences.sound ?? false,
            hasMotion: preferences.motion ?? true, ban: ban,
            hasAppealed: appeal != nil, appealAnswer: appeal.flatMap { $0.isUpheld ? $0.answer ?? "" : nil },
            methods: try Identities.list(of: member.id, in: database).count,
            sessions: try Sessions.list(of: member.id, in: database).count,
            keys: try APIKeys.list(of: member.id, in: database).count,
            credits: CreditsView(balance, monthly: credits.monthly, ledger: ledger))
    }
}
