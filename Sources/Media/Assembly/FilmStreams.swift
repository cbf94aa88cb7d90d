internal import Platform

/// A film for HTTP Live Streaming: a playlist of playlists, and for each of them one fragmented MP4 file, whose segments are
/// ranges of bytes.
public struct FilmStreams: Sendable, Hashable {
    /// The playlist that names the others.
    public let master: String
    /// The playlists and the files, by the names that the playlists use.
    public let files: [String: String]
}

extension FilmAssembly {
    /// The shorter sides of the smaller pictures. The renditions themselves are the largest.
    private static let ladder = [(side: 360, kilobits: 700), (side: 720, kilobits: 2_200)]

    /// Makes the streams. Smaller pictures are encoded clip by clip, so that each step takes seconds; `onStep` runs
    /// after each with the share that is done.
    public func streams(
        of film: AssembledFilm, parts: [FilmPart], prefix: String, hasCaptions: Bool = false,
        onStep: (Double) throws -> Void
    ) throws -> FilmStreams {
        let side = min(film.width, film.height)
        let smaller = Self.ladder.filter { $0.side < side }
        let encoded = try encode(parts, of: film, to: smaller, onStep: onStep)
        var streams = Streams(prefix: prefix, directory: directory, hasCaptions: hasCaptions)
        for (rung, parts) in zip(smaller, encoded) {
            let list = try write(Self.list(parts), "parts-\(rung.side).txt")
            try mux(concatenation(list) + ["-map", "0:v"], as: "\(rung.side)", into: &streams)
            let size = film.scaled(to: rung.side)
            streams.add(
                "\(rung.side)", width: size.width, height: size.height,
                codec: parts.first.flatMap { RenditionIndex($0.path) }?.codec, frames: film.frames)
        }
        try mux(tools.own(film.path, format: "mp4") + ["-map", "0:v"], as: "\(side)", into: &streams)
        streams.add(
            "\(side)", width: film.width, height: film.height, codec: RenditionIndex(film.path)?.codec,
            frames: film.frames)
        try mux(tools.own(film.path, format: "mp4") + ["-map", "0:a"], as: "sound", into: &streams)
        if hasCaptions {
            let name = "\(prefix)captions.m3u8"
            streams.files[name] = try write(streams.captions(milliseconds: film.durationMs), name)
        }
        let master = try write(streams.master, "\(prefix)stream.m3u8")
        streams.files["\(prefix)stream.m3u8"] = master
        return FilmStreams(master: master, files: streams.files)
    }

    private func encode(
        _ parts: [FilmPart], of film: AssembledFilm, to rungs: [(side: Int, kilobits: Int)],
        onStep: (Double) throws -> Void
    ) throws -> [[FilmPart]] {
        guard !rungs.isEmpty else { return [] }
        var encoded = rungs.map { _ in parts }
        for (number, part) in parts.enumerated() {
            var outputs: [String] = []
            for (at, rung) in rungs.enumerated() {
                let size = film.scaled(to: rung.side)
                encoded[at][number].path = directory + "/part-\(rung.side)-\(number).mp4"
                outputs +=
                    ["-map", "0:v", "-vf", "scale=\(size.width):\(size.height):flags=bicubic"]
                    + PictureStep.coding(tools, kilobits: rung.kilobits) + Self.plain
                    + ["-f", "mp4", "file:" + encoded[at][number].path]
            }
            try check(tools.encode(tools.own(part.path, format: "mp4") + outputs), "a smaller picture")
            try onStep(Double(number + 1) / Double(parts.count))
        }
        return encoded
    }

    private func mux(_ input: [String], as name: String, into streams: inout Streams) throws(MediaFault) {
        let playlist = "\(streams.prefix)\(name).m3u8"
        let file = "\(streams.prefix)\(name).mp4"
        try check(
            tools.encode(
                input + ["-c", "copy", "-fflags", "+bitexact", "-f", "hls", "-hls_time", "6"]
                    + ["-hls_playlist_type", "vod", "-hls_segment_type", "fmp4", "-hls_flags", "single_file"]
                    + ["-hls_segment_filename", directory + "/" + file, directory + "/" + playlist]),
            "the stream \(name)")
        for made in [playlist, file] { streams.files[made] = directory + "/" + made }
    }

    /// What the playlist of playlists says.
    private struct Streams {
        let prefix: String
        let directory: String
        var files: [String: String] = [:]
        private var variants = ""
        private let hasCaptions: Bool

        init(prefix: String, directory: String, hasCaptions: Bool) {
            self.hasCaptions = hasCaptions
            self.prefix = prefix
            self.directory = directory
        }

        mutating func add(_ name: String, width: Int, height: Int, codec: String?, frames: Int) {
            let sound = 128_000
            let bits = (Files.size("\(directory)/\(prefix)\(name).mp4") ?? 0) * 8 * Timeline.frameRate / max(1, frames)
            // The peak of a segment is bounded by the encoder's buffer, which holds a second.
            variants +=
                "#EXT-X-STREAM-INF:BANDWIDTH=\(bits * 2 + sound),AVERAGE-BANDWIDTH=\(bits + sound),"
                + "RESOLUTION=\(width)x\(height),FRAME-RATE=\(Timeline.frameRate).000,"
                + "CODECS=\"\(codec ?? "avc1.640028"),mp4a.40.2\",AUDIO=\"sound\""
                + (hasCaptions ? ",SUBTITLES=\"captions\"" : "") + "\n\(prefix)\(name).m3u8\n"
        }

        var master: String {
            "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-INDEPENDENT-SEGMENTS\n"
                + "#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"sound\",NAME=\"Sound\",DEFAULT=YES,AUTOSELECT=YES,CHANNELS=\"2\","
                + "URI=\"\(prefix)sound.m3u8\"\n" + (hasCaptions ? captionsLine : "") + variants
        }

        private var captionsLine: String {
            "#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID=\"captions\",NAME=\"Captions\",DEFAULT=NO,AUTOSELECT=YES,FORCED=NO,"
                + "CHARACTERISTICS=\"public.accessibility.transcribes-spoken-dialog\",URI=\"\(prefix)captions.m3u8\"\n"
        }

        /// The playlist of the captions, which are one file.
        func captions(milliseconds: Int) -> String {
            let seconds = "\(milliseconds / 1_000)." + String(String(milliseconds % 1_000 + 1_000).dropFirst())
            return "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:\((milliseconds + 999) / 1_000)\n"
                + "#EXT-X-PLAYLIST-TYPE:VOD\n#EXTINF:\(seconds),\n\(prefix)captions.vtt\n#EXT-X-ENDLIST\n"
        }
    }
}
