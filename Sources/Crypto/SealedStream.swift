internal import COpenSSL

/// A long text that is encrypted piece by piece, so that a piece which was changed, moved, left out or put behind the end is
/// noticed: the STREAM construction over AES-256-GCM, as age has it. Each piece has its number and whether it is the last one in
/// its nonce.
public enum SealedStream {
    /// Bytes of every piece but the last.
    public static let pieceBytes = 256 << 10
    /// Bytes before the first piece: a random salt, from which the text's own key is derived.
    public static let headBytes = 32
    private static let tagBytes = 16

    /// How many bytes a text of `count` bytes has when it is encrypted.
    public static func sealedCount(_ count: Int) -> Int {
        headBytes + count + tagBytes * max(1, (count + pieceBytes - 1) / pieceBytes)
    }

    /// Encrypts a text.
    public struct Sealer: ~Copyable {
        private let key: [UInt8]
        private var number = 0
        private var pending: [UInt8] = []

        /// What comes first in the result.
        public let head: [UInt8]

        /// Encrypts a text under a key; `context` says what the text is, and must be the same when it is decrypted.
        public init(_ secret: SecretKey, for context: String) {
            head = SecureRandom.bytes(SealedStream.headBytes)
            key = SealedStream.key(secret, head, context)
        }

        /// The encrypted bytes that are complete after `bytes`.
        public mutating func take(_ bytes: [UInt8]) -> [UInt8] {
            pending += bytes
            var output: [UInt8] = []
            // The last piece is known by `finish` only.
            var start = 0
            while pending.count - start > SealedStream.pieceBytes {
                output += piece(pending[start..<(start + SealedStream.pieceBytes)], isLast: false)
                start += SealedStream.pieceBytes
            }
            pending.removeFirst(start)
            return output
        }

        /// The rest.
        public mutating func finish() -> [UInt8] {
            defer { pending = [] }
            return piece(pending[...], isLast: true)
        }

        private mutating func piece(_ bytes: ArraySlice<UInt8>, isLast: Bool) -> [UInt8] {
            let nonce = SealedStream.nonce(number, isLast: isLast)
            number += 1
            guard let sealed = SealedStream.transform(Array(bytes), key, nonce, isSealing: true) else {
                // It fails for want of memory or of the cipher only, and a secret must not be stored in the clear.
                fatalError("AES failed")
            }
            return sealed
        }
    }

    /// Decrypts a text.
    public struct Opener: ~Copyable {
        private let secret: SecretKey
        private let context: String
        private var key: [UInt8]?
        private var number = 0
        private var pending: [UInt8] = []

        /// Decrypts what was encrypted under this key for this context.
        public init(_ secret: SecretKey, for context: String) {
            self.secret = secret
            self.context = context
        }

        /// The text that is complete after `bytes`; nil when it was not encrypted so, or was changed.
        public mutating func take(_ bytes: [UInt8]) -> [UInt8]? {
            pending += bytes
            if key == nil {
                guard pending.count >= SealedStream.headBytes else { return [] }
                key = SealedStream.key(secret, Array(pending.prefix(SealedStream.headBytes)), context)
                pending.removeFirst(SealedStream.headBytes)
            }
            let whole = SealedStream.pieceBytes + SealedStream.tagBytes
            var output: [UInt8] = []
            var start = 0
            while pending.count - start > whole {
                guard let text = piece(pending[start..<(start + whole)], isLast: false) else { return nil }
                output += text
                start += whole
            }
            pending.removeFirst(start)
            return output
        }

        /// The rest; nil when the end is missing.
        public mutating func finish() -> [UInt8]? {
            piece(pending[...], isLast: true)
        }

        private mutating func piece(_ bytes: ArraySlice<UInt8>, isLast: Bool) -> [UInt8]? {
            guard let key, bytes.count >= SealedStream.tagBytes else { return nil }
            let nonce = SealedStream.nonce(number, isLast: isLast)
            number += 1
            return SealedStream.transform(Array(bytes), key, nonce, isSealing: false)
        }
    }

    private static func key(_ secret: SecretKey, _ salt: [UInt8], _ context: String) -> [UInt8] {
        HMAC256.sign(salt + Array("dailies/stream/\(context)".utf8), key: secret)
    }

    /// Eleven bytes of the piece's number and one that is 1 for the last.
    private static func nonce(_ number: Int, isLast: Bool) -> [UInt8] {
        let digits = (0..<8).map { UInt8(truncatingIfNeeded: number >> (56 - 8 * $0)) }
        return [0, 0, 0] + digits + [isLast ? 1 : 0]
    }

    /// Encrypts a piece and puts the tag behind it, or checks the tag and decrypts.
    private static func transform(_ bytes: [UInt8], _ key: [UInt8], _ nonce: [UInt8], isSealing: Bool) -> [UInt8]? {
        guard let cipher = EVP_CIPHER_CTX_new() else { return nil }
        defer { EVP_CIPHER_CTX_free(cipher) }
        guard EVP_CipherInit_ex2(cipher, EVP_aes_256_gcm(), key, nonce, isSealing ? 1 : 0, nil) == 1 else { return nil }
        let count = isSealing ? bytes.count : bytes.count - tagBytes
        var output = [UInt8](repeating: 0, count: count + tagBytes)
        var (length, rest): (Int32, Int32) = (0, 0)
        guard EVP_CipherUpdate(cipher, &output, &length, bytes, Int32(count)) == 1, Int(length) == count else {
            return nil
        }
        var tag = isSealing ? [UInt8](repeating: 0, count: tagBytes) : Array(bytes[count...])
        if !isSealing, EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_AEAD_SET_TAG, Int32(tagBytes), &tag) != 1 { return nil }
        var spare = [UInt8](repeating: 0, count: tagBytes)
        guard EVP_CipherFinal_ex(cipher, &spare, &rest) == 1 else { return nil }
        if isSealing {
            guard EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_AEAD_GET_TAG, Int32(tagBytes), &tag) == 1 else { return nil }
            output.replaceSubrange(count..., with: tag)
        } else {
            output.removeLast(tagBytes)
        }
        return output
    }
}
