internal import Battles
internal import Catalog
internal import Comparisons
internal import FoundationEssentials
internal import Generation
internal import HTML
internal import HTTP
internal import Money
internal import Ratings
internal import Storage

extension PageDeclaration {
    static let versus = page(
        .any, "/models/[slug]/vs/[other]", title: "Two models",
        description: "Two AI video models side by side: blind battles, votes, prices and times.",
        features: ["ARENA-10"], summary: "Two models side by side; the names in another order lead to the one page.",
        example: "/models/demo-renderer-a/vs/demo-renderer-b", addresses: { _ in [] }
    ) { visit in
        let names = (visit.context.parameter("slug"), visit.context.parameter("other"))
        guard let view = try visit.sources.arena.versus(names.0, names.1) else { throw Problem.notFound() }
        // Each pair has one page, whose names are in the order of the alphabet.
        var page = visit.site.versus(view)
        if names.0 == view.other.slug { (page.status, page.headers) = (301, ["Location": view.path]) }
        return page
    }
}

/// Two models as their common page shows them.
struct VersusView: Sendable {
    /// A model with its place on the board of all battles.
    struct Standing: Sendable {
        /// From 0; nil while it is not ranked.
        let tier: Int?
        /// The ranks that it can have: `2` or `2–5`.
        let ranks: String?
        let battles: Int
        /// Which of the groups that no battle connects.
        let group: Int
    }

    let one: ModelView
    let other: ModelView
    let facts: HeadToHead
    let shared: [SharedComparison]
    let oneStanding: Standing?
    let otherStanding: Standing?
    /// What the shortest length that both make costs: the length, and both costs.
    var price: (length: String, one: String, other: String)?

    var path: String { "/models/\(one.slug)/vs/\(other.slug)" }
}

extension VersusView {
    /// Two models by their slugs, in either order; nil when one is not known, or both are the same.
    init?(_ comparisons: Comparisons, _ boards: RatingBoards, _ names: (String, String)) throws {
        let (first, second) = names.0 < names.1 ? (names.0, names.1) : (names.1, names.0)
        let catalog = comparisons.generations.catalog
        guard first != second, let one = try catalog.find(slug: first), let other = try catalog.find(slug: second)
        else {
            return nil
        }
        let board = try boards.find(.all)?.board
        func standing(_ slug: String) -> Standing? {
            for (number, group) in (board?.groups ?? []).enumerated() {
                guard let model = group.models.first(where: { $0.slug == slug }) else { continue }
                let ranks = model.bestRank.flatMap { best in
                    model.worstRank.map { best == $0 ? "\(best)" : "\(best)–\($0)" }
                }
                return Standing(tier: model.tier, ranks: ranks, battles: model.battles, group: number)
            }
            return nil
        }
        let bills = ModelView(other, in: catalog).bills
        let common = ModelView(one, in: catalog).bills.lazy.compactMap { bill in
            bills.first { $0.duration == bill.duration }.map { (bill.duration, bill.cost, $0.cost) }
        }.first
        self.init(
            one: ModelView(one, in: catalog), other: ModelView(other, in: catalog),
            facts: try comparisons.headToHead(one.id, other.id), shared: try comparisons.shared(one.id, other.id),
            oneStanding: standing(first), otherStanding: standing(second),
            price: common.map { (length: $0.0, one: $0.1, other: $0.2) })
    }
}

extension Site {
    /// Two models side by side.
    func versus(_ view: VersusView) -> Page {
        let title = "\(view.one.name) and \(view.other.name)"
        return Page(
            .versus, title: title,
            description:
                "\(title) side by side: \(Formatting.count(view.facts.battles, "blind battle", "blind battles")), "
                + "\(Formatting.count(view.facts.comparisons, "comparison", "comparisons")), prices and times.",
            path: view.path, section: "/arena", styles: ["arena"], modules: ["models"],
            icons: [.bookmark, .film, .info, .swap], isIndexed: view.facts.battles + view.facts.comparisons > 0,
            main: """
                <main class="page versus" id="main">
                  <div class="page-head"><div class="stack stack--tight">\
                \(breadcrumbs([("Arena", "/arena"), ("Models", "/models"), (title, nil)]))<h1>\(title)</h1></div>\
                <div class="row"><a class="btn" href="/battle">Judge blind</a></div></div>
                  \(battles(view))
                  \(table(view))
                  \(shared(view))
                </main>
                """)
    }

