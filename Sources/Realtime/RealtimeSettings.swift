package import Configuration
internal import Text

/// How events reach browsers.
package struct RealtimeSettings: SettingGroup {
    package static let title = "Events"

    package let publishSocket = Setting(
        "PUBLISH_SOCKET", default: "/run/dailies/publish/publish.sock", .path,
        "The socket at which nginx (nchan) receives the events to publish.")

    package init() {}
}

extension Settings {
    /// How events reach browsers.
    package var realtime: SettingValues<RealtimeSettings> { self[RealtimeSettings.self] }
}
