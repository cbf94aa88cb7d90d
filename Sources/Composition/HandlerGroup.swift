internal import AdminHandlers
internal import Analytics
internal import AuthHandlers
internal import Battles
internal import BattlesHandlers
internal import Captcha
internal import Catalog
internal import ClipsHandlers
internal import Comments
internal import CommentsHandlers
internal import Comparisons
internal import ComparisonsHandlers
internal import Configuration
internal import Contact
internal import Crypto
internal import Film
internal import Flags
internal import Games
internal import Generation
internal import HTTP
internal import Identity
internal import Limits
internal import Mail
internal import ModelsHandlers
internal import Notifications
internal import PagesHandlers
internal import People
internal import SharedHandlers
internal import Storage
internal import StoryHandlers
internal import StudioHandlers
internal import SystemHandlers
internal import UploadsHandlers
internal import VotingHandlers
internal import Webhooks

/// A set of routes that an operator may serve in a process of its own.
public struct HandlerGroup: Sendable {
    /// The group that answers on unknown paths outside the API as well.
    static let pages = "pages"
    /// The group that tells how the site is.
    public static let system = "system"

    /// How processes and the command line name it.
    public let name: String
    /// Declares the routes of the group.
    let routes: @Sendable (Services) throws -> [Route]

    /// Every group of the API but `system`, which describes them all.
    private static let described = [
        HandlerGroup(name: VoteServices.group) { VoteRoutes.routes($0.votes.voting) },
        HandlerGroup(name: "story") {
            StoryRoutes.routes(
                stories: $0.stories, films: $0.films, tallies: $0.tallies, ranks: $0.ranks, genres: $0.genres,
                identity: $0.identity)
        },
        HandlerGroup(name: "clips") { services in
            ClipRoutes.routes(clips: services.clips, sources: services.mediaSources)
                + ClipRoutes.personRoutes(Profiles(database: services.database), clips: services.clips)
                + ClipRoutes.reportRoutes(
                    services.moderation, services.identity, hasCaptcha: services.settings.captcha.account != nil)
                + ClipRoutes.profileRoutes(
                    Games(database: services.database), dailyVotes: services.settings.film.dailyVotes)
                + CommentRoutes.routes(services.comments, Blocks(database: services.database))
        },
        HandlerGroup(name: "uploads") { services in
            UploadRoutes.routes(
                uploads: services.uploads, images: services.sourceImages, storage: services.storage,
                signer: services.uploadSigner, room: services.room)
                + UploadRoutes.resultRoutes(
                    services.comparisons, uploads: services.uploads, storage: services.storage,
                    signer: services.uploadSigner, room: services.room)
        },
        HandlerGroup(name: "studio") { services in
            StudioRoutes.routes(
                generations: services.generations, webhooks: services.providerWebhooks, hasPremium: services.hasPremium,
                sources: services.mediaSources, caps: services.spendingCaps
            ).keepingRoom(services.room, for: ["/api/jobs", "/api/runpod", "/api/videos/[id]/retry"])
                + StudioRoutes.jobRoutes(services.jobOperation)
                + StudioRoutes.workerRoutes(
                    services.workerTasks, services.workerLine, storage: services.storage,
                    signer: services.uploadSigner)
                + [
                    StudioRoutes.comparisonPictureRoute(
                        storage: services.storage, key: services.comparisons.pictureKey)
                ]
                + StudioRoutes.pictureRoutes(
                    services.sourceImages, storage: services.storage,
                    addresses: PictureAddress(
                        siteURL: services.settings.site.url, secret: SecretKey(services.settings.site.secretKey)))
        },
        HandlerGroup(name: "battles") { services in
            BattleRoutes.routes(services.battles, services.identity, sources: services.mediaSources)
                + BattleRoutes.ratingRoutes(RatingBoards(database: services.database), services.identity)
                + BattleRoutes.oversightRoutes(ArenaOversight(database: services.database))
        },
        HandlerGroup(name: "admin") { services in
            AdminRoutes.routes(
                seasons: services.seasons, rounds: services.rounds, clips: services.clips, votes: services.oversight,
                stories: services.stories, acts: services.acts)
                + AdminRoutes.filmRoutes(services.films)
                + AdminRoutes.memberRoutes(
                    services.members, audit: services.audit, identity: services.identity,
                    tiers: services.settings.limits.keyTiers)
                + AdminRoutes.flagRoutes(services.flags) + AdminRoutes.dashboardRoutes(services.dashboard)
                + AdminRoutes.moderationRoutes(services.moderation)
                + CommentRoutes.adminRoutes(CommentOversight(database: services.database))
                + AdminRoutes.termsRoutes(Terms(services.database))
                + AdminRoutes.webhookRoutes(
                    Webhooks(
                        database: services.database, key: .webhooks(of: services.settings.site.secretKey),
                        siteURL: services.settings.site.url))
        },
        HandlerGroup(name: "models") { services in
            ModelRoutes.routes(services.catalog)
                + ModelRoutes.adminRoutes(services.catalog, services.settings.catalog.packKeys)
                + ModelRoutes.creditRoutes(services.credits)
                + ModelRoutes.providerRoutes(services.catalog, services.providerHealth, services.spendingCaps)
                + ModelRoutes.workerRoutes(Workers(database: services.database))
                + ModelRoutes.costRoutes(services.catalog, services.costs)
                + ModelRoutes.analyticsRoutes(Analytics(database: services.database))
                + ModelRoutes.suggestionRoutes(
                    services.catalog, hasPremium: services.hasPremium
                ) {
                    Set(try services.generations.obstacles().filter { $0.value == .capped }.keys)
                }
        },
        HandlerGroup(name: "comparisons") { services in
            ComparisonRoutes.routes(
                services.comparisons, tags: services.tags, votes: services.videoVotes, identity: services.identity,
                hasPremium: services.hasPremium
            ).keepingRoom(
                services.room,
                for: ["/api/comparisons", "/api/comparisons/[id]/models", "/api/comparisons/[id]/reruns"])
                + ComparisonRoutes.planRoutes(services.comparisons, hasPremium: services.hasPremium)
                + ComparisonRoutes.templateRoutes(ComparisonTemplates(database: services.database))
                + ComparisonRoutes.experimentRoutes(services.comparisons, hasPremium: services.hasPremium)
                + ComparisonRoutes.favoriteRoutes(Favorites(database: services.database))
                + ComparisonRoutes.suggestionRoutes(Suggestions(database: services.database))
        },
        HandlerGroup(name: "auth") { services in
            let settings = services.settings
            return AuthRoutes.routes(
                services.identity, unread: services.notifications.unread, tiers: settings.limits.keyTiers)
                + AuthRoutes.notificationRoutes(
                    services.notifications, subscriptions: services.pushSubscriptions, digests: services.digests)
                + AuthRoutes.providerRoutes(services.identity, services.signIn)
                + AuthRoutes.emailRoutes(
                    services.identity, isMailOn: settings.mail.isOn, linkMinutes: settings.identity.linkMinutes)
                + AuthRoutes.captchaRoutes(
                    CaptchaService(
                        identity: services.identity, account: settings.captcha.account, siteURL: settings.site.url,
                        isRequired: { try services.flags.isEnabled("require_captcha_voting", for: nil) }))
                + AuthRoutes.followRoutes(Follows(database: services.database))
                + AuthRoutes.referralRoutes(
                    Referrals(database: services.database), siteURL: settings.site.url)
        },
    ]