    /// The battles of the two. Whether they tell the two apart is said in words, since a share alone would pretend it.
    private func battles(_ view: VersusView) -> HTML {
        let facts = view.facts
        let decided = facts.one.wins + facts.other.wins
        guard facts.battles > 0 else {
            return """
                <section class="stack stack--tight" aria-labelledby="battles"><h2 id="battles">Blind battles</h2>\
                <p class="quiet">The two have not met in a blind battle yet.</p></section>
                """
        }
        let (low, high) = WilsonInterval.of(facts.one.wins, in: decided)
        let verdict: HTML =
            if decided == 0 {
                "No battle had a winner."
            } else if low > 0.5 {
                "\(view.one.name) is better in battles of the two, with 95 % confidence."
            } else if high < 0.5 {
                "\(view.other.name) is better in battles of the two, with 95 % confidence."
            } else {
                "These battles do not tell the two apart."
            }
        let share: HTML = HTML.when(
            decided > 0,
            """
            <p class="quiet num">\(view.one.name) won \(Formatting.percent(Double(facts.one.wins) / Double(max(1, decided)))) of \
            \(Formatting.count(decided, "decided battle", "decided battles")), 95 % interval \(Formatting.percent(low)) to \
            \(Formatting.percent(high)).</p>
            """)
        func stat(_ label: String, _ figure: Int) -> HTML {
            "<div class=\"stat\"><dt class=\"label\">\(label)</dt><dd><b>\(Formatting.count(figure))</b></dd></div>"
        }
        return """
            <section class="stack stack--tight" aria-labelledby="battles"><h2 id="battles">Blind battles</h2>\
            <dl class="stats">\(stat("\(view.one.name) better", facts.one.wins))\
            \(stat("\(view.other.name) better", facts.other.wins))\(stat("Tie", facts.ties))\
            \(stat("Both bad", facts.bothBad))</dl><p><strong>\(verdict)</strong></p>\(share)\(standing(view))</section>
            """
    }

    private func standing(_ view: VersusView) -> HTML {
        guard let one = view.oneStanding, let other = view.otherStanding else { return .empty }
        let board: HTML = "<a class=\"link\" href=\"/ratings\">the board of all battles</a>"
        let words: HTML =
            if one.group != other.group {
                "On \(board) no chain of battles connects the two."
            } else if let first = one.tier, let second = other.tier {
                first == second
                    ? "On \(board) both are in one tier: they are level."
                    : "On \(board) \(view.one.name) is in tier \(Formatting.tier(first)), \(view.other.name) in tier \(Formatting.tier(second))."
            } else {
                "Not both are ranked on \(board) yet."
            }
        return "<p class=\"quiet\">\(words)</p>"
    }

