package import Configuration
internal import Text

/// The programs that read and write videos.
package struct MediaSettings: SettingGroup {
    package static let title = "Media"

    package let ffmpeg = Setting(
        "FFMPEG", default: "/usr/bin/ffmpeg", .path, "The program that makes renditions and posters.")
    package let ffprobe = Setting(
        "FFPROBE", default: "/usr/bin/ffprobe", .path, "The program that reads what uploads contain.")
    package let demoClipSeconds = Setting(
        "DEMO_CLIP_SECONDS", default: DemoClips.seconds, in: 1...DemoClips.seconds, unit: "seconds",
        "The length of the clips that are drawn for the demo season. Shorter ones are made in less time.")

    package init() {}
}

extension Settings {
    /// The programs that read and write videos.
    package var media: SettingValues<MediaSettings> { self[MediaSettings.self] }
}

extension SettingValues<MediaSettings> {
    /// The programs with the usual limits.
    package var tools: MediaTools { MediaTools(ffmpeg: self.ffmpeg, ffprobe: self.ffprobe) }
}
