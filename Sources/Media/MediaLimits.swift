/// The limits of a clip; the defaults are the site's rules.
public struct MediaLimits: Sendable {
    /// Bytes of the file.
    public var bytes = 50 * 1024 * 1024
    /// Length of the picture in milliseconds.
    public var durationMilliseconds = 8_500
    /// How far sound or container may outlast the picture: encoders fill the last audio packet.
    public var paddingMilliseconds = 100
    /// The shortest clip that is accepted, in milliseconds.
    public var shortestMilliseconds = 500
    /// Pixels on one side.
    public var side = 4_096
    /// Pixels of a frame.
    public var pixels = 40_000_000
    /// Frames a second.
    public var frameRate = 120.0

    /// The site's rules.
    public init() {}
}
