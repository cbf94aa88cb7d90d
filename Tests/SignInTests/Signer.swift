import Crypto
import FoundationEssentials
import Platform
import SignIn
import TestSupport
import Text

/// A provider's key, made and used by the openssl program, so that two implementations must agree.
final class Signer {
    let keyID: String
    private let directory: String
    let modulus: [UInt8]

    init(keyID: String = "k1", bits: Int = 2_048) throws {
        self.keyID = keyID
        directory = "/tmp/dailies-key-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: false)
        try Self.openssl(["genrsa", "-out", directory + "/key.pem", "\(bits)"])
        let text = try Self.openssl(["rsa", "-in", directory + "/key.pem", "-noout", "-modulus"])
        let digits = text.trimmed.dropFirst("Modulus=".count).lowercased()
        guard let modulus = Text.bytes(hex: digits) else { throw TestFault("openssl said \(text)") }
        self.modulus = modulus
    }

    deinit {
        try? FileManager.default.removeItem(atPath: directory)
    }

    /// The key as a provider publishes it.
    func webKey(_ more: String = #""use":"sig","alg":"RS256""#) -> String {
        #"{"kty":"RSA","kid":"\#(keyID)","n":"\#(Text.base64url(modulus))","e":"AQAB",\#(more)}"#
    }

    func keySet() throws -> WebKeySet { try WebKeySet.reading(#"{"keys":[\#(webKey())]}"#) }

    /// RSASSA-PKCS1-v1_5 with SHA-256.
    func sign(_ message: String) throws -> [UInt8] {
        let (plain, signed) = (directory + "/message", directory + "/signature")
        try Data(message.utf8).write(to: URL(filePath: plain))
        try Self.openssl(["dgst", "-sha256", "-sign", directory + "/key.pem", "-out", signed, plain])
        return Array(try Data(contentsOf: URL(filePath: signed)))
    }

    /// A signed token of this header and these claims.
    func token(header: String? = nil, _ claims: String) throws -> String {
        let head = Text.base64url((header ?? #"{"alg":"RS256","kid":"\#(keyID)"}"#).utf8)
        let part = head + "." + Text.base64url(claims.utf8)
        return part + "." + Text.base64url(try sign(part))
    }

    @discardableResult
    private static func openssl(_ arguments: [String]) throws -> String {
        let result = try Subprocess.run("/usr/bin/openssl", arguments, timeout: safetyLimit)
        guard result.status.isSuccess else { throw TestFault("openssl: \(result.stderr)") }
        return String(decoding: result.stdout, as: UTF8.self)
    }
}

extension WebKeySet {
    static func reading(_ text: String) throws -> WebKeySet {
        try JSONDecoder().decode(WebKeySet.self, from: Data(text.utf8))
    }
}
