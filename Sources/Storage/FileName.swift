/// The name a file had on the sender's machine: text to show, never a path to use.
public enum FileName {
    /// The longest name kept, in characters.
    public static let longest = 120

    /// The last component of a path with slashes or backslashes, without control, direction and format characters.
    public static func sanitised(_ text: String) -> String {
        let last = text.split(whereSeparator: { $0 == "/" || $0 == "\\" }).last.map(String.init) ?? ""
        let scalars = last.unicodeScalars.filter { scalar in
            switch scalar.properties.generalCategory {
            case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator: false
            default: true
            }
        }
        let words = String(String.UnicodeScalarView(scalars)).split(whereSeparator: \.isWhitespace)
        let plain = words.joined(separator: " ").drop { $0 == "." }
        return plain.isEmpty ? "clip" : String(plain.prefix(longest))
    }
}
