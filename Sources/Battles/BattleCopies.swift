internal import FoundationEssentials
internal import Logging
public import Media
internal import Platform
internal import Postgres
public import Queue
public import Storage

/// Makes the copies of published videos that battles show; meant to recur.
public struct MakeBattleCopies: JobPayload {
    /// The name in the queue.
    public static let kind = "make_battle_copies"
    /// A video can wait a little for its first battle.
    public static let options = JobOptions(queue: "upkeep", priority: .low, timeout: .seconds(1_800), isLong: true)

    /// There is nothing to say.
    public init() {}
}

/// Does the job that makes copies for battles: the picture alone, so that neither the sound nor the metadata tells two models
/// apart. A copy is a file of its video, and goes with it.
public struct BattleCopies: Sendable {
    private let storage: any MediaStorage
    private let renditions: VideoRenditions

    /// Copies in a storage.
    public init(storage: any MediaStorage, tools: MediaTools) {
        self.storage = storage
        renditions = VideoRenditions(tools)
    }

    /// Lets a registry do this job.
    public func register(in registry: inout JobRegistry) {
        registry.register(MakeBattleCopies.self) { _, context in try run(context) }
        registry.recur("make_battle_copies", .every(.seconds(60)), MakeBattleCopies())
    }

    private func run(_ context: JobContext) throws -> JobOutcome {
        var made = 0
        var last: UUID?
        while let video = try Self.next(after: last, in: context.database) {
            try context.checkPoint()
            last = video.id
            do {
                let key = try copy(video)
                if try Self.record(video, key, in: context.database) { made += 1 } else { try forget(video, context) }
            } catch let fault where fault is StorageFault || fault is MediaFault {
                // The next run tries again; the others need not wait for it.
                context.log.warning(
                    "a copy for battles was not made",
                    ["video": .string(video.id.uuidString.lowercased()), "fault": .string("\(fault)")])
            }
        }
        if made > 0 { context.log.info("copies for battles made", ["count": .int(made)]) }
        try context.database.execute("delete from battle_pairs where expires_at < dailies_now() - interval '1 day'")
        return .done()
    }

    private func copy(_ video: Video) throws -> StorageKey {
        guard let source = StorageKey(video.key) else { throw StorageFault.missing(video.key) }
        let workspace = try storage.makeWorkspace()
        defer { try? Files.removeTree(workspace) }
        try storage.borrow(source, as: workspace + "/video.mp4")
        try renditions.pictureOnly(of: workspace + "/video.mp4", to: workspace + "/copy.mp4")
        let key = StorageKey(
            .videos, video.id, contentHash: try ContentHash.of(workspace + "/copy.mp4"), fileExtension: "mp4")
        try storage.store(workspace + "/copy.mp4", as: key)
        return key
    }

    /// A published video of a group in which another model has one too.
    private struct Video: RowDecodable {
        let id: UUID
        let key: String

        init(row: Row) throws(DatabaseError) {
            id = try row.value("id")
            key = try row.value("video_key")
        }
    }

    private static func next(after last: UUID?, in database: Database) throws -> Video? {
        try database.first(
            """
            select id, video_key
            from generations
            where published_at is not null and group_kind = 'models' and (\(last)::uuid is null or id > \(last)::uuid)
                and not exists (select from battle_videos where generation_id = generations.id)
                and exists (
                    select
                    from generations others
                    where others.group_id = generations.group_id and others.group_kind = 'models'
                        and others.published_at is not null and others.model_id <> generations.model_id
                )
            order by id
            limit 1
            """)
    }

    /// Whether the copy is recorded: it is not when the video was deleted meanwhile.
    private static func record(_ video: Video, _ key: StorageKey, in database: Database) throws -> Bool {
        let rows: [UUID] = try database.query(
            """
            insert into battle_videos (generation_id, group_id, model_id, has_source, video_key, made_at)
            select id, group_id, model_id, source_image_id is not null, \(key.text), dailies_now()
            from generations
            where id = \(video.id)
            for update
            on conflict (generation_id) do nothing
            returning generation_id
            """)
        return !rows.isEmpty
    }

    /// Deletes the copy of a video whose other files were deleted before it was made.
    private func forget(_ video: Video, _ context: JobContext) throws {
        let isKept: Bool = try context.database.one("select exists (select from generations where id = \(video.id))")
        guard !isKept else { return }
        for key in try storage.objects(of: video.id) { try storage.delete(key) }
    }
}
