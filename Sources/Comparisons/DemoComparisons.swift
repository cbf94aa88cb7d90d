internal import FoundationEssentials
internal import Platform
public import Postgres
public import Storage
internal import Text

/// Puts three comparisons on a site that has the demo season. Their videos are the demo's clips, which this site's own
/// renderer drew, so they cost no time.
public struct DemoComparisons: Sendable {
    /// One of them.
    private struct Plan {
        let title: String
        let prompt: String
        let about: String
        let tags: [String]
        /// Which clips of the demo, from the oldest.
        let clips: [Int]
        var isFeatured = false
    }

    /// What made the clips: settings of the renderer. They are no models that can be run.
    private static let models = ["Renderer A", "Renderer B", "Renderer C", "Renderer D"]

    private static let plans = [
        Plan(
            title: "Something that glows", prompt: "Something that glows in the dark, slowly moving",
            about: "Drawn by this site's own renderer for the demo.", tags: ["Light", "Night"], clips: [0, 1, 2, 3],
            isFeatured: true),
        Plan(
            title: "Water and sky", prompt: "Water and sky, as calm as can be", about: "", tags: ["Water"],
            clips: [2, 0, 1]),
        Plan(
            title: "A place with no one in it", prompt: "A place with no one in it, camera gliding forward", about: "",
            tags: ["Night", "Places"], clips: [3, 1]),
    ]

    private let database: Database
    private let storage: any MediaStorage

    /// The demo of a site, as the background role.
    public init(database: Database, storage: any MediaStorage) {
        self.database = database
        self.storage = storage
    }

    /// Makes those that are missing; how many were made.
    public func seed() throws -> Int {
        let clips: [Clip] = try database.query(
            """
            select clips.user_id, clips.video_key, clips.poster_key, clips.blurhash, clips.width, clips.height,
                clips.duration_ms
            from tournament_clips clips
            where clips.video_key is not null and clips.poster_key is not null
            order by clips.created_at, clips.id
            limit 4
            """)
        guard clips.count == 4 else { return 0 }
        var made = 0
        for plan in Self.plans {
            let slug = Slug.of(plan.title, length: 60)
            guard try !database.one("select exists (select from comparisons where slug = \(slug))", as: Bool.self)
            else {
                continue
            }
            let videos = try plan.clips.map { try copy(clips[$0], prompt: plan.prompt) }
            try database.transaction { connection in
                try store(plan, slug: slug, videos: videos, on: connection)
            }
            made += 1
        }
        return made
    }

    /// A clip's files under the id of a video.
    private func copy(_ clip: Clip, prompt: String) throws -> Video {
        let id = UUID()
        let workspace = try storage.makeWorkspace()
        defer { try? Files.removeTree(workspace) }
        func copy(_ key: StorageKey, as name: String) throws -> String {
            try storage.borrow(key, as: workspace + "/" + name)
            return workspace + "/" + name
        }
        let file = try copy(clip.video, as: "video.mp4")
        let size = Files.size(file) ?? 0
        let video = StorageKey(
            .videos, id, contentHash: try ContentHash.of(file), fileExtension: "mp4")
        let still = try copy(clip.poster, as: "poster.webp")
        let poster = StorageKey(
            .videos, id, contentHash: try ContentHash.of(still), fileExtension: "webp")
        try storage.store(file, as: video)
        try storage.store(still, as: poster)
        for (number, pair) in [(clip.poster.thumbnail, poster.thumbnail), (clip.poster.card, poster.card)].enumerated()
        {
            // Clips have their cards a while later.
            guard let small = try? copy(pair.0, as: "small-\(number).webp") else { continue }
            try storage.store(small, as: pair.1)
        }
        return Video(id: id, clip: clip, key: video.text, poster: poster.text, size: size)
    }

