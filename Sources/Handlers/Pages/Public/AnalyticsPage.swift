public import Analytics
internal import Battles
internal import FoundationEssentials
internal import HTML
public import HTTP
internal import Money
internal import Text

extension PageDeclaration {
    static let analytics = page(
        .any, "/analytics", title: "Analytics",
        description: "How fast AI video models are, how often they succeed, what they cost and how they are voted for.",
        link: .foot("Analytics", isInMenu: true), features: ["ANLY-01", "ANLY-03"],
        summary: "Charts, tables and a board of what is known of models."
    ) { visit in visit.site.analytics(try visit.sources.analytics(visit.context.request.query)) }
}

/// Analytics as their page shows them.
public struct AnalyticsView: Sendable {
    var report: AnalyticsReport
    var order: ModelOrder

    init(report: AnalyticsReport = AnalyticsReport(lastDay: "2026-01-01"), order: ModelOrder = .rating) {
        self.report = report
        self.order = order
    }

    /// The report that a query asks for. What it says wrongly counts as not said.
    public init(_ analytics: Analytics, _ query: Query) throws {
        let scope = AnalyticsScope(
            period: query["period"].flatMap(AnalyticsPeriod.init) ?? .month,
            type: query["type"].flatMap(AnalyticsType.init) ?? .all)
        self.init(report: try analytics.report(scope), order: query["by"].flatMap(ModelOrder.init) ?? .rating)
    }

    /// The address of this page with something else chosen. What is usual is left out, so that one page has one address.
    fileprivate func path(
        period: AnalyticsPeriod? = nil, type: AnalyticsType? = nil, order: ModelOrder? = nil
    ) -> String {
        let (period, type) = (period ?? report.scope.period, type ?? report.scope.type)
        let pairs = [
            period == .month ? nil : "period=\(period.rawValue)", type == .all ? nil : "type=\(type.rawValue)",
            order ?? self.order == .rating ? nil : "by=\((order ?? self.order).rawValue)",
        ].compactMap(\.self)
        return "/analytics" + (pairs.isEmpty ? "" : "?" + pairs.joined(separator: "&"))
    }

    /// Where a program reads the same.
    fileprivate func address(_ path: String) -> String {
        "\(path)?period=\(report.scope.period.rawValue)&type=\(report.scope.type.rawValue)"
    }
}

/// A figure by which models are compared in a chart of bars.
private struct Comparison {
    let id: String
    let title: String
    /// How it is computed.
    let formula: HTML
    let value: @Sendable (ModelFigures) -> Double?
    let text: @Sendable (ModelFigures) -> String
    /// What the figure is made from.
    let baseTitle: String
    let base: @Sendable (ModelFigures) -> Int
    var isLowFirst = false

    static let most = 10

    /// Those of which it is known, the best first.
    func top(_ models: [ModelFigures]) -> [(model: ModelFigures, value: Double)] {
        let known = models.compactMap { model in value(model).map { (model: model, value: $0) } }
        let sorted = known.sorted { isLowFirst ? $0.value < $1.value : $0.value > $1.value }
        return Array(sorted.prefix(Self.most))
    }

    static let all = [
        Comparison(
            id: "votes", title: "Votes by model", formula: "Votes for videos of comparisons, by the day of the vote.",
            value: { $0.figures.votes == 0 ? nil : Double($0.figures.votes) },
            text: { Formatting.count($0.figures.votes) }, baseTitle: "Videos", base: { $0.figures.compared }),
        Comparison(
            id: "time", title: "Mean time to make",
            formula: "From the provider's acknowledgement to its saying done; the shortest times.",
            value: { $0.figures.meanSeconds }, text: { Words.seconds($0.figures.meanSeconds) }, baseTitle: "Videos",
            base: { $0.figures.timed }, isLowFirst: true),
        Comparison(
            id: "success", title: "Success rate", formula: "Completed ÷ (completed + failed) runs.",
            value: { $0.figures.successRate.map { $0 * 100 } }, text: { Words.percent($0.figures.successRate) },
            baseTitle: "Runs", base: { $0.figures.completed + $0.figures.failed }),
        Comparison(
            id: "duration", title: "Mean length of a video", formula: "Seconds of finished videos ÷ videos.",
            value: { $0.figures.meanDuration }, text: { Words.seconds($0.figures.meanDuration) },
            baseTitle: "Videos", base: { $0.figures.completed }),
        Comparison(
            id: "second", title: "Cost of a second",
            formula: "Cost of finished videos ÷ their seconds, where the cost is known; the lowest costs.",
            value: { $0.figures.costPerSecond.map(Words.dollars) }, text: { Words.money($0.figures.costPerSecond) },
            baseTitle: "Videos", base: { $0.figures.completed }, isLowFirst: true),
        Comparison(
            id: "vote", title: "Cost of a vote",
            formula: "Cost of videos in comparisons ÷ votes for them; the lowest costs.",
            value: { $0.figures.costPerVote.map(Words.dollars) }, text: { Words.money($0.figures.costPerVote) },
            baseTitle: "Votes", base: { $0.figures.comparedVotes }, isLowFirst: true),
    ]
}

