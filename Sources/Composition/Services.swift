internal import Audit
internal import Battles
internal import Catalog
internal import Comments
internal import Comparisons
public import Configuration
internal import Credits
internal import Crypto
internal import Film
internal import Flags
internal import FoundationEssentials
internal import Generation
internal import HTTP
internal import Identity
internal import Installation
internal import Limits
public import Logging
internal import Mail
internal import Notifications
internal import PagesHandlers
public import Platform
internal import Postgres
internal import Providers
internal import Push
internal import Queue
internal import SharedHandlers
internal import SignIn
internal import Storage

/// What the handlers of one process share.
public struct Services: Sendable {
    let settings: Settings
    let log: Log
    let database: Database
    /// Keeps requests away while the schema is not known to be good.
    public let schema: SchemaGate
    let flags: FeatureFlags
    let identity: IdentityService
    let signIn: SignInService
    let members: MemberAdministration
    let audit: AuditLog
    let clips: Clips
    let moderation: Moderation
    let stories: Stories
    let films: Films
    let seasons: Seasons
    let acts: FilmActs
    let rounds: Rounds
    let tallies: Tallies
    let ranks: Ranks
    let genres: GenreVotes
    let dashboard: Dashboard
    let oversight: VoteOversight
    let uploads: Uploads
    let catalog: Catalog
    let credits: Credits
    let storage: any MediaStorage
    let uploadSigner: UploadSigner
    let generations: Generations
    let comments: Comments
    let comparisons: Comparisons
    let tags: Tags
    let videoVotes: VideoVotes
    let jobOperation: JobOperation
    let sourceImages: SourceImages
    let providerHealth: ProviderHealth
    let spendingCaps: SpendingCaps
    let costs: Costs
    let battles: Battles
    let providerWebhooks: ProviderWebhooks
    let notifications: Notifications
    let pushSubscriptions: PushSubscriptions
    let digests: Digests
    let votes: VoteServices
    let limiter: RateLimiter
    let reads: BatchedRateLimiter
    let keyUsage: KeyUsage
    private let limiting: Database
    let queue: Queue
    let changes: ChangeFeed
    /// Reads the files that pages refer to.
    let assets: @Sendable () throws -> Assets

    /// Opens no connection and starts no thread; `start` does. Requests that waited continue on `steps`; work that blocks
    /// runs on `blocking`.
    public init(settings: Settings, steps: any StepRunner, blocking: any StepRunner, log: Log) {
        self.init(settings: settings, steps: steps, blocking: blocking, log: log) {
            try Assets(webDirectory: settings.host.webDirectory)
        }
    }

