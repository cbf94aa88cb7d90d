package import Configuration
internal import Text

/// Where media are stored and found.
package struct StorageSettings: SettingGroup {
    package static let title = "Storage"

    package let mediaDirectory = Setting(
        "MEDIA_DIR", default: "/var/lib/dailies/media", .directory,
        "Where uploads arrive and published media are stored; nginx writes and serves it.")
    package let mediaBaseURL = Setting(
        optional: "MEDIA_BASE_URL", .url(like: "https://cdn.example.org/media"),
        "The address before the paths of media, of a CDN for example.")

    package init() {}
}

extension Settings {
    /// Where media are stored and found.
    package var storage: SettingValues<StorageSettings> { self[StorageSettings.self] }
}

extension SettingValues<StorageSettings> {
    /// The storage in the media directory.
    package var local: LocalStorage { LocalStorage(root: self.mediaDirectory, baseURL: self.mediaBaseURL ?? "") }
}
