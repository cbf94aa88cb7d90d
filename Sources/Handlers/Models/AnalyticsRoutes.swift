public import Analytics
internal import Battles
internal import FoundationEssentials
public import HTTP
internal import Money
internal import SharedHandlers

extension ModelRoutes {
    /// The route of what is known of models.
    public static func analyticsRoutes(_ analytics: Analytics) -> [Route] {
        [
            .get(
                "/api/analytics", access: .any,
                query: scope + [
                    .optional(
                        "format", .choice(["json", "csv"]), default: "json",
                        "`csv` answers with the file of `/api/analytics/export`.")
                ],
                answers: [200: AnalyticsReport.schema], cache: .publicCache(seconds: 60, stale: 300),
                features: ["ANLY-01", "ANLY-03"],
                summary: "What is known of models: success, time, cost, votes and battles, with the course of time."
            ) { context in
                let scope = scope(context)
                let report = try analytics.report(scope)
                return context.text(query: "format") == "csv" ? file(report, scope) : Response.json(report)
            }.answeringAlso("text/csv"),
            .get(
                "/api/analytics/export", access: .any, query: scope, answers: [200: nil],
                cache: .publicCache(seconds: 60, stale: 300), features: ["ANLY-01"],
                summary: "The models as a file of comma-separated values."
            ) { context in
                let scope = scope(context)
                return file(try analytics.report(scope), scope)
            },
        ]
    }

    private static func file(_ report: AnalyticsReport, _ scope: AnalyticsScope) -> Response {
        csv(report).response(
            named: "analytics-\(scope.period.rawValue)-\(scope.type.rawValue)-\(report.lastDay).csv")
    }

    private static let scope: [QueryParameter] = [
        .optional(
            "period", .choice(AnalyticsPeriod.allCases.map(\.rawValue)), default: "month",
            "The last 7, 30 or 365 days (UTC, today included), or all."),
        .optional(
            "type", .choice(AnalyticsType.allCases.map(\.rawValue)), default: "all",
            "All videos, those from words alone, or those that start from a picture."),
    ]

    private static func scope(_ context: Context) -> AnalyticsScope {
        AnalyticsScope(
            period: context.text(query: "period").flatMap(AnalyticsPeriod.init) ?? .month,
            type: context.text(query: "type").flatMap(AnalyticsType.init) ?? .all)
    }

    private static func csv(_ report: AnalyticsReport) -> CSV {
        CSV(
            head: [
                "model", "name", "maker", "videos", "failed", "cancelled", "success_rate", "mean_seconds",
                "time_spread", "mean_video_seconds", "spent_usd", "lost_usd", "usd_per_second", "usd_per_video",
                "compared_videos", "compared_usd", "compared_votes", "usd_per_vote", "vote_spread", "votes", "battles",
                "wins", "losses", "ties", "rating", "rating_interval", "tier",
            ],
            rows: report.models.map { model in
                let figures = model.figures
                func text(_ number: Double?) -> String { number.map { "\(rounded($0))" } ?? "" }
                return [
                    CSV.text(model.slug), CSV.text(model.name), CSV.text(model.maker), "\(figures.completed)",
                    "\(figures.failed)", "\(figures.cancelled)", text(figures.successRate), text(figures.meanSeconds),
                    text(figures.timeSpread), text(figures.meanDuration), figures.cost.description,
                    figures.lost.description, figures.costPerSecond?.description ?? "",
                    figures.costPerVideo?.description ?? "", "\(figures.compared)", figures.comparedCost.description,
                    "\(figures.comparedVotes)", figures.costPerVote?.description ?? "", text(figures.voteSpread),
                    "\(figures.votes)", "\(figures.battles)", "\(figures.wins)", "\(figures.losses)",
                    "\(figures.ties)", text(model.rating?.rating), text(model.rating?.interval),
                    model.rating?.tier.map { "\($0)" } ?? "",
                ]
            })
    }

    /// Four decimals say all that the sums do.
    fileprivate static func rounded(_ number: Double) -> Double { (number * 10_000).rounded() / 10_000 }
}

