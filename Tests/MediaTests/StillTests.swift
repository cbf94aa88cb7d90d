import Media
import Testing

@Suite("CLIP-04 placeholders and hashes of known pictures")
struct StillTests {
    private func picture(_ colour: (Int, Int) -> (Int, Int, Int)) throws -> Pixels {
        let side = 8
        let bytes = (0..<side).flatMap { y in
            (0..<side).flatMap { x -> [UInt8] in
                let (red, green, blue) = colour(x, y)
                return [UInt8(red % 256), UInt8(green % 256), UInt8(blue % 256)]
            }
        }
        return try #require(Pixels(width: side, height: side, bytes: bytes))
    }

    @Test("CLIP-04 the placeholder is what the reference implementation writes")
    func blurhash() throws {
        let pattern = try picture { x, y in (x * 37 + y * 11, x * 5 + y * 29, 255 - x * 20 - y * 7 + 256) }
        #expect(BlurHash.encode(pattern) == "T,GboNSoAdq.NgbIWGbIoLtSj^S5")
        let plain = try picture { _, _ in (200, 100, 50) }
        #expect(BlurHash.encode(plain).hasPrefix("TNM|T9"))
        #expect(Pixels(width: 2, height: 2, bytes: [1, 2, 3]) == nil)
    }

    @Test("CLIP-04 the hash ignores brightness and sees structure")
    func hash() throws {
        let one = PerceptualHash(of: try picture { x, y in (x * 20, x * 20, y * 9) })
        let brighter = PerceptualHash(of: try picture { x, y in (x * 20 + 40, x * 20 + 40, y * 9 + 40) })
        let other = PerceptualHash(
            of: try picture { x, y in (x / 2 % 2 * 200, y / 2 % 2 * 200, (x + y) / 3 % 2 * 200) })
        #expect(one.distance(to: brighter) <= 2)
        #expect(one.distance(to: other) > 10)
        #expect(one.distance(to: one) == 0)
    }
}
