public import FoundationEssentials
internal import Logging
internal import Media
internal import Platform
public import Postgres
public import Queue
public import Storage

/// A picture that videos start from.
public struct SourceImage: Sendable, RowDecodable {
    /// How far it is.
    public enum State: String, Sendable, CaseIterable, SQLValue, RowDecodable {
        /// Its parts are being sent.
        case sending
        /// It is being re-encoded.
        case processing
        /// It can be used.
        case ready
        /// It is no picture that can be used.
        case refused
    }

    /// Its id, which is that of its upload.
    public let id: UUID
    /// How far it is.
    public let state: State
    /// Why it cannot be used.
    public let refusal: String?
    /// Width as stored.
    public let width: Int?
    /// Height as stored.
    public let height: Int?

    /// A picture that is being sent.
    public init(sending id: UUID) {
        self.id = id
        state = .sending
        (refusal, width, height) = (nil, nil, nil)
    }

    /// Reads a row.
    public init(row: Row) throws(DatabaseError) {
        id = try row.value("id")
        state = try row.value("state")
        refusal = try row.value("refusal")
        width = try row.value("width")
        height = try row.value("height")
    }
}

/// The pictures that members start videos from. Each is an upload until it has arrived.
public struct SourceImages: Sendable {
    private let database: Database

    /// The pictures of a database.
    public init(database: Database) {
        self.database = database
    }

    /// A member's picture.
    public func find(_ id: UUID, of member: UUID) throws -> SourceImage {
        let found: SourceImage? = try database.acting(for: member).first(
            """
            select id, state, refusal, width, height
            from source_images
            where id = \(id) and user_id = \(member)
            union all
            select id, 'sending', null, null, null
            from uploads
            where id = \(id) and user_id = \(member) and purpose = 'picture' and registered_at is null
            """)
        guard let found else { throw GenerationRefusal.pictureNotFound }
        return found
    }

    /// Where a re-encoded picture is stored, for the one who has a signed address of it; nil when there is none.
    public func key(of id: UUID) throws -> StorageKey? {
        let key: String? = try database.one("select source_image_key(\(id))", as: String?.self)
        return key.flatMap { StorageKey($0) }
    }

    /// Hands a picture whose parts have arrived to the job that re-encodes it.
    public func register(_ id: UUID, of member: UUID) throws -> SourceImage {
        let outcome: String = try database.acting(for: member).one("select register_source_image(\(member), \(id))")
        guard outcome == "done" else { throw GenerationRefusal.pictureNotFound }
        return try find(id, of: member)
    }
}

/// Re-encodes a picture.
public struct ProcessSourceImage: JobPayload {
    /// The name in the queue.
    public static let kind = "process_source_image"
    /// A member waits for it.
    public static let options = JobOptions(priority: .high, timeout: .seconds(120), isLong: true)

    let id: UUID
}

/// Removes pictures that were not used.
public struct SweepSourceImages: JobPayload {
    /// The name in the queue.
    public static let kind = "sweep_source_images"
    /// It is upkeep.
    public static let options = JobOptions(queue: "upkeep", priority: .low)

    /// There is nothing to say.
    public init() {}
}

/// Does the jobs about pictures.
struct SourceImageJobs: Sendable {
    let storage: any MediaStorage
    let pictures: SourcePictures

    func register(in registry: inout JobRegistry) {
        registry.register(ProcessSourceImage.self) { job, context in try process(job.id, context) }
        registry.register(SweepSourceImages.self) { _, context in
            while true {
                try context.checkPoint()
                let gone: [UUID] = try context.database.query("select * from sweep_source_images()")
                for id in gone {
                    try storage.deleteParts(of: id)
                    for key in try storage.objects(of: id) { try storage.delete(key) }
                }
                if gone.isEmpty { return .done() }
            }
        }
        registry.recur("sweep_source_images", .every(.seconds(3_600)), SweepSourceImages())
    }

    private func process(_ id: UUID, _ context: JobContext) throws -> JobOutcome {
        let parts: Int? = try context.database.first(
            """
            select uploads.part_count
            from source_images
            join uploads on uploads.id = source_images.id
            where source_images.id = \(id) and source_images.state = 'processing'
            """)
        guard let parts else { return .done() }
        let workspace = try storage.makeWorkspace()
        defer { try? Files.removeTree(workspace) }
        do {
            try storage.assemble(id, count: parts, to: workspace + "/sent")
            let made = try pictures.reencode(workspace + "/sent", to: workspace + "/picture.jpg")
            let key = StorageKey(
                .sources, id, contentHash: try ContentHash.of(workspace + "/picture.jpg"), fileExtension: "jpg")
            try storage.store(workspace + "/picture.jpg", as: key)
            try context.complete { connection in
                try connection.execute(
                    """
                    update source_images
                    set state = 'ready',
                        storage_key = \(key.text),
                        width = \(Int32(made.width)),
                        height = \(Int32(made.height))
                    where id = \(id) and state = 'processing'
                    """)
                try connection.execute("delete from uploads where id = \(id)")
            }
        } catch let fault as MediaFault {
            if fault.isRetryable, context.attempt < ProcessSourceImage.options.maxAttempts { throw fault }
            context.log.notice("a picture is refused", ["fault": .string(fault.debugDescription)])
            try context.complete { connection in
                try connection.execute(
                    """
                    update source_images
                    set state = 'refused',
                        refusal = \(fault.message)
                    where id = \(id) and state = 'processing'
                    """)
                try connection.execute("delete from uploads where id = \(id)")
            }
        }
        try storage.deleteParts(of: id)
        return .done()
    }
}
