internal import FoundationEssentials

/// Views of one round, answer by answer: who was shown how many clips, and the clips of all, one answer after the other.
struct ViewBatch: Sendable {
    private(set) var voters: [String] = []
    private(set) var counts: [Int32] = []
    private(set) var clips: [UUID] = []

    /// Adds an answer whose clips have been appended since the last.
    mutating func endAnswer(to voter: String, clips count: Int) {
        voters.append(voter)
        counts.append(Int32(count))
    }

    /// Adds a clip to the answer that `endAnswer` ends.
    mutating func append(_ clip: UUID) {
        clips.append(clip)
    }

    /// Adds the answers of another batch.
    mutating func append(contentsOf other: ViewBatch) {
        voters += other.voters
        counts += other.counts
        clips += other.clips
    }

    /// The same views with each voter once, in parts of about `limit` views: a part ends with the voter who reaches it.
    func parts(of limit: Int) -> [ViewBatch] {
        var places: [String: Int] = Dictionary(minimumCapacity: voters.count)
        var merged: [(voter: String, count: Int)] = []
        let placeOfAnswer = voters.indices.map { answer in
            let place = places[voters[answer], default: merged.count]
            if place == merged.count {
                places[voters[answer]] = place
                merged.append((voters[answer], 0))
            }
            merged[place].count += Int(counts[answer])
            return place
        }
        // Where the next clip of each voter goes.
        var next: [Int] = []
        next.reserveCapacity(merged.count)
        var end = 0
        for entry in merged {
            next.append(end)
            end += entry.count
        }
        var sorted = clips
        var source = 0
        for (answer, place) in placeOfAnswer.enumerated() {
            for _ in 0..<counts[answer] {
                sorted[next[place]] = clips[source]
                next[place] += 1
                source += 1
            }
        }
        var parts: [ViewBatch] = []
        var part = ViewBatch()
        var start = 0
        for (place, entry) in merged.enumerated() {
            part.voters.append(entry.voter)
            part.counts.append(Int32(entry.count))
            guard next[place] - start >= limit || place == merged.count - 1 else { continue }
            part.clips = Array(sorted[start..<next[place]])
            start = next[place]
            parts.append(part)
            part = ViewBatch()
        }
        return parts
    }
}
