/// A line of capital letters as pixels, so that a label needs no font of the machine.
struct PixelLabel: Sendable {
    private let text: String

    /// Letters outside A to Z are left blank.
    init(_ text: String) {
        self.text = text
    }

    private static let height = 7
    private static let advance = 6
    private static let margin = 3

    /// The label as a PGM file: letters white, a faint ground around them.
    func portableGreymap(scale: Int) -> [UInt8] {
        let columns = text.count * Self.advance - 1 + 2 * Self.margin
        let rows = Self.height + 2 * Self.margin
        var pixels = [UInt8](repeating: 0, count: columns * scale * rows * scale)
        for (place, letter) in text.enumerated() {
            guard let glyph = Self.glyphs[letter] else { continue }
            for (y, line) in glyph.enumerated() {
                for x in 0..<5 where line & (0b10000 >> UInt8(x)) != 0 {
                    fill(&pixels, x: Self.margin + place * Self.advance + x, y: Self.margin + y, columns, scale)
                }
            }
        }
        return Array("P5\n\(columns * scale) \(rows * scale)\n255\n".utf8) + pixels
    }

    private func fill(_ pixels: inout [UInt8], x: Int, y: Int, _ columns: Int, _ scale: Int) {
        for row in 0..<scale {
            let start = (y * scale + row) * columns * scale + x * scale
            for column in 0..<scale { pixels[start + column] = 255 }
        }
    }

    /// Five columns by seven rows, the leftmost column in the highest bit.
    private static let glyphs: [Character: [UInt8]] = [
        "A": [0b01110, 0b10001, 0b10001, 0b11111, 0b10001, 0b10001, 0b10001],
        "C": [0b01110, 0b10001, 0b10000, 0b10000, 0b10000, 0b10001, 0b01110],
        "E": [0b11111, 0b10000, 0b10000, 0b11110, 0b10000, 0b10000, 0b11111],
        "I": [0b01110, 0b00100, 0b00100, 0b00100, 0b00100, 0b00100, 0b01110],
        "L": [0b10000, 0b10000, 0b10000, 0b10000, 0b10000, 0b10000, 0b11111],
        "O": [0b01110, 0b10001, 0b10001, 0b10001, 0b10001, 0b10001, 0b01110],
        "P": [0b11110, 0b10001, 0b10001, 0b11110, 0b10000, 0b10000, 0b10000],
        "R": [0b11110, 0b10001, 0b10001, 0b11110, 0b10100, 0b10010, 0b10001],
        "V": [0b10001, 0b10001, 0b10001, 0b10001, 0b10001, 0b01010, 0b00100],
        "W": [0b10001, 0b10001, 0b10001, 0b10101, 0b10101, 0b11011, 0b10001],
    ]
}
