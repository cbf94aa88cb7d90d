internal import Audit
internal import Battles
internal import Catalog
internal import Comments
internal import Comparisons
public import Configuration
internal import Credits
internal import Crypto
internal import Disk
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
public import Metrics
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
    /// A copy of the database for reads that are the same for all, where there is one.
    let replica: Replica?
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
    let room: DiskGuard
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
    let workerTasks: WorkerTasks
    let workerLine: WorkerLine
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
    private let figures: StatusFigures
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
            connectionString: settings.database.hostConnectionURL, applicationName: "dailies-host")
        options.maximumConnections = settings.database.connections
        options.preparedStatements = settings.database.preparesStatements
        options.statementTimeout = .milliseconds(settings.database.statementTimeoutMilliseconds)
        options.directConnectionString = settings.database.listeningURL
        options.log = log.of(.database)
        figures = StatusFigures(options, mediaDirectory: settings.storage.mediaDirectory)
        replica = settings.database.replicaConnectionURL.map { [options] url in
            var options = options
            options.connectionString = url
            options.preparedStatements = true
            return Replica(options)
        }
        database = Database(options, replica: replica)
        schema = SchemaGate(
            database: database, directory: settings.database.migrationsDirectory, log: log.of(.changes))
        let reception = Reception()
        let flags = FeatureFlags(database, secretKey: settings.site.secretKey, reception: reception)
        let identity = IdentityService(settings: settings, database: database, runner: steps, reception: reception)
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
        room = settings.diskGuard
        uploadSigner = UploadSigner(secret: SecretKey(settings.site.secretKey))
        generations = Generations(
            database: database, catalog: catalog, limit: settings.generation.secondsLimit,
            monthlyCredits: settings.catalog.monthlyCredits)
        comments = Comments(database: database)
        comparisons = Comparisons(database: database, generations: generations)
        tags = Tags(database: database)
        videoVotes = VideoVotes(database: database, networkVotes: settings.film.networkVoteWeight)
        providerHealth = ProviderHealth(database: database, pace: settings.generation.pace)
        spendingCaps = SpendingCaps(database: database)
        costs = Costs(database: database)
        battles = Battles(database: database, networkBattles: settings.film.networkVoteWeight)
        jobOperation = JobOperation(database: database, generations: generations, health: providerHealth)
        sourceImages = SourceImages(database: database)
        providerWebhooks = ProviderWebhooks(
            database: database, providers: settings.providerRegistry,
            addresses: WebhookAddress(siteURL: settings.site.url, secret: SecretKey(settings.site.secretKey)))
        workerTasks = WorkerTasks(database: database)
        workerLine = WorkerLine(tasks: workerTasks, log: log.of(.queue))
        let notifications = Notifications(database: database, reception: reception)
        self.notifications = notifications
        pushSubscriptions = PushSubscriptions(
            database: database, services: settings.push.allowed,
            publicKey: settings.push.identity(
                secretKey: settings.site.secretKey, contact: settings.operator.email, siteURL: settings.site.url
            ).publicKey)
        digests = Digests(database: database, secretKey: settings.site.secretKey)
        let votes = VoteServices(
            settings, options, database: database, address: address, identity: identity, steps: steps,
            blocking: blocking, reception: reception, log: log.of(.votes))
        self.votes = votes
        // A connection for the guard alone, so that it does not wait for slow requests.
        var alone = options
        alone.maximumConnections = 1
        limiting = Database(alone)
        limiter = RateLimiter(database: limiting)
        let reads = LimitClass.read.rawValue
        self.reads = BatchedRateLimiter(
            reads, allowed: settings.limits.rateLimits[reads], database: database, log: log.of(.limits))
        keyUsage = KeyUsage(database: database, log: log.of(.limits))
        queue = Queue(database)
        changes = ChangeFeed(
            options, database: database, reception: reception, versionDirectory: settings.host.versionDirectory,
            log: log.of(.changes)
        ) { [replica] change in
            // Before anything is read anew.
            replica?.noteChange()
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
        try replica?.start(following: database)
        try changes.start()
        limiter.start()
        try reads.start()
        try keyUsage.start()
        if groups.contains("studio") { catalog.logSetUp(to: log) }
        if groups.contains(VoteServices.group) { try votes.start() }
        if groups.contains(HandlerGroup.system) { try figures.start() }
    }

    /// Writes the figures of this process, and those of the site where the process serves the group `system`. It waits for
    /// nothing but short locks.
    public func writeFigures(to page: inout Exposition, serving groups: [String]) {
        writePools(to: &page)
        let statements = StatementFigures.shared
        page.add("dailies_sql_seconds", "How long statements took, with the way there and back.", statements.durations)
        page.add("dailies_sql_slow_total", .counter, "Statements that took more than 100 ms.", statements.slow.value)
        page.add("dailies_sql_failed_total", .counter, "Statements that failed.", statements.failed.value)
        page.add(
            "dailies_sql_timeouts_total", .counter, "Statements that waited too long, for a lock or for the server.",
            statements.timedOut.value)
        page.add(
            "dailies_sql_repeated_total", .counter, "Statements and transactions that collided with others.",
            statements.repeated.value)
        if groups.contains(VoteServices.group) { votes.writeFigures(to: &page) }
        if groups.contains(HandlerGroup.system) { figures.write(to: &page) }
    }

    /// The pools of connections of this process, by name.
    public var pools: [(name: String, inUse: Int, waiting: Int, limit: Int)] {
        [("requests", database.statistics), ("votes", votes.pool), ("limits", limiting.statistics)].map { name, pool in
            (name, pool.open - pool.idle, pool.waiting, pool.maximum)
        }
    }

    private func writePools(to page: inout Exposition) {
        let pools = pools
        for pool in pools {
            page.add(
                "dailies_pool_connections_in_use", .gauge, "Connections to the database that are lent.", pool.inUse,
                ["pool": pool.name])
        }
        for pool in pools {
            page.add(
                "dailies_pool_connections_limit", .gauge, "The most connections of the pool.", pool.limit,
                ["pool": pool.name])
        }
        for pool in pools {
            page.add(
                "dailies_pool_waiting", .gauge, "Threads that wait for a connection.", pool.waiting, ["pool": pool.name]
            )
        }
    }

    /// Ends it, after the last request.
    public func stop() {
        votes.stop()
        limiter.stop()
        reads.stop()
        keyUsage.stop()
        figures.stop()
        limiting.close()
        changes.stop()
        schema.stop()
        replica?.stop()
        database.close()
    }
}
