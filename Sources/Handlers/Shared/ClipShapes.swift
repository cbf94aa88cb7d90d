public import Film
public import HTTP

extension ClipCard: Shaped {
    /// What everybody sees of a clip, wherever it is shown.
    public static let shape = Shape<ClipCard>("ClipCard") {
        Field("id", \.id)
        Field("title", \.title)
        Field("username", \.username, "Null for a creator without a name.")
        Field("avatarURL", \.avatarURL)
        Field("genre", \.genre, .choice(ClipGenre.all))
        Field("aiGenerated", \.aiGenerated, "Whether the creator says that AI made it.")
        Field("videoURL", \.videoURL, "Null until the file is ready.")
        Field("posterURL", \.posterURL)
        Field("thumbnailURL", \.thumbnailURL, "96 pixels wide; the poster where there is none yet.")
        Field("blurhash", \.blurhash)
        Field("width", \.width, "In pixels.")
        Field("height", \.height, "In pixels.")
        Field("durationSeconds", \.durationSeconds)
        Field("captionsURL", \.captionsURL, "WebVTT; null when it has none.")
    }
}

extension RoundSeason: Shaped {
    /// The season of a round or clip.
    public static let shape = Shape<RoundSeason>("SeasonReference") {
        Field("id", \.id)
        Field("number", \.number)
        Field("label", \.label)
        Field("totalSlots", \.totalSlots)
    }
}

extension Intervention: Shaped {
    /// Its form in JSON.
    public static let shape = Shape<Intervention>("Intervention") {
        Field("kind", \.kind, "Such as review_opened, winner_assigned or votes_voided.")
        Field("byAdmin", \.byAdmin, "Whether an admin did it; else a rule of the site.")
        Field("reason", \.reason)
        Field("votes", \.votes)
        Field("at", \.at)
    }
}
