internal import Platform

/// Small pictures of a film for its seek bar: sheets of a hundred, and a WebVTT file that says which is when.
public struct FilmStoryboard: Sendable, Hashable {
    /// The files of the sheets, in their order.
    public let sheets: [String]
    /// The WebVTT file; it names the sheets as `name` did.
    public let index: String
}

extension FilmAssembly {
    private static let columns = 10
    /// More pictures than this would weigh more than they help.
    private static let mostPictures = 300
    private static let shorterSide = 90

    /// Draws the storyboard. Only key frames are decoded, of which there is one every two seconds and one in each clip.
    /// `name` gives the file of a sheet, by its number from 1, the name that the index uses.
    public func storyboard(of film: AssembledFilm, name: (Int) -> String) throws(MediaFault) -> FilmStoryboard {
        let seconds = (film.frames + Timeline.frameRate - 1) / Timeline.frameRate
        let step = max(1, (seconds + Self.mostPictures - 1) / Self.mostPictures)
        let count = (seconds + step - 1) / step
        let size = film.scaled(to: Self.shorterSide)
        let rows = min(Self.columns, (count + Self.columns - 1) / Self.columns)
        let graph =
            "fps=1/\(step):start_time=0,scale=\(size.width):\(size.height):flags=area,"
            + "tile=\(Self.columns)x\(rows)"
        let result = try tools.encode(
            ["-skip_frame", "nokey"] + tools.own(film.path, format: "mp4")
                + ["-an", "-vf", graph, "-fps_mode", "passthrough", "-c:v", "libwebp", "-quality", "50"]
                + ["-f", "image2", "file:" + directory + "/sheet-%d.webp"])
        try check(result, "the storyboard")
        let perSheet = Self.columns * rows
        let sheets = (1...(count + perSheet - 1) / perSheet).map { directory + "/sheet-\($0).webp" }
        guard sheets.allSatisfy({ Files.exists($0) }) else { throw .toolFailed("the storyboard lacks a sheet") }
        var text = "WEBVTT\n"
        for picture in 0..<count {
            let (x, y) = (picture % Self.columns, picture % perSheet / Self.columns)
            let end = min((picture + 1) * step * 1_000, film.durationMs)
            text += """

                \(Self.time(picture * step * 1_000)) --> \(Self.time(end))
                \(name(picture / perSheet + 1))#xywh=\(x * size.width),\(y * size.height),\(size.width),\(size.height)

                """
        }
        return FilmStoryboard(sheets: sheets, index: try write(text, "storyboard.vtt"))
    }

    /// `00:01:28.000`
    private static func time(_ milliseconds: Int) -> String {
        let seconds = milliseconds / 1_000
        let parts = [seconds / 3_600, seconds / 60 % 60, seconds % 60].map { $0 < 10 ? "0\($0)" : "\($0)" }
        return parts.joined(separator: ":") + "." + String(String(milliseconds % 1_000 + 1_000).dropFirst())
    }
}

extension AssembledFilm {
    /// The size whose shorter side has so many pixels, with even sides.
    func scaled(to shorter: Int) -> (width: Int, height: Int) {
        let side = min(width, height)
        return (width * shorter / side / 2 * 2, height * shorter / side / 2 * 2)
    }
}
