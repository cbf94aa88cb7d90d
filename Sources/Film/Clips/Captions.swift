/// Captions of a clip: a WebVTT file, read and written again, so that what is stored has one form and holds nothing that
/// WebVTT has no use for.
public struct Captions: Sendable, Equatable {
    /// The most bytes of a file.
    public static let byteLimit = 16_384
    /// The most cues of a file.
    public static let cueLimit = 100
    /// How much later than the clip's end a cue may end, in milliseconds. It is cut there.
    static let tolerance = 250

    /// What is shown from one moment to another.
    public struct Cue: Sendable, Equatable {
        /// When it appears, in milliseconds.
        public let start: Int
        /// When it goes.
        public let end: Int
        /// Where it is shown, in the words of WebVTT.
        let settings: String
        /// Its lines.
        let text: String

        /// The cue later by so many milliseconds.
        func moved(by milliseconds: Int) -> Cue {
            Cue(start: start + milliseconds, end: end + milliseconds, settings: settings, text: text)
        }

        func cut(at length: Int) -> Cue? {
            start < length ? Cue(start: start, end: min(end, length), settings: settings, text: text) : nil
        }
    }

    /// What is wrong with a file.
    public struct Fault: Error, Equatable {
        /// Where, from 1; nil for the whole file.
        public let line: Int?
        /// What, as a sentence.
        public let words: String

        /// For people.
        public var sentence: String { line.map { "Line \($0): \(words)" } ?? words }
    }

    /// What is shown, in order.
    public let cues: [Cue]

    /// Captions of these cues; nil without any.
    init?(_ cues: [Cue]) {
        guard !cues.isEmpty else { return nil }
        self.cues = cues
    }

    /// Captions that a member has sent, of a clip of `length` milliseconds.
    public init(parsing text: String, within length: Int) throws(Fault) {
        guard text.utf8.count <= Self.byteLimit else {
            throw Fault(line: nil, words: "Captions have at most \(Self.byteLimit / 1_024) kB.")
        }
        let found = try CaptionParser(text).cues()
        guard !found.isEmpty else { throw Fault(line: nil, words: "The file has no captions in it.") }
        guard found.count <= Self.cueLimit else {
            throw Fault(line: nil, words: "Captions have at most \(Self.cueLimit) cues.")
        }
        for (cue, line) in found where cue.end > length + Self.tolerance || cue.start >= length {
            throw Fault(
                line: line,
                words: "This cue ends at \(Self.seconds(cue.end)) s, but the clip has \(Self.seconds(length)) s.")
        }
        cues = found.compactMap { $0.cue.cut(at: length) }
    }

    /// Captions as they are stored, cut to a clip of `length` milliseconds, which may not have been known when they were sent.
    public init?(stored text: String, within length: Int) {
        guard let found = try? CaptionParser(text).cues() else { return nil }
        self.init(found.compactMap { $0.cue.cut(at: length) })
    }

    /// The file.
    public var webVTT: String {
        "WEBVTT\n"
            + cues.map { cue in
                let settings = cue.settings.isEmpty ? "" : " " + cue.settings
                return "\n\(Self.time(cue.start)) --> \(Self.time(cue.end))\(settings)\n\(cue.text)\n"
            }.joined()
    }

    /// `00:01:28.000`
    private static func time(_ milliseconds: Int) -> String {
        let seconds = milliseconds / 1_000
        let parts = [seconds / 3_600, seconds / 60 % 60, seconds % 60].map { $0 < 10 ? "0\($0)" : "\($0)" }
        return parts.joined(separator: ":") + "." + String(String(milliseconds % 1_000 + 1_000).dropFirst())
    }

    /// `7.96`
    private static func seconds(_ milliseconds: Int) -> String {
        "\(milliseconds / 1_000)." + String(String(milliseconds % 1_000 / 10 + 100).dropFirst())
    }
}

/// Reads a WebVTT file.
private struct CaptionParser {
    typealias Fault = Captions.Fault

    private let lines: [Substring]

    init(_ text: String) {
        let plain = text.replacing("\r\n", with: "\n").replacing("\r", with: "\n")
        lines = (plain.first == "\u{FEFF}" ? plain.dropFirst() : plain[...])
            .split(separator: "\n", omittingEmptySubsequences: false)
    }

    func cues() throws(Fault) -> [(cue: Captions.Cue, line: Int)] {
        guard let first = lines.first, first == "WEBVTT" || first.hasPrefix("WEBVTT ") || first.hasPrefix("WEBVTT\t")
        else { throw Fault(line: 1, words: "A WebVTT file begins with WEBVTT.") }
        var found: [(cue: Captions.Cue, line: Int)] = []
        var at = 1
        while at < lines.count {
            let block = lines[at...].prefix { !$0.isEmpty }
            if let cue = try self.cue(block) {
                if let before = found.last?.cue, cue.cue.start < before.start {
                    throw Fault(line: cue.line, words: "This cue begins before the one above it.")
                }
                found.append(cue)
            }
            at = block.endIndex + 1
        }
        return found
    }

