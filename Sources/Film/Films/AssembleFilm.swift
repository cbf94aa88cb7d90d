public import FoundationEssentials
public import Queue

/// Makes the film of a finished season. `request_film` puts it into the queue, one a season.
public struct AssembleFilm: JobPayload {
    /// The name in the queue.
    public static let kind = "assemble_film"
    /// Members' clips go first. A full disk is waited for.
    public static let options = JobOptions(
        priority: .low, maxAttempts: 10, timeout: .seconds(4 * 3_600),
        backOff: BackOff(first: .seconds(10), longest: .seconds(900)), isLong: true)

    /// The season.
    public let seasonID: UUID

    /// A job about a season's film.
    public init(seasonID: UUID) {
        self.seasonID = seasonID
    }
}

/// Makes the picture of a season. `choose_cover` puts it into the queue.
public struct MakeCover: JobPayload {
    /// The name in the queue.
    public static let kind = "make_cover"
    /// An admin waits for it.
    public static let options = JobOptions(priority: .high)

    /// The season.
    public let seasonID: UUID
    /// The clip whose picture it is.
    public let clipID: UUID
    /// The moment in the clip; nil for that of its own poster.
    public let milliseconds: Int?

    /// A job about a season's picture.
    public init(seasonID: UUID, clipID: UUID, milliseconds: Int?) {
        self.seasonID = seasonID
        self.clipID = clipID
        self.milliseconds = milliseconds
    }
}

/// Removes the files of a season that are not of its film: of the film before it, or of a season that is gone.
public struct SweepFilm: JobPayload {
    /// The name in the queue.
    public static let kind = "sweep_film"
    /// It can wait.
    public static let options = JobOptions(priority: .low, maxAttempts: 20)

    /// The season.
    public let seasonID: UUID

    /// A job about a season's files.
    public init(seasonID: UUID) {
        self.seasonID = seasonID
    }
}
