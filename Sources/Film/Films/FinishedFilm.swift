public import FoundationEssentials

/// A finished season in the library of films.
public struct LibraryFilm: Sendable {
    /// The season.
    public let seasonID: UUID
    /// The season's number.
    public let number: Int
    /// The season's name.
    public let label: String
    /// What it is about.
    public let description: String
    /// Its genre.
    public let genre: String
    /// The film's aspect.
    public let aspect: Aspect
    /// When the last slot was locked.
    public let finishedAt: Date?
    /// The season's cover, else the film's poster, else that of the first clip.
    public let coverURL: String?
    /// The still for links that other services show, JPEG; nil until the film is one file.
    public let shareURL: String?
    /// Whether the film is one file; until then its clips play one after another.
    public let isAssembled: Bool
    /// How many clips it has.
    public let clips: Int
    /// How long it plays.
    public let durationSeconds: Double
}

/// A finished season's film with all that a player needs.
public struct FinishedFilm: Sendable {
    /// What the library shows.
    public let film: LibraryFilm
    /// The files; nil until they are made.
    public let file: FilmFile?
    /// The work on the film, while there is any.
    public let build: FilmBuild?
    /// What plays, in order.
    public let segments: [FilmSegment]
}

/// The files of a film.
public struct FilmFile: Sendable {
    /// The MP4.
    public let videoURL: String
    /// The playlist for HTTP Live Streaming.
    public let streamURL: String
    /// The still.
    public let posterURL: String
    /// The WebVTT file of the seek bar's pictures.
    public let storyboardURL: String
    /// The WebVTT file of the captions; nil when no clip of the film has any.
    public let captionsURL: String?
    /// Bytes of the MP4.
    public let bytes: Int
    /// Width in pixels.
    public let width: Int
    /// Height in pixels.
    public let height: Int
    /// When it was made.
    public let builtAt: Date
}

/// What plays in a film's slot.
public struct FilmSegment: Sendable {
    /// The slot.
    public let slot: Int
    /// When it begins in the film.
    public let startsAt: Double
    /// How long it plays.
    public let durationSeconds: Double
    /// Why a title card plays; nil when the clip does.
    public let card: FilmCard?
    /// The clip; nil for one that was removed.
    public let clip: ClipCard?
}

/// The work on a film.
public struct FilmBuild: Sendable {
    /// How far it is.
    public enum State: String, Sendable, CaseIterable, Codable {
        /// The job waits for its turn.
        case waiting
        /// The job runs.
        case running
        /// The job has given up.
        case failed
        /// An admin has ended the work.
        case cancelled
        /// The film is made.
        case done
    }

    /// How far it is.
    public let state: State
    /// What is being done.
    public let step: String?
    /// The share that is done, from 0 to 1.
    public let progress: Double
    /// Why the last attempt failed.
    public let problem: String?
    /// When the film was requested.
    public let requestedAt: Date
}
