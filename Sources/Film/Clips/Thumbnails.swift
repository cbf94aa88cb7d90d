internal import FoundationEssentials
internal import Logging
public import Media
internal import Platform
internal import Postgres
public import Queue
public import Storage

/// Makes the copies of posters that clips from before there were any lack; meant to recur.
public struct MakeThumbnails: JobPayload {
    /// The name in the queue.
    public static let kind = "make_thumbnails"
    /// It is upkeep, and an old site has many clips.
    public static let options = JobOptions(
        queue: "upkeep", priority: .low, timeout: .seconds(1_800), isLong: true)

    /// There is nothing to say.
    public init() {}
}

/// Does the job that makes missing copies of posters.
public struct Thumbnails: Sendable {
    private let storage: any MediaStorage
    private let renditions: Renditions

    /// Copies beside the posters in a storage.
    public init(storage: any MediaStorage, tools: MediaTools) {
        self.storage = storage
        renditions = Renditions(tools)
    }

    /// Lets a registry do this job.
    public func register(in registry: inout JobRegistry) {
        registry.register(MakeThumbnails.self) { _, context in try run(context) }
    }

    private func run(_ context: JobContext) throws -> JobOutcome {
        var made = 0
        var last: UUID?
        while let clip = try Self.next(after: last, in: context.database) {
            try context.checkPoint()
            last = clip.id
            do {
                try make(clip)
            } catch let fault where fault is StorageFault || fault is MediaFault {
                // The next run tries again; the others need not wait for it.
                context.log.warning(
                    "the copies of a poster were not made",
                    ["clip": .string(clip.id.uuidString.lowercased()), "fault": .string("\(fault)")])
                continue
            }
            try context.database.execute(
                """
                update tournament_clips
                set has_thumbnail = true,
                    has_cards = true
                where id = \(clip.id) and poster_key = \(clip.poster)
                """)
            made += 1
        }
        guard made > 0 else { return .done() }
        context.log.info("copies of posters made", ["count": .int(made)])
        try context.database.execute("select announce_change('film', 'thumbnails')")
        return .done()
    }

    private func make(_ clip: Clip) throws {
        guard let poster = StorageKey(clip.poster) else { return }
        let workspace = try storage.makeWorkspace()
        defer { try? Files.removeTree(workspace) }
        let source = workspace + "/" + (clip.poster.split(separator: "/").last ?? "")
        let files = StillFiles(in: workspace + "/copies")
        try Files.makeDirectory(workspace + "/copies")
        try storage.fetch(poster, to: source)
        try renditions.copies(ofPoster: source, into: files)
        try storage.storeCopies(files, of: poster)
    }

    private struct Clip: RowDecodable {
        let id: UUID
        let poster: String

        init(row: Row) throws(DatabaseError) {
            id = try row.value("id")
            poster = try row.value("poster_key")
        }
    }

    private static func next(after last: UUID?, in database: Database) throws -> Clip? {
        try database.first(
            """
            select id, poster_key
            from tournament_clips
            where processing = 'ready'
                and not has_cards
                and poster_key is not null
                and (\(last)::uuid is null or id > \(last)::uuid)
            order by id
            limit 1
            """)
    }
}

extension MediaStorage {
    /// Stores the copies of a poster beside it.
    func storeCopies(_ files: StillFiles, of poster: StorageKey) throws(StorageFault) {
        try store(files.thumbnail, as: poster.thumbnail)
        try store(files.card, as: poster.card)
        try store(files.share, as: poster.share)
    }
}
