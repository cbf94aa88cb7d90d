/// The accepted file formats, recognised by their bytes.
public enum Container: String, Sendable, CaseIterable {
    case mp4
    case quickTime
    case webM

    /// The media type an upload declares.
    public var contentType: String {
        switch self {
        case .mp4: "video/mp4"
        case .quickTime: "video/quicktime"
        case .webM: "video/webm"
        }
    }

    /// The usual end of its file name.
    public var fileExtension: String {
        switch self {
        case .mp4: "mp4"
        case .quickTime: "mov"
        case .webM: "webm"
        }
    }

    /// ffmpeg's name of the one demuxer that may open it: no playlist, no concatenation script, no image sequence.
    var demuxer: String {
        switch self {
        case .mp4, .quickTime: "mov"
        case .webM: "matroska"
        }
    }

    /// The container whose media type this is.
    public init?(contentType: String) {
        guard let found = Container.allCases.first(where: { $0.contentType == contentType }) else { return nil }
        self = found
    }

    /// Phones write MP4 and QuickTime brands interchangeably, and a browser derives the type from the file's extension.
    func isCompatible(with declared: Container) -> Bool {
        demuxer == declared.demuxer
    }
}
