/// Brings one picture and one sound of a file onto the rendition's clock, which begins with the earlier of the two.
struct Timeline {
    static let frameRate = 30

    /// The moment of the file that is the rendition's zero.
    let start: StreamTime
    let pictureLength: StreamTime
    let soundLength: StreamTime
    /// When the sound begins, on the rendition's clock.
    let soundDelay: StreamTime

    init(picture: PictureFacts, sound: SoundFacts?, declaredEnd: StreamTime?) {
        start = min(picture.span.start, sound?.span.start ?? picture.span.start)
        pictureLength = max(picture.span.end, declaredEnd ?? picture.span.end) - start
        soundLength = sound.map { [start] in $0.span.end - start } ?? .zero
        soundDelay = sound.map { [start] in $0.span.start - start } ?? .zero
    }

    /// From the beginning of the first to the end of the last.
    var length: StreamTime { max(pictureLength, soundLength) }

    /// Frames of the rendition. Codecs fill up their last packet, so the last quarter of a frame does not count.
    func frames(atMost most: Int) -> Int {
        max(2, min(most, Int(Double(length.microseconds) * Double(Self.frameRate) / 1_000_000 + 0.25)))
    }

    /// The length of so many frames in seconds, as ffmpeg reads it.
    static func seconds(frames: Int) -> String {
        StreamTime(microseconds: (frames * 1_000_000 + frameRate / 2) / frameRate).text
    }
}
