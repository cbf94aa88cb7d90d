public import FoundationEssentials
public import Media
internal import Platform
public import Postgres
public import Queue
public import Storage
internal import Synchronization

/// A season to look at on a new installation: some slots have their winners, and a round is open.
public struct DemoSeason: Sendable {
    /// How a seeding ended.
    public enum Outcome: Sendable, Equatable {
        /// The season runs; so many clips still come by jobs.
        case running(season: UUID, clipsToCome: Int)
        /// The site has a season of its own, so nothing was done.
        case notEmpty
    }

    /// The label by which an unfinished seeding finds its season.
    public static let label = "Eight Seconds at a Time"

    let database: Database
    private let storage: any MediaStorage
    private let tools: MediaTools
    private let clipSeconds: Int

    /// A demo season in `database`, as the background role. `tools` draw and convert with speed rather than size.
    public init(
        database: Database, storage: any MediaStorage, tools: MediaTools, clipSeconds: Int = DemoClips.seconds
    ) {
        self.clipSeconds = clipSeconds
        self.database = database
        self.storage = storage
        var quick = tools
        quick.preset = "ultrafast"
        quick.quality = 26
        quick.threads = 1
        self.tools = quick
    }

    private var work: DemoClipWork {
        DemoClipWork(database: database, storage: storage, tools: tools, clipSeconds: clipSeconds)
    }

    /// Lets a registry do the rest of the work.
    public func register(in registry: inout JobRegistry) {
        registry.register(RenderDemoClip.self) { job, context in
            guard DemoClips.indices.contains(job.index) else { return .discard(reason: "no such demo clip") }
            guard let clip = try work.finish(job.index, checkPoint: { try context.checkPoint() }) else {
                return .cancel(reason: "the clip is gone")
            }
            if job.waitsForApproval != true { try approve(clip) }
            return .done()
        }
    }

    /// Makes the season, or goes on where an earlier call stopped. Returns when `ready` clips compete and the first
    /// `locked` slots are won; jobs add the other clips to the open round one by one, unless `addsOthers` is false.
    public func seed(
        roundSeconds: Int = 90, ready: Int = 11, locked: Int = 3, workers: Int = 2, addsOthers: Bool = true,
        progress: @escaping @Sendable (String) -> Void = { _ in }
    ) throws -> Outcome {
        guard let season = try season(roundSeconds: roundSeconds) else { return .notEmpty }
        if season.status == .draft {
            let first = min(max(ready, locked + 1), DemoClips.all.count)
            let clips = try finish(Array(0..<first), workers: workers, progress: progress)
            guard clips.count > locked else {
                throw MediaFault(.toolFailed, "The demo clips cannot be made; see `dailies doctor`.")
            }
            try open(season.id, clips: clips, locked: locked, roundSeconds: roundSeconds)
            try introduce()
            progress("the demo season runs with \(clips.count) clips")
        }
        return .running(season: season.id, clipsToCome: addsOthers ? try enqueueRest() : 0)
    }

    /// The creators of the demo follow each other: about a third of all pairs, the same in every installation.
    private func introduce() throws {
        let names = Set(DemoClips.all.map(\.username)).sorted()
        try database.execute(
            """
            insert into follows (follower_id, followed_id, created_at)
            select follower.id, followed.id, dailies_now()
            from users follower
            join users followed on followed.id <> follower.id
            where follower.username = any (\(names)) and followed.username = any (\(names))
                and hashtext(follower.username || ' ' || followed.username) % 3 = 0
            on conflict do nothing
            """)
    }

    /// The demo season, made if the site has no season at all; nil when it has another.
    private func season(roundSeconds: Int) throws -> Season? {
        let seasons = Seasons(database: database)
        if let demo = try seasons.list().last(where: { $0.settings.label == Self.label }) { return demo }
        guard try seasons.list().isEmpty else { return nil }
        var settings = SeasonSettings(label: Self.label)
        settings.description =
            "A film without a plan: seventy-five slots, one clip each, chosen round by round by the people who watch."
        settings.genre = "Sci-Fi"
        settings.roundSeconds = roundSeconds
        return try seasons.create(settings, by: nil)
    }

    /// Makes clips ready on threads of their own, in the given order.
    private func finish(
        _ indices: [Int], workers: Int, progress: @escaping @Sendable (String) -> Void
    ) throws -> [UUID] {
        let board = Mutex<(next: Int, clips: [Int: UUID], fault: (any Error)?)>((0, [:], nil))
        let threads = try (0..<max(1, workers)).map { number in
            try BackgroundThread(named: "demo \(number)") {
                while true {
                    let index: Int? = board.withLock { board in
                        guard board.fault == nil, board.next < indices.count else { return nil }
                        defer { board.next += 1 }
                        return indices[board.next]
                    }
                    guard let index else { return }
                    do {
                        let clip = try work.finish(index)
                        board.withLock { $0.clips[index] = clip }
                        progress("clip “\(DemoClips.all[index].title)” is ready")
                    } catch {
                        board.withLock { $0.fault = error }
                    }
                }
            }
        }
        for thread in threads { thread.join() }
        let (clips, fault) = board.withLock { ($0.clips, $0.fault) }
        if let fault { throw fault }
        return indices.compactMap { clips[$0] }
    }

    private func approve(_ clip: UUID) throws {
        let isWaiting: Bool = try database.one(
            """
            select exists (
                select from tournament_clips where id = \(clip) and status = 'pending' and decided_at is null
            )
            """)
        if isWaiting { _ = try Clips(database: database, address: { $0 }).approve([clip], by: nil) }
    }

    private func enqueueRest() throws -> Int {
        let known: [UUID] = try database.query(
            """
            select upload_id
            from tournament_clips
            where upload_id is not null and (decided_at is not null or processing = 'failed')
            """)
        let missing = DemoClips.all.indices.filter { !known.contains(DemoClipWork.uploadID($0)) }
        try database.withConnection { connection in
            for index in missing {
                try Queue.enqueue(RenderDemoClip(index: index), on: connection, uniqueKey: "demo_clip_\(index)")
            }
        }
        return missing.count
    }
}
