/// The properties of a video as measured from its bytes.
public struct VideoFacts: Sendable, Hashable {
    /// Width as shown: rotation and pixel shape are applied.
    public var width: Int
    /// Height as shown.
    public var height: Int
    /// Length of the picture.
    public var durationMs: Int
    /// Frames of the picture.
    public var frames: Int
    /// The video codec's short name.
    public var codec: String
    /// The container the bytes are in.
    public var container: Container
    /// Which of the file's streams is the picture.
    public var videoStream: Int
    /// Which is the sound, if there is one.
    public var audioStream: Int?
    /// Quarter turns are already applied to width and height; this is what the file asks for, in degrees.
    public var rotation: Int
    /// The picture is high dynamic range and must be tone-mapped.
    public var isHighDynamicRange: Bool
    /// The picture comes in half frames.
    public var isInterlaced: Bool
}
