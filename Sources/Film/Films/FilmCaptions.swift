internal import Media
internal import Platform

/// The captions of a film: those of its clips, each at its clip's place.
struct FilmCaptions {
    /// The file's name beside the film.
    static let fileName = "captions.vtt"

    let captions: Captions

    /// Nil when no clip of the film has captions.
    init?(_ segments: [FilmSegmentPart]) {
        var cues: [Captions.Cue] = []
        var frames = 0
        for segment in segments {
            let start = FilmPart.milliseconds(frames: frames)
            if segment.card == nil, let own = segment.winner.captions {
                cues += own.cues.map { $0.moved(by: start) }
            }
            frames += segment.part.frames
        }
        guard let captions = Captions(cues) else { return nil }
        self.captions = captions
    }

    /// Writes the file into a directory and returns its path.
    func write(into directory: String) throws -> String {
        let path = directory + "/" + Self.fileName
        try Files.write(Array(captions.webVTT.utf8), to: path, isDurable: false)
        return path
    }
}
