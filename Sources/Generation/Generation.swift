public import FoundationEssentials
internal import Media
public import Money
public import Postgres

/// The state of a generation.
public enum GenerationStatus: String, Sendable, CaseIterable, SQLValue, RowDecodable {
    /// Waits for a place at the provider.
    case queued
    /// Was sent to the provider, is being fetched or is being prepared.
    case processing
    /// May have been sent: the provider's answer is missing.
    case uncertain
    /// There is a video.
    case completed
    /// There is no video.
    case failed
    /// The member stopped it.
    case cancelled

    /// Whether nothing more will happen.
    public var isFinal: Bool { [.completed, .failed, .cancelled].contains(self) }
}

/// Why another provider took a run over.
public enum MoveReason: String, Sendable, CaseIterable {
    /// The provider did not work.
    case outage
    /// The provider wanted no more requests for a while.
    case busy
    /// The site had spent what it may spend there in the month.
    case cap
    /// The provider's key was missing.
    case notSetUp = "not_set_up"
}

/// The place of a generation among those that were requested as one.
public struct GenerationGroup: Sendable, Hashable {
    /// What the generations have in common.
    public enum Kind: String, Sendable, CaseIterable, SQLValue, RowDecodable {
        /// The same request to several models.
        case models
        /// Steps, of which each starts from the last frame of the one before it.
        case chain
    }

    /// The group.
    public let id: UUID
    /// What they have in common.
    public let kind: Kind
    /// The place, from 1.
    public let step: Int
    /// How many there are.
    public let count: Int

    init?(row: Row) throws(DatabaseError) {
        guard let id: UUID = try row.value("group_id") else { return nil }
        self.id = id
        kind = try row.value("group_kind")
        step = try row.value("group_step")
        count = max(step, try row.value("group_count"))
    }
}

/// A request for a video, its course and the video.
public struct Generation: Sendable, RowDecodable {
    /// The id, of the job and of the video.
    public let id: UUID
    /// Whose it is.
    public let memberID: UUID
    /// The model.
    public let modelID: UUID
    /// The model's slug; what pages and routes call it.
    public let modelSlug: String
    /// What people call the model.
    public let modelName: String
    /// Who runs the model.
    public let provider: String
    /// Rises with each run by hand.
    public let run: Int
    /// The state.
    public let status: GenerationStatus
    /// What the member wrote.
    public let prompt: String
    /// What should not be seen.
    public let negativePrompt: String?
    /// The picture that it starts from.
    public let sourceImageID: UUID?
    /// The length that was asked for, in milliseconds.
    public let durationMs: Int
    /// The quality.
    public let quality: String
    /// The shape.
    public let aspectRatio: String?
    /// Makes the run repeatable.
    public let seed: Int
    /// The frames that were asked for, of models that count so.
    public let frames: Int?
    /// The parameters of the model.
    public let parameters: JSONText
    /// What it was quoted at.
    public let credits: Int
    /// What it was expected to cost.
    public let expected: Money
    /// The provider that was to run it, when another row of the same model took it over.
    public let movedFrom: String?
    /// The model that was asked for then.
    public let movedFromModel: String?
    /// Why it was moved.
    public let movedBecause: MoveReason?
    /// What was charged in the end.
    public let chargedCredits: Int?
    /// What it cost.
    public let cost: Money?
    /// The share that is done, in percent.
    public let progress: Int
    /// The requests before it at the provider.
    public let queuePosition: Int?
    /// Whether the member asked to stop it.
    public let isCancelling: Bool
    /// Why it failed.
    public let error: String?
    /// The same for programs.
    public let errorCode: String?
    /// The provider's own file.
    public let originalKey: String?
    /// The video in full size.
    public let videoKey: String?
    /// The video in a small size.
    public let smallKey: String?
    /// The still.
    public let posterKey: String?
    /// A few colours in the shape of the picture.
    public let blurhash: String?
    /// Width of the video.
    public let width: Int?
    /// Height of the video.
    public let height: Int?
    /// Length of the video in milliseconds.
    public let videoMs: Int?
    /// Bytes of the video in full size.
    public let sizeBytes: Int?
    /// Since when everyone may see it.
    public let publishedAt: Date?
    /// The clip that it became.
    public let clipID: UUID?
    /// What it was requested together with; nil for a request of its own.
    public let group: GenerationGroup?
    let credentials: ContentCredentials?
    /// When it was requested.
    public let createdAt: Date
    /// When it changed last.
    public let updatedAt: Date
    /// When its provider began.
    public let startedAt: Date?
    /// When it ended.
    public let finishedAt: Date?
    /// From the provider's acknowledgement to its saying done, in milliseconds.
    public let generationMs: Int?

