import Testing

@testable import Film

@Suite("The fairness of the feed")
struct FeedSimulationTests {
    @Test("FEED-05 attention is spread evenly, and late clips catch up", arguments: 1...4 as ClosedRange<UInt64>)
    func fair(seed: UInt64) throws {
        let exposure = FeedSimulation.run(FeedSimulation.Options(clips: 100, late: 10, voters: 10_000, seed: seed))
        #expect(exposure.gini <= 0.10)
        #expect(try #require(exposure.lateGini) <= 0.10)
        #expect(try #require(exposure.hoursToMedian) <= 2)
        #expect(exposure.isFair)
        // Each voter saw at least one page, and no view counts twice.
        #expect(exposure.views >= 10_000 * 8)
        #expect(try #require(exposure.moments.last).early.most <= 10_000)
    }

    @Test("FEED-05 a rush in which counters are seconds old stays even")
    func rush() {
        let exposure = FeedSimulation.run(FeedSimulation.Options(clips: 100, late: 0, voters: 10_000, hours: 0.25))
        #expect(exposure.gini <= 0.10)
        #expect(exposure.lateGini == nil)
        #expect(exposure.hoursToMedian == nil)
    }

    @Test("FEED-05 the same seed plays the same round")
    func repeatable() {
        let options = FeedSimulation.Options(clips: 40, late: 4, voters: 500, seed: 9)
        #expect(FeedSimulation.run(options).gini == FeedSimulation.run(options).gini)
        #expect(
            FeedSimulation.run(options).moments.map(\.early.most)
                == FeedSimulation.run(options).moments.map(\.early.most))
    }

    @Test("FEED-05 the coefficient is what its definition says")
    func gini() {
        #expect(FeedExposure.gini([5, 5, 5, 5]) == 0)
        #expect(FeedExposure.gini([0, 0, 0, 4]) == 0.75)
        #expect(abs(FeedExposure.gini([1, 2, 3, 4]) - 0.25) < 1e-12)
        #expect(FeedExposure.gini([]) == 0)
        #expect(FeedExposure.gini([0, 0]) == 0)
    }
}
