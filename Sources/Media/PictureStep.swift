internal import Platform

/// Makes the picture of a rendition from one of a file's pictures.
struct PictureStep {
    let tools: MediaTools
    let source: String
    let container: Container
    let picture: PictureFacts
    let size: (width: Int, height: Int)
    let timeline: Timeline
    let frames: Int
    let files: RenditionFiles

    /// Why it was not made.
    enum Failure: Error {
        /// Not one frame can be decoded; another picture of the file may do.
        case undecodable(MediaFault)
        /// No other picture replaces a damaged one.
        case final(MediaFault)
    }

    /// What the sound and the index need beside the picture, at most.
    private static let reserve = 250_000

    /// With any quality and any preset up to veryfast the stream has the same headers, so that a film can
    /// be joined from any of them without encoding. Slower presets move the chroma's quantiser and need a number here.
    ///
    /// The rate's buffer is not full at the start, which keeps the first pictures of a noisy clip small: a page loads no
    /// more than 256 kB of the clip that comes next (`web/js/core/clip-video.js`).
    private static let joinable =
        "vbv-init=0.4:stitchable=1:bframes=2:b-pyramid=none:ref=1:cabac=1:8x8dct=1:weightp=1:weightb=1:interlaced=0"

    /// How the picture of a rendition is coded, and of all that is joined with renditions.
    static func coding(_ tools: MediaTools, kilobits: Int) -> [String] {
        [
            "-c:v", "libx264", "-preset", tools.preset, "-threads", "\(tools.threads)", "-profile:v", "high",
            "-level:v", "4.0", "-pix_fmt", "yuv420p", "-crf", "\(tools.quality)", "-maxrate", "\(kilobits)k",
            "-bufsize", "\(kilobits)k", "-g", "\(Timeline.frameRate * 2)", "-x264-params", joinable,
            "-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709", "-color_range", "tv",
        ]
    }

    func run(onProgress: (Double) -> Void) throws(Failure) {
        // The buffer counts beside the rate: 9.5 seconds' worth of 3.8 Mbit/s and the sound stay below the limit.
        for kilobits in [3_800, 2_400] {
            // Only decoding tells that a picture changes its size, which is rare: then everything is done again.
            if try encode(kilobits: kilobits, changesSize: false, onProgress) {
                _ = try encode(kilobits: kilobits, changesSize: true, onProgress)
            }
            if let size = Files.size(files.picture), size <= Renditions.byteLimit - Self.reserve { return }
        }
        throw .final(.toolFailed("picture above \(Renditions.byteLimit) bytes"))
    }

    /// Returns whether the picture changes its size in the middle, which this graph did not expect.
    private func encode(
        kilobits: Int, changesSize: Bool, _ onProgress: (Double) -> Void
    ) throws(Failure) -> Bool {
        let graph = FilterGraph(
            picture: picture, size: size, start: timeline.start, frames: frames, changesSize: changesSize)
        let input =
            [
                "-loglevel", "level+warning", "-xerror", "-copyts", "-noautorotate", "-reinit_filter", "0", "-threads",
                "\(tools.threads)",
            ]
            + tools.untrusted(source, container)
        let coding =
            Self.coding(tools, kilobits: kilobits) + [
                // NUT holds no display matrix: ffmpeg would copy the source's, although the picture is upright by now.
                "-fflags", "+bitexact", "-map_metadata", "-1", "-map_chapters", "-1",
            ]
        var reader = ProgressReader()
        let result: MediaTools.Outcome
        do throws(MediaFault) {
            result = try tools.encode(
                input + ["-filter_complex", graph.text, "-map", "[picture]"] + coding
                    + ["-progress", "pipe:1", "-stats_period", "0.5", "-f", "nut", "file:" + files.picture]
                    + ["-map", "[seen]", "-fps_mode", "passthrough", "-f", "rawvideo", "file:" + files.seen]
            ) { piece in
                reader.read(piece)
                onProgress(min(1, Double(reader.frames) / Double(frames)))
            }
        } catch {
            throw .final(error)
        }
        guard !result.isSuccess else { return !changesSize && result.hasChangedFrames }
        throw failure(result.complaint, encoded: reader.frames)
    }

    private func failure(_ complaint: String, encoded: Int) -> Failure {
        let isSeen = encoded > 0 || (Files.size(files.seen) ?? 0) > 0
        if MediaFault.isCut(complaint) { return .final(.truncated) }
        if complaint.contains("ecoder") && complaint.contains("not found") {
            return .undecodable(.unsupportedCodec(picture.codec))
        }
        if ["nitializing filters", "Error while filtering", "into filter network"].contains(where: complaint.contains) {
            return .final(.pictureNotConverted(picture.codec, complaint))
        }
        return isSeen ? .final(.unreadable(complaint)) : .undecodable(.unreadable(complaint))
    }
}

/// Reads the number of finished frames from what ffmpeg's `-progress` prints.
struct ProgressReader {
    private(set) var frames = 0
    private var rest: [UInt8] = []

    mutating func read(_ piece: ArraySlice<UInt8>) {
        rest += piece
        guard let end = rest.lastIndex(of: UInt8(ascii: "\n")) else { return }
        for line in rest[..<end].split(separator: UInt8(ascii: "\n")) where line.starts(with: Array("frame=".utf8)) {
            let number = String(decoding: line.dropFirst(6), as: UTF8.self).filter { $0 != " " }
            frames = Int(number) ?? frames
        }
        rest.removeSubrange(...end)
    }
}
