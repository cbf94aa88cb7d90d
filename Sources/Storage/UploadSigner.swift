public import Crypto
public import FoundationEssentials
internal import Text

/// Signs permissions to write one part of one upload: its path, size, type and last moment.
public struct UploadSigner: Sendable {
    /// Where nginx takes uploads.
    public static let prefix = "/media/upload/"

    /// Why a request may not write.
    public enum Refusal: String, Error, Sendable {
        case method
        case path
        case length
        case expired
        case signature
    }

    /// The part that a valid request writes.
    public struct Part: Sendable, Hashable {
        /// The upload it belongs to.
        public let upload: UUID
        /// Its number, from 1.
        public let number: Int

        /// One part of one upload.
        public init(upload: UUID, number: Int) {
            self.upload = upload
            self.number = number
        }
    }

    private let key: SecretKey

    /// Signs with a key derived for this purpose alone.
    public init(secret: SecretKey) {
        key = secret.derived("upload")
    }

    /// The address to PUT a part to.
    public func url(for number: Int, of upload: UUID, size: Int, contentType: String, expires: Date) -> String {
        let path = Self.path(number, of: upload)
        let moment = Int(expires.timeIntervalSince1970)
        let signature = sign(path, size: size, contentType: contentType, expires: moment)
        return "\(path)?expires=\(moment)&signature=\(Text.base64url(signature))"
    }

    /// Checks a request before its body is read. `uri` is what the client sent, query included and nothing decoded.
    public func verify(
        method: String, uri: String, length: String, contentType: String, now: Date
    ) throws(Refusal) -> Part {
        guard method == "PUT" else { throw .method }
        let halves = uri.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        guard halves.count == 2, let part = Self.part(of: String(halves[0])) else { throw .path }
        // One spelling only: what is signed and what nginx writes are then the same.
        guard let size = Int(length), size > 0, String(size) == length else { throw .length }
        let fields = halves[1].split(separator: "&", omittingEmptySubsequences: false)
        guard fields.count == 2, fields[0].hasPrefix("expires="), fields[1].hasPrefix("signature="),
            let expires = Int(fields[0].dropFirst(8)), String(expires) == fields[0].dropFirst(8),
            let signature = Text.bytes(base64url: fields[1].dropFirst(10))
        else { throw .signature }
        let expected = sign(String(halves[0]), size: size, contentType: contentType, expires: expires)
        guard constantTimeEqual(expected, signature) else { throw .signature }
        guard Int(now.timeIntervalSince1970) < expires else { throw .expired }
        return part
    }

    private static func path(_ number: Int, of upload: UUID) -> String {
        prefix + upload.uuidString.lowercased() + "/\(number)"
    }

    private static func part(of path: String) -> Part? {
        guard path.hasPrefix(prefix) else { return nil }
        let pieces = path.dropFirst(prefix.count).split(separator: "/", omittingEmptySubsequences: false)
        guard pieces.count == 2, let upload = UUID(uuidString: String(pieces[0])), let number = Int(pieces[1]),
            number > 0, Self.path(number, of: upload) == path
        else { return nil }
        return Part(upload: upload, number: number)
    }

    private func sign(_ path: String, size: Int, contentType: String, expires: Int) -> [UInt8] {
        HMAC256.sign("PUT\n\(path)\n\(size)\n\(contentType)\n\(expires)", key: key)
    }
}

extension UploadPermission {
    /// nginx of this site takes the parts.
    static func local(_ request: UploadRequest) -> UploadPermission {
        let urls = (1...request.plan.count).map { number in
            request.signer.url(
                for: number, of: request.upload, size: request.plan.size(of: number),
                contentType: request.contentType, expires: request.expires)
        }
        return UploadPermission(urls: urls, headers: ["Content-Type": request.contentType])
    }
}
