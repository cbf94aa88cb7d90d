public import FoundationEssentials
internal import Logging
public import Media
internal import Platform
internal import Postgres
public import Queue
public import Storage
internal import Text

/// Looks at the file of a registered clip and makes what is shown of it.
public struct ValidateClip: JobPayload {
    /// The name in the queue.
    public static let kind = "validate_clip"
    /// A conversion may take minutes on a busy machine.
    public static let options = JobOptions(timeout: .seconds(600), isLong: true)

    /// The clip.
    public let clipID: UUID

    /// A job about a clip.
    public init(clipID: UUID) {
        self.clipID = clipID
    }
}

/// Forgets unfinished uploads; meant to recur every hour.
public struct SweepUploads: JobPayload {
    /// The name in the queue.
    public static let kind = "sweep_uploads"
    /// It is upkeep, and can wait.
    public static let options = JobOptions(queue: "upkeep", priority: .low)

    /// There is nothing to say.
    public init() {}
}

/// Turns what was sent into what is shown, exactly once: parts → check → rendition → stills → storage → ready.
///
/// A file that browsers play as it is can be played by its creator and moderators meanwhile.
///
/// Nothing of it shows before the transaction that makes the clip ready or failed. The next worker removes what a
/// crashed one had stored. The parts are removed only when all is recorded.
public struct ClipValidation: Sendable {
    let storage: any MediaStorage
    let tools: MediaTools
    let limits: MediaLimits

    /// Validation that takes parts from a storage and leaves its results there.
    public init(storage: any MediaStorage, tools: MediaTools, limits: MediaLimits = MediaLimits()) {
        self.storage = storage
        self.tools = tools
        self.limits = limits
    }

    /// Lets a registry do these jobs.
    public func register(in registry: inout JobRegistry) {
        registry.register(ValidateClip.self) { job, context in try run(job, context) }
        registry.register(SweepUploads.self) { [storage] _, context in
            let report = try Uploads(database: context.database).sweep(storage, now: Date())
            if report != SweepReport() {
                context.log.info(
                    "unfinished uploads are gone",
                    ["uploads": .int(report.uploads), "files": .int(report.leftovers), "bytes": .int(report.bytes)])
            }
            return .done()
        }
    }

    private func run(_ job: ValidateClip, _ context: JobContext) throws -> JobOutcome {
        guard let clip = try UnprocessedClip.find(job.clipID, in: context.database) else { return .done() }
        let processed: ProcessedClip
        let progress = CheckProgress(upload: clip.uploadID, database: context.database)
        progress.begin()
        do {
            processed = try process(clip, progress) { try context.checkPoint() }
        } catch let fault as MediaFault {
            context.log.warning(
                "a clip's file is refused",
                ["clip": .string(clip.id.uuidString.lowercased()), "fault": .string(fault.debugDescription)])
            if fault.isRetryable, context.attempt < ValidateClip.options.maxAttempts { throw fault }
            try context.complete { connection in
                try Clips.failProcessing(clip.id, reason: fault.finalMessage, on: connection)
            }
            try forgetObjects(of: clip.id)
            try storage.deleteParts(of: clip.uploadID)
            return .done()
        }
        try context.complete { connection in
            try Clips.finishProcessing(clip.id, as: processed, on: connection)
        }
        try storage.deleteParts(of: clip.uploadID)
        return .done()
    }

    /// Makes and stores everything that is shown of a clip; only the record is left to be written.
    func process(
        _ clip: UnprocessedClip, _ progress: CheckProgress? = nil, checkPoint: () throws -> Void
    ) throws -> ProcessedClip {
        do {
            let workspace = try storage.makeWorkspace()
            defer { try? Files.removeTree(workspace) }
            return try process(clip, in: workspace, progress, checkPoint: checkPoint)
        } catch let fault as StorageFault {
            throw MediaFault(fault)
        }
    }

