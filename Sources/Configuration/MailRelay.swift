internal import FoundationEssentials
internal import Platform

/// Who takes the mail of this site.
public enum MailRelay: Sendable, Equatable {
    /// A server that speaks SMTP.
    case smtp(SMTPRelay)
    /// A program that takes a message as `sendmail -t -i` does.
    case sendmail(String)
}

/// A server that takes mail by SMTP.
public struct SMTPRelay: Sendable, Equatable, CustomStringConvertible, CustomDebugStringConvertible {
    /// How the connection is kept from being read.
    public enum Security: Sendable, Equatable {
        /// TLS from the first byte.
        case tls
        /// TLS after STARTTLS; without it nothing is sent.
        case startTLS
        /// None, which only a loopback address or the operator's own word allows.
        case none
    }

    /// The name or number of the server.
    public let host: String
    /// Its port.
    public let port: Int
    /// How the connection is kept from being read.
    public let security: Security
    /// Whom to log in as, if anybody.
    public let user: String?
    /// The word that goes with it.
    public let password: String?
    /// The certificates to trust instead of the system's; empty for the system's.
    public let authorities: String

    /// The server without the password, so that no log ever holds it.
    public var description: String { "\(user.map { "\($0)@" } ?? "")\(host):\(port)" }

    /// The same.
    public var debugDescription: String { description }
}

extension MailRelay {
    /// Why an address of a relay cannot be used, as the end of a sentence that begins with the setting's name.
    struct Fault: Error {
        let message: String
    }

    /// Reads `smtp://user:password@host:port`, `smtps://…` or `sendmail:///path`. What is wrong is told without the text
    /// itself, which holds a password.
    init(_ text: String, authorities: String) throws(Fault) {
        let form = "must be like smtp://user:password@mail.example.org:587, smtps://… or sendmail:///usr/sbin/sendmail"
        guard let parts = URLComponents(string: text), let scheme = parts.scheme?.lowercased(), parts.fragment == nil
        else { throw Fault(message: form) }
        switch scheme {
        case "sendmail":
            guard parts.host ?? "" == "", parts.path.hasPrefix("/"), parts.path.count > 1, parts.query == nil else {
                throw Fault(message: "must name the program by its full path, as sendmail:///usr/sbin/sendmail")
            }
            self = .sendmail(parts.path)
        case "smtp", "smtps":
            guard let host = parts.host, !host.isEmpty, parts.path.isEmpty || parts.path == "/" else {
                throw Fault(message: form)
            }
            self = .smtp(try Self.relay(parts, isImplicit: scheme == "smtps", host, authorities))
        default:
            throw Fault(message: form)
        }
    }

    private static func relay(
        _ parts: URLComponents, isImplicit: Bool, _ host: String, _ authorities: String
    ) throws(Fault) -> SMTPRelay {
        let isLocal = NetworkAddress.isLoopback(host: host)
        let security: SMTPRelay.Security
        switch (isImplicit, parts.query) {
        case (true, nil): security = .tls
        // A relay on this machine offers STARTTLS with a certificate that nobody vouches for, and needs none.
        case (false, nil): security = isLocal ? .none : .startTLS
        case (false, "starttls=yes"): security = .startTLS
        case (false, "starttls=no"): security = .none
        default:
            throw Fault(message: "takes no options but ?starttls=yes and ?starttls=no, and those only with smtp://")
        }
        guard let port = parts.port ?? (isImplicit ? 465 : isLocal ? 25 : 587) as Int?, (1...65_535).contains(port)
        else { throw Fault(message: "must have a port from 1 to 65535") }
        let user = parts.user.flatMap { $0.isEmpty ? nil : $0 }
        if user != nil && security == .none && !isLocal {
            throw Fault(message: "would send its password unencrypted; remove starttls=no")
        }
        if (user ?? "").utf8.contains(where: { $0 < 0x20 })
            || (parts.password ?? "").utf8.contains(where: { $0 < 0x20 })
        {
            throw Fault(message: "must not hold control characters")
        }
        return SMTPRelay(
            host: host, port: port, security: security, user: user, password: user == nil ? nil : parts.password ?? "",
            authorities: authorities)
    }
}
