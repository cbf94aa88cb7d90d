public import Film
public import HTTP

extension LibraryFilm: Shaped {
    /// Its form in JSON.
    public static let shape = Shape<LibraryFilm>("LibraryFilm") {
        Field("seasonID", \.seasonID)
        Field("number", \.number, "The season's, counted from the site's first.")
        Field("label", \.label)
        Field("description", \.description)
        Field("genre", \.genre)
        Field("aspect", \.aspect)
        Field("finishedAt", \.finishedAt)
        Field("coverURL", \.coverURL, "The season's cover, else the film's poster.")
        Field("isAssembled", \.isAssembled, "Whether the film is one file; until then its clips play one by one.")
        Field("clips", \.clips, "How many it has.")
        Field("durationSeconds", \.durationSeconds)
    }
}

extension FinishedFilm: Shaped {
    /// Its form in JSON.
    public static let shape = Shape<FinishedFilm>("Film") {
        Including(\.film)
        Field("file", \.file, "Null until it is made.")
        Field("build", \.build, "The work on the film; null when nothing is left to do.")
        Field("segments", \.segments, "The chapters, in order.")
    }
}

extension FilmFile: Shaped {
    /// Its form in JSON.
    public static let shape = Shape<FilmFile>("FilmFile") {
        Field("videoURL", \.videoURL, "MP4, with chapters.")
        Field("streamURL", \.streamURL, "HTTP Live Streaming in several sizes.")
        Field("posterURL", \.posterURL)
        Field("storyboardURL", \.storyboardURL, "WebVTT: small pictures for a seek bar.")
        Field("captionsURL", \.captionsURL, "WebVTT; null when no clip of the film has captions.")
        Field("bytes", \.bytes, "Of the MP4.")
        Field("width", \.width, "In pixels.")
        Field("height", \.height, "In pixels.")
        Field("builtAt", \.builtAt)
    }
}

extension FilmSegment: Shaped {
    /// Its form in JSON.
    public static let shape = Shape<FilmSegment>("FilmSegment") {
        Field("slot", \.slot)
        Field("startsAt", \.startsAt, "In seconds from the film's start.")
        Field("durationSeconds", \.durationSeconds)
        Field("card", \.card, "Why a title card plays instead of the clip; null when the clip does.")
        Field("clip", \.clip, "Null for a clip that was removed.")
    }
}

extension FilmBuild: Shaped {
    /// Its form in JSON.
    public static let shape = Shape<FilmBuild>("FilmBuild") {
        Field("state", \.state)
        Field("step", \.step, "reading, joining, stills, streams or storing.")
        Field("progress", \.progress, .number(0...1))
        Field("problem", \.problem, "Why the last attempt failed.")
        Field("requestedAt", \.requestedAt)
    }
}

extension FilmCard: JSONRepresentable {}
extension FilmBuild.State: JSONRepresentable {}
