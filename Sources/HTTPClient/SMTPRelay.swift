/// A server that accepts mail by SMTP.
public struct SMTPRelay: Sendable, Equatable, CustomStringConvertible, CustomDebugStringConvertible {
    /// How the connection is encrypted.
    public enum Security: Sendable, Equatable {
        /// TLS from the first byte.
        case tls
        /// TLS after STARTTLS; without it nothing is sent.
        case startTLS
        /// Not at all, which only a loopback address or the operator's explicit choice allows.
        case none
    }

    /// The name or number of the server.
    public let host: String
    /// Its port.
    public let port: Int
    /// How the connection is encrypted.
    public let security: Security
    /// The account to log in to, if any.
    public let user: String?
    /// The account's password.
    public let password: String?
    /// The file of certificates to trust instead of the system's; empty for the system's.
    public var authorities: String

    /// A server by its parts.
    public init(
        host: String, port: Int, security: Security, user: String? = nil, password: String? = nil,
        authorities: String = ""
    ) {
        self.host = host
        self.port = port
        self.security = security
        self.user = user
        self.password = password
        self.authorities = authorities
    }

    /// The server without the password, so that no log ever holds it.
    public var description: String { "\(user.map { "\($0)@" } ?? "")\(host):\(port)" }

    /// The same.
    public var debugDescription: String { description }
}
