public import FoundationEssentials
public import Postgres
public import Refusals

/// The clips, from sending in to the moderators' decision.
public struct Clips: Sendable {
    let database: Database
    private let address: MediaAddress
    private let ownAddress: MediaAddress

    /// Clips kept in `database`, whose files browsers load from `address`. Those that only creators and admins may see
    /// are loaded from `ownAddress`, where the site's cookies reach; it is the same unless something else is said.
    public init(database: Database, address: @escaping MediaAddress, ownAddress: MediaAddress? = nil) {
        self.database = database
        self.address = address
        self.ownAddress = ownAddress ?? address
    }

    /// Where the files of a clip with this status are loaded from.
    func address(of status: ClipStatus) -> MediaAddress {
        switch status {
        case .pending, .rejected: ownAddress
        case .active, .locked, .eliminated: address
        }
    }

    /// Makes an upload a pending clip, once, and answers its id. The caller's transaction also enqueues what processes
    /// the file.
    public static func register(_ registration: ClipRegistration, on connection: Connection) throws(FilmError) -> UUID {
        try FilmError.wrapping {
            let row: Row = try connection.one(
                """
                select outcome, clip_id
                from register_clip(
                    \(registration.memberID), \(registration.uploadID), \(registration.title),
                    \(registration.description), \(registration.genre), \(registration.aiGenerated)
                )
                """)
            let outcome: String = try row.value("outcome")
            let clip: UUID? = try row.value("clip_id")
            if outcome == "already_registered", let clip { throw FilmRefusal.alreadyRegistered(clip) }
            if let refusal = FilmRefusal(outcome: outcome) { throw refusal }
            guard let clip else {
                throw DatabaseError.decoding(column: "clip_id", expected: "UUID", found: outcome)
            }
            return clip
        }
    }

    /// Records where a registered clip's files lie and what they hold. False when somebody has recorded it already.
    @discardableResult
    public static func finishProcessing(
        _ clip: UUID, as processed: ProcessedClip, on connection: Connection
    ) throws -> Bool {
        let changed = try connection.execute(
            """
            update tournament_clips
            set processing = 'ready',
                original_key = \(processed.originalKey),
                video_key = \(processed.videoKey),
                poster_key = \(processed.posterKey),
                has_thumbnail = true,
                has_cards = true,
                blurhash = \(processed.blurhash),
                width = \(processed.width)::int,
                height = \(processed.height)::int,
                duration_ms = \(processed.durationMilliseconds)::int,
                perceptual_hash = \(processed.perceptualHash)
            where id = \(clip) and processing = 'processing'
            """)
        return changed > 0
    }

    /// Records why a registered clip's file was refused, in words for its sender.
    @discardableResult
    public static func failProcessing(_ clip: UUID, reason: String, on connection: Connection) throws -> Bool {
        let changed = try connection.execute(
            """
            update tournament_clips
            set processing = 'failed',
                processing_error = \(reason)
            where id = \(clip) and processing = 'processing'
            """)
        return changed > 0
    }
}
