public import Crypto

/// Encryption of push messages for one browser: RFC 8291 in one record of RFC 8188 (`aes128gcm`).
public enum PushEncryption {
    /// The most bytes that a message may have: push services take bodies of 4,096 bytes.
    public static let longestMessage = 3_993

    /// The body of a push message; nil when the message is too long. `sender` must be new for each message, as `salt` is.
    public static func seal(
        _ message: [UInt8], for browser: P256PublicKey, secret: [UInt8], sender: P256PrivateKey = .random(),
        salt: [UInt8] = SecureRandom.bytes(16)
    ) -> [UInt8]? {
        guard message.count <= longestMessage, let shared = sender.sharedSecret(with: browser) else { return nil }
        let keyInfo = Array("WebPush: info".utf8) + [0] + browser.point + sender.point
        let material = HMAC256.sign(keyInfo + [1], key: HMAC256.sign(shared, key: secret))
        let pseudorandom = SecretKey(HMAC256.sign(material, key: salt))
        let key = HMAC256.sign(Array("Content-Encoding: aes128gcm".utf8) + [0, 1], key: pseudorandom).prefix(16)
        let nonce = HMAC256.sign(Array("Content-Encoding: nonce".utf8) + [0, 1], key: pseudorandom).prefix(12)
        // The byte 2 ends the last record.
        guard let record = AES128GCM.seal(message + [2], key: Array(key), nonce: Array(nonce)) else { return nil }
        let recordSize: [UInt8] = [0, 0, 0x10, 0]
        return salt + recordSize + [UInt8(sender.point.count)] + sender.point + record
    }
}
