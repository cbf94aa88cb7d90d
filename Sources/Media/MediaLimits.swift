/// The limits of a clip; the defaults are the site's rules.
public struct MediaLimits: Sendable {
    /// Bytes of the file.
    public var bytes = 50 * 1024 * 1024
    /// Length of what is presented of picture and sound, in milliseconds.
    public var durationMilliseconds = 8_500
    /// By how much a file may exceed the longest duration, in milliseconds: encoders fill their last packets, and
    /// containers round. What exceeds it is cut off.
    public var toleranceMilliseconds = 90
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

    var acceptedMilliseconds: Int { durationMilliseconds + toleranceMilliseconds }

    /// Frames of the longest rendition.
    var mostFrames: Int { durationMilliseconds * Timeline.frameRate / 1_000 }
}
