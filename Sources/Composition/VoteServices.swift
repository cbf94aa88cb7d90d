internal import Configuration
internal import Film
internal import Identity
internal import Logging
internal import Metrics
internal import Platform
internal import Postgres
internal import VotingHandlers

/// What the handlers of votes share, and its threads.
struct VoteServices: Sendable {
    static let group = "voting"

    let voting: Voting
    let cache: FeedCache
    private let committer: VoteCommitter
    private let standings: VoterStandings
    private let views: ViewBuffer
    private let committing: Database

    init(
        _ settings: Settings, _ options: DatabaseOptions, database: Database, address: @escaping MediaAddress,
        identity: IdentityService, steps: any StepRunner, blocking: any StepRunner, reception: Reception, log: Log
    ) {
        // One connection for votes alone, so that they wait for no other request.
        var options = options
        options.maximumConnections = 1
        committing = Database(options)
        committer = VoteCommitter(
            database: committing, dailyVotes: settings.film.dailyVotes, networkWeight: settings.film.networkVoteWeight,
            runner: steps, log: log)
        views = ViewBuffer(database: database, log: log)
        cache = FeedCache(
            database: database, address: address, render: VoteRoutes.render, runner: blocking, reception: reception)
        standings = VoterStandings(database: database, dailyVotes: settings.film.dailyVotes, runner: steps)
        voting = Voting(
            feed: Feed(cache: cache, standings: standings, views: views),
            committer: committer, feedTokens: FeedTokens(secretKey: settings.site.secretKey), identity: identity)
    }

    /// The pool of the votes alone.
    var pool: PoolStatistics { committing.statistics }

    func writeFigures(to page: inout Exposition) { committer.writeFigures(to: &page) }

    func start() throws {
        committer.start()
        standings.start()
        try views.start()
    }

    /// Counts the votes and writes down the views that still wait.
    func stop() {
        committer.stop()
        standings.stop()
        views.stop()
        committing.close()
    }
}
