internal import Media

/// The limits of a clip: the only place from which the page, the API and the job that checks files have them. Lengths of
/// text are counted in Unicode code points, as Postgres counts them.
public enum ClipLimits {
    private static let media = MediaLimits()
    /// Bytes of the file.
    public static let bytes = media.bytes
    /// The longest duration in milliseconds.
    public static let milliseconds = media.durationMilliseconds
    /// By how much a file may exceed the longest duration, since encoders fill their last packets.
    public static let toleranceMilliseconds = media.toleranceMilliseconds
    /// Length of the title.
    public static let title = 1...80
    /// Length of the description.
    public static let description = 0...500

    /// The longest duration in seconds as people read it: `8.5`.
    public static var seconds: String {
        let tenths = milliseconds / 100
        return tenths % 10 == 0 ? "\(tenths / 10)" : "\(tenths / 10).\(tenths % 10)"
    }

    /// The largest file in megabytes as people read it.
    public static var megabytes: Int { bytes >> 20 }
}
