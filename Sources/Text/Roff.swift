/// Text for mdoc(7).
public enum Roff {
    /// The manual pages of Dailies that refer to each other, by name and section.
    private static let pages = ["dailies 1", "dailies-files 5", "dailies.conf 5", "dailies-host 8", "dailies-jobs 8"]

    /// The first lines of a page.
    public static func head(_ name: String, section: String, summary: String) -> [String] {
        [
            ".\\\" Made of the program's declarations. Do not edit it.", ".Dd DATE",
            ".Dt \(name.uppercased()) \(section)", ".Os Dailies", ".Sh NAME", ".Nm \(name)", ".Nd \(summary)",
        ]
    }

    /// The last lines of a page, which name the others; `page` is its own name and section.
    public static func foot(page: String) -> [String] {
        let others = pages.filter { $0 != page }
        return [".Sh SEE ALSO"]
            + others.enumerated().map { index, other in ".Xr \(other)" + (index < others.count - 1 ? " ," : "") }
    }

    /// Paragraphs with an empty line between them.
    public static func paragraphs(_ text: String) -> [String] {
        text.split(separator: "\n", omittingEmptySubsequences: false)
            .split { $0.allSatisfy(\.isWhitespace) }
            .map { lines in self.text(lines.joined(separator: " ")) }
            .flatMap { [".Pp", $0] }
            .dropFirst()
            .map(\.self)
    }

    /// A line of text. A sentence ends a line, as mdoc(7) wants it.
    public static func text(_ text: some StringProtocol) -> String {
        text.split(separator: "\n").joined(separator: " ")
            .replacing("\\", with: "\\e")
            .replacing("…", with: "...")
            .split(separator: ". ", omittingEmptySubsequences: true)
            .map { $0.hasPrefix(".") || $0.hasPrefix("'") ? "\\&\($0)" : String($0) }
            .joined(separator: ".\n")
    }

    /// A word among a macro's arguments, where two letters might name another macro.
    public static func word(_ word: String) -> String { "\\&" + word.replacing("\\", with: "\\e") }
}
