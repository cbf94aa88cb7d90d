internal import FoundationEssentials

/// The views that were noted last, in 1 MiB. One that comes again is mostly known and need not be written again; one
/// that was forgotten for another is written again, which costs time and changes no counter.
struct RecentViews: Sendable {
    /// Each view has one place, by some bits of its mark, where the next with the same bits takes its turn.
    private var marks = [UInt64](repeating: 0, count: 1 << 17)

    /// What the marks of a voter's views in a round begin with; another in each process.
    static func seed(of voter: String, in round: ViewedRound) -> UInt64 {
        var hasher = Hasher()
        hasher.combine(round)
        hasher.combine(voter)
        return UInt64(bitPattern: Int64(hasher.finalize()))
    }

    /// Remembers that the voter of `seed` saw a clip; false when that is remembered already.
    mutating func insert(_ clip: UUID, seed: UInt64) -> Bool {
        let mark = Self.mark(of: clip, seed: seed)
        guard marks[place(of: mark)] != mark else { return false }
        marks[place(of: mark)] = mark
        return true
    }

    /// Whether it is remembered that the voter of `seed` saw a clip.
    func contains(_ clip: UUID, seed: UInt64) -> Bool {
        let mark = Self.mark(of: clip, seed: seed)
        return marks[place(of: mark)] == mark
    }

    private func place(of mark: UInt64) -> Int {
        Int(truncatingIfNeeded: mark) & (marks.count - 1)
    }

    /// 64 bits that all bits of seed and clip decide, so that two views with one mark are not to be expected. Never zero,
    /// which is an empty place.
    private static func mark(of clip: UUID, seed: UInt64) -> UInt64 {
        let (first, last) = clip.words
        let product = (first ^ seed).multipliedFullWidth(by: last ^ (seed << 32 | seed >> 32))
        return max(1, product.high ^ product.low)
    }
}

extension UUID {
    fileprivate var words: (UInt64, UInt64) {
        let (a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p) = uuid
        return (Self.word(a, b, c, d, e, f, g, h), Self.word(i, j, k, l, m, n, o, p))
    }

    private static func word(
        _ a: UInt8, _ b: UInt8, _ c: UInt8, _ d: UInt8, _ e: UInt8, _ f: UInt8, _ g: UInt8, _ h: UInt8
    ) -> UInt64 {
        let high = UInt64(a) << 56 | UInt64(b) << 48 | UInt64(c) << 40 | UInt64(d) << 32
        let low = UInt64(e) << 24 | UInt64(f) << 16 | UInt64(g) << 8 | UInt64(h)
        return high | low
    }
}
