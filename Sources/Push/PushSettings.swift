package import Configuration
package import Crypto
internal import Text

/// How the site pushes notifications to browsers.
package struct PushSettings: SettingGroup {
    package static let title = "Push"

    package let privateKey = Setting(
        optional: "PUSH_PRIVATE_KEY", .pushKey, secret: true,
        "The private key by which push services know the site: 32 bytes of the curve P-256 in base64url. Derived from "
            + "SECRET_KEY when empty. With another key every browser has to be subscribed again.")
    package let services = Setting(
        "PUSH_SERVICES",
        default: PushServices.standard.joined(separator: ","),
        .list(.text, "host names, comma-separated"),
        "The push services that notifications may be sent to, by host name, each with all names below it. An origin such as "
            + "`http://127.0.0.1:8080` allows a service on this machine.")

    package init() {}
}

extension Settings {
    /// How the site pushes notifications to browsers.
    package var push: SettingValues<PushSettings> { self[PushSettings.self] }
}

extension SettingValues<PushSettings> {
    /// The push services that may be called.
    package var allowed: PushServices { PushServices(self.services) }

    /// By which push services know this site. `contact` is the operator's address, if there is one.
    package func identity(secretKey: [UInt8], contact: String, siteURL: String) -> PushIdentity {
        let key = self.privateKey ?? .derived(from: SecretKey(secretKey), "push")
        return PushIdentity(key: key, subject: contact.isEmpty ? siteURL : "mailto:" + contact)
    }
}

extension ValueFormat<P256PrivateKey> {
    /// The 32 bytes of a private key in base64url.
    fileprivate static var pushKey: Self {
        ValueFormat("base64url") { text throws(FormatFault) in
            guard let key = Text.bytes(base64url: text).flatMap({ P256PrivateKey($0) }) else {
                throw FormatFault("must be 32 bytes of a P-256 key in base64url")
            }
            return key
        }
    }
}
