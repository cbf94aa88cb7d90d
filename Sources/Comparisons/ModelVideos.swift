public import FoundationEssentials
public import Postgres

/// A finished video of a model in a public comparison.
public struct ModelVideo: Sendable, RowDecodable {
    /// The name of the comparison in addresses.
    public let comparison: String
    /// The comparison's title.
    public let title: String
    /// The storage key of the still.
    public let posterKey: String?
    /// The storage key of the small video.
    public let smallKey: String?
    /// The votes for the video.
    public let votes: Int

    /// Reads a row.
    public init(row: Row) throws(DatabaseError) {
        comparison = try row.value("slug")
        title = try row.value("title")
        posterKey = try row.value("poster_key")
        smallKey = try row.value("small_key")
        votes = try row.value("vote_count")
    }
}

extension Comparisons {
    /// The latest finished videos of a model in public comparisons.
    public func videos(of model: UUID, limit: Int = 12) throws -> [ModelVideo] {
        try database.query(
            """
            select comparisons.slug, comparisons.title, generations.poster_key, generations.small_key, videos.vote_count
            from comparison_videos videos
            join listed_comparisons comparisons on comparisons.id = videos.comparison_id
            join generations on generations.id = videos.generation_id and generations.status = 'completed'
            where videos.model_id = \(model)
            order by videos.added_at desc, videos.generation_id desc
            limit \(Int32(limit))
            """)
    }
}
