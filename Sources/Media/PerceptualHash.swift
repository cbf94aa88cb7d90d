internal import Glibc

/// 64 bits that stay close when a picture is scaled, recompressed or slightly recoloured.
public struct PerceptualHash: Hashable, Sendable {
    /// The bits.
    public let bits: UInt64

    /// A hash kept elsewhere.
    public init(bits: UInt64) { self.bits = bits }

    /// A hash from a database column, which has no unsigned integers.
    public init(stored: Int64) { bits = UInt64(bitPattern: stored) }

    /// The same bits as a database column keeps them.
    public var stored: Int64 { Int64(bitPattern: bits) }

    /// The hash of a square picture: the sign of its lowest 8 × 8 cosine terms against their median.
    public init(of pixels: Pixels) {
        let luma = pixels.luma
        let columns = Self.basis(pixels.width)
        let rows = Self.basis(pixels.height)
        // Rows first, then columns: 8 × height + 64 sums instead of 64 whole passes.
        var partial = [Double](repeating: 0, count: pixels.height * 8)
        for y in 0..<pixels.height {
            for u in 0..<8 {
                var sum = 0.0
                for x in 0..<pixels.width { sum += luma[y * pixels.width + x] * columns[u * pixels.width + x] }
                partial[y * 8 + u] = sum
            }
        }
        var terms = [Double](repeating: 0, count: 64)
        for v in 0..<8 {
            for u in 0..<8 {
                var sum = 0.0
                for y in 0..<pixels.height { sum += partial[y * 8 + u] * rows[v * pixels.height + y] }
                terms[v * 8 + u] = sum
            }
        }
        // The first term is the brightness of the whole and would outweigh the median.
        let ordered = terms.dropFirst().sorted()
        let median = ordered[ordered.count / 2]
        var bits: UInt64 = 0
        for (place, term) in terms.enumerated() where term > median + 1e-6 { bits |= 1 << UInt64(place) }
        self.bits = bits
    }

    /// In how many of the 64 bits two hashes differ; up to about 10 the pictures look alike.
    public func distance(to other: PerceptualHash) -> Int {
        (bits ^ other.bits).nonzeroBitCount
    }

    private static func basis(_ length: Int) -> [Double] {
        (0..<8).flatMap { u in
            (0..<length).map { x in cos(.pi / Double(length) * (Double(x) + 0.5) * Double(u)) }
        }
    }
}

extension Pixels {
    /// The brightness of each pixel.
    var luma: [Double] {
        stride(from: 0, to: bytes.count, by: 3).map { at -> Double in
            let red = 0.299 * Double(bytes[at])
            let green = 0.587 * Double(bytes[at + 1])
            return red + green + 0.114 * Double(bytes[at + 2])
        }
    }
}