/// How the figures are written.
private enum Words {
    static let none = "–"

    static func seconds(_ seconds: Double?) -> String { seconds.map(Formatting.clipLength) ?? none }

    static func percent(_ share: Double?) -> String { share.map(Formatting.percent) ?? none }

    static func money(_ money: Money?) -> String { money.map(\.formatted) ?? none }

    static func dollars(_ money: Money) -> Double { Double(money.tenThousandths) / 10_000 }

    static func moment(_ day: String) -> Date? { Date(rfc3339: day + "T00:00:00Z") }

    static func day(_ day: String) -> String { moment(day).map(Formatting.day) ?? day }

    /// A day or a month of a trend: `22 Oct`, `Oct 2026`.
    static func point(_ day: String, _ unit: TrendUnit) -> String {
        let words = Self.day(day).split(separator: " ")
        guard words.count == 3 else { return day }
        return unit == .day ? "\(words[0]) \(words[1].prefix(3))" : "\(words[1].prefix(3)) \(words[2])"
    }
}

extension AnalyticsPeriod {
    fileprivate var title: String {
        switch self {
        case .week: "7 days"
        case .month: "30 days"
        case .year: "Year"
        case .all: "All time"
        }
    }

    fileprivate var before: String {
        switch self {
        case .week: "the 7 days before"
        case .month: "the 30 days before"
        case .year: "the year before"
        case .all: ""
        }
    }
}

extension AnalyticsType {
    fileprivate var title: String {
        switch self {
        case .all: "All videos"
        case .textToVideo: "Text to video"
        case .imageToVideo: "Image to video"
        }
    }
}

extension Site {
    /// The page of analytics.
    func analytics(_ view: AnalyticsView) -> Page {
        let isPlain = view.report.scope == AnalyticsScope() && view.order == .rating
        return Page(
            .analytics, section: "/arena", styles: ["analytics"], modules: ["analytics"],
            icons: [.download, .ranks], isIndexed: isPlain,
            main: """
                <main class="page analytics" id="main">
                  <div class="page-head"><div><h1>Analytics</h1><p>\(lead(view.report))</p></div>\(controls(view))</div>
                  <nav class="row types" aria-label="Type">\(AnalyticsType.allCases.map { type in
                link(type.title, view.path(type: type), isCurrent: type == view.report.scope.type, style: "chip")
                })</nav>
                  \(view.report.models.isEmpty ? none(view.report) : content(view))
                </main>
                """)
    }

    private func link(_ title: String, _ path: String, isCurrent: Bool, style: String? = nil) -> HTML {
        """
        <a\(style.map { " class=\"\($0)\"" as HTML }) href="\(path)"\(HTML.when(isCurrent, " aria-current=\"true\""))>\(title)</a>
        """
    }

    private func lead(_ report: AnalyticsReport) -> HTML {
        let days: HTML = report.firstDay.map { "\(Words.day($0)) to \(Words.day(report.lastDay)), UTC. " } ?? .empty
        let counted: HTML =
            report.countedAt.map {
                "Counted every minute, last at <time datetime=\"\(Formatting.machine($0))\">\(Formatting.time($0))</time>."
            } ?? "Nothing has been counted yet."
        return "\(days)\(counted)"
    }

    private func controls(_ view: AnalyticsView) -> HTML {
        """
        <div class="row"><nav class="seg" aria-label="Period">\(AnalyticsPeriod.allCases.map { period in
        link(period.title, view.path(period: period), isCurrent: period == view.report.scope.period)
        })</nav>\
        <a class="btn" href="\(view.address("/api/analytics/export"))" download>\(Icon.download.image)CSV</a>\
        <a class="btn" href="\(view.address("/api/analytics"))">\(Icon.download.image)JSON</a></div>
        """
    }

    private func none(_ report: AnalyticsReport) -> HTML {
        let isNarrow = report.scope.type != .all || report.scope.period != .all
        let way: HTML =
            isNarrow
            ? "<a class=\"btn btn--primary\" href=\"/analytics?period=all\">Show all time</a>"
            : "<a class=\"btn btn--primary\" href=\"/models\">See the models</a>"
        return Fragments.empty(
            .ranks, title: isNarrow ? "Nothing in this period" : "No figures yet",
            text: "Figures appear within a minute after a video is made, a vote is cast or a battle is judged.",
            actions: way)
    }

