internal import Catalog
public import FoundationEssentials
public import Money
internal import Postgres
internal import Refusals

/// A video that an admin brings along for a comparison.
public struct ManualResult: Sendable {
    /// The upload, whose parts have arrived.
    public var upload: UUID
    /// The model that made it, by slug.
    public var model: String
    /// The comparison that it joins; nil for a new one.
    public var comparison: UUID?
    /// The title of a new comparison.
    public var title = ""
    /// The prompt of a new comparison.
    public var prompt = ""
    /// How long the model took, in milliseconds.
    public var generationMs: Int?
    /// The length that was asked for, in milliseconds.
    public var durationMs: Int?
    /// What it cost.
    public var cost: Money?
    /// What the admin says of it.
    public var notes = ""

    /// A video.
    public init(upload: UUID, model: String) {
        self.upload = upload
        self.model = model
    }
}

extension Comparisons {
    /// Makes an upload a video of a comparison, or of a new one that is not public yet; the comparison. Its file is measured and
    /// converted by a job.
    public func add(_ result: ManualResult, by admin: UUID) throws -> UUID {
        struct Manual: Encodable {
            let notes: String
            let costUsd: String?
        }
        let slug = Slug.of(result.title, length: 60)
        let facts = NewComparison(
            slug: slug.isEmpty ? "comparison" : slug, title: result.title, about: "",
            kind: ModelCapability.textToVideo.rawValue, prompt: result.prompt, negativePrompt: nil, imageID: nil,
            durationMs: result.durationMs ?? 5_000, quality: "standard", aspectRatio: nil, seed: 0, isPublic: false,
            isFeatured: false)
        let manual = Manual(notes: result.notes, costUsd: result.cost?.description)
        let row: Row = try database.acting(for: admin).one(
            """
            select outcome, comparison_id
            from register_result(
                \(admin), \(result.upload), \(result.model), \(result.comparison), \(try JSONText(encoding: facts)),
                \(try JSONText(encoding: manual)), \(result.generationMs.map { Int32(clamping: $0) }),
                \(result.durationMs.map { Int32(clamping: $0) }), \(Int32(Self.mostVideos))
            )
            """)
        try ComparisonRefusal.check(try row.value("outcome"))
        return try row.value("comparison_id")
    }
}

extension Comparisons {
    /// The comparison that an upload is a video of; nil while it is none.
    public func registered(_ upload: UUID, by admin: UUID) throws -> UUID? {
        try database.acting(for: admin).first(
            "select comparison_id from comparison_videos where generation_id = \(upload)", as: UUID.self)
    }
}
