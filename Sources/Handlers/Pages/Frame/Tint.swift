internal import FoundationEssentials

/// The mean colour of a picture.
struct Tint {
    private let red: UInt8, green: UInt8, blue: UInt8

    /// Reads the colour from a blur hash, whose third to sixth character are it; nil for what is none.
    init?(blurhash: String) {
        let digits = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz#$%*+,-.:;=?@[]^_{|}~".utf8)
        let characters = Array(blurhash.utf8)
        guard characters.count >= 6 else { return nil }
        var value = 0
        for character in characters[2..<6] {
            guard let digit = digits.firstIndex(of: character) else { return nil }
            value = value * 83 + digit
        }
        guard value < 1 << 24 else { return nil }
        (red, green, blue) = (UInt8(value >> 16), UInt8(value >> 8 & 0xFF), UInt8(value & 0xFF))
    }

    /// A picture of one pixel, which needs no request and no inline style.
    var dataURL: String {
        let head: [UInt8] = [0x47, 0x49, 0x46, 0x38, 0x39, 0x61, 1, 0, 1, 0, 0x80, 0, 0]
        let tail: [UInt8] = [0, 0, 0, 0x2C, 0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 2, 0x44, 1, 0, 0x3B]
        return "data:image/gif;base64," + Data(head + [red, green, blue] + tail).base64EncodedString()
    }
}