    private func content(_ view: AnalyticsView) -> HTML {
        """
        \(stats(view.report))
        <div class="charts">\(trend(view.report))\(Comparison.all.map { chart($0, view.report.models) })</div>
        \(board(view))
        """
    }

    // -- Sums

    private func stats(_ report: AnalyticsReport) -> HTML {
        let (total, before, words) = (report.total, report.previous, report.scope.period.before)
        let models = Formatting.count(report.models.count, "model", "models")
        let lost: HTML = total.lost == .zero ? .empty : "; \(total.lost.formatted) for other runs"
        return """
            <dl class="stats">\
            \(stat("Videos made", Formatting.count(total.completed), change(total.completed, before?.completed, words) ?? "by \(models)"))\
            \(stat("Success rate", Words.percent(total.successRate), "\(Formatting.count(total.failed)) failed"))\
            \(stat("Mean time to make", Words.seconds(total.meanSeconds), faster(total, before, words)))\
            \(stat("Spent on videos", total.cost.formatted, "\(Words.money(total.costPerVideo)) a video\(lost)"))\
            \(stat("Arena votes", Formatting.count(total.votes), change(total.votes, before?.votes, words) ?? "for videos of comparisons"))\
            \(stat("Blind battles", Formatting.count(report.battles), "<a class=\"link\" href=\"/ratings\">The ratings</a>"))</dl>
            """
    }

    private func stat(_ title: HTML, _ figure: String, _ note: HTML) -> HTML {
        """
        <div class="stat"><dt class="label">\(title)</dt><dd><b>\(figure)</b></dd><dd><small>\(note)</small></dd></div>
        """
    }

    /// How a number compares with the one before; nil where there was none.
    private func change(_ now: Int, _ before: Int?, _ words: String) -> HTML? {
        guard let before, before > 0 else { return nil }
        let percent = Int((Double(now - before) / Double(before) * 100).rounded())
        guard percent != 0 else { return "as in \(words)" }
        return delta(percent > 0, "\(percent > 0 ? "▲" : "▼") \(Formatting.count(abs(percent))) %", words)
    }

    private func faster(_ now: Figures, _ before: Figures?, _ words: String) -> HTML {
        guard let seconds = now.meanSeconds, let old = before?.meanSeconds, abs(seconds - old) >= 0.05 else {
            return "of \(Formatting.count(now.timed, "run", "runs"))"
        }
        return delta(seconds < old, "\(seconds < old ? "▼" : "▲") \(Formatting.clipLength(abs(seconds - old)))", words)
    }

    private func delta(_ isGood: Bool, _ text: String, _ words: String) -> HTML {
        "<span class=\"delta\" data-dir=\"\(isGood ? "up" : "down")\">\(text)</span> on \(words)"
    }

    // -- Charts with their tables

    private func trend(_ report: AnalyticsReport) -> HTML {
        let unit = report.scope.period.unit
        let models = report.models.filter { $0.figures.completed > 0 }
            .sorted { ($1.figures.completed, $0.name) < ($0.figures.completed, $1.name) }.prefix(3)
        let title: HTML = unit == .day ? "Videos a day" : "Videos a month"
        let rows = report.trend.map { point -> HTML in
            let cells = models.map { model -> HTML in
                let count = point.completedByModel[model.slug] ?? 0
                return "<td class=\"r num\" data-value=\"\(count)\">\(Formatting.count(count))</td>"
            }
            return """
                <tr><td><time datetime="\(point.day)">\(Words.point(point.day, unit))</time></td>\(cells)\
                <td class="r num">\(Formatting.count(point.completed))</td><td class="r num">\(Formatting.count(point.votes))</td></tr>
                """
        }
        return """
            <section class="panel stack" aria-labelledby="trend"><h2 id="trend">\(title)</h2>\
            <div class="plot with-js" data-plot></div>\
            <p class="key with-js" aria-hidden="true">\(models.enumerated().map { "<span class=\"c\($0.offset + 1)\">\($0.element.name)</span>" as HTML })</p>\
            <div class="scroll" tabindex="0" role="region" aria-label="\(title), table"><table class="table" data-chart="line">\
            <caption class="visually-hidden">\(title), of the three models with the most videos and of all</caption>\
            <thead><tr><th scope="col">\(unit == .day ? "Day" : "Month")</th>\
            \(models.map { "<th scope=\"col\" class=\"r\">\($0.name)</th>" as HTML })\
            <th scope="col" class="r">All models</th><th scope="col" class="r">Votes</th></tr></thead><tbody>\(rows)</tbody></table></div>\
            </section>
            """
    }

