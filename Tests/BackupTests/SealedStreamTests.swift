import Crypto
import Testing

@Suite("OPS-06 encryption of backups")
struct SealedStreamTests {
    private let key = SecretKey([UInt8](repeating: 7, count: 32))

    private func sealed(_ text: [UInt8], pieces: Int = 100_000, for context: String = "a") -> [UInt8] {
        var sealer = SealedStream.Sealer(key, for: context)
        var output = sealer.head
        for start in stride(from: 0, to: text.count, by: pieces) {
            output += sealer.take(Array(text[start..<min(text.count, start + pieces)]))
        }
        return output + sealer.finish()
    }

    private func opened(_ bytes: [UInt8], pieces: Int = 77_777, key: SecretKey? = nil, for context: String = "a")
        -> [UInt8]?
    {
        var opener = SealedStream.Opener(key ?? self.key, for: context)
        var output: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: pieces) {
            guard let text = opener.take(Array(bytes[start..<min(bytes.count, start + pieces)])) else { return nil }
            output += text
        }
        return opener.finish().map { output + $0 }
    }

    @Test(
        "what is encrypted can be read, whatever its length",
        arguments: [0, 1, 262_143, 262_144, 262_145, 524_288, 700_001])
    func round(count: Int) {
        let text = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let bytes = sealed(text)
        #expect(bytes.count == SealedStream.sealedCount(count))
        #expect(opened(bytes) == text)
    }

    @Test("another key or place, a changed, missing, repeated or exchanged piece and a cut end are noticed")
    func changes() {
        let text = [UInt8](repeating: 1, count: 800_000)
        let bytes = sealed(text)
        let (head, piece) = (SealedStream.headBytes, SealedStream.pieceBytes + 16)
        #expect(opened(bytes, key: SecretKey([UInt8](repeating: 8, count: 32))) == nil)
        #expect(opened(bytes, for: "b") == nil)
        for place in [0, head, head + piece + 5, bytes.count - 1] {
            var other = bytes
            other[place] ^= 1
            #expect(opened(other) == nil, "\(place)")
        }
        // A whole piece less at the end is the danger: every piece that is left is genuine.
        #expect(opened(Array(bytes.prefix(head + piece))) == nil)
        #expect(opened(Array(bytes.prefix(head + 2 * piece))) == nil)
        #expect(opened(Array(bytes.dropLast())) == nil)
        #expect(opened(Array(bytes.prefix(head))) == nil)
        let begin = Array(bytes[..<head])
        let first = Array(bytes[head..<(head + piece)])
        let second = Array(bytes[(head + piece)..<(head + 2 * piece)])
        let rest = Array(bytes[(head + 2 * piece)...])
        let orders: [[[UInt8]]] = [
            [begin, second, first, rest], [begin, first, first, second, rest], [begin, second, rest],
        ]
        for order in orders {
            #expect(opened(Array(order.joined())) == nil)
        }
    }

    @Test("scrypt gives the keys of RFC 7914, and refuses costs that no sound file asks for")
    func passphrase() {
        let key = PassphraseKey.derive(
            from: "pleaseletmein", salt: Array("SodiumChloride".utf8),
            cost: .init(blocks: 16_384, size: 8, repetitions: 1))
        // The first 32 of the 64 bytes of the third vector.
        let expected = "7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2"
        let bytes = stride(from: 0, to: 64, by: 2).map { place in
            let start = expected.index(expected.startIndex, offsetBy: place)
            return UInt8(expected[start..<expected.index(start, offsetBy: 2)], radix: 16) ?? 0
        }
        #expect(key.map { HMAC256.sign("x", key: $0) } == HMAC256.sign("x", key: SecretKey(bytes)))
        for cost in [
            PassphraseKey.Cost(blocks: 1 << 24, size: 8, repetitions: 1), .init(blocks: 1_000, size: 8, repetitions: 1),
            .init(blocks: 16, size: 0, repetitions: 1), .init(blocks: 1, size: 8, repetitions: 1),
        ] {
            #expect(PassphraseKey.derive(from: "a", salt: [1], cost: cost) == nil)
        }
    }
}
