/// The sentences of the refusals, in one place so that they agree in tone.
extension MediaFault {
    static let emptyFile = MediaFault(.emptyFile, "The file is empty. Choose the video again.")

    static let notAVideo = MediaFault(
        .notAVideo, "This is not a video, whatever its name says. Export the clip as MP4, WebM or MOV.")

    static let stillImage = MediaFault(
        .stillImage, "This is a picture, not a video. Choose a moving clip of up to 8 seconds.")

    static let audioOnly = MediaFault(
        .audioOnly, "There is sound but no picture in this file. Export it with its video track.")

    static let polyglot = MediaFault(
        .polyglot, "The file holds something besides the video. Export the clip again from your editor.")

    static let truncated = MediaFault(
        .truncated, "The file ends before the video does. Export or download it again and upload the whole file.")

    static func unreadable(_ evidence: String) -> MediaFault {
        MediaFault(
            .unreadable, "The video is damaged and cannot be read. Export the clip again and upload the new file.",
            evidence: evidence)
    }

    static func tooLarge(_ limits: MediaLimits) -> MediaFault {
        MediaFault(
            .tooLarge,
            "The file is larger than \(limits.bytes >> 20) MB. Export it at 1080 × 1920 with a lower bit rate.")
    }

    static func typeMismatch(_ found: Container, declared: Container) -> MediaFault {
        MediaFault(
            .typeMismatch,
            "The file is named as \(declared.title) but holds \(found.title). Rename it to .\(found.fileExtension) "
                + "or export it again.")
    }

    static func tooLong(milliseconds: Int) -> MediaFault {
        MediaFault(
            .tooLong, "The video lasts \(seconds(milliseconds)). A clip may last 8 seconds; cut it and upload it again."
        )
    }

    static func tooShort(milliseconds: Int) -> MediaFault {
        MediaFault(
            .tooShort, "The video lasts only \(seconds(milliseconds)). A clip needs at least half a second.")
    }

    static func tooManyPixels(width: Int, height: Int, limits: MediaLimits) -> MediaFault {
        MediaFault(
            .tooManyPixels,
            "The picture is \(width) × \(height). At most \(limits.side) pixels a side can be taken; "
                + "export it at 1080 × 1920.")
    }

    static func tooManyFrames(rate: Double, limits: MediaLimits) -> MediaFault {
        MediaFault(
            .tooManyFrames,
            "The video has \(Int(rate.rounded())) frames a second. At most \(Int(limits.frameRate)) can be taken; "
                + "export it at 30 or 60.")
    }

    static func unsupportedCodec(_ codec: String) -> MediaFault {
        MediaFault(
            .unsupportedCodec, "The video's coding “\(codec)” cannot be taken. Export it as H.264 in an MP4 file.",
            evidence: codec)
    }

    static let unsupportedColour = MediaFault(
        .unsupportedColour,
        "The video is in a Dolby Vision profile without a standard picture. Export it as SDR or HDR10.")

    static let tooDemanding = MediaFault(
        .tooDemanding, "The video needs too much memory to decode. Export it as H.264 at 1080 × 1920.")

    static func toolMissing(_ evidence: String) -> MediaFault {
        MediaFault(
            .toolMissing, "Videos cannot be checked at the moment. Nothing is lost; it is tried again by itself.",
            evidence: evidence)
    }

    static func toolFailed(_ evidence: String) -> MediaFault {
        MediaFault(
            .toolFailed, "The video could not be converted. Export it as H.264 in an MP4 file and upload it again.",
            evidence: evidence)
    }

    static func toolTimedOut(_ evidence: String) -> MediaFault {
        MediaFault(
            .toolTimedOut,
            "Converting the video took too long. Export it as H.264 at 1080 × 1920 and upload it again.",
            evidence: evidence)
    }

    static func storageFull(_ evidence: String) -> MediaFault {
        MediaFault(
            .storageFull, "There is no room left for the video at the moment. It is tried again by itself.",
            evidence: evidence)
    }

    private static func seconds(_ milliseconds: Int) -> String {
        let tenths = (milliseconds + 50) / 100
        if tenths >= 36_000 { return "\(tenths / 36_000) hours" }
        if tenths >= 1_200 { return "\(tenths / 600) minutes" }
        return tenths % 10 == 0 ? "\(tenths / 10) seconds" : "\(tenths / 10).\(tenths % 10) seconds"
    }
}

extension Container {
    /// The name people know.
    var title: String {
        switch self {
        case .mp4: "MP4"
        case .quickTime: "MOV"
        case .webM: "WebM"
        }
    }
}
