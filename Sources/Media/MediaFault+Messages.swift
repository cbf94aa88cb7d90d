/// The messages of all faults, in one place so that they agree in tone.
extension MediaFault {
    static let emptyFile = MediaFault(.emptyFile, "This file is empty. Please choose the video again.")

    static let notAVideo = MediaFault(
        .notAVideo, "This file isn't a video. Export your clip as MP4, WebM or MOV.")

    static let stillImage = MediaFault(
        .stillImage, "This is a still image. Choose a video of up to 8 seconds.")

    static let audioOnly = MediaFault(
        .audioOnly, "This file has sound but no picture. Export it with its video track.")

    static let polyglot = MediaFault(
        .polyglot, "This file contains data besides the video. Export the clip again from your editor.")

    static let truncated = MediaFault(
        .truncated, "This file is incomplete. Export or download it again, then upload the whole file.")

    static func unreadable(_ evidence: String) -> MediaFault {
        MediaFault(
            .unreadable, "This video is damaged and can't be read. Export the clip again and upload the new file.",
            evidence: evidence)
    }

    static func tooLarge(_ limits: MediaLimits) -> MediaFault {
        MediaFault(
            .tooLarge,
            "This file is larger than \(limits.bytes >> 20) MB. Export it at 1080 × 1920 with a lower bit rate.")
    }

    static func typeMismatch(_ found: Container, declared: Container) -> MediaFault {
        MediaFault(
            .typeMismatch,
            "The file's name says \(declared.title), but it contains \(found.title). Rename it to "
                + ".\(found.fileExtension) or export it again.")
    }

    static func tooLong(milliseconds: Int) -> MediaFault {
        MediaFault(
            .tooLong, "This video is \(seconds(milliseconds)) long. Trim it to 8 seconds and upload it again.")
    }

    static func soundTooLong(milliseconds: Int, picture: Int) -> MediaFault {
        MediaFault(
            .tooLong,
            "This video's sound is \(seconds(milliseconds)) long, its picture \(seconds(picture)). "
                + "Trim both to 8 seconds and upload it again.")
    }

    static let tooManyPackets = MediaFault(
        .tooLong, "This file holds far more than 8 seconds. Export just the clip and upload it again.")

    static func tooShort(milliseconds: Int) -> MediaFault {
        MediaFault(
            .tooShort, "This video is only \(seconds(milliseconds)) long. A clip must be at least half a second.")
    }

    static func tooManyPixels(width: Int, height: Int, limits: MediaLimits) -> MediaFault {
        MediaFault(
            .tooManyPixels,
            "This video is \(width) × \(height). The limit is \(limits.side) pixels a side. Export it at 1080 × 1920.")
    }

    static func tooManyFrames(rate: Double, limits: MediaLimits) -> MediaFault {
        MediaFault(
            .tooManyFrames,
            "This video has \(Int(rate.rounded())) frames per second. The limit is \(Int(limits.frameRate)). "
                + "Export it at 30 or 60.")
    }

    static func unsupportedCodec(_ codec: String) -> MediaFault {
        MediaFault(
            .unsupportedCodec,
            "The video codec “\(codec)” isn't supported. Export the clip as H.264 in an MP4 file.",
            evidence: codec)
    }

    static let unsupportedColour = MediaFault(
        .unsupportedColour,
        "This Dolby Vision profile isn't supported. Export the clip as SDR or HDR10.")

    static let tooDemanding = MediaFault(
        .tooDemanding, "This video needs too much memory to process. Export it as H.264 at 1080 × 1920.")

    static let tooSlow = MediaFault(
        .tooDemanding,
        "Converting this video takes too much computing time. Export it as H.264 at 1080 × 1920 and upload it again.")

    static func toolMissing(_ evidence: String) -> MediaFault {
        MediaFault(
            .toolMissing, "We can't check videos right now. Your clip is safe, and we'll try again automatically.",
            evidence: evidence)
    }

    static func toolFailed(_ evidence: String) -> MediaFault {
        MediaFault(
            .toolFailed, "We couldn't convert this video. Export it as H.264 in an MP4 file and upload it again.",
            evidence: evidence)
    }

    static func pictureNotConverted(_ codec: String, _ evidence: String) -> MediaFault {
        MediaFault(
            .toolFailed,
            "We couldn't convert the picture of this video (\(codec)). Export it as H.264 in an MP4 file and upload it again.",
            evidence: evidence)
    }

    /// `reason` completes the sentence "After conversion …".
    static func renditionFaulty(_ reason: String) -> MediaFault {
        MediaFault(
            .renditionFaulty,
            "After conversion \(reason), so the clip was not accepted. Export it as H.264 in an MP4 file and upload it again.",
            evidence: reason)
    }

    static func toolInterrupted(_ evidence: String) -> MediaFault {
        MediaFault(
            .toolInterrupted, "Checking was interrupted. Your clip is safe, and we'll try again automatically.",
            evidence: evidence)
    }

    static func toolTimedOut(_ evidence: String) -> MediaFault {
        MediaFault(
            .toolTimedOut,
            "Checking takes longer than usual. Your clip is safe, and we'll try again automatically.",
            evidence: evidence)
    }

    static func storageFull(_ evidence: String) -> MediaFault {
        MediaFault(
            .storageFull, "We're out of storage space right now. We'll try your clip again automatically.",
            evidence: evidence)
    }

    static func storageFailed(_ evidence: String) -> MediaFault {
        MediaFault(
            .storageFailed, "We couldn't store the clip. Your upload is safe, and we'll try again automatically.",
            evidence: evidence)
    }

    /// Whether a tool complains that the file ends too early.
    static func isCut(_ complaint: String) -> Bool {
        ["moov atom not found", "partial file", "Truncat", "End of file"]
            .contains { complaint.contains($0) }
    }

    private static func seconds(_ milliseconds: Int) -> String {
        let tenths = (milliseconds + 50) / 100
        if tenths >= 36_000 { return "\(tenths / 36_000) hours" }
        if tenths >= 1_200 { return "\(tenths / 600) minutes" }
        if tenths == 10 { return "1 second" }
        return tenths % 10 == 0 ? "\(tenths / 10) seconds" : "\(tenths / 10).\(tenths % 10) seconds"
    }
}

extension Container {
    /// The name that people know.
    var title: String {
        switch self {
        case .mp4: "MP4"
        case .quickTime: "MOV"
        case .webM: "WebM"
        }
    }
}
