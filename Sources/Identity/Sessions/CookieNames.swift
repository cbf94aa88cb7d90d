/// How cookies are called and guarded on this site.
public struct CookieNames: Sendable {
    /// The session's token.
    public let session: String
    /// The voter cookie.
    public let voter: String
    /// What ties a sign-in at a provider to the browser that began it.
    public let signIn: String
    /// Whether cookies go over https alone.
    public let isSecure: Bool
    /// How long a browser keeps the voter cookie, in seconds; browsers keep nothing longer.
    public static let voterLife = 400 * 86_400

    /// `__Host-` cookies cannot be set by another host or without https. On plain http of this machine there is neither.
    public init(isPlainLoopback: Bool) {
        let prefix = isPlainLoopback ? "" : "__Host-"
        session = prefix + "session"
        voter = prefix + "voter"
        signIn = prefix + "sign-in"
        isSecure = !isPlainLoopback
    }
}