    private func store(_ plan: Plan, slug: String, videos: [Video], on connection: Connection) throws {
        let comparison: UUID = try connection.one(
            """
            insert into comparisons (
                slug, title, description, kind, prompt, duration_ms, quality, aspect_ratio, seed, is_public, is_featured,
                published_at, words, created_at, updated_at
            )
            values (
                \(slug), \(plan.title), \(plan.about), 'text-to-video', \(plan.prompt),
                \(Int32(videos.map(\.clip.milliseconds).max() ?? 1)), 'standard', '9:16', 1, true, \(plan.isFeatured),
                dailies_now(), setweight(words_of(\(plan.title)), 'A') || setweight(words_of(\(plan.prompt)), 'B'),
                dailies_now(), dailies_now()
            )
            returning id
            """)
        for (number, video) in videos.enumerated() {
            let name = Self.models[number]
            let model: UUID = try connection.one("select demo_model(\("demo-" + Slug.of(name, length: 40)), \(name))")
            try connection.execute(
                """
                insert into generations (
                    id, user_id, model_id, model_name, provider, endpoint, status, prompt, duration_ms, quality,
                    aspect_ratio, seed, credits, charged_credits, cost_usd, progress, original_key, video_key, small_key,
                    poster_key, blurhash, width, height, video_ms, has_sound, size_bytes, created_at, updated_at,
                    finished_at
                )
                values (
                    \(video.id), \(video.clip.owner), \(model), \(name), 'local', 'local', 'completed',
                    \(plan.prompt), \(Int32(video.clip.milliseconds)), 'standard', '9:16', 1, 0, 0, 0, 100, \(video.key),
                    \(video.key), \(video.key), \(video.poster), \(video.clip.blurhash), \(Int32(video.clip.width)),
                    \(Int32(video.clip.height)), \(Int32(video.clip.milliseconds)), true, \(Int64(video.size)),
                    dailies_now(), dailies_now(), dailies_now()
                )
                """)
            try connection.execute(
                """
                insert into generation_runs (
                    generation_id, run, user_id, model_id, provider, duration_ms, quality, reserved_at, expected_usd, outcome,
                    ended_at, cost_usd, video_ms
                )
                values (
                    \(video.id), 1, \(video.clip.owner), \(model), 'local', \(Int32(video.clip.milliseconds)), 'standard',
                    dailies_now(), 0, 'completed', dailies_now(), 0, \(Int32(video.clip.milliseconds))
                )
                """)
            try connection.execute(
                """
                insert into comparison_videos (generation_id, comparison_id, model_id, added_at)
                values (\(video.id), \(comparison), \(model), dailies_now() + \(Int32(number)) * interval '1 millisecond')
                """)
        }
        try connection.execute(
            """
            update comparisons
            set completed_videos = \(Int32(videos.count)),
                short_side = \(Int32(videos.map { min($0.clip.width, $0.clip.height) }.max() ?? 0))
            where id = \(comparison)
            """)
        for tag in try plan.tags.map(Comparisons.tag) {
            try connection.execute(
                """
                insert into tags (slug, name, created_at) values (\(tag.slug), \(tag.name), dailies_now())
                on conflict (slug) do nothing
                """)
            try connection.execute(
                """
                insert into comparison_tags (comparison_id, tag_id)
                select \(comparison), id from tags where slug = \(tag.slug)
                """)
        }
    }

    private struct Video {
        let id: UUID
        let clip: Clip
        let key: String
        let poster: String
        let size: Int
    }

    private struct Clip: RowDecodable {
        let owner: UUID
        let video: StorageKey
        let poster: StorageKey
        let blurhash: String?
        let width: Int
        let height: Int
        let milliseconds: Int

        init(row: Row) throws(DatabaseError) {
            func key(_ column: String) throws(DatabaseError) -> StorageKey {
                let text: String = try row.value(column)
                guard let key = StorageKey(text) else {
                    throw .decoding(column: column, expected: "a storage key", found: text)
                }
                return key
            }
            owner = try row.value("user_id")
            video = try key("video_key")
            poster = try key("poster_key")
            blurhash = try row.value("blurhash")
            width = try row.value("width")
            height = try row.value("height")
            milliseconds = try row.value("duration_ms")
        }
    }
}