extension AnalyticsPeriod: JSONRepresentable {}
extension AnalyticsType: JSONRepresentable {}
extension TrendUnit: JSONRepresentable {}

extension Figures: Shaped {
    /// Its form in JSON.
    public static let shape = Shape<Figures>("AnalyticsFigures") {
        Field("videos", \.completed, "Runs with a video. A run counts on the day on which it ended, UTC.")
        Field("failed", \.failed)
        Field("cancelled", \.cancelled)
        Field("successRate", { rounded($0.successRate) }, "videos ÷ (videos + failed); null without a run.")
        Field(
            "meanSeconds", { rounded($0.meanSeconds) },
            "From the provider's acknowledgement to its saying done, over the runs whose time is known.")
        Field("timedVideos", \.timed, "Runs whose time is known.")
        Field(
            "timeSpread", { rounded($0.timeSpread) },
            "Standard deviation ÷ mean of those times; null below 5 of them.")
        Field("meanVideoSeconds", { rounded($0.meanDuration) }, "The length of a video.")
        Field("spentUSD", \.cost, "What the videos cost.")
        Field("lostUSD", \.lost, "What failed and cancelled runs cost.")
        Field("perSecondUSD", \.costPerSecond, "Their cost ÷ their seconds, over the videos whose cost is known.")
        Field("perVideoUSD", \.costPerVideo)
        Field(
            "comparedVideos", \.compared,
            "Finished videos in comparisons. They count on the day on which they were added, UTC, with all their votes."
        )
        Field("comparedUSD", \.comparedCost, "What these cost.")
        Field("comparedVotes", \.comparedVotes, "All votes for them.")
        Field("perVoteUSD", \.costPerVote, "comparedUsd ÷ comparedVotes; null without a vote.")
        Field(
            "voteSpread", { rounded($0.voteSpread) },
            "Standard deviation ÷ mean of the votes of these videos; null below 5 of them.")
        Field("votes", \.votes, "Votes for videos of comparisons, by the day on which they were cast, UTC.")
        Field("wins", \.wins, "Blind battles, by the day on which they were judged, UTC.")
        Field("losses", \.losses)
        Field("ties", \.ties, "Those of two bad videos included.")
    }

    private static func rounded(_ number: Double?) -> Double? { number.map(ModelRoutes.rounded) }
}

extension ModelFigures: Shaped {
    /// Its form in JSON.
    public static let shape = Shape<ModelFigures>("AnalyticsModel") {
        Field("slug", \.slug)
        Field("name", \.name)
        Field("maker", \.maker)
        Field("rating", \.rating?.rating, "Of all time, from blind battles; null where there is none.")
        Field("ratingInterval", \.rating?.interval, "Half the width of the 95 % interval.")
        Field("tier", \.rating?.tier, "From 0; null below the floor of battles.")
        Including(\.figures)
    }
}

extension TrendPoint: Shaped {
    /// Its form in JSON.
    public static let shape = Shape<TrendPoint>("AnalyticsPoint") {
        Field("day", \.day, "The day, or the first day of the month, UTC.")
        Field("videos", \.completed)
        Field("failed", \.failed)
        Field("votes", \.votes)
        Field("battles", \.battles)
        Field("videosByModel", \.completedByModel, "By slug; models without a video are left out.")
    }
}

extension AnalyticsReport: Shaped {
    /// Its form in JSON.
    public static let shape = Shape<AnalyticsReport>("Analytics") {
        Field("period", \.scope.period)
        Field("type", \.scope.type)
        Field("firstDay", \.firstDay, "UTC; null when nothing has been counted.")
        Field("lastDay", \.lastDay, "Today, UTC.")
        Field("countedAt", \.countedAt, "Until when everything was counted; null before the first time.")
        Field("total", \.total, "The sums of all models. Each battle has two sides, so `wins` equals `losses`.")
        Field("battles", \.battles)
        Field("previous", \.previous, "The sums of as many days before; null for the period `all`.")
        Field("models", \.models, "By name: the order says nothing.")
        Field("trendUnit", \.scope.period.unit)
        Field("trend", \.trend, "Without gaps.")
    }
}
