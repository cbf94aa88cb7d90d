/// Patterns of `like` and `ilike`, in which the wildcards of a text match only themselves.
public enum LikePattern {
    /// Matches what contains this text.
    public static func containing(_ text: String) -> String { "%\(escaped(text))%" }

    /// Matches what begins with this text.
    public static func beginning(with text: String) -> String { "\(escaped(text))%" }

    private static func escaped(_ text: String) -> String {
        text.replacing("\\", with: "\\\\").replacing("%", with: "\\%").replacing("_", with: "\\_")
    }
}