    /// Every group.
    public static let all =
        described + [
            HandlerGroup(name: pages) { services in
                let settings = services.settings
                let limits = LimitClass.allCases.map { limit in
                    (name: limit.rawValue, number: settings.limits.rateLimits[limit.rawValue])
                }
                let reference = APIReference(
                    document: try document(services), siteURL: settings.site.url, limits: limits)
                return try Pages(services: services, reference: reference).routes
            },
            HandlerGroup(name: system) { services in
                systemRoutes(services, document: try document(services))
            },
        ]

    /// The OpenAPI document of all groups but the pages.
    private static func document(_ services: Services) throws -> JSONValue {
        // It names the routes that serve it too, so they are made once without it.
        let routes = try described.flatMap { try $0.routes(services) } + systemRoutes(services, document: .null)
        return OpenAPI.document(
            routes: routes, title: "\(services.settings.site.name) API", version: "1",
            sessionCookie: services.identity.cookies.session)
    }

    private static func systemRoutes(_ services: Services, document: JSONValue) -> [Route] {
        SystemRoutes.routes(
            flags: services.flags, checks: HealthChecks.all(services), isReady: { services.isReady },
            document: document)
            + SystemRoutes.contactRoutes(
                ContactMessages(services.database),
                isMailed: services.settings.mail.isOn && services.settings.contact.recipient != nil)
    }
}
