package import Configuration
public import Text

/// How the site sends mail.
package struct MailSettings: SettingGroup {
    package static let title = "Mail"

    package let relay = Setting(
        optional: "MAIL_URL", .mailRelay, secret: true,
        "The server or program that accepts mail: `smtp://user:password@host:port` (STARTTLS unless the host is this "
            + "machine; `?starttls=yes` or `no` decides), `smtps://…`, or `sendmail:///usr/sbin/sendmail`. The site "
            + "sends no mail when empty.")
    package let from = Setting(
        optional: "MAIL_FROM", .emailAddress, "The sender of the site's mail; required with MAIL_URL.")
    package let replyTo = Setting(
        optional: "MAIL_REPLY_TO", .emailAddress, "Where answers to the site's mail go; MAIL_FROM when empty.")
    package let authorities = Setting(
        optional: "MAIL_CA_FILE", .path,
        "The certificates, in PEM, that the mail server's certificate must be signed by; the system's when empty.")

    package init() {}

    package func check(_ check: inout SettingCheck<Self>) {
        check.require(\.from, with: \.relay)
    }
}

extension Settings {
    /// How the site sends mail.
    package var mail: SettingValues<MailSettings> { self[MailSettings.self] }
}

extension SettingValues<MailSettings> {
    /// Whether the site sends mail.
    package var isOn: Bool { delivery != nil }

    /// How the site sends mail; nil when it sends none.
    package var delivery: MailDelivery? {
        guard let relay = self.relay, let from = self.from else { return nil }
        return MailDelivery(relay: relay.trusting(self.authorities), from: from, replyTo: self.replyTo)
    }
}

/// How the site sends mail.
public struct MailDelivery: Sendable, Equatable {
    /// The server or program that accepts it.
    public let relay: MailRelay
    /// Its sender.
    public let from: EmailAddress
    /// Where answers go, unless it is the sender.
    public let replyTo: EmailAddress?

    /// A delivery by its parts.
    public init(relay: MailRelay, from: EmailAddress, replyTo: EmailAddress? = nil) {
        self.relay = relay
        self.from = from
        self.replyTo = replyTo
    }
}