    private func process(
        _ clip: UnprocessedClip, in workspace: String, _ progress: CheckProgress?, checkPoint: () throws -> Void
    ) throws -> ProcessedClip {
        // Encoders do not write the same bytes twice, so a dead worker's objects have other names than ours will.
        try forgetObjects(of: clip.id)
        let original = workspace + "/original"
        try storage.assemble(clip.uploadID, count: clip.partCount, to: original)
        let facts = try Probe(tools, limits: limits).inspect(
            original, declared: Container(contentType: clip.contentType))
        try checkPoint()
        let preview = try offer(original, facts, of: clip, in: workspace, progress)

        let renditions = Renditions(tools, limits: limits)
        let video = workspace + "/video.mp4"
        let rendition = try renditions.normalise(original, facts, to: video, aspect: clip.aspect) { share in
            progress?.report(share * 0.95)
        }
        if rendition.hasUnreadableSound {
            progress?.note("The sound of this file could not be read, so the clip is silent.")
        }
        try checkPoint()

        let files = StillFiles(in: workspace)
        let stills = try renditions.stills(of: video, durationMs: rendition.durationMs, into: files)
        try checkPoint()

        if let preview {
            progress?.preview(nil)
            try storage.delete(preview)
        }
        let originalKey = try store(original, .originals, clip.id, facts.container.fileExtension)
        let videoKey = try store(video, .clips, clip.id, "mp4")
        let posterKey = try store(files.poster, .clips, clip.id, "webp")
        try storage.storeCopies(files, of: posterKey)
        return ProcessedClip(
            originalKey: originalKey.text, videoKey: videoKey.text, posterKey: posterKey.text,
            blurhash: stills.blurhash, width: clip.aspect.width, height: clip.aspect.height,
            durationMilliseconds: rendition.durationMs, perceptualHash: stills.hash.stored)
    }

    /// Stores a copy of the file as a preview; nil when not every browser plays it. The permission that nginx asks for lets
    /// only the creator and admins have it, and no rendition is ready while it exists.
    private func offer(
        _ original: String, _ facts: VideoFacts, of clip: UnprocessedClip, in workspace: String,
        _ progress: CheckProgress?
    ) throws -> StorageKey? {
        guard let progress, let ending = facts.browserExtension else { return nil }
        let copy = workspace + "/preview"
        try Files.concatenate([original], to: copy)
        let key = try store(copy, .clips, clip.id, ending)
        progress.preview(key.text)
        return key
    }

    private func forgetObjects(of clip: UUID) throws(StorageFault) {
        for key in try storage.objects(of: clip) { try storage.delete(key) }
    }

    private func store(
        _ path: String, _ family: StorageKey.Family, _ clip: UUID, _ fileExtension: String
    ) throws -> StorageKey {
        let key = StorageKey(family, clip, contentHash: try ContentHash.of(path), fileExtension: fileExtension)
        try storage.store(path, as: key)
        return key
    }
}

/// What validation needs to know of a clip.
struct UnprocessedClip: RowDecodable {
    let id: UUID
    let uploadID: UUID
    let contentType: String
    let partCount: Int
    let aspect: Media.Aspect

    init(row: Row) throws(DatabaseError) {
        id = try row.value("id")
        uploadID = try row.value("upload_id")
        contentType = try row.value("content_type")
        partCount = try row.value("part_count")
        aspect = Media.Aspect(rawValue: try row.value("aspect")) ?? .portrait
    }

    /// Nil when the clip is processed already, or gone.
    static func find(_ id: UUID, in database: Database) throws -> UnprocessedClip? {
        try database.first(
            """
            select clips.id, clips.upload_id, uploads.content_type, uploads.part_count,
                coalesce(seasons.aspect, '9:16') as aspect
            from tournament_clips clips
            join uploads on uploads.id = clips.upload_id
            left join seasons on seasons.id = clips.season_id
            where clips.id = \(id) and clips.processing = 'processing'
            """)
    }
}

extension MediaFault {
    /// What a fault of the storage means to the sender.
    init(_ fault: StorageFault) {
        self =
            switch fault {
            case .full(let reason):
                MediaFault(
                    .storageFull, "We're out of storage space right now. We'll try your clip again automatically.",
                    evidence: reason)
            case .missing(let reason):
                MediaFault(
                    .truncated, "A part of the upload is missing. Please upload the clip again.", evidence: reason)
            case .denied(let reason), .unavailable(let reason), .failed(let reason):
                MediaFault(
                    .storageFailed,
                    "We couldn't store the clip. Your upload is safe, and we'll try again automatically.",
                    evidence: reason)
            }
    }
}
