package import Configuration
internal import Text

/// The account at hCaptcha.
package struct CaptchaSettings: SettingGroup {
    package static let title = "Captcha"

    package let siteKey = Setting(
        optional: "HCAPTCHA_SITE_KEY", .text, aliases: ["NEXT_PUBLIC_HCAPTCHA_SITE_KEY"],
        "The site's public key at hCaptcha; nginx/captcha.conf must name its servers too.")
    package let secret = Setting(
        optional: "HCAPTCHA_SECRET", .text, secret: true,
        "The account's secret at hCaptcha; required with HCAPTCHA_SITE_KEY.")
    package let verifyURL = Setting(
        "HCAPTCHA_VERIFY_URL", default: "https://api.hcaptcha.com/siteverify",
        .secureURL(like: "https://api.hcaptcha.com/siteverify"), "Where the answers of the captcha are verified.")
    package let scriptURL = Setting(
        "HCAPTCHA_SCRIPT_URL", default: "https://js.hcaptcha.com/1/api.js",
        .secureURL(like: "https://js.hcaptcha.com/1/api.js"), "The address of the captcha's script.")

    package init() {}

    // The file of an older system may hold the secret alone; it takes both to have a captcha.
    package func check(_ check: inout SettingCheck<Self>) {
        check.require(\.secret, with: \.siteKey)
    }
}

extension Settings {
    /// The account at hCaptcha.
    package var captcha: SettingValues<CaptchaSettings> { self[CaptchaSettings.self] }
}

extension SettingValues<CaptchaSettings> {
    /// The account; nil when there is none.
    package var account: CaptchaAccount? {
        guard let siteKey = self.siteKey, let secret = self.secret else { return nil }
        return CaptchaAccount(
            siteKey: siteKey, secret: secret, verifyURL: self.verifyURL, scriptURL: self.scriptURL)
    }
}

/// An account at hCaptcha.
public struct CaptchaAccount: Sendable, Equatable {
    /// The key that pages contain.
    public let siteKey: String
    /// The key that only the server knows.
    public let secret: String
    /// Where answers are verified.
    public let verifyURL: String
    /// The address of the widget's script.
    public let scriptURL: String

    /// An account by its parts.
    public init(siteKey: String, secret: String, verifyURL: String, scriptURL: String) {
        self.siteKey = siteKey
        self.secret = secret
        self.verifyURL = verifyURL
        self.scriptURL = scriptURL
    }
}
