/// Why a file cannot become a clip, or why the tools that examine it failed.
public struct MediaFault: Error, Hashable, Sendable {
    /// The stable name of a fault, for programs.
    public enum Code: String, Sendable, CaseIterable {
        case emptyFile = "empty_file"
        case tooLarge = "too_large"
        case notAVideo = "not_a_video"
        case typeMismatch = "type_mismatch"
        case polyglot
        case truncated
        case unreadable
        case audioOnly = "audio_only"
        case stillImage = "still_image"
        case unsupportedCodec = "unsupported_codec"
        case unsupportedColour = "unsupported_colour"
        case tooLong = "too_long"
        case tooShort = "too_short"
        case tooManyPixels = "too_many_pixels"
        case tooManyFrames = "too_many_frames"
        case tooDemanding = "too_demanding"
        case toolMissing = "tool_missing"
        case toolFailed = "tool_failed"
        case toolTimedOut = "tool_timed_out"
        case storageFull = "storage_full"
    }

    /// The stable name.
    public let code: Code
    /// One or two sentences for the uploader: what is wrong and how to fix it.
    public let message: String
    /// The tool's own message, for the log only.
    public let evidence: String

    /// A fault with the text that is shown and the text that is logged.
    public init(_ code: Code, _ message: String, evidence: String = "") {
        self.code = code
        self.message = message
        self.evidence = evidence
    }

    /// Whether the machine is at fault, not the file, so that trying again later can succeed.
    public var isRetryable: Bool {
        switch code {
        case .toolMissing, .toolFailed, .toolTimedOut, .storageFull: true
        default: false
        }
    }
}

extension MediaFault: CustomStringConvertible, CustomDebugStringConvertible {
    /// The message for people.
    public var description: String { message }

    /// Code, message and evidence, for the log.
    public var debugDescription: String {
        evidence.isEmpty ? "\(code.rawValue): \(message)" : "\(code.rawValue): \(message) [\(evidence)]"
    }
}
