internal import Glibc

/// A picture as rows of red, green, blue bytes.
public struct Pixels: Sendable {
    let width: Int
    let height: Int
    let bytes: [UInt8]

    /// Nil unless the bytes are exactly `width` × `height` × 3.
    public init?(width: Int, height: Int, bytes: [UInt8]) {
        guard width > 0, height > 0, bytes.count == width * height * 3 else { return nil }
        self.width = width
        self.height = height
        self.bytes = bytes
    }
}

/// The BlurHash text of a picture (https://blurha.sh): a few cosine terms in base 83.
public enum BlurHash {
    private static let digits = Array(
        "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz#$%*+,-.:;=?@[]^_{|}~")

    /// The text with `x` by `y` terms, each 1 to 9.
    public static func encode(_ pixels: Pixels, x: Int = 3, y: Int = 4) -> String {
        precondition((1...9).contains(x) && (1...9).contains(y))
        let linear = pixels.bytes.map { linearLight($0) }
        var terms: [(Double, Double, Double)] = []
        for j in 0..<y {
            for i in 0..<x {
                terms.append(term(i, j, of: linear, width: pixels.width, height: pixels.height))
            }
        }
        let rest = terms.dropFirst()
        let peak = rest.map { max(abs($0.0), abs($0.1), abs($0.2)) }.max() ?? 0
        let quantised = rest.isEmpty ? 0 : max(0, min(82, Int(peak * 166 - 0.5)))
        let scale = rest.isEmpty ? 1 : Double(quantised + 1) / 166

        var text = base83((x - 1) + (y - 1) * 9, length: 1)
        text += base83(quantised, length: 1)
        text += base83(direct(terms[0]), length: 4)
        for value in rest { text += base83(alternating(value, scale: scale), length: 2) }
        return text
    }

    private static func term(_ i: Int, _ j: Int, of linear: [Double], width: Int, height: Int)
        -> (Double, Double, Double)
    {
        var sum = (0.0, 0.0, 0.0)
        for row in 0..<height {
            let vertical = cos(.pi * Double(j) * Double(row) / Double(height))
            for column in 0..<width {
                let basis = vertical * cos(.pi * Double(i) * Double(column) / Double(width))
                let at = (row * width + column) * 3
                sum.0 += basis * linear[at]
                sum.1 += basis * linear[at + 1]
                sum.2 += basis * linear[at + 2]
            }
        }
        let share = (i == 0 && j == 0 ? 1.0 : 2.0) / Double(width * height)
        return (sum.0 * share, sum.1 * share, sum.2 * share)
    }

    private static func direct(_ value: (Double, Double, Double)) -> Int {
        displayed(value.0) << 16 + displayed(value.1) << 8 + displayed(value.2)
    }

    private static func alternating(_ value: (Double, Double, Double), scale: Double) -> Int {
        func level(_ part: Double) -> Int {
            let ratio = part / scale
            let root = ratio < 0 ? -(-ratio).squareRoot() : ratio.squareRoot()
            return max(0, min(18, Int((root * 9 + 9.5).rounded(.down))))
        }
        return level(value.0) * 361 + level(value.1) * 19 + level(value.2)
    }

    private static func linearLight(_ byte: UInt8) -> Double {
        let value = Double(byte) / 255
        return value <= 0.04045 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4)
    }

    private static func displayed(_ light: Double) -> Int {
        let value = max(0, min(1, light))
        let curve = value <= 0.003_130_8 ? value * 12.92 : 1.055 * pow(value, 1 / 2.4) - 0.055
        return Int(curve * 255 + 0.5)
    }

    private static func base83(_ value: Int, length: Int) -> String {
        var left = value
        var text: [Character] = []
        for _ in 0..<length {
            text.append(digits[left % 83])
            left /= 83
        }
        return String(text.reversed())
    }
}