    init(
        settings: Settings, steps: any StepRunner, blocking: any StepRunner, log: Log,
        assets: @escaping @Sendable () throws -> Assets
    ) {
        self.settings = settings
        self.log = log
        self.assets = assets
        var options = DatabaseOptions(
            connectionString: settings.database.connectionURL, applicationName: "dailies-host")
        options.maximumConnections = settings.database.connections
        options.preparedStatements = settings.database.preparesStatements
        options.statementTimeout = .milliseconds(settings.database.statementTimeoutMilliseconds)
        options.log = log
        database = Database(options)
        schema = SchemaGate(database: database, directory: settings.database.migrationsDirectory, log: log)
        let flags = FeatureFlags(database, secretKey: settings.site.secretKey)
        let identity = IdentityService(settings: settings, database: database, runner: steps)
        let media = MediaURLs(baseURL: settings.storage.mediaBaseURL ?? "")
        let address: MediaAddress = { key in StorageKey(key).map(media.url) ?? "" }
        let ownAddress: MediaAddress = { key in StorageKey(key).map(MediaURLs().url) ?? "" }
        self.flags = flags
        self.identity = identity
        signIn = SignInService(settings: settings, database: database, sendsMail: settings.mail.isOn)
        members = MemberAdministration(database: database) { row, connection in
            try Rounds.announce([try RoundEvent(row: row)], on: connection)
        }
        audit = AuditLog(database: database)
        clips = Clips(database: database, address: address, ownAddress: ownAddress)
        moderation = Moderation(database: database, clips: clips)
        stories = Stories(database: database, address: address)
        films = Films(database: database, address: address, ownAddress: ownAddress)
        seasons = Seasons(database: database)
        acts = FilmActs(database: database)
        rounds = Rounds(database: database)
        tallies = Tallies(database: database)
        ranks = Ranks(database: database, address: address)
        genres = GenreVotes(database: database)
        dashboard = Dashboard(database: database)
        oversight = VoteOversight(database: database)
        uploads = Uploads(database: database)
        catalog = Catalog(
            database: database, credentials: settings.catalog.credentials, rate: settings.catalog.rate)
        credits = Credits(database: database, monthly: settings.catalog.monthlyCredits)
        storage = settings.storage.media
        uploadSigner = UploadSigner(secret: SecretKey(settings.site.secretKey))
        generations = Generations(
            database: database, catalog: catalog, limit: settings.generation.secondsLimit,
            monthlyCredits: settings.catalog.monthlyCredits)
        comments = Comments(database: database)
        comparisons = Comparisons(database: database, generations: generations)
        tags = Tags(database: database)
        videoVotes = VideoVotes(database: database)
        providerHealth = ProviderHealth(database: database, pace: settings.generation.pace)
        spendingCaps = SpendingCaps(database: database)
        costs = Costs(database: database)
        battles = Battles(database: database)
        jobOperation = JobOperation(database: database, generations: generations, health: providerHealth)
        sourceImages = SourceImages(database: database)
        providerWebhooks = ProviderWebhooks(
            database: database, providers: settings.providerRegistry,
            addresses: WebhookAddress(siteURL: settings.site.url, secret: SecretKey(settings.site.secretKey)))
        let notifications = Notifications(database: database)
        self.notifications = notifications
        pushSubscriptions = PushSubscriptions(
            database: database, services: settings.push.allowed,
            publicKey: settings.push.identity(
                secretKey: settings.site.secretKey, contact: settings.operator.email, siteURL: settings.site.url
            ).publicKey)
        digests = Digests(database: database, secretKey: settings.site.secretKey)
        let votes = VoteServices(
            settings, options, database: database, address: address, identity: identity, steps: steps,
            blocking: blocking, log: log)
        self.votes = votes
        // A connection for the guard alone, so that it does not wait for slow requests.
        var alone = options
        alone.maximumConnections = 1
        limiting = Database(alone)
        limiter = RateLimiter(database: limiting)
        let reads = LimitClass.read.rawValue
        self.reads = BatchedRateLimiter(
            reads, allowed: settings.limits.rateLimits[reads], database: database, log: log)
        keyUsage = KeyUsage(database: database, log: log)
        queue = Queue(database)
        changes = ChangeFeed(options, versionDirectory: settings.host.versionDirectory, log: log) { change in
            switch change {
            case .missed:
                flags.drop()
                identity.forgetAll()
                notifications.unread.forgetAll()
                votes.cache.drop()
            case .announced("flags", _, _):
                flags.drop()
                votes.cache.drop()
            case .announced("film", _, _), .announced("clips", _, _):
                votes.cache.drop()
            case .announced("sessions", let detail, _):
                identity.forget(detail)
            case .announced("notices", let detail, _):
                notifications.unread.forget(detail)
            case .announced:
                break
            }
        }
    }

    /// Where nginx reads what is not on its machine.
    var mediaSources: MediaSources {
        { [storage] in storage.sources(of: $0, now: $1, lifetime: $2) }
    }

    /// Whether a member may run premium models: by the flag, or by a grant.
    func hasPremium(_ member: UUID) throws -> Bool {
        if try flags.isEnabled("premium_models", for: member) { return true }
        return try generations.catalog.hasPremiumGrant(member)
    }

    /// Whether requests can be served: the schema is known to be good, and the database answers.
    var isReady: Bool {
        guard schema.isOpen else { return false }
        do {
            try database.ping()
            return true
        } catch {
            return false
        }
    }

    /// Starts what works beside the requests.
    public func start(serving groups: [String] = HandlerGroup.all.map(\.name)) throws {
        schema.start()
        changes.start()
        limiter.start()
        try reads.start()
        try keyUsage.start()
        if groups.contains(VoteServices.group) { try votes.start() }
    }

    /// Ends it, after the last request.
    public func stop() {
        votes.stop()
        limiter.stop()
        reads.stop()
        keyUsage.stop()
        limiting.close()
        changes.stop()
        schema.stop()
        database.close()
    }
}
