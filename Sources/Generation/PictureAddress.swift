public import Crypto
public import FoundationEssentials
internal import Text

/// Addresses at which providers read a member's picture for a quarter of an hour, where it is too large to be sent in the
/// request.
public struct PictureAddress: Sendable {
    private static let prefix = "/api/pictures/"
    private static let lifetime = 900

    private let siteURL: String
    private let key: SecretKey

    /// Addresses of a site.
    public init(siteURL: String, secret: SecretKey) {
        self.siteURL = siteURL
        key = secret.derived("provider picture")
    }

    /// The address of a picture; nil for a site that no provider can reach, since it is on loopback or speaks no https.
    func url(of image: UUID, now: Date) -> String? {
        guard siteURL.hasPrefix("https://") else { return nil }
        return siteURL + path(of: image, now: now)
    }

    /// The path and the query of that address.
    func path(of image: UUID, now: Date) -> String {
        let expires = Int(now.timeIntervalSince1970) + Self.lifetime
        return "\(Self.prefix)\(image.text).jpg?expires=\(expires)&signature=\(sign(image, expires))"
    }

    /// The picture that an address leads to; nil when it is not one of this site, or no longer.
    public func image(named name: String, expires: Int, signature: String, now: Date) -> UUID? {
        guard name.hasSuffix(".jpg"), let image = UUID(uuidString: String(name.dropLast(4))),
            constantTimeEqual(Array(signature.utf8), Array(sign(image, expires).utf8)),
            Int(now.timeIntervalSince1970) < expires
        else { return nil }
        return image
    }

    private func sign(_ image: UUID, _ expires: Int) -> String {
        Text.base64url(Array(HMAC256.sign("\(image.text) \(expires)", key: key)))
    }
}
