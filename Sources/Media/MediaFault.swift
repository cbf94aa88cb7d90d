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
        case toolFailed = "tool_failed"
        case renditionFaulty = "rendition_faulty"
        case toolMissing = "tool_missing"
        case toolInterrupted = "tool_interrupted"
        case toolTimedOut = "tool_timed_out"
        case storageFull = "storage_full"
        case storageFailed = "storage_failed"
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

    /// Whether the machine is at fault, not the file, so that trying again later can succeed. What the tools do with the
    /// same bytes they do again, so everything else is final.
    public var isRetryable: Bool {
        switch code {
        case .toolMissing, .toolInterrupted, .toolTimedOut, .storageFull, .storageFailed: true
        default: false
        }
    }

    /// What the uploader reads when this is the last attempt.
    public var finalMessage: String {
        isRetryable
            ? "We couldn't process this clip because of a fault on our side. Please upload it again later." : message
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
