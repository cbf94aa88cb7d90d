public import Catalog
public import FoundationEssentials
public import Generation
public import Postgres

/// What a comparison is called and what was asked for.
public struct ComparisonFacts: Sendable, RowDecodable {
    /// The id.
    public let id: UUID
    /// The name in addresses.
    public let slug: String
    /// The title.
    public let title: String
    /// What admins say of it; may be empty.
    public let about: String
    /// What the videos start from.
    public let kind: ModelCapability
    /// What the videos show.
    public let prompt: String
    /// What they must not show.
    public let negativePrompt: String?
    /// Whether they start from a picture that still exists.
    public let hasPicture: Bool
    /// The length that was asked for, in milliseconds.
    public let durationMs: Int
    /// The quality.
    public let quality: String
    /// The shape.
    public let aspectRatio: String?
    /// The seed of every run.
    public let seed: Int
    /// Whether everyone may see it, unless it is archived.
    public let isPublic: Bool
    /// Whether it comes first in lists.
    public let isFeatured: Bool
    /// Whether it takes turns at being featured.
    public let isRotating: Bool
    /// When it was first public.
    public let publishedAt: Date?
    /// Since when it is archived; nil when it is not.
    public let archivedAt: Date?
    /// How many videos are finished.
    public let completedVideos: Int
    /// The votes for its videos.
    public let votes: Int
    /// How many comments everyone sees, replies among them.
    public let comments: Int
    /// The share of its videos that completed × how decisive its votes and battles are, from 0 to 1. It is a few minutes old.
    public let qualityScore: Double
    /// The tags by name.
    public let tags: [ComparisonTag]
    /// When it was made.
    public let createdAt: Date
    /// When it last changed.
    public let updatedAt: Date

    /// Whether everyone sees it.
    public var isListed: Bool { isPublic && archivedAt == nil }

    static let columns: SQL = """
        comparisons.id, comparisons.slug, comparisons.title, comparisons.description, comparisons.kind, comparisons.prompt,
            comparisons.negative_prompt, comparisons.source_image_id is not null as has_picture, comparisons.duration_ms,
            comparisons.quality, comparisons.aspect_ratio, comparisons.seed, comparisons.is_public,
            comparisons.is_featured, comparisons.is_rotating, comparisons.published_at, comparisons.archived_at, comparisons.completed_videos,
            comparisons.vote_count, comparisons.quality_score, comparisons.created_at, comparisons.updated_at,
            array(
                select tags.slug || ' ' || tags.name
                from comparison_tags
                join tags on tags.id = comparison_tags.tag_id
                where comparison_tags.comparison_id = comparisons.id
                order by tags.name, tags.slug
            ) as tags,
            coalesce(
                (select visible from comment_counts where comment_counts.subject_id = comparisons.id), 0
            ) as comments
        """

    /// Reads a row of `columns`.
    public init(row: Row) throws(DatabaseError) {
        id = try row.value("id")
        slug = try row.value("slug")
        title = try row.value("title")
        about = try row.value("description")
        kind = try row.value("kind")
        prompt = try row.value("prompt")
        negativePrompt = try row.value("negative_prompt")
        hasPicture = try row.value("has_picture")
        durationMs = try row.value("duration_ms")
        quality = try row.value("quality")
        aspectRatio = try row.value("aspect_ratio")
        seed = try row.value("seed")
        isPublic = try row.value("is_public")
        isFeatured = try row.value("is_featured")
        isRotating = try row.value("is_rotating")
        publishedAt = try row.value("published_at")
        archivedAt = try row.value("archived_at")
        completedVideos = try row.value("completed_videos")
        votes = try row.value("vote_count")
        comments = try row.value("comments")
        qualityScore = Double(try row.value("quality_score", as: Int.self)) / 1_000
        tags = try row.value("tags", as: [String].self).map(ComparisonTag.init(joined:))
        createdAt = try row.value("created_at")
        updatedAt = try row.value("updated_at")
    }
}

/// A tag of a comparison.
public struct ComparisonTag: Sendable, Hashable {
    /// The name in addresses.
    public let slug: String
    /// What people read.
    public let name: String

    /// A tag.
    public init(slug: String, name: String) {
        self.slug = slug
        self.name = name
    }

    /// Slugs have no blanks.
    init(joined text: String) {
        let parts = text.split(separator: " ", maxSplits: 1)
        slug = String(parts.first ?? "")
        name = String(parts.last ?? "")
    }
}

/// The video of one model.
public struct ComparisonVideo: Sendable, RowDecodable {
    /// The run and its video.
    public let generation: Generation
    /// Who made the model.
    public let maker: String
    /// The votes for the video.
    public let votes: Int

    /// Reads a row.
    public init(row: Row) throws(DatabaseError) {
        generation = try Generation(row: row)
        maker = try row.value("model_maker")
        votes = try row.value("video_votes")
    }
}

/// A comparison with its videos.
public struct Comparison: Sendable {
    /// What it is called and what was asked for.
    public let facts: ComparisonFacts
    /// The videos that the reader may see, in the order in which their models were named.
    public let videos: [ComparisonVideo]
    /// For admins: further runs of these models, the latest first.
    public let reruns: [ComparisonRerun]
}

/// A run of a model of a comparison that is not the shown one.
public struct ComparisonRerun: Sendable, RowDecodable {
    /// The run and its video; `votes` are those that it had while it was shown.
    public let video: ComparisonVideo
    /// Whether it takes the shown video's place when it is finished.
    public let isNext: Bool

    /// Reads a row.
    public init(row: Row) throws(DatabaseError) {
        video = try ComparisonVideo(row: row)
        isNext = try row.value("is_next")
    }
}

/// A comparison in a list.
public struct ListedComparison: Sendable {
    /// What it is called and what was asked for.
    public let facts: ComparisonFacts
    /// How many videos were asked for.
    public let videos: Int
    /// How many failed or were cancelled.
    public let failedVideos: Int
    /// The storage key of the still of the video with the most votes; nil while no video is finished.
    public let posterKey: String?
    /// A few colours in the shape of that still.
    public let blurhash: String?
    /// The storage key of that video, 360 pixels on its shorter side.
    public let smallKey: String?

    init(row: Row) throws {
        facts = try ComparisonFacts(row: row)
        videos = try row.value("videos")
        failedVideos = try row.value("failed_videos")
        posterKey = try row.value("poster_key")
        blurhash = try row.value("blurhash")
        smallKey = try row.value("small_key")
    }

    static let columns: SQL = """
        \(sql: ComparisonFacts.columns), summary.videos, summary.failed_videos, summary.poster_key, summary.blurhash,
            summary.small_key
        """
    /// Follows the table `comparisons` in a statement of the same page.
    static let joins: SQL = """
        cross join lateral comparison_summary(comparisons.id) summary
        """
}
