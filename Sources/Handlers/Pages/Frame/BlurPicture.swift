internal import FoundationEssentials
internal import Glibc

/// A picture of 3 by 5 pixels, made from a clip's blur hash.
///
/// It is a data URL of 120 bytes: it needs no request and no inline style, and a browser draws it as a gradient. In the
/// strip of a long film, whose frames are some 18 pixels wide, a browser shows no more of any picture.
struct BlurPicture {
    private static let width = 3
    private static let height = 5
    private static let digits = Array(
        "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz#$%*+,-.:;=?@[]^_{|}~".utf8)

    /// Red, green and blue of each pixel, row by row.
    let pixels: [UInt8]

    /// Nil for what is no blur hash (https://blurha.sh).
    init?(blurhash: String) {
        let values = blurhash.utf8.map { Self.digits.firstIndex(of: $0) }
        guard values.count >= 6, !values.contains(nil) else { return nil }
        let digits = values.compactMap { $0 }
        let (columns, rows) = (digits[0] % 9 + 1, digits[0] / 9 + 1)
        let mean = digits[2..<6].reduce(0) { $0 * 83 + $1 }
        guard digits.count == 4 + 2 * columns * rows, mean < 1 << 24 else { return nil }

        let peak = Double(digits[1] + 1) / 166
        var terms = [[mean >> 16, mean >> 8 & 0xFF, mean & 0xFF].map { Self.light($0) }]
        for at in stride(from: 6, to: digits.count, by: 2) {
            let value = digits[at] * 83 + digits[at + 1]
            terms.append([value / 361, value / 19 % 19, value % 19].map { Self.difference($0, peak: peak) })
        }
        pixels = (0..<Self.height).flatMap { y in
            (0..<Self.width).flatMap { x in Self.pixel(x, y, terms: terms, columns: columns) }
        }
    }

    private static func pixel(_ x: Int, _ y: Int, terms: [[Double]], columns: Int) -> [UInt8] {
        var sum = [0.0, 0.0, 0.0]
        for (number, term) in terms.enumerated() {
            let (i, j) = (Double(number % columns), Double(number / columns))
            let basis =
                cos(.pi * i * (Double(x) + 0.5) / Double(width)) * cos(.pi * j * (Double(y) + 0.5) / Double(height))
            for channel in 0..<3 { sum[channel] += term[channel] * basis }
        }
        return sum.map { Self.displayed($0) }
    }

    private static func light(_ byte: Int) -> Double {
        let value = Double(byte) / 255
        return value <= 0.04045 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4)
    }

    private static func difference(_ level: Int, peak: Double) -> Double {
        let share = (Double(level) - 9) / 9
        return (share < 0 ? -share * share : share * share) * peak
    }

    private static func displayed(_ light: Double) -> UInt8 {
        let value = max(0, min(1, light))
        let curve = value <= 0.003_130_8 ? value * 12.92 : 1.055 * pow(value, 1 / 2.4) - 0.055
        return UInt8(min(255, curve * 255 + 0.5))
    }

    /// The picture as GIF, with a palette of its own pixels.
    var dataURL: String {
        let (width, height) = (UInt8(Self.width), UInt8(Self.height))
        let count = Self.width * Self.height
        let head: [UInt8] = [0x47, 0x49, 0x46, 0x38, 0x39, 0x61, width, 0, height, 0, 0x83, 0, 0]
        let palette = pixels + [0, 0, 0]
        let (clear, end) = (16, 17)
        // Codes of five bits without compression. They stay that long as long as the table is emptied often enough.
        let codes = [clear] + Array(0..<8) + [clear] + Array(8..<count) + [end]
        let data = Self.packed(codes)
        let image: [UInt8] = [0x2C, 0, 0, 0, 0, width, 0, height, 0, 0, 4, UInt8(data.count)] + data + [0, 0x3B]
        return "data:image/gif;base64," + Data(head + palette + image).base64EncodedString()
    }

    private static func packed(_ codes: [Int]) -> [UInt8] {
        var bytes: [UInt8] = []
        var (bits, count) = (0, 0)
        for code in codes {
            bits |= code << count
            count += 5
            while count >= 8 {
                bytes.append(UInt8(bits & 0xFF))
                bits >>= 8
                count -= 8
            }
        }
        return count > 0 ? bytes + [UInt8(bits & 0xFF)] : bytes
    }
}
