internal import FoundationEssentials
public import HTTPClient
internal import Platform
package import Text

/// What accepts the mail of this site.
public enum MailRelay: Sendable, Equatable {
    /// A server that speaks SMTP.
    case smtp(SMTPRelay)
    /// A program that accepts a message as `sendmail -t -i` does.
    case sendmail(String)

    /// The relay with certificates to trust instead of the system's.
    func trusting(_ authorities: String?) -> MailRelay {
        guard case .smtp(var relay) = self, let authorities else { return self }
        relay.authorities = authorities
        return .smtp(relay)
    }
}

extension ValueFormat<MailRelay> {
    /// `smtp://user:password@host:port`, `smtps://…` or `sendmail:///path`.
    package static var mailRelay: Self {
        ValueFormat("URL") { text throws(FormatFault) in try MailRelay(text) }
    }
}

extension MailRelay {
    /// Reads an address. Faults never contain the text, since it holds a password.
    fileprivate init(_ text: String) throws(FormatFault) {
        let form = FormatFault(
            "must be like smtp://user:password@mail.example.org:587, smtps://… or sendmail:///usr/sbin/sendmail")
        guard let parts = URLComponents(string: text), let scheme = parts.scheme?.lowercased(), parts.fragment == nil
        else { throw form }
        switch scheme {
        case "sendmail":
            guard parts.host ?? "" == "", parts.path.hasPrefix("/"), parts.path.count > 1, parts.query == nil else {
                throw FormatFault("must name the program by its full path, as sendmail:///usr/sbin/sendmail")
            }
            self = .sendmail(parts.path)
        case "smtp", "smtps":
            guard let host = parts.host, !host.isEmpty, parts.path.isEmpty || parts.path == "/" else { throw form }
            self = .smtp(try Self.relay(parts, isImplicit: scheme == "smtps", host))
        default:
            throw form
        }
    }

    private static func relay(
        _ parts: URLComponents, isImplicit: Bool, _ host: String
    ) throws(FormatFault) -> SMTPRelay {
        let isLocal = NetworkAddress.isLoopback(host: host)
        let security: SMTPRelay.Security
        switch (isImplicit, parts.query) {
        case (true, nil): security = .tls
        // A relay on this machine offers STARTTLS with a certificate that no authority has signed, and needs none.
        case (false, nil): security = isLocal ? .none : .startTLS
        case (false, "starttls=yes"): security = .startTLS
        case (false, "starttls=no"): security = .none
        default:
            throw FormatFault("allows no options but ?starttls=yes and ?starttls=no, and those only with smtp://")
        }
        guard let port = parts.port ?? (isImplicit ? 465 : isLocal ? 25 : 587) as Int?, (1...65_535).contains(port)
        else { throw FormatFault("must have a port from 1 to 65535") }
        let user = parts.user.flatMap { $0.isEmpty ? nil : $0 }
        if user != nil && security == .none && !isLocal {
            throw FormatFault("would send its password unencrypted; remove starttls=no")
        }
        if (user ?? "").utf8.contains(where: { $0 < 0x20 })
            || (parts.password ?? "").utf8.contains(where: { $0 < 0x20 })
        {
            throw FormatFault("must not contain control characters")
        }
        return SMTPRelay(
            host: host, port: port, security: security, user: user, password: user == nil ? nil : parts.password ?? "")
    }
}
