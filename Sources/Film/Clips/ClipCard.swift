public import FoundationEssentials
internal import Postgres
internal import Storage
internal import Text

/// What everybody may see of a clip, in lists and players alike.
public struct ClipCard: Sendable {
    /// Its id.
    public let id: UUID
    /// Its title.
    public private(set) var title: String
    /// Who made it; nil for somebody without a name.
    public let username: String?
    /// What the picture of who made it is drawn from; not written.
    public let avatarSeed: String
    /// The picture of who made it.
    public var avatarURL: String { "/api/avatar/" + avatarSeed }
    /// Its genre.
    public let genre: String
    /// Whether AI made it.
    public let aiGenerated: Bool
    /// The rendition that is played; nil until the file is ready.
    public private(set) var videoURL: String?
    /// The still.
    public private(set) var posterURL: String?
    /// The still for lists, 96 pixels wide; the poster itself where there is none yet.
    public private(set) var thumbnailURL: String?
    /// The still for cards, 240 pixels wide; nil where there is none yet.
    public private(set) var cardURL: String?
    /// The still for links that other services show, JPEG; nil where there is none yet.
    public private(set) var shareURL: String?
    /// The placeholder for the still.
    public private(set) var blurhash: String?
    /// Width in pixels.
    public let width: Int?
    /// Height in pixels.
    public let height: Int?
    /// How long it plays.
    public let durationSeconds: Double?
    /// Where its captions are; nil when it has none.
    public private(set) var captionsURL: String?

    /// The columns that a card is read from, of the tables `clips` and `users`.
    static let columns: SQL = """
        clips.id, clips.title, clips.genre, clips.ai_generated, clips.video_key, clips.poster_key, clips.has_thumbnail,
        clips.has_cards, clips.blurhash, clips.width, clips.height, clips.duration_ms, clips.captions is not null as has_captions,
        users.username, users.avatar_seed
        """

    init(row: Row, address: MediaAddress) throws(DatabaseError) {
        id = try row.value("id")
        title = try row.value("title")
        username = try row.value("username")
        avatarSeed = try row.value("avatar_seed")
        genre = try row.value("genre")
        aiGenerated = try row.value("ai_generated")
        videoURL = (try row.value("video_key") as String?).map(address)
        let poster: String? = try row.value("poster_key")
        posterURL = poster.map(address)
        let thumbnail = try row.value("has_thumbnail") ? poster.flatMap(StorageKey.init)?.thumbnail.text : nil
        thumbnailURL = (thumbnail ?? poster).map(address)
        let copied = try row.value("has_cards") ? poster.flatMap(StorageKey.init) : nil
        cardURL = copied.map { address($0.card.text) }
        shareURL = copied.map { address($0.share.text) }
        blurhash = try row.value("blurhash")
        width = try row.value("width")
        height = try row.value("height")
        durationSeconds = (try row.value("duration_ms") as Int?).map { Double($0) / 1000 }
        captionsURL = try row.value("has_captions") ? "/api/clip/\(id.text)/captions" : nil
    }

    /// The card of a clip that was removed for what it shows: its place stays, and its title and files are gone.
    var withoutContent: ClipCard {
        var card = self
        card.title = "Removed take"
        card.videoURL = nil
        card.posterURL = nil
        card.thumbnailURL = nil
        card.cardURL = nil
        card.shareURL = nil
        card.blurhash = nil
        card.captionsURL = nil
        return card
    }
}
