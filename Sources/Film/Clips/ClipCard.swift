public import FoundationEssentials
internal import Postgres

/// What everybody sees of a clip, wherever it stands.
public struct ClipCard: Encodable, Sendable {
    /// Its id.
    public let id: UUID
    /// Its title.
    public let title: String
    /// Who made it; nil for somebody without a name.
    public let username: String?
    /// What the picture of who made it is drawn from; not written.
    public let avatarSeed: String
    /// The picture of who made it.
    public var avatarUrl: String { "/api/avatar/" + avatarSeed }
    /// Its genre.
    public let genre: String
    /// Whether AI made it.
    public let aiGenerated: Bool
    /// The rendition that is played; nil until the file is ready.
    public let videoUrl: String?
    /// The still.
    public let posterUrl: String?
    /// The placeholder for the still.
    public let blurhash: String?
    /// Width in pixels.
    public let width: Int?
    /// Height in pixels.
    public let height: Int?
    /// How long it plays.
    public let durationSeconds: Double?

    /// The columns that a card is read from, of the tables `clips` and `users`.
    static let columns: SQL = """
        clips.id, clips.title, clips.genre, clips.ai_generated, clips.video_key, clips.poster_key, clips.blurhash,
        clips.width, clips.height, clips.duration_ms, users.username, users.avatar_seed
        """

    init(row: Row, address: MediaAddress) throws(DatabaseError) {
        id = try row.value("id")
        title = try row.value("title")
        username = try row.value("username")
        avatarSeed = try row.value("avatar_seed")
        genre = try row.value("genre")
        aiGenerated = try row.value("ai_generated")
        videoUrl = (try row.value("video_key") as String?).map(address)
        posterUrl = (try row.value("poster_key") as String?).map(address)
        blurhash = try row.value("blurhash")
        width = try row.value("width")
        height = try row.value("height")
        durationSeconds = (try row.value("duration_ms") as Int?).map { Double($0) / 1000 }
    }

    private enum CodingKeys: CodingKey {
        case id, title, username, avatarUrl, genre, aiGenerated, videoUrl, posterUrl, blurhash, width, height
        case durationSeconds
    }

    /// Writes what everybody sees, null where there is nothing.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(id, forKey: .id)
        try container.encode(title, forKey: .title)
        try container.encode(username, forKey: .username)
        try container.encode(avatarUrl, forKey: .avatarUrl)
        try container.encode(genre, forKey: .genre)
        try container.encode(aiGenerated, forKey: .aiGenerated)
        try container.encode(videoUrl, forKey: .videoUrl)
        try container.encode(posterUrl, forKey: .posterUrl)
        try container.encode(blurhash, forKey: .blurhash)
        try container.encode(width, forKey: .width)
        try container.encode(height, forKey: .height)
        try container.encode(durationSeconds, forKey: .durationSeconds)
    }
}
