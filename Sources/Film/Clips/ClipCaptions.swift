public import FoundationEssentials
internal import Postgres
public import Refusals

extension Clips {
    /// The captions of a clip as WebVTT. They are there for those who may see the clip.
    public func captions(of clip: UUID, for viewer: ClipViewer) throws(FilmError) -> String {
        // Refuses a clip that the viewer may not see.
        let length = try details(clip, for: viewer).card.durationSeconds
        return try FilmError.wrapping {
            let stored: String? = try database.acting(for: viewer.memberID).first(
                "select captions from tournament_clips where id = \(clip) and captions is not null")
            guard let captions = stored.flatMap({ Captions(stored: $0, within: Self.milliseconds(length)) }) else {
                throw FilmRefusal.clipNotFound
            }
            return captions.webVTT
        }
    }

    /// Gives a clip the captions of a WebVTT file: its creator until it is decided, an admin as long as it is not rejected.
    public func caption(_ clip: UUID, with text: String, by viewer: ClipViewer) throws(FilmError) {
        let length = try details(clip, for: viewer).card.durationSeconds
        let captions = try FilmError.wrapping {
            do {
                return try Captions(parsing: text, within: Self.milliseconds(length))
            } catch let fault as Captions.Fault {
                throw FilmRefusal.captionsInvalid(fault.sentence)
            }
        }
        try set(captions.webVTT, of: clip, by: viewer)
    }

    /// Takes the captions of a clip away.
    public func removeCaptions(of clip: UUID, by viewer: ClipViewer) throws(FilmError) {
        try set(nil, of: clip, by: viewer)
    }

    private func set(_ captions: String?, of clip: UUID, by viewer: ClipViewer) throws(FilmError) {
        try FilmError.wrapping {
            let outcome: String = try database.one("select set_captions(\(viewer.memberID), \(clip), \(captions))")
            if let refusal = FilmRefusal(outcome: outcome) { throw refusal }
        }
    }

    /// While the file is being checked its length is not known; then captions are cut where they are read.
    private static func milliseconds(_ seconds: Double?) -> Int {
        seconds.map { Int(($0 * 1_000).rounded()) } ?? 8_500
    }
}
