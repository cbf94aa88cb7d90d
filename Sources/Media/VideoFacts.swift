/// What an uploaded file contains, as measured from its bytes. Streams are listed in the order in which they are tried.
public struct VideoFacts: Sendable, Hashable {
    /// The container the bytes are in.
    public var container: Container
    /// The moving pictures, the one that a player shows first. Never empty.
    public var pictures: [PictureFacts]
    /// The sounds, the one that a player plays first.
    public var sounds: [SoundFacts]
    /// Length that the file's head declares for streams that are all used, for containers whose last frame has no
    /// length of its own.
    var declaredEnd: StreamTime?

    /// The ending of a file that every browser plays as it is; nil for any other.
    public var browserExtension: String? {
        let sound = sounds.first?.codec
        guard picture.pixelFormat == "yuv420p" || picture.pixelFormat == "yuvj420p", !picture.isInterlaced,
            !picture.isHighDynamicRange
        else { return nil }
        switch container {
        case .mp4, .quickTime:
            return picture.codec == "h264" && (sound == nil || sound == "aac" || sound == "mp3") ? "mp4" : nil
        case .webM:
            let isPlayed = ["vp8", "vp9"].contains(picture.codec)
            return isPlayed && (sound == nil || sound == "opus" || sound == "vorbis") ? "webm" : nil
        }
    }

    /// The picture that a player shows.
    public var picture: PictureFacts { pictures[0] }
    /// Length of the picture and the sound that a player presents, in milliseconds.
    public var durationMs: Int {
        Timeline(picture: picture, sound: sounds.first(where: \.isKnown), declaredEnd: declaredEnd).length.milliseconds
    }
}

/// One moving picture of a file.
public struct PictureFacts: Sendable, Hashable {
    /// Which of the file's streams it is.
    public var stream: Int
    /// The codec's short name.
    public var codec: String
    /// Width as shown: rotation and pixel shape are applied.
    public var width: Int
    /// Height as shown.
    public var height: Int
    /// Frames that are shown.
    public var frames: Int
    /// Clockwise rotation that the file asks for, in degrees. It is already applied to width and height.
    public var rotation: Int
    /// The picture has a high dynamic range and must be tone-mapped.
    public var isHighDynamicRange: Bool
    /// The picture comes in half frames.
    public var isInterlaced: Bool

    /// When the first frame is shown and the last one ends, on the file's clock.
    var span: StreamSpan
    var isDefault: Bool
    /// The frame as it is coded, before rotation.
    var codedWidth: Int
    var codedHeight: Int
    /// Width of a pixel divided by its height; nil when the file's value is absurd and is ignored.
    var pixelShape: Double?
    var colour: ColourTags
    /// Filters that turn the coded frame upright.
    var uprighting: [String]
    /// How a pixel is coded, by ffmpeg's name.
    var pixelFormat: String?

    /// Length of the picture in milliseconds.
    var durationMs: Int { (span.end - span.start).milliseconds }
}

/// One sound of a file.
public struct SoundFacts: Sendable, Hashable {
    /// Which of the file's streams it is.
    public var stream: Int
    /// The codec's short name.
    public var codec: String
    /// Number of channels.
    public var channels: Int

    var span: StreamSpan
    var isDefault: Bool
    /// Whether the file says which channel is which.
    var hasLayout: Bool
    /// Whether it is in one of the codecs that are read here.
    var isKnown: Bool { Codecs.sounds.contains(codec) }
}

/// A moment on a file's clock, in microseconds.
struct StreamTime: Sendable, Hashable, Comparable {
    var microseconds: Int

    static let zero = StreamTime(microseconds: 0)

    init(microseconds: Int) {
        self.microseconds = microseconds
    }

    /// Nil for text that is not a number of seconds in a sane range.
    init?(seconds text: String?) {
        guard let value = text.flatMap(Double.init), value.isFinite, abs(value) < 1e9 else { return nil }
        microseconds = Int((value * 1_000_000).rounded())
    }

    var milliseconds: Int { (microseconds + 500) / 1_000 }

    /// The moment in seconds, as ffmpeg reads it.
    var text: String {
        let sign = microseconds < 0 ? "-" : ""
        let size = microseconds.magnitude
        return "\(sign)\(size / 1_000_000)." + String(String(size % 1_000_000 + 1_000_000).dropFirst())
    }

    static func < (one: StreamTime, other: StreamTime) -> Bool { one.microseconds < other.microseconds }

    static func - (one: StreamTime, other: StreamTime) -> StreamTime {
        StreamTime(microseconds: one.microseconds - other.microseconds)
    }
}

/// From the first moment of a stream to its last.
struct StreamSpan: Sendable, Hashable {
    var start: StreamTime
    var end: StreamTime
}
