internal import Media

/// Why a title card plays in a film instead of a clip.
public enum FilmCard: String, Sendable, CaseIterable, Codable {
    /// The clip was taken out of the film.
    case removed
    /// Its file was not in the storage.
    case missing
    /// Its file was damaged.
    case unreadable

    /// How long a card plays.
    public static let milliseconds = FilmPart.milliseconds(frames: FilmAssembly.cardFrames)

    /// What the card says.
    public var words: String {
        switch self {
        case .removed: "This clip was removed."
        case .missing, .unreadable: "This clip cannot be shown."
        }
    }
}
