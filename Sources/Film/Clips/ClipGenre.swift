/// The genres of clips.
public enum ClipGenre {
    /// The seven that a season can have, and Other.
    public static let all = ["Thriller", "Comedy", "Action", "Sci-Fi", "Romance", "Animation", "Horror", "Other"]
}
