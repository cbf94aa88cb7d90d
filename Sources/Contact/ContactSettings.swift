package import Configuration
package import Text

/// What happens to messages of visitors.
package struct ContactSettings: SettingGroup {
    package static let title = "Contact"

    package let recipient = Setting(
        optional: "CONTACT_EMAIL", .emailAddress, "Where messages of the contact page are mailed.")

    package init() {}
}

extension Settings {
    /// What happens to messages of visitors.
    package var contact: SettingValues<ContactSettings> { self[ContactSettings.self] }
}
