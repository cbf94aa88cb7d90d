internal import FoundationEssentials
internal import Text

/// The text of headers.
enum MailHeader {
    /// A name in front of an address: as it is when it is made of words, else as an encoded word.
    static func phrase(_ text: String) -> String {
        let text = oneLine(text)
        let isWords = text.utf8.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte)
                || byte == 0x20
        }
        return isWords && !text.isEmpty && text.utf8.count <= 60 ? text : encodedWords(text, after: 6)
    }

    /// A subject: as it is when it is short ASCII, else as encoded words. `column` is where it begins in its line.
    static func unstructured(_ text: String, after column: Int) -> String {
        let text = oneLine(text)
        let isPlain = text.utf8.allSatisfy { (0x20...0x7e).contains($0) } && !text.contains("=?")
        return isPlain && column + text.utf8.count <= 78 ? text : encodedWords(text, after: column)
    }

    /// No control character has a place in a header; what could end one least of all.
    private static func oneLine(_ text: String) -> String {
        var clean = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            let isControl =
                scalar.value < 0x20 || (0x7f...0x9f).contains(scalar.value) || scalar == "\u{2028}"
                || scalar == "\u{2029}"
            clean.append(isControl ? " " : scalar)
        }
        return String(clean).trimmed
    }

    /// Encoded words of RFC 2047, none of which cuts a character in two or makes its line longer than 76.
    private static func encodedWords(_ text: String, after column: Int) -> String {
        var words: [String] = []
        var bytes: [UInt8] = []
        // 76 less "=?utf-8?B?" and "?=", in whole groups of four digits for three bytes.
        var room = (76 - column - 12) / 4 * 3
        for scalar in text.unicodeScalars {
            let next = Array(String(scalar).utf8)
            if bytes.count + next.count > room {
                words.append(word(bytes))
                bytes = []
                room = 45
            }
            bytes += next
        }
        words.append(word(bytes))
        return words.joined(separator: "\r\n ")
    }

    private static func word(_ bytes: [UInt8]) -> String { "=?utf-8?B?\(Data(bytes).base64EncodedString())?=" }
}

/// The encoding of bodies that are not plain ASCII.
enum QuotedPrintable {
    private static let digits = Array("0123456789ABCDEF")

    /// One line, broken softly so that no line is longer than 76.
    static func encode(_ line: some StringProtocol) -> String {
        let bytes = Array(line.utf8)
        var encoded = ""
        var column = 0
        for (index, byte) in bytes.enumerated() {
            let isBlank = byte == 0x20 || byte == 0x09
            let isPlain = (0x21...0x7e).contains(byte) && byte != UInt8(ascii: "=")
            let isLast = index == bytes.count - 1
            let piece =
                isPlain || (isBlank && !isLast)
                ? String(UnicodeScalar(byte)) : "=\(digits[Int(byte >> 4)])\(digits[Int(byte & 15)])"
            if column + piece.count > 75 {
                encoded += "=\r\n"
                column = 0
            }
            encoded += piece
            column += piece.count
        }
        return encoded
    }
}
