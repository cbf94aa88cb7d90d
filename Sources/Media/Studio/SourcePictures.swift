internal import Platform

/// The formats of pictures that models start from.
public enum PictureFormat: String, Sendable, CaseIterable {
    case jpeg = "image/jpeg"
    case png = "image/png"
    case webP = "image/webp"

    var demuxer: String {
        switch self {
        case .jpeg: "jpeg_pipe"
        case .png: "png_pipe"
        case .webP: "webp_pipe"
        }
    }
}

/// A picture as it is kept.
public struct SourcePicture: Sendable, Hashable {
    /// Width in pixels.
    public let width: Int
    /// Height in pixels.
    public let height: Int
}

/// Turns what members send as a picture into a JPEG that holds the pixels and nothing else.
public struct SourcePictures: Sendable {
    /// The most bytes of a file.
    public static let byteLimit = 10 << 20
    private static let sideLimit = 8_192
    private static let pixelLimit = 40_000_000
    private static let storedSide = 2_048

    private let tools: MediaTools

    /// Pictures read and written by these tools.
    public init(_ tools: MediaTools) {
        self.tools = tools
    }

    /// Writes the JPEG. The size is read from the head of the file before anything is decoded, so a small file that would
    /// unpack to gigabytes is refused unread.
    public func reencode(_ path: String, to target: String) throws(MediaFault) -> SourcePicture {
        guard let size = Files.size(path), size > 0 else { throw .emptyPicture }
        guard size <= Self.byteLimit else { throw .pictureTooLarge }
        let head: [UInt8]
        do { head = try Files.read(path, count: 1 << 18) } catch { throw .toolFailed("\(error)") }
        guard let found = PictureHead(head) else { throw .notAPicture }
        guard found.width > 0, found.height > 0, found.width <= Self.sideLimit, found.height <= Self.sideLimit,
            found.width * found.height <= Self.pixelLimit
        else { throw .pictureTooManyPixels(found.width, found.height) }
        let side = Self.storedSide
        let result = try tools.encode(
            tools.own(path, format: found.format.demuxer) + [
                "-filter_complex",
                "[0:v]scale='min(\(side),iw)':'min(\(side),ih)':force_original_aspect_ratio=decrease:flags=bicubic,"
                    + "format=rgba,split[a][b];[a]drawbox=t=fill:c=black[ground];[ground][b]overlay=format=auto,"
                    + "format=yuvj420p[out]",
                "-map", "[out]", "-frames:v", "1", "-map_metadata", "-1", "-c:v", "mjpeg", "-q:v", "3", "-f", "image2",
                "-update", "1", "file:" + target,
            ])
        guard result.isSuccess, let written = try? Files.read(target, count: 1 << 16), let made = PictureHead(written)
        else { throw .notAPicture }
        return SourcePicture(width: made.width, height: made.height)
    }

    /// Writes the last frame of a video as a JPEG, for the next step of a chain.
    public func lastFrame(of video: String, to target: String) throws(MediaFault) {
        let result = try tools.encode(
            ["-sseof", "-0.5"] + tools.own(video, format: "mp4") + [
                "-map", "0:v:0", "-c:v", "mjpeg", "-q:v", "3", "-pix_fmt", "yuvj420p", "-f", "image2", "-update", "1",
                "file:" + target,
            ])
        guard result.isSuccess, (Files.size(target) ?? 0) > 0 else { throw .toolFailed("frame: " + result.complaint) }
    }
}

/// The format and size of a picture, read from its first bytes.
struct PictureHead: Equatable {
    let format: PictureFormat
    let width: Int
    let height: Int

    init?(_ bytes: [UInt8]) {
        func big(_ offset: Int, _ count: Int) -> Int {
            guard offset + count <= bytes.count else { return 0 }
            return bytes[offset..<offset + count].reduce(0) { $0 << 8 | Int($1) }
        }
        func little(_ offset: Int, _ count: Int) -> Int {
            guard offset + count <= bytes.count else { return 0 }
            return bytes[offset..<offset + count].reversed().reduce(0) { $0 << 8 | Int($1) }
        }
        if bytes.starts(with: [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]), bytes.count >= 24,
            bytes[12..<16].elementsEqual("IHDR".utf8)
        {
            (format, width, height) = (.png, big(16, 4), big(20, 4))
        } else if bytes.starts(with: "RIFF".utf8), bytes.count >= 30, bytes[8..<12].elementsEqual("WEBP".utf8) {
            format = .webP
            switch String(decoding: bytes[12..<16], as: UTF8.self) {
            case "VP8 ": (width, height) = (little(26, 2) & 0x3fff, little(28, 2) & 0x3fff)
            case "VP8L":
                let bits = little(21, 4)
                (width, height) = ((bits & 0x3fff) + 1, (bits >> 14 & 0x3fff) + 1)
            case "VP8X": (width, height) = (little(24, 3) + 1, little(27, 3) + 1)
            default: return nil
            }
        } else if bytes.starts(with: [0xff, 0xd8, 0xff]) {
            var offset = 2
            while offset + 9 < bytes.count {
                guard bytes[offset] == 0xff else { return nil }
                let marker = bytes[offset + 1]
                if marker == 0xff {
                    offset += 1
                    continue
                }
                // A frame header: every kind of SOF but the tables that share the range.
                if (0xc0...0xcf).contains(marker), ![0xc4, 0xc8, 0xcc].contains(marker) {
                    (format, height, width) = (.jpeg, big(offset + 5, 2), big(offset + 7, 2))
                    return
                }
                offset += 2 + max(2, big(offset + 2, 2))
            }
            return nil
        } else {
            return nil
        }
    }
}

extension MediaFault {
    static let emptyPicture = MediaFault(.emptyFile, "This picture is empty. Choose another file.")
    static let pictureTooLarge = MediaFault(.tooLarge, "This picture is larger than 10 MB. Choose a smaller one.")
    static let notAPicture = MediaFault(
        .notAVideo, "This file is not a JPEG, PNG or WebP picture. Choose another file.")

    static func pictureTooManyPixels(_ width: Int, _ height: Int) -> MediaFault {
        MediaFault(
            .tooManyPixels,
            "This picture has \(width) × \(height) pixels. Choose one of up to 8192 pixels a side and 40 megapixels.")
    }
}
