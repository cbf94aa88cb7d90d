/// Which coded pieces of each clip's sound a film keeps.
///
/// A piece holds 1,024 samples, and few clips last a whole number of pieces. The sound of the film is one run without gaps,
/// and each clip begins at the piece that is nearest to its picture: at most 11 ms away, however long the film is.
struct SoundPlan {
    static let packet = 1_024
    static let samplesPerFrame = 48_000 / Timeline.frameRate

    /// Pieces of the film, with the codec's lead-in.
    let count: Int
    /// What is left out, as numbers of pieces of all clips one after another.
    let dropped: [ClosedRange<Int>]
    /// Where the sound of a clip ends early, so that the next one must wait: from which piece of the film, and for how many.
    let gaps: [(from: Int, pieces: Int)]

    /// A plan for clips of so many frames whose files hold so many pieces.
    init(_ clips: [(frames: Int, packets: Int)]) {
        var dropped: [ClosedRange<Int>] = []
        var gaps: [(from: Int, pieces: Int)] = []
        // The first piece is the codec's lead-in, of which the film needs one.
        var kept = 1
        var position = 0
        var first = 0
        var frames = 0
        for (index, clip) in clips.enumerated() {
            let begin = Self.piece(frames)
            frames += clip.frames
            let wanted = min(Self.piece(frames) - begin, max(0, clip.packets - 1))
            if index > 0 { dropped.append(first...first) }
            if wanted + 1 < clip.packets { dropped.append(first + wanted + 1...first + clip.packets - 1) }
            if begin > position { gaps.append((kept, begin - position)) }
            position = begin + wanted
            kept += wanted
            first += clip.packets
        }
        count = kept
        self.dropped = dropped
        self.gaps = gaps
    }

    /// The piece that is nearest to a frame.
    private static func piece(_ frame: Int) -> Int {
        (frame * samplesPerFrame + packet / 2) / packet
    }

    /// The condition for ffmpeg's filter that drops packets. A film has tens of thousands of them, so the condition is a
    /// tree: each looks at a few of the ranges only.
    var condition: String { dropped.isEmpty ? "0" : Self.condition(dropped[...]) }

    private static func condition(_ ranges: ArraySlice<ClosedRange<Int>>) -> String {
        guard ranges.count > 2 else {
            return ranges.map { range in
                range.count == 1
                    ? "eq(n\\,\(range.lowerBound))" : "between(n\\,\(range.lowerBound)\\,\(range.upperBound))"
            }.joined(separator: "+")
        }
        let middle = ranges.startIndex + ranges.count / 2
        let (low, high) = (condition(ranges[..<middle]), condition(ranges[middle...]))
        return "if(lt(n\\,\(ranges[middle].lowerBound))\\,\(low)\\,\(high))"
    }

    /// The time of a piece in samples, for the filter that sets times.
    var time: String {
        let waits = gaps.map { "+\($0.pieces)*gte(N\\,\($0.from))" }.joined()
        return "(N-1\(waits))*\(Self.packet)"
    }
}
