import Analytics
import Battles
import FoundationEssentials
import Money
import Postgres
import TestSupport
import Testing

@Suite("Analytics", .requiresPostgres)
struct ReportTests {
    private func at(_ daysAgo: Int, in stage: AnalyticsStage) throws -> String {
        try stage.superuser.one(
            "select rfc3339((utc_day(dailies_now()) - \(Int32(daysAgo))::int)::timestamp at time zone 'utc' + interval '1 hour')"
        )
    }

    @Test(
        "ANLY-01 the sums of a period with the means, the rates and the costs that follow, and those of the period before"
    )
    func sums() throws {
        try AnalyticsStage.run { stage in
            let (today, before) = (try at(0, in: stage), try at(8, in: stage))
            for (took, cost) in [(60_000, "0.5"), (90_000, "0.25")] {
                try stage.run(0, took: took, cost: cost, video: 5_000, endedAt: today)
            }
            try stage.run(0, "failed", cost: "0.1", endedAt: today)
            try stage.run(1, took: 10_000, cost: "0", video: 8_000, endedAt: today, fromPicture: true)
            try stage.run(0, endedAt: before)
            let videos = try stage.comparison([0, 1], cost: "0.9", addedAt: today)
            for voter in 1...4 { try stage.vote(videos[0], voter, at: today) }
            try stage.battle(0, 1, "right", at: today)
            try stage.days.run()
            let analytics = Analytics(database: stage.web)

            let week = try analytics.report(AnalyticsScope(period: .week))
            #expect(week.models.map(\.slug) == ["test-a", "test-b"])
            let figures = week.models[0].figures
            #expect(figures.completed == 2 && figures.failed == 1)
            #expect(figures.successRate == 2.0 / 3 && figures.meanSeconds == 75 && figures.meanDuration == 5)
            #expect(figures.costPerSecond == Money("0.075") && figures.costPerVideo == Money("0.375"))
            #expect(figures.costPerVote == Money("0.225") && figures.lost == Money("0.1"))
            #expect(week.models[1].figures.costPerVote == nil, "no votes")
            #expect(week.models[1].figures.costPerSecond == .zero)
            #expect(week.total.completed == 3 && week.total.votes == 4 && week.battles == 1)
            #expect(week.previous?.completed == 1)
            #expect(week.countedAt != nil && week.trend.count == 7)
            #expect(week.trend.last?.completed == 3 && week.trend.last?.votes == 4 && week.trend.last?.battles == 1)
            #expect(week.trend.last?.completedByModel == ["test-a": 2, "test-b": 1])
            #expect(week.trend.first?.completed == 0 && week.firstDay == week.trend.first?.day)

            let month = try analytics.report(AnalyticsScope(period: .month))
            #expect(month.total.completed == 4 && month.previous?.completed == 0 && month.trend.count == 30)
            let pictures = try analytics.report(AnalyticsScope(period: .week, type: .imageToVideo))
            #expect(pictures.models.map(\.slug) == ["test-b"] && pictures.total.completed == 1)
            let all = try analytics.report(AnalyticsScope(period: .all, type: .textToVideo))
            #expect(all.total.completed == 3 && all.previous == nil && all.trend.count <= 2)
            let year = try analytics.report(AnalyticsScope(period: .year))
            #expect(year.trend.count == 13 || year.trend.count == 12)
        }
    }

    @Test("ANLY-01 a site without runs has an empty report")
    func empty() throws {
        try AnalyticsStage.run { stage in
            let analytics = Analytics(database: stage.web)
            for period in AnalyticsPeriod.allCases {
                let report = try analytics.report(AnalyticsScope(period: period))
                #expect(report.models.isEmpty && report.countedAt == nil && report.total == Figures())
                #expect((report.trend.count > 0) == (period != .all))
            }
        }
    }

    @Test(
        "ANLY-03 spreads follow from sums; the board orders by rating, speed, cost and consistency, the unknown last"
    )
    func board() throws {
        try AnalyticsStage.run { stage in
            let today = try at(0, in: stage)
            // Standard deviation 15.811 of 100, 120, 110, 130, 140 seconds.
            for took in [100, 120, 110, 130, 140] {
                try stage.run(0, took: took * 1_000, cost: "0.4", endedAt: today)
            }
            for _ in 1...5 { try stage.run(1, took: 30_000, cost: "0.8", endedAt: today) }
            for took in [1, 200, 1, 1] { try stage.run(2, took: took * 1_000, cost: "0.1", endedAt: today) }
            for votes in [0, 1, 2, 3, 4] {
                let video = try stage.comparison([0], addedAt: today)[0]
                for voter in 0..<votes { try stage.vote(video, voter, at: today) }
            }
            for number in 0..<200 { try stage.battle(0, 1, number % 10 == 0 ? "left" : "right", at: today) }
            for _ in 0..<3 { try stage.battle(2, 1, "tie", at: today) }
            try stage.days.run()
            _ = try RatingBoards(database: stage.jobs).refresh()
            let models = try Analytics(database: stage.web).report(AnalyticsScope()).models
            let first = models[0].figures
            #expect(abs((first.timeSpread ?? 0) - 15.811388 / 120) < 1e-6)
            #expect(abs((first.voteSpread ?? 0) - 1.5811388 / 2) < 1e-6)
            #expect(models[1].figures.timeSpread == 0 && models[2].figures.timeSpread == nil, "four are too few")
            #expect(models.map(\.rating?.tier) == [1, 0, nil])
            let orders = [
                ModelOrder.rating: ["test-b", "test-a", "test-c"], .speed: ["test-b", "test-c", "test-a"],
                .cost: ["test-c", "test-a", "test-b"], .consistency: ["test-b", "test-a", "test-c"],
            ]
            for (order, slugs) in orders { #expect(order.sorted(models).map(\.slug) == slugs, "\(order)") }
        }
    }

    @Test("ANLY-02 a page view reads no run, no generation, no comparison, no vote and no battle")
    func reads() throws {
        try AnalyticsStage.run { stage in
            try stage.run(0, endedAt: try at(0, in: stage))
            try stage.days.run()
            // Without the right to read them, a statement that touches one of them fails, whatever its plan.
            try stage.superuser.execute(
                """
                revoke select on generation_runs, generations, comparisons, comparison_videos, comparison_tags, tags, battles
                from dailies_web
                """)
            for type in AnalyticsType.allCases {
                for period in AnalyticsPeriod.allCases {
                    _ = try Analytics(database: stage.web).report(AnalyticsScope(period: period, type: type))
                }
            }
            #expect(throws: (any Error).self) {
                try stage.web.one("select count(*)::int from generation_runs", as: Int.self)
            }
        }
    }
}
