import FoundationEssentials
import Platform
import TestSupport

/// What ffprobe finds in a film.
struct FilmFacts {
    let chapters: [String]
    /// When each chapter begins, in seconds.
    let starts: [Double]
    let title: String?
    let frames: Int
    let seconds: Double
    private let path: String

    /// What the track of captions says, line by line.
    func captions() throws -> [String] {
        let result = try Subprocess.run(
            "/usr/bin/ffmpeg", ["-nostdin", "-v", "error", "-i", path, "-map", "0:s", "-f", "webvtt", "-"],
            timeout: safetyLimit)
        guard result.status.isSuccess else { throw TestFault(result.stderr) }
        return String(decoding: result.stdout, as: UTF8.self).split(separator: "\n").dropFirst().map(String.init)
            .filter { !$0.contains("-->") }
    }

    /// The loudness of all of it, in LUFS.
    func loudness() throws -> Double {
        let result = try Subprocess.run(
            "/usr/bin/ffmpeg",
            ["-nostdin", "-v", "error", "-i", path, "-map", "0:a"]
                + ["-af", "ebur128=metadata=1,ametadata=mode=print:key=lavfi.r128.I:file=-", "-f", "null", "-"],
            timeout: safetyLimit)
        let last = String(decoding: result.stdout, as: UTF8.self).split(separator: "\n").last { $0.contains("r128.I") }
        guard let value = last.flatMap({ Double($0.split(separator: "=").last ?? "") }) else {
            throw TestFault(result.stderr)
        }
        return value
    }

    private struct Report: Decodable {
        struct Chapter: Decodable {
            var startTime: String
            var tags: [String: String]?
        }
        struct Stream: Decodable {
            var codecType: String
            var nbFrames: String?
        }
        struct Format: Decodable {
            var duration: String
            var tags: [String: String]?
        }
        var chapters: [Chapter]
        var streams: [Stream]
        var format: Format
    }

    init(_ path: String) throws {
        self.path = path
        let result = try Subprocess.run(
            "/usr/bin/ffprobe",
            ["-v", "error", "-of", "json", "-show_chapters", "-show_streams", "-show_format", path],
            timeout: safetyLimit)
        guard result.status.isSuccess else { throw TestFault(result.stderr) }
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        let report = try decoder.decode(Report.self, from: Data(result.stdout))
        chapters = report.chapters.map { $0.tags?["title"] ?? "" }
        starts = report.chapters.map { Double($0.startTime) ?? -1 }
        title = report.format.tags?["title"]
        frames = Int(report.streams.first { $0.codecType == "video" }?.nbFrames ?? "") ?? 0
        seconds = Double(report.format.duration) ?? 0
    }
}