    private func chart(_ comparison: Comparison, _ models: [ModelFigures]) -> HTML {
        let top = comparison.top(models)
        let heading: HTML = "<h2 id=\"\(comparison.id)\">\(comparison.title)</h2>"
        let formula: HTML = "<p class=\"quiet\">\(comparison.formula)</p>"
        guard !top.isEmpty else {
            return """
                <section class="panel stack" aria-labelledby="\(comparison.id)">\(heading)\(formula)\
                <p class="muted">No model has such a figure in this period.</p></section>
                """
        }
        let rows = top.map { model, value -> HTML in
            """
            <tr><td><a href="/models/\(model.slug)">\(model.name)</a></td>\
            <td class="r num" data-value="\(Formatting.decimal(value))">\(comparison.text(model))</td>\
            <td class="r num">\(Formatting.count(comparison.base(model)))</td></tr>
            """
        }
        return """
            <section class="panel stack" aria-labelledby="\(comparison.id)">\(heading)\(formula)\
            <div class="plot plot--bars with-js" data-plot data-rows="\(top.count)"></div>\
            <table class="table" data-chart="bar"><caption class="visually-hidden">\(comparison.title)</caption><thead><tr>\
            <th scope="col">Model</th><th scope="col" class="r">\(comparison.title)</th>\
            <th scope="col" class="r">\(comparison.baseTitle)</th></tr></thead><tbody>\(rows)</tbody></table></section>
            """
    }

    // -- The board

    private func board(_ view: AnalyticsView) -> HTML {
        func head(_ title: String, _ order: ModelOrder) -> HTML {
            """
            <th scope="col" class="r"\(HTML.when(order == view.order, " aria-sort=\"\(order == .rating ? "descending" : "ascending")\""))>\
            \(link(title, view.path(order: order) + "#board", isCurrent: order == view.order))</th>
            """
        }
        let rows = view.order.sorted(view.report.models).map { model -> HTML in
            let figures = model.figures
            let rating: HTML =
                model.rating.map { rated in
                    "\(Formatting.count(Int(rated.rating.rounded()))) <span class=\"quiet\">± \(Formatting.count(Int(rated.interval.rounded())))</span>"
                } ?? "–"
            let tier = model.rating?.tier.map(Formatting.tier)
            return """
                <tr><td><a href="/models/\(model.slug)"><b>\(model.name)</b></a><br><span class="quiet">\(model.maker)</span></td>\
                <td class="r num">\(tier ?? Words.none)</td><td class="r num">\(rating)</td>\
                <td class="r num">\(Words.seconds(figures.meanSeconds))</td><td class="r num">\(Words.money(figures.costPerSecond))</td>\
                <td class="r num">\(Words.percent(figures.timeSpread))</td><td class="r num">\(Words.percent(figures.voteSpread))</td>\
                <td class="r num">\(Words.percent(figures.successRate))</td></tr>
                """
        }
        return """
            <section class="panel panel--flush board" id="board" aria-labelledby="board-title">\
            <div class="panel__head"><h2 id="board-title">Models by rating, speed, cost and consistency</h2></div>\
            <div class="scroll-x" tabindex="0" role="region" aria-label="Board of models"><table class="table">\
            <caption class="visually-hidden">Board of models</caption><thead><tr><th scope="col">Model</th>\
            \(head("Tier", .rating))<th scope="col" class="r">Rating</th>\(head("Speed", .speed))\(head("Cost a second", .cost))\
            \(head("Spread of time", .consistency))<th scope="col" class="r">Spread of votes</th>\
            <th scope="col" class="r">Success</th></tr></thead><tbody>\(rows)</tbody></table></div>\
            <dl class="formulas">\(Self.formulas.map { "<div><dt>\($0.name)</dt><dd>\($0.formula)</dd></div>" as HTML })</dl></section>
            """
    }

    private static let formulas: [(name: HTML, formula: HTML)] = [
        (
            "Tier and rating",
            """
            Bradley–Terry from all <a class="link" href="/ratings">blind battles</a>, with the 95 % interval. Models of one tier are \
            level, so they are listed by name.
            """
        ),
        ("Speed", "Σ time ÷ n, of n completed runs whose time is known."),
        ("Cost a second", "Σ cost ÷ Σ seconds of completed videos whose cost is known."),
        (
            "Spread of time",
            """
            √((Σt² − (Σt)² ÷ n) ÷ (n − 1)) ÷ (Σt ÷ n): the standard deviation of times in terms of their mean. A small one means that \
            the model takes about the same time for each video. From \(Figures.minimumForSpread) runs on.
            """
        ),
        (
            "Spread of votes",
            """
            The same of the votes v of its videos in comparisons. A small one means that its videos are liked about equally. From \
            \(Figures.minimumForSpread) videos on.
            """
        ),
        ("Success", "completed ÷ (completed + failed) runs."),
        (
            "Days",
            """
            Days are those of UTC. A run counts when it ends, a vote and a battle when they are cast; a video of a comparison counts, with \
            its cost and all its votes, when it was added.
            """
        ),
    ]
}
