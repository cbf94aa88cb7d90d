import Film
import FoundationEssentials
import Postgres
import Tally
import TestSupport
import Testing

/// A small generator, the same on every machine.
struct SeededNumbers: RandomNumberGenerator {
    private var state: UInt64

    init(_ seed: UInt64) {
        state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
    }

    mutating func next() -> UInt64 {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return state &* 0x2545_F491_4F6C_DD1D
    }

    mutating func unit() -> Double { Double(next() >> 11) / Double(UInt64(1) << 53) }

    /// From a normal distribution.
    mutating func normal() -> Double {
        // Twelve of them have a variance of one; their tails are short enough for tastes.
        (0..<12).reduce(0) { sum, _ in sum + unit() } - 6
    }
}

/// A round of honest people: clips differ in how well they please, everybody sees some of them and votes for those
/// that they like, and a few have browsers that send fewer headers.
struct HonestRound {
    var all: [RankEntry] = []
    var clean: [RankEntry] = []

    init(seed: UInt64, voters: Int, clips: Int, flaggedVoters: Double) {
        var numbers = SeededNumbers(seed)
        // Some twelve in a hundred like an ordinary clip, and one that pleases much more is liked by most.
        let appeal = (0..<clips).map { _ in min(0.85, 0.12 * Self.power(numbers.normal())) }
        var votes = Array(repeating: 0, count: clips)
        var flagged = Array(repeating: 0, count: clips)
        for _ in 0..<voters {
            let isFlagged = numbers.unit() < flaggedVoters
            for _ in 0..<min(clips, 20) {
                let clip = Int(numbers.next() % UInt64(clips))
                guard numbers.unit() < appeal[clip] else { continue }
                votes[clip] += 1
                if isFlagged { flagged[clip] += 1 }
            }
        }
        for clip in 0..<clips {
            let id = String(1_000 + clip)
            all.append(RankEntry(id: id, uploadedAt: id, score: votes[clip], votes: votes[clip]))
            let left = votes[clip] - flagged[clip]
            clean.append(RankEntry(id: id, uploadedAt: id, score: left, votes: left))
        }
    }

    /// e to the power of 0.7 x, without a library of mathematics.
    private static func power(_ x: Double) -> Double {
        var term = 1.0
        var sum = 1.0
        for step in 1...30 {
            term *= 0.7 * x / Double(step)
            sum += term
        }
        return sum
    }
}

@Suite("VOTE-13 how often honest rounds are reviewed")
struct ReviewRateTests {
    static func rate(voters: Int, clips: Int, flaggedVoters: Double, rounds: Int = 2_000) -> Double {
        let reviewed = (1...rounds).count { seed in
            let round = HonestRound(
                seed: UInt64(seed), voters: voters, clips: clips, flaggedVoters: flaggedVoters)
            return RankRule.flaggedVotesDecide(all: round.all, clean: round.clean)
        }
        return Double(reviewed) / Double(rounds)
    }

    @Test("VOTE-13 honest voters trip the review in at most one round of a hundred", arguments: [30, 100, 400, 1_500])
    func honest(voters: Int) {
        // Every browser sends the headers that are asked for; what removes them is on few machines.
        #expect(Self.rate(voters: voters, clips: 30, flaggedVoters: 0.002) <= 0.01)
    }

    @Test("VOTE-13 flagged votes that lift a clip to the top always trip it")
    func attack() {
        for seed in 1...200 {
            var round = HonestRound(seed: UInt64(seed), voters: 400, clips: 30, flaggedVoters: 0.005)
            let ranked = RankRule.ranked(round.clean)
            let gap = RankRule.ranked(round.all)[0].score - ranked[1].score + 1
            let second = ranked[1].id
            round.all = round.all.map { entry in
                entry.id != second
                    ? entry
                    : RankEntry(
                        id: entry.id, uploadedAt: entry.uploadedAt, score: entry.score + gap, votes: entry.votes + gap)
            }
            #expect(RankRule.flaggedVotesDecide(all: round.all, clean: round.clean))
        }
    }

    @Test("VOTE-13 the database and this rule agree", .requiresPostgres)
    func agreement() throws {
        try FilmStage.run { stage in
            let (season, clips) = try stage.voting((1...6).map { "Clip \($0)" })
            var trips = 0
            for seed in 1...60 {
                let round = HonestRound(seed: UInt64(seed), voters: 12, clips: 6, flaggedVoters: 0.3)
                for (index, clip) in clips.enumerated() {
                    try stage.count(clip, votes: round.all[index].votes)
                    try stage.superuser.execute("delete from votes where clip_id = \(clip)")
                    let flagged = round.all[index].votes - round.clean[index].votes
                    try stage.superuser.execute(
                        """
                        insert into votes (
                            season_id, slot_position, clip_id, weight, voter_key, flags, created_at, updated_at
                        )
                        select \(season), 1, \(clip), 1, 'device_' || number, array['burst'], now(), now()
                        from generate_series(1, \(flagged)::int) number
                        """)
                }
                let decided: Bool = try stage.superuser.one("select flagged_votes_decide(\(season), 1)")
                #expect(decided == RankRule.flaggedVotesDecide(all: round.all, clean: round.clean))
                if decided { trips += 1 }
            }
            #expect(trips > 3 && trips < 57)
        }
    }
}
