public import FoundationEssentials
internal import Logging
internal import Postgres
public import Queue
public import Storage

/// Removes the files of clips and uploads whose rows are gone. `delete_member` puts it into the queue.
public struct RemoveMedia: JobPayload {
    /// The name in the queue.
    public static let kind = "remove_media"
    /// What somebody wanted gone is not given up on after an hour of a full or broken disk.
    public static let options = JobOptions(maxAttempts: 20)

    /// The clips, all of whose files go.
    public let clips: [UUID]
    /// The uploads, whose parts go.
    public let uploads: [UUID]

    /// A job about files.
    public init(clips: [UUID], uploads: [UUID]) {
        self.clips = clips
        self.uploads = uploads
    }
}

/// Does the jobs that remove files.
public struct MediaRemoval: Sendable {
    private let storage: any MediaStorage

    /// Removal from a storage.
    public init(storage: any MediaStorage) {
        self.storage = storage
    }

    /// Lets a registry do these jobs.
    public func register(in registry: inout JobRegistry) {
        registry.register(RemoveMedia.self) { job, context in try run(job, context) }
    }

    private func run(_ job: RemoveMedia, _ context: JobContext) throws -> JobOutcome {
        for clip in job.clips {
            for key in try storage.objects(of: clip) {
                try context.checkPoint()
                try storage.delete(key)
            }
        }
        for upload in job.uploads { try storage.deleteParts(of: upload) }
        // A worker that still processes one of them may store files after this; then it is done once more.
        let isBusy: Bool = try context.database.one(
            """
            select exists (
                select
                from jobs
                where kind = \(ValidateClip.kind)
                    and state = 'running'
                    and (payload ->> 'clipID')::uuid = any (\(job.clips))
            )
            """)
        if isBusy { return .snooze(until: Date().addingTimeInterval(5)) }
        context.log.info("files are gone", ["clips": .int(job.clips.count), "uploads": .int(job.uploads.count)])
        return .done()
    }
}