    /// Whether the provider's file carries a C2PA manifest. Its signature is not checked.
    public var hasCredentials: Bool { credentials != nil }
    /// The label of that manifest.
    public var credentialsManifest: String? { credentials?.manifest }
    /// The program that the manifest names.
    public var credentialsGenerator: String? { credentials?.generator }

    /// What a statement selects, and the tables that it comes from.
    package static let columns: SQL = """
        generations.*, models.slug as model_slug,
            (extract(epoch from generations.provider_done_at - generations.acknowledged_at) * 1000)::int as generation_ms,
            (
                select max(others.group_step)
                from generations others
                where others.group_id = generations.group_id
            ) as group_count
        from generations
        join models on models.id = generations.model_id
        """

    /// Reads a row of `columns`.
    public init(row: Row) throws(DatabaseError) {
        id = try row.value("id")
        memberID = try row.value("user_id")
        modelID = try row.value("model_id")
        modelSlug = try row.value("model_slug")
        modelName = try row.value("model_name")
        provider = try row.value("provider")
        run = try row.value("run")
        status = try row.value("status")
        prompt = try row.value("prompt")
        negativePrompt = try row.value("negative_prompt")
        sourceImageID = try row.value("source_image_id")
        durationMs = try row.value("duration_ms")
        quality = try row.value("quality")
        aspectRatio = try row.value("aspect_ratio")
        seed = try row.value("seed")
        frames = try row.value("frames")
        parameters = try row.value("parameters")
        credits = try row.value("credits")
        expected = try row.value("expected_usd", as: String?.self).flatMap { Money($0) } ?? .zero
        movedFrom = try row.value("moved_from")
        movedFromModel = try row.value("moved_from_model")
        movedBecause = try row.value("moved_because", as: String?.self).flatMap(MoveReason.init)
        chargedCredits = try row.value("charged_credits")
        cost = try row.value("cost_usd", as: String?.self).flatMap { Money($0) }
        progress = try row.value("progress")
        queuePosition = try row.value("queue_position")
        isCancelling = try row.value("cancel_requested_at", as: Date?.self) != nil
        error = try row.value("error")
        errorCode = try row.value("error_code")
        originalKey = try row.value("original_key")
        videoKey = try row.value("video_key")
        smallKey = try row.value("small_key")
        posterKey = try row.value("poster_key")
        blurhash = try row.value("blurhash")
        width = try row.value("width")
        height = try row.value("height")
        videoMs = try row.value("video_ms")
        sizeBytes = try row.value("size_bytes")
        publishedAt = try row.value("published_at")
        clipID = try row.value("clip_id")
        group = try GenerationGroup(row: row)
        credentials = try row.value("credentials", as: JSONText?.self).flatMap {
            try? $0.decode(ContentCredentials.self)
        }
        createdAt = try row.value("created_at")
        updatedAt = try row.value("updated_at")
        startedAt = try row.value("started_at")
        finishedAt = try row.value("finished_at")
        generationMs = try row.value("generation_ms")
    }
}

/// A video that its owner deleted.
public struct DeletedGeneration: Sendable {
    /// The id it had.
    public let id: UUID
    /// When it was deleted.
    public let deletedAt: Date
}

/// What a member has left.
public struct GenerationUsage: Sendable {
    /// Milliseconds that were used or are reserved in the period.
    public let usedMs: Int
    /// Milliseconds of the limit.
    public let limitMs: Int
    /// When the period began.
    public let since: Date

    /// Milliseconds that are left.
    public var remainingMs: Int { max(0, limitMs - usedMs) }
}
