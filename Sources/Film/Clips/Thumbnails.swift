internal import FoundationEssentials
internal import Logging
public import Media
internal import Platform
internal import Postgres
public import Queue
public import Storage

/// Makes the thumbnails that clips from before there were any lack; meant to recur.
public struct MakeThumbnails: JobPayload {
    /// The name in the queue.
    public static let kind = "make_thumbnails"
    /// It is upkeep, and an old site has many clips.
    public static let options = JobOptions(
        queue: "upkeep", priority: .low, timeout: .seconds(1_800), isLong: true)

    /// There is nothing to say.
    public init() {}
}

/// Does the job that makes missing thumbnails.
public struct Thumbnails: Sendable {
    private let storage: any MediaStorage
    private let renditions: Renditions

    /// Thumbnails beside the posters in a storage.
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
                    "a thumbnail was not made",
                    ["clip": .string(clip.id.uuidString.lowercased()), "fault": .string("\(fault)")])
                continue
            }
            try context.database.execute(
                """
                update tournament_clips
                set has_thumbnail = true
                where id = \(clip.id) and poster_key = \(clip.poster)
                """)
            made += 1
        }
        guard made > 0 else { return .done() }
        context.log.info("thumbnails made", ["count": .int(made)])
        try context.database.execute("select announce_change('film', 'thumbnails')")
        return .done()
    }

    private func make(_ clip: Clip) throws {
        guard let poster = StorageKey(clip.poster) else { return }
        let workspace = try storage.makeWorkspace()
        defer { try? Files.removeTree(workspace) }
        let source = workspace + "/" + (clip.poster.split(separator: "/").last ?? "")
        let target = workspace + "/thumbnail.webp"
        try storage.fetch(poster, to: source)
        try renditions.thumbnail(ofPoster: source, to: target)
        try storage.store(target, as: poster.thumbnail)
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
                and not has_thumbnail
                and poster_key is not null
                and (\(last)::uuid is null or id > \(last)::uuid)
            order by id
            limit 1
            """)
    }
}
