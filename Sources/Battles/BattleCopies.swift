internal import FoundationEssentials
internal import Logging
public import Media
internal import Platform
internal import Postgres
public import Queue
public import Storage

/// Makes the copies of public videos that battles show; meant to recur.
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
        let made = try make(in: context.database, log: context.log) { try context.checkPoint() }
        if made > 0 { context.log.info("copies for battles made", ["count": .int(made)]) }
        let _: Int = try context.database.one("select sweep_battle_pairs()")
        let _: Int = try context.database.one("select sweep_battle_evidence()")
        return .done()
    }

    /// Makes the copies that are missing, and calls `checkPoint` before each. Returns how many were made.
    func make(in database: Database, log: Log?, checkPoint: () throws -> Void = {}) throws -> Int {
        var made = 0
        var last: UUID?
        while true {
            let videos: [Video] = try database.query("select * from battle_copies_missing(\(last), 64)")
            for video in videos {
                try checkPoint()
                last = video.id
                do {
                    let key = try copy(video)
                    if try Self.record(video, key, in: database) { made += 1 } else { try forget(video, database) }
                } catch let fault where fault is StorageFault || fault is MediaFault {
                    // The next run tries again; the others need not wait for it.
                    log?.warning(
                        "a copy for battles was not made",
                        ["video": .string(video.id.uuidString.lowercased()), "fault": .string("\(fault)")])
                }
            }
            if videos.isEmpty { return made }
        }
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

    private struct Video: RowDecodable {
        let id: UUID
        let key: String

        init(row: Row) throws(DatabaseError) {
            id = try row.value("generation_id")
            key = try row.value("video_key")
        }
    }

    /// Whether the copy is recorded: it is not when the video was deleted or hidden meanwhile.
    private static func record(_ video: Video, _ key: StorageKey, in database: Database) throws -> Bool {
        let rows: [UUID] = try database.query(
            """
            insert into battle_videos (generation_id, group_id, model_id, has_source, video_key, made_at)
            select shown.generation_id, shown.group_id, shown.model_id, shown.has_source, \(key.text), dailies_now()
            from generations
            join public_battle_videos() shown on shown.generation_id = generations.id
            where generations.id = \(video.id)
            for update of generations
            on conflict (generation_id) do update
            set group_id = excluded.group_id,
                video_key = excluded.video_key
            returning generation_id
            """)
        return !rows.isEmpty
    }

    /// Deletes the copy of a video whose other files were deleted before it was made.
    private func forget(_ video: Video, _ database: Database) throws {
        let isKept: Bool = try database.one("select exists (select from generations where id = \(video.id))")
        guard !isKept else { return }
        for key in try storage.objects(of: video.id) { try storage.delete(key) }
    }
}
