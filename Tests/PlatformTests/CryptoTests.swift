import Crypto
import Platform
import Testing
import Text

@Suite("Crypto")
struct CryptoTests {
    @Test("SHA-256 of FIPS 180-2's examples")
    func sha256() {
        #expect(
            Text.hex(SHA256.hash("abc")) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        #expect(Text.hex(SHA256.hash("")) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
        var stream = SHA256Stream()
        stream.update(Array("a".utf8))
        stream.update([])
        stream.update(Array("bc".utf8))
        #expect(stream.finish() == SHA256.hash("abc"))
    }

    @Test("HMAC-SHA-256 of RFC 4231's examples")
    func hmac() {
        #expect(
            Text.hex(HMAC256.sign("what do ya want for nothing?", key: Array("Jefe".utf8)))
                == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")
        #expect(
            Text.hex(HMAC256.sign("Hi There", key: [UInt8](repeating: 0x0b, count: 20)))
                == "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7")
        #expect(
            Text.hex(
                HMAC256.sign(
                    "Test Using Larger Than Block-Size Key - Hash Key First", key: [UInt8](repeating: 0xaa, count: 131))
            )
                == "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54")
        #expect(
            Text.hex(HMAC256.sign("", key: [UInt8]()))
                == "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad")
    }

    @Test("threads that sign with one key at a time do not disturb each other")
    func signsAtATime() throws {
        let key = SecretKey(Array("key".utf8))
        let messages = (0..<200).map { String(repeating: "m", count: $0) }
        let expected = messages.map { HMAC256.sign($0, key: Array("key".utf8)) }
        let wrong = Monitor(0)
        let threads = try (0..<8).map { number in
            try BackgroundThread(named: "sign-\(number)") {
                for _ in 0..<20 where messages.map({ HMAC256.sign($0, key: key) }) != expected {
                    wrong.update { $0 += 1 }
                }
            }
        }
        for thread in threads { thread.join() }
        #expect(wrong.withLock(\.self) == 0)
    }

    @Test("a signature holds for its message and its key only")
    func signatures() {
        let key = SecretKey(SecureRandom.bytes(32))
        let signature = HMAC256.sign("message", key: key)
        #expect(HMAC256.isValid(signature, for: "message", key: key))
        #expect(!HMAC256.isValid(signature, for: "massage", key: key))
        #expect(!HMAC256.isValid(signature, for: "message", key: key.derived("other")))
        #expect(!HMAC256.isValid([], for: "message", key: key))
        #expect(!HMAC256.isValid(signature.dropLast(), for: "message", key: key))
    }

    @Test("keys of different purposes differ, and do not show")
    func derivedKeys() {
        let key = SecretKey(Array("0123456789abcdef0123456789abcdef".utf8))
        #expect(HMAC256.sign("m", key: key.derived("a")) == HMAC256.sign("m", key: key.derived("a")))
        #expect(HMAC256.sign("m", key: key.derived("a")) != HMAC256.sign("m", key: key.derived("b")))
        #expect("\(key)" == "SecretKey" && String(reflecting: key) == "SecretKey")
    }

    @Test("comparison")
    func comparison() {
        #expect(constantTimeEqual([], []))
        #expect(constantTimeEqual([1, 2], [1, 2]))
        #expect(!constantTimeEqual([1, 2], [1, 3]))
        #expect(!constantTimeEqual([1, 2], [1, 2, 3]))
    }

    @Test("random bytes differ")
    func randomness() {
        #expect(Set((0..<100).map { _ in SecureRandom.bytes(16) }).count == 100)
        #expect(SecureRandom.bytes(0) == [])
    }

    @Test("CAT-10 GEN-06 Ed25519 signs and checks as RFC 8032 says")
    func ed25519() throws {
        let seed = try bytes("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
        let key = try #require(Ed25519.publicKey(of: seed))
        #expect(Text.hex(key) == "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")
        let signature = try #require(Ed25519.sign([], seed: seed))
        #expect(
            Text.hex(signature)
                == "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
        )
        #expect(Ed25519.isValid(signature, for: [], key: key))
        #expect(!Ed25519.isValid(signature, for: [0], key: key))
        #expect(!Ed25519.isValid(Array(signature.reversed()), for: [], key: key))
        #expect(Ed25519.sign([], seed: [1]) == nil && Ed25519.publicKey(of: []) == nil)
    }

    private func bytes(_ hex: String) throws -> [UInt8] {
        try stride(from: 0, to: hex.count, by: 2).map { offset in
            let start = hex.index(hex.startIndex, offsetBy: offset)
            return try #require(UInt8(hex[start..<hex.index(start, offsetBy: 2)], radix: 16))
        }
    }
}
