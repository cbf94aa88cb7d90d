internal import FoundationEssentials

/// A finished season in the library, as its page shows it.
struct LibraryView: Sendable {
    var number: Int
    var label: String
    var genre: String
    var coverURL: String?
    var shareURL: String?
    var clips: Int
    var seconds: Double

    /// Where the film plays.
    var path: String { "/watch/\(number)" }
}

/// A finished season's film, as its page shows it.
struct WatchView: Sendable {
    /// The files.
    struct File: Sendable {
        var videoURL: String
        var streamURL: String
        var posterURL: String
        var storyboardURL: String
        var captionsURL: String?
        var bytes: Int
        var width: Int
        var height: Int
    }

    /// What plays in a slot.
    struct Segment: Sendable {
        var slot: Int
        var startsAt: Double
        var seconds: Double
        /// Whether a title card plays instead of the clip.
        var isCard: Bool
        var title: String
        var creator: String
        var videoURL: String?
        var posterURL: String
        var thumbnailURL: String
        var shareURL: String?
    }

    var film: LibraryView
    var description: String
    var finishedAt: Date
    /// The film's shape, in the words of the schema.
    var aspect: String
    var file: File?
    /// The share of the work on the film that is done, from 0 to 1; nil when nothing is left to do.
    var progress: Double?
    var segments: [Segment]
}