    /// Nil for a note, and for the end of the head.
    private func cue(_ block: ArraySlice<Substring>) throws(Fault) -> (cue: Captions.Cue, line: Int)? {
        guard let first = block.first else { return nil }
        if first == "NOTE" || first.hasPrefix("NOTE ") || first.hasPrefix("NOTE\t") { return nil }
        let isTimed = first.contains("-->")
        let start = isTimed ? block.startIndex : block.startIndex + 1
        guard start < block.endIndex, lines[start].contains("-->") else {
            let isStyle = first.hasPrefix("STYLE") || first.hasPrefix("REGION")
            throw Fault(
                line: block.startIndex + 1,
                words: isStyle
                    ? "Styles and regions are not accepted." : "A cue needs its times: 00:00.000 --> 00:02.000")
        }
        let (begin, end, settings) = try times(lines[start], line: start + 1)
        let text = block[(start + 1)...]
        guard !text.isEmpty else { throw Fault(line: start + 1, words: "This cue has no text.") }
        for line in text.indices { try check(text[line], line: line + 1) }
        let cue = Captions.Cue(start: begin, end: end, settings: settings, text: text.joined(separator: "\n"))
        return (cue, start + 1)
    }

    private func times(_ text: Substring, line: Int) throws(Fault) -> (Int, Int, String) {
        let words = text.split { $0 == " " || $0 == "\t" }
        guard words.count >= 3, words[1] == "-->", let start = Self.milliseconds(words[0]),
            let end = Self.milliseconds(words[2])
        else { throw Fault(line: line, words: "The times of a cue are written 00:00.000 --> 00:02.000") }
        guard start < end else { throw Fault(line: line, words: "This cue ends before it begins.") }
        for setting in words[3...] where !Self.isSetting(setting) {
            throw Fault(line: line, words: "“\(setting.prefix(30))” is no setting of a cue.")
        }
        return (start, end, words[3...].joined(separator: " "))
    }

    /// `01:28.500` or `00:01:28.500`
    private static func milliseconds(_ text: Substring) -> Int? {
        let halves = text.split(separator: ".", omittingEmptySubsequences: false)
        guard halves.count == 2, halves[1].count == 3, let part = number(halves[1]) else { return nil }
        let parts = halves[0].split(separator: ":", omittingEmptySubsequences: false)
        guard (2...3).contains(parts.count), parts.allSatisfy({ $0.count == 2 }) else { return nil }
        var seconds = 0
        for (place, text) in parts.enumerated() {
            guard let number = number(text), number < 60 || place == 0 && parts.count == 3 else { return nil }
            seconds = seconds * 60 + number
        }
        return seconds * 1_000 + part
    }

    private static func number(_ text: Substring) -> Int? {
        text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } ? Int(text) : nil
    }

    private static func isSetting(_ text: Substring) -> Bool {
        let halves = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        return halves.count == 2 && ["vertical", "line", "position", "size", "align"].contains(halves[0])
            && !halves[1].isEmpty
            && halves[1].utf8.allSatisfy { byte in
                byte == UInt8(ascii: "%") || byte == UInt8(ascii: ",") || byte == UInt8(ascii: "-")
                    || byte == UInt8(ascii: ".") || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                    || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
            }
    }

    /// Only what WebVTT knows may be between `<` and `>`.
    private func check(_ text: Substring, line: Int) throws(Fault) {
        if text.unicodeScalars.contains(where: { $0.value < 0x20 && $0 != "\t" || $0.value == 0x7F }) {
            throw Fault(line: line, words: "This line has a character that cannot be shown.")
        }
        if text.contains("-->") { throw Fault(line: line, words: "Leave an empty line before the next cue.") }
        var rest = text
        while let open = rest.firstIndex(of: "<") {
            let inside = rest[rest.index(after: open)...]
            guard let close = inside.firstIndex(of: ">") else {
                throw Fault(line: line, words: "Write &lt; for a “<” that begins no markup.")
            }
            let tag = inside[..<close]
            guard Self.isMarkup(tag) else {
                throw Fault(line: line, words: "“<\(tag.prefix(30))>” is no markup of WebVTT.")
            }
            rest = inside[inside.index(after: close)...]
        }
    }

    private static func isMarkup(_ tag: Substring) -> Bool {
        if milliseconds(tag) != nil { return true }
        let named = tag.first == "/" ? tag.dropFirst() : tag
        let name = named.prefix { $0 != "." && $0 != " " && $0 != "\t" }
        return ["b", "c", "i", "lang", "rt", "ruby", "u", "v"].contains(name)
    }
}