    private func table(_ view: VersusView) -> HTML {
        func row(_ title: HTML, _ one: String?, _ other: String?) -> HTML {
            HTML.when(
                one != nil || other != nil,
                """
                <tr><th scope="row">\(title)</th><td class="r num">\(one ?? "–")</td><td class="r num">\(other ?? "–")</td></tr>
                """)
        }
        func time(_ milliseconds: Int?) -> String? { milliseconds.map { Formatting.clipLength(Double($0) / 1_000) } }
        let (facts, one, other) = (view.facts, view.one, view.other)
        let isShared = facts.comparisons > 0
        let price = view.price.map { row("Price of \($0.length)", $0.one, $0.other) }
        let prices: HTML =
            price
            ?? row(
                "Price", one.bills.first.map { "\($0.cost) for \($0.duration)" },
                other.bills.first.map { "\($0.cost) for \($0.duration)" })
        return """
            <section class="stack stack--tight" aria-labelledby="figures"><h2 id="figures">Figures</h2>\
            <table class="table versus__table"><caption class="visually-hidden">Both models by price, time and record</caption>\
            <thead><tr><th scope="col"><span class="visually-hidden">Figure</span></th>\(head(one))\(head(other))</tr></thead><tbody>\
            \(prices)\
            \(row("Mean cost in shared comparisons", isShared ? facts.one.meanCost?.formatted : nil, isShared ? facts.other.meanCost?.formatted : nil))\
            \(row("Mean time in shared comparisons", time(facts.one.meanMs), time(facts.other.meanMs)))\
            \(row("Votes in shared comparisons", isShared ? Formatting.count(facts.one.votes) : nil, isShared ? Formatting.count(facts.other.votes) : nil))\
            \(row("More votes than the other", isShared ? "\(facts.one.ahead) of \(facts.comparisons)" : nil, isShared ? "\(facts.other.ahead) of \(facts.comparisons)" : nil))\
            \(row("Rank range", view.oneStanding?.ranks, view.otherStanding?.ranks))\
            \(row("Mean time of all runs", one.meanTime, other.meanTime))\
            \(row("Success rate", one.successRate, other.successRate))\
            \(row("Durations", one.durations, other.durations))\
            \(row("Makes", one.capabilities.joined(separator: ", "), other.capabilities.joined(separator: ", ")))\
            </tbody></table></section>
            """
    }

    private func head(_ model: ModelView) -> HTML {
        """
        <th scope="col" class="r"><a class="link" href="/models/\(model.slug)">\(model.name)</a><br>\
        <span class="quiet">\(model.maker)</span>\(keepButton(.model(model.slug), name: model.name))</th>
        """
    }

    private func shared(_ view: VersusView) -> HTML {
        guard !view.shared.isEmpty else {
            return Fragments.empty(
                .film, title: "No shared comparisons",
                text: "No public comparison has a finished video of both models.",
                actions: "<a class=\"btn\" href=\"/suggestions\">Suggest one</a>")
        }
        let items = view.shared.map { shared -> HTML in
            """
            <li class="take"><div class="versus__pair">\(still(shared.onePoster))\(still(shared.otherPoster))</div>\
            <h3><a href="/comparisons/\(shared.slug)">\(shared.title)</a></h3>\
            <p class="quiet num">\(view.one.name) \(Formatting.count(shared.oneVotes, "vote", "votes")) · \
            \(view.other.name) \(Formatting.count(shared.otherVotes, "vote", "votes"))</p></li>
            """
        }
        let more: HTML = HTML.when(
            view.facts.comparisons > view.shared.count,
            " <span class=\"quiet\">the latest \(view.shared.count) of \(Formatting.count(view.facts.comparisons))</span>"
        )
        return """
            <section class="stack stack--tight" aria-labelledby="shared"><h2 id="shared">Comparisons of both\(more)</h2>\
            <ul class="grid comparisons__grid">\(items)</ul></section>
            """
    }

    private func still(_ key: String?) -> HTML {
        key.flatMap { StorageKey($0) }.map { key in
            "<img src=\"\(MediaURLs().url(for: key.card))\" alt=\"\" width=\"240\" height=\"135\" loading=\"lazy\">"
        } ?? "<span></span>"
    }

    /// The links to a model's pages with others.
    func rivals(_ model: ModelView, _ rivals: [Rival]) -> HTML {
        let links = rivals.map { rival -> HTML in
            let names = [model.slug, rival.slug].sorted()
            return "<li><a class=\"pill\" href=\"/models/\(names[0])/vs/\(names[1])\">\(rival.name)</a></li>"
        }
        return HTML.when(
            !links.isEmpty,
            """
            <section class="panel stack" aria-labelledby="beside"><h2 id="beside">Side by side with</h2>\
            <ul class="pills">\(links)</ul></section>
            """)
    }
}
