import Captcha
import Configuration
import Contact
import HTTPClient
import Identity
import Mail
import Testing
import Text

@Suite("Settings of mail and captcha")
struct MailSettingsTests {
    private func load(_ environment: [String: String]) throws -> Settings {
        try Settings.load(
            [MailSettings.self, ContactSettings.self, CaptchaSettings.self, IdentitySettings.self], from: environment)
    }

    private func relay(_ url: String) throws -> MailRelay? {
        try load(["MAIL_URL": url, "MAIL_FROM": "film@example.org"]).mail.delivery?.relay
    }

    private func faults(_ changes: [String: String]) -> [String] {
        do {
            _ = try load(changes)
            return []
        } catch let error as SettingsError {
            return error.faults.map(\.name)
        } catch {
            return ["\(error)"]
        }
    }

    @Test("OPS-08 without MAIL_URL there is no mail, and other mail settings do no harm")
    func none() throws {
        let settings = try load(["MAIL_FROM": "film@example.org", "HCAPTCHA_SECRET": "of an older system"])
        #expect(!settings.mail.isOn && settings.captcha.account == nil && settings.identity.linkMinutes == 15)
    }

    @Test("OPS-08 the URL says how the connection is kept from being read")
    func security() throws {
        let cases: [(String, String, Int, SMTPRelay.Security)] = [
            ("smtp://mail.example.org", "mail.example.org", 587, .startTLS),
            ("smtp://mail.example.org?starttls=no", "mail.example.org", 587, .none),
            ("smtps://mail.example.org", "mail.example.org", 465, .tls),
            ("smtp://127.0.0.1", "127.0.0.1", 25, .none), ("smtp://localhost:2525", "localhost", 2525, .none),
            ("smtp://localhost?starttls=yes", "localhost", 25, .startTLS),
        ]
        for (url, host, port, security) in cases {
            guard case .smtp(let relay) = try relay(url) else {
                Issue.record("\(url) is no SMTP relay")
                continue
            }
            #expect(relay.host == host && relay.port == port && relay.security == security, "\(url)")
        }
        #expect(try relay("sendmail:///usr/sbin/sendmail") == .sendmail("/usr/sbin/sendmail"))
    }

    @Test("OPS-08 user and password are decoded, and no description shows the password")
    func password() throws {
        let settings = try load([
            "MAIL_URL": "smtps://ida%40example.org:p%3Aw%2F%C3%BC@mail.example.org", "MAIL_FROM": "film@example.org",
        ])
        guard case .smtp(let relay) = settings.mail.delivery?.relay else {
            Issue.record("no SMTP relay")
            return
        }
        #expect(relay.user == "ida@example.org" && relay.password == "p:w/ü")
        #expect(!"\(relay) \(String(reflecting: relay)) \(settings.shown)".contains("p:w"))
        #expect(settings.shown["MAIL_URL"] == "set")
    }

    @Test(
        "OPS-05 a fault of these settings is named",
        arguments: [
            (["MAIL_URL": "smtp://mail.example.org"], ["MAIL_FROM"]),
            (["MAIL_URL": "smtp://mail.example.org", "MAIL_FROM": "not one"], ["MAIL_FROM"]),
            (["MAIL_URL": "mail.example.org", "MAIL_FROM": "f@example.org"], ["MAIL_URL"]),
            (["MAIL_URL": "sendmail://sendmail", "MAIL_FROM": "f@example.org"], ["MAIL_URL"]),
            (["MAIL_URL": "smtps://mail.example.org?starttls=no", "MAIL_FROM": "f@example.org"], ["MAIL_URL"]),
            (["MAIL_URL": "smtp://u:p@mail.example.org?starttls=no", "MAIL_FROM": "f@example.org"], ["MAIL_URL"]),
            (["MAIL_URL": "smtp://u:p%0Aq@mail.example.org", "MAIL_FROM": "f@example.org"], ["MAIL_URL"]),
            (["SIGN_IN_LINK_MINUTES": "0"], ["SIGN_IN_LINK_MINUTES"]), (["CONTACT_EMAIL": "x"], ["CONTACT_EMAIL"]),
            (["HCAPTCHA_SITE_KEY": "k"], ["HCAPTCHA_SECRET"]),
            (
                ["HCAPTCHA_SITE_KEY": "k", "HCAPTCHA_SECRET": "s", "HCAPTCHA_VERIFY_URL": "http://captcha.example"],
                ["HCAPTCHA_VERIFY_URL"]
            ),
        ] as [([String: String], [String])])
    func named(settings: [String: String], expected: [String]) {
        #expect(faults(settings) == expected)
    }

    @Test(
        "AUTH-01 an address is a plain one, in lower case, or none",
        arguments: [
            ("Ida@Example.ORG", "ida@example.org"), (" ida+film@sub.example.org ", "ida+film@sub.example.org"),
            ("root@localhost", "root@localhost"), ("ida", nil), ("ida@", nil), ("@example.org", nil),
            ("a@b@c.example", nil), ("ida@example..org", nil), (".ida@example.org", nil), ("ida@-example.org", nil),
            ("ida@example.org\r\nBcc: eve@example.org", nil), ("ida@exa mple.org", nil), ("<ida@example.org>", nil),
            ("\"ida eve\"@example.org", nil), ("ida,eve@example.org", nil), ("ida@[127.0.0.1]", nil),
            ("ïda@example.org", nil), ("ida@bücher.example", nil),
        ] as [(String, String?)])
    func address(text: String, expected: String?) {
        #expect(EmailAddress(text)?.text == expected)
    }
}
