import Film
import FoundationEssentials
import Testing

@Suite("The order of the feed")
struct FeedOrderTests {
    private let now = Date(timeIntervalSince1970: 1_780_000_000)
    private var old: Date { now.addingTimeInterval(-7_201) }
    private var fresh: Date { now.addingTimeInterval(-7_199) }

    private func choose(
        _ clips: [FeedOrder.Clip], _ groups: [FeedGroup?]? = nil, limit: Int, seed: UInt64
    ) -> [Int] {
        var random = QuickRandom(seed: seed)
        return FeedOrder.choose(
            FeedOrder.Ranking(clips), groups: groups ?? clips.map { _ in .unseen }, limit: limit, now: now,
            using: &random)
    }

    @Test("FEED-02 what was not voted for comes first, the unseen before the seen; what was voted for fills up")
    func groups() {
        let clips = (0..<9).map { FeedOrder.Clip(views: $0 * 1_000, activated: old) }
        let groups: [FeedGroup?] = [.voted, .voted, .voted, .seen, .seen, .seen, .unseen, .unseen, nil]
        for seed in 0..<50 as Range<UInt64> {
            let all = choose(clips, groups, limit: 20, seed: seed)
            #expect(Set(all.prefix(2)) == [6, 7])
            #expect(Set(all[2..<5]) == [3, 4, 5])
            #expect(Set(all[5...]) == [0, 1, 2])
            #expect(Set(choose(clips, groups, limit: 3, seed: seed)).isSuperset(of: [6, 7, 3]))
        }
    }

    @Test("FEED-02 fresh clips come first and fill at most half of a batch")
    func freshFirst() {
        // Many views: without freshness none of the fresh ones would come.
        let clips =
            (0..<6).map { _ in FeedOrder.Clip(views: 10_000, activated: fresh) }
            + (0..<20).map { _ in FeedOrder.Clip(views: 0, activated: old) }
        for seed in 0..<50 as Range<UInt64> {
            let chosen = choose(clips, limit: 8, seed: seed)
            #expect(chosen.count == 8)
            #expect(chosen.prefix(4).allSatisfy { $0 < 6 })
            #expect(chosen.suffix(4).allSatisfy { $0 >= 6 })
        }
        // Where there is nothing else, they fill the batch.
        #expect(choose(Array(clips.prefix(6)), limit: 8, seed: 1).count == 6)
        // Half of the whole answer, not of each group.
        let groups = (0..<26).map { $0 < 3 || $0 > 15 ? FeedGroup.seen : .unseen }
        #expect(choose(clips, groups, limit: 8, seed: 1).count { $0 < 6 } <= 4)
    }

    @Test("FEED-02 fewer views come first, give or take fifty")
    func views() {
        let clips = (0..<100).map { FeedOrder.Clip(views: $0 * 10, activated: old) }
        var seen: Set<Int> = []
        for seed in 0..<500 as Range<UInt64> {
            let chosen = choose(clips, limit: 5, seed: seed)
            #expect(Set(chosen).count == 5)
            // Five clips have at most 40 views, so at most 90 with the jitter: a clip with more cannot be chosen.
            #expect(chosen.allSatisfy { $0 <= 9 })
            seen.formUnion(chosen)
        }
        // Without chance it would always be the first five.
        #expect(seen.count >= 8)
    }

    @Test("FEED-02 clips of equal rank are shuffled")
    func shuffle() {
        let clips = (0..<4).map { _ in FeedOrder.Clip(views: 0, activated: old) }
        let orders = Set((0..<300 as Range<UInt64>).map { choose(clips, limit: 4, seed: $0) })
        #expect(orders.count == 24)
        #expect(choose(clips, limit: 4, seed: 7) == choose(clips, limit: 4, seed: 7))
    }

    @Test("FEED-02 a late clip is ordered as if it had the median of views, until it has more")
    func late() {
        let others = (0..<20).map { FeedOrder.Clip(views: $0 * 100, activated: old) }
        let late = FeedOrder.Clip(views: 0, activated: old, lateMedian: 1_000)
        let popular = FeedOrder.Clip(views: 5_000, activated: old, lateMedian: 1_000)
        for seed in 0..<50 as Range<UInt64> {
            #expect(!choose(others + [late], limit: 9, seed: seed).contains(20))
            #expect(choose(others + [late], limit: 12, seed: seed).contains(20))
            #expect(!choose(others + [popular], limit: 20, seed: seed).contains(20))
        }
    }

    @Test("FEED-03 a thousand clips and a limit of none, one and more than there are")
    func limits() {
        let clips = (0..<1_000).map { FeedOrder.Clip(views: $0, activated: $0 % 3 == 0 ? fresh : old) }
        #expect(choose(clips, limit: 0, seed: 1).isEmpty)
        #expect(choose(clips, limit: 1, seed: 1).count == 1)
        #expect(choose(clips, limit: 20, seed: 1).count == 20)
        #expect(choose([], limit: 20, seed: 1).isEmpty)
        #expect(Set(choose(clips, limit: 5_000, seed: 1)).count == 1_000)
    }
}
