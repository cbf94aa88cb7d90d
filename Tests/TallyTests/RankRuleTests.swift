import Tally
import Testing

@Suite("The order of a result")
struct RankRuleTests {
    /// A clip by its id; the others are what decides.
    private func clip(_ id: String, score: Int = 3, votes: Int = 2, uploadedAt: String = "2026-09-14T18:00:00Z")
        -> RankEntry
    {
        RankEntry(id: id, uploadedAt: uploadedAt, score: score, votes: votes)
    }

    @Test("FILM-07 weight decides, then the number of votes, then the earlier upload, then the id")
    func order() {
        let entries = [
            clip("d"), clip("c"), clip("e", uploadedAt: "2026-09-14T17:59:59Z"), clip("f", votes: 3),
            clip("g", score: 4, votes: 1), clip("a", score: 2, votes: 9),
        ]
        #expect(RankRule.ranked(entries).map(\.id) == ["g", "f", "e", "c", "d", "a"])
        #expect(RankRule.ranked(entries.reversed()).map(\.id) == ["g", "f", "e", "c", "d", "a"])
        #expect(RankRule.winner(of: entries)?.id == "g")
        #expect(RankRule.winner(of: []) == nil)
    }

    @Test("VOTE-13 flagged votes decide when the winner is another without them")
    func flaggedVotes() {
        let all = [clip("a", score: 5), clip("b", score: 4)]
        #expect(!RankRule.flaggedVotesDecide(all: all, clean: [clip("a", score: 4), clip("b", score: 3)]))
        #expect(RankRule.flaggedVotesDecide(all: all, clean: [clip("a", score: 3), clip("b", score: 4)]))
    }
}
