public import FoundationEssentials
public import Postgres
internal import Queue
public import Refusals
public import Storage

/// The uploads: begun, sent in parts past every process of ours, and registered as what they are sent for.
public struct Uploads: Sendable {
    /// How long an unfinished upload is kept.
    public static let lifetime = Duration.seconds(86_400)
    /// How many unfinished uploads a member may have.
    public static let openLimit = 10

    private let database: Database

    /// Uploads recorded in `database`.
    public init(database: Database) {
        self.database = database
    }

    /// Begins an upload of `size` bytes for a member, in parts of `partBytes`, or in one when that is nil.
    public func begin(
        member: UUID, purpose: UploadPurpose = .clip, fileName: String, contentType: String, size: Int,
        partBytes: Int? = UploadPlan.partBytes
    ) throws(FilmError) -> Upload {
        try FilmError.wrapping {
            try database.acting(for: member).transaction { connection in
                try Uploads.begin(
                    member: member, purpose: purpose, fileName: fileName, contentType: contentType,
                    plan: UploadPlan(size: size, partSize: partBytes ?? size), on: connection)
            }
        }
    }

    static func begin(
        member: UUID, purpose: UploadPurpose = .clip, fileName: String, contentType: String, plan: UploadPlan,
        on connection: Connection
    ) throws(FilmError) -> Upload {
        try FilmError.wrapping {
            let row: Row = try connection.one(
                """
                select outcome, upload_id
                from begin_upload(
                    \(member), \(FileName.sanitised(fileName)), \(contentType), \(plan.size), \(plan.partSize),
                    \(Uploads.lifetime), \(Int32(Uploads.openLimit)), \(purpose.rawValue)
                )
                """)
            if let refusal = FilmRefusal(outcome: try row.value("outcome")) { throw refusal }
            let id: UUID = try row.value("upload_id")
            return try connection.one("select \(sql: Upload.columns) where uploads.id = \(id)")
        }
    }

    /// A member's upload.
    public func upload(_ id: UUID, of member: UUID) throws(FilmError) -> Upload {
        try FilmError.wrapping {
            let found: Upload? = try database.acting(for: member).first(
                "select \(sql: Upload.columns) where uploads.id = \(id) and uploads.user_id = \(member)")
            guard let found else { throw FilmRefusal.uploadNotFound }
            return found
        }
    }

    /// Whether a part of an upload may still be written: it is not registered, not too old, and its sender not banned.
    public func takesPart(_ number: Int, of id: UUID) throws -> Bool {
        try database.one("select upload_accepts_part(\(id), \(Int32(clamping: number)))")
    }

    /// Makes an upload a pending clip and puts the job that processes its file into the queue, both or neither.
    public func register(_ registration: ClipRegistration) throws(FilmError) -> UUID {
        try FilmError.wrapping {
            try database.transaction { connection in
                let clip = try Clips.register(registration, on: connection)
                try Queue.enqueue(ValidateClip(clipID: clip), on: connection, uniqueKey: clip.uuidString.lowercased())
                return clip
            }
        }
    }

    /// Removes unfinished uploads, and the files that they and crashed workers left in the storage.
    @discardableResult
    public func sweep(_ storage: any MediaStorage, now: Date) throws -> SweepReport {
        try database.execute("delete from uploads where registered_at is null and expires_at < dailies_now()")
        let hour = 3_600.0
        return try storage.sweep(
            partsBefore: now.addingTimeInterval(-24 * hour), workBefore: now.addingTimeInterval(-hour)
        ) { upload in
            try database.one(
                """
                select exists (
                    select
                    from uploads
                    left join tournament_clips clips on clips.upload_id = uploads.id
                    left join source_images pictures on pictures.id = uploads.id
                    left join generations results on results.id = uploads.id
                    where uploads.id = \(upload)
                        and (
                            uploads.registered_at is null or clips.processing = 'processing'
                            or pictures.state = 'processing' or results.status = 'processing'
                        )
                )
                or exists (
                    select
                    from worker_tasks
                    left join generations on generations.id = worker_tasks.generation_id
                    where worker_tasks.lease = \(upload)
                        and (worker_tasks.state = 'running' or generations.status = 'processing')
                )
                """)
        }
    }
}
