internal import Text

/// What a member typed, as it is stored: without tags of HTML and control characters. It is still escaped wherever it is
/// shown.
public enum CommentText {
    /// As many code points as a comment may have, in the normal form C.
    public static let most = 500
    /// As many code points as are read of one. Tags are no part of a comment, and a letter may be typed in pieces.
    public static let mostTyped = 4_000

    /// The text without well-formed tags of HTML's elements and without control characters; line breaks stay, at most two
    /// beside each other. Nil when nothing is left that can be seen.
    public static func cleaned(_ typed: String) -> String? {
        var scalars = lines(typed)
        // What is left may be a tag again: `<<b>b>`.
        while let stripped = withoutTags(scalars) { scalars = stripped }
        var text = String.UnicodeScalarView()
        text.append(contentsOf: trimmed(scalars))
        let cleaned = String(text)
        return cleaned.isInvisible ? nil : cleaned
    }

    private static func lines(_ typed: String) -> [Unicode.Scalar] {
        var scalars: [Unicode.Scalar] = []
        var breaks = 0
        var isAfterReturn = false
        for scalar in typed.unicodeScalars {
            defer { isAfterReturn = scalar == "\r" }
            switch scalar {
            case "\n" where isAfterReturn: continue
            case "\n", "\r", "\u{85}", "\u{2028}", "\u{2029}":
                breaks += 1
                if breaks <= 2 { scalars.append("\n") }
            case "\t": scalars.append(" ")
            default:
                guard scalar.properties.generalCategory != .control else { continue }
                breaks = 0
                scalars.append(scalar)
            }
        }
        return scalars
    }

    private static func trimmed(_ scalars: [Unicode.Scalar]) -> ArraySlice<Unicode.Scalar> {
        let isInk = { (scalar: Unicode.Scalar) in !scalar.properties.isWhitespace }
        guard let first = scalars.firstIndex(where: isInk), let last = scalars.lastIndex(where: isInk) else {
            return []
        }
        return scalars[first...last]
    }

    /// The text without its tags; nil when it has none.
    private static func withoutTags(_ scalars: [Unicode.Scalar]) -> [Unicode.Scalar]? {
        var kept: [Unicode.Scalar] = []
        var place = 0
        var hasFound = false
        while place < scalars.count {
            if scalars[place] == "<", let end = TagReader.end(of: scalars, from: place) {
                place = end
                hasFound = true
            } else {
                kept.append(scalars[place])
                place += 1
            }
        }
        return hasFound ? kept : nil
    }
}

/// Finds the end of a tag.
private struct TagReader {
    private let scalars: [Unicode.Scalar]
    private var place: Int

    /// Behind the tag that begins at a place; nil when none begins there.
    static func end(of scalars: [Unicode.Scalar], from start: Int) -> Int? {
        var reader = TagReader(scalars: scalars, place: start + 1)
        return reader.readTag() ? reader.place : nil
    }

    private mutating func readTag() -> Bool {
        let isEnd = take("/")
        let name = readWhile { $0.properties.isASCIIHexDigit || ("a"..."z").contains($0) || ("A"..."Z").contains($0) }
        guard htmlElements.contains(name.lowercased()) else { return false }
        while true {
            let hasSpace = !readWhile(\.properties.isWhitespace).isEmpty
            if take(">") { return true }
            if take("/") {
                guard !isEnd else { return false }
                continue
            }
            guard hasSpace, !isEnd, readAttribute() else { return false }
        }
    }

    private mutating func readAttribute() -> Bool {
        let name = readWhile { !$0.properties.isWhitespace && !"\"'<>/=".unicodeScalars.contains($0) }
        guard !name.isEmpty else { return false }
        let start = place
        _ = readWhile(\.properties.isWhitespace)
        guard take("=") else {
            place = start
            return true
        }
        _ = readWhile(\.properties.isWhitespace)
        for quote: Unicode.Scalar in ["\"", "'"] where take(quote) {
            _ = readWhile { $0 != quote }
            return take(quote)
        }
        return !readWhile { !$0.properties.isWhitespace && !"\"'<>=`".unicodeScalars.contains($0) }.isEmpty
    }

    private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
        guard place < scalars.count, scalars[place] == scalar else { return false }
        place += 1
        return true
    }

    private mutating func readWhile(_ isWanted: (Unicode.Scalar) -> Bool) -> String {
        var found = String.UnicodeScalarView()
        while place < scalars.count, isWanted(scalars[place]) {
            found.append(scalars[place])
            place += 1
        }
        return String(found)
    }
}

/// The elements of HTML, the former ones among them, and what HTML embeds.
private let htmlElements = Set(
    """
    a abbr acronym address applet area article aside audio b base basefont bdi bdo bgsound big blink blockquote body br \
    button canvas caption center cite code col colgroup command content data datalist dd del details dfn dialog dir div dl \
    dt element em embed fieldset figcaption figure font footer form frame frameset h1 h2 h3 h4 h5 h6 head header hgroup hr \
    html i iframe image img input ins isindex kbd keygen label legend li link listing main map mark marquee math menu \
    menuitem meta meter multicol nav nextid nobr noembed noframes noscript object ol optgroup option output p param picture \
    plaintext portal pre progress q rb rp rt rtc ruby s samp script search section select shadow slot small source spacer \
    span strike strong style sub summary sup svg table tbody td template textarea tfoot th thead time title tr track tt u \
    ul var video wbr xmp
    """.split(separator: " ").map(String.init))
