public import FoundationEssentials
public import Postgres

/// A public comparison with finished videos, as a feed shows it.
public struct LatestComparison: Sendable, RowDecodable {
    /// The id.
    public let id: UUID
    /// The name in addresses.
    public let slug: String
    /// The title.
    public let title: String
    /// What the videos show.
    public let prompt: String
    /// The names of the models, from the one with the most votes.
    public let models: [String]
    /// The names of its tags.
    public let tags: [String]
    /// The storage key of the video with the most votes.
    public let videoKey: String?
    /// When it was first public.
    public let publishedAt: Date

    /// Reads a row.
    public init(row: Row) throws(DatabaseError) {
        id = try row.value("id")
        slug = try row.value("slug")
        title = try row.value("title")
        prompt = try row.value("prompt")
        models = try row.value("models")
        tags = try row.value("tags")
        videoKey = try row.value("video_key")
        publishedAt = try row.value("published_at")
    }
}

extension Comparisons {
    /// The public comparisons that have a finished video, the latest first.
    public func latest(_ count: Int) throws -> [LatestComparison] {
        try database.query(
            """
            select comparisons.id, comparisons.slug, comparisons.title, comparisons.prompt, comparisons.published_at,
                shown.models, shown.video_key,
                array(
                    select tags.name
                    from comparison_tags
                    join tags on tags.id = comparison_tags.tag_id
                    where comparison_tags.comparison_id = comparisons.id
                    order by tags.name
                ) as tags
            from (
                select *
                from comparisons
                where is_public and archived_at is null and completed_videos > 0
                order by published_at desc, id desc
                limit \(count)
            ) comparisons
            cross join lateral (
                select array_agg(generations.model_name order by videos.vote_count desc, videos.added_at) as models,
                    (array_agg(generations.video_key order by videos.vote_count desc, videos.added_at))[1] as video_key
                from comparison_videos videos
                join generations on generations.id = videos.generation_id
                where videos.comparison_id = comparisons.id and generations.status = 'completed'
            ) shown
            order by comparisons.published_at desc, comparisons.id desc
            """)
    }
}
