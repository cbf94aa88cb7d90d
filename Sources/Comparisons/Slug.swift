/// The part of an address that a name becomes: `lighthouse-in-a-storm`.
enum Slug {
    /// Letters from a to z and digits of `text`, words joined by hyphens; at most `length` characters. Empty when there are none.
    static func of(_ text: String, length: Int) -> String {
        var words: [String] = [""]
        for scalar in text.lowercased().unicodeScalars {
            if let plain = plain(scalar) {
                words[words.count - 1] += plain
            } else if words.last != "", scalar.value < 0x300 || scalar.value > 0x36F, scalar != "'", scalar != "’" {
                words.append("")
            }
        }
        var slug = ""
        for word in words where !word.isEmpty {
            let next = slug.isEmpty ? String(word.prefix(length)) : slug + "-" + word
            if next.utf8.count > length { break }
            slug = next
        }
        return slug
    }

    private static func plain(_ scalar: Unicode.Scalar) -> String? {
        switch scalar {
        case "a"..."z", "0"..."9": String(scalar)
        case "à"..."å": "a"
        case "æ": "ae"
        case "ç": "c"
        case "è"..."ë": "e"
        case "ì"..."ï": "i"
        case "ñ": "n"
        case "ò"..."ö", "ø": "o"
        case "ß": "ss"
        case "ù"..."ü": "u"
        case "ý", "ÿ": "y"
        default: nil
        }
    }
}
