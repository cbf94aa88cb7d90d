internal import Platform
public import Text

/// How the site's mail is sent.
public struct MailSettings: Sendable, Equatable {
    /// Who takes it.
    public let relay: MailRelay
    /// Who sends it.
    public let from: EmailAddress
    /// Where answers go, if not there.
    public let replyTo: EmailAddress?

    /// Gathers the settings.
    public init(relay: MailRelay, from: EmailAddress, replyTo: EmailAddress? = nil) {
        self.relay = relay
        self.from = from
        self.replyTo = replyTo
    }
}

/// The account at hCaptcha.
public struct CaptchaSettings: Sendable, Equatable {
    /// The key that pages show.
    public let siteKey: String
    /// The key that only the server knows.
    public let secret: String
    /// Where answers are verified.
    public let verifyURL: String
    /// Where the widget's script is.
    public let scriptURL: String

    /// Gathers the settings.
    public init(siteKey: String, secret: String, verifyURL: String, scriptURL: String) {
        self.siteKey = siteKey
        self.secret = secret
        self.verifyURL = verifyURL
        self.scriptURL = scriptURL
    }
}

extension SettingsReader {
    mutating func mail() -> MailSettings? {
        let text = text("MAIL_URL")
        let from = address("MAIL_FROM")
        let replyTo = address("MAIL_REPLY_TO")
        let authorities = path("MAIL_CA_FILE")
        guard !text.isEmpty else { return nil }
        if from == nil && shown["MAIL_FROM"]?.isEmpty ?? true {
            fault("MAIL_FROM", "is required with MAIL_URL (an address such as film@example.org)")
        }
        do {
            let relay = try MailRelay(text, authorities: authorities)
            return from.map { MailSettings(relay: relay, from: $0, replyTo: replyTo) }
        } catch {
            fault("MAIL_URL", error.message)
            return nil
        }
    }

    mutating func address(_ name: String) -> EmailAddress? {
        let text = text(name)
        guard !text.isEmpty else { return nil }
        let address = EmailAddress(text)
        if address == nil { fault(name, "must be an e-mail address alone, such as film@example.org, not \"\(text)\"") }
        return address
    }

    mutating func captcha() -> CaptchaSettings? {
        let siteKey = text("HCAPTCHA_SITE_KEY")
        let secret = text("HCAPTCHA_SECRET")
        let verifyURL = serviceURL("HCAPTCHA_VERIFY_URL")
        let scriptURL = serviceURL("HCAPTCHA_SCRIPT_URL")
        // An older system's file may hold the secret alone; it takes both to have a captcha.
        guard !siteKey.isEmpty else { return nil }
        if secret.isEmpty { fault("HCAPTCHA_SECRET", "is required with HCAPTCHA_SITE_KEY") }
        return CaptchaSettings(siteKey: siteKey, secret: secret, verifyURL: verifyURL, scriptURL: scriptURL)
    }

    private mutating func serviceURL(_ name: String) -> String {
        let text = text(name)
        guard let (scheme, host, _) = parts(text), scheme == "https" || NetworkAddress.isLoopback(host: host) else {
            fault(name, "must be an https address, not \"\(text)\"")
            return text
        }
        return text
    }
}
