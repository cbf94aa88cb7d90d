public import Battles
public import FoundationEssentials
internal import HTML
public import HTTP

extension PageDeclaration {
    static let ratings = page(
        .any, "/ratings", title: "Ratings",
        description: "Ratings of AI video models from blind battles, with intervals, tiers and rank ranges.",
        link: .foot("Ratings", isInMenu: true), features: ["ARENA-08"], summary: "The boards of ratings."
    ) { visit in visit.site.ratings(try visit.sources.ratings(visit.context)) }

    static let ownRatings = page(
        .any, "/ratings/own", title: "My ratings",
        description: "Ratings of AI video models from your own blind battles.", isShared: false, isListed: false,
        features: ["ARENA-08"], summary: "The board of the caller's own battles."
    ) { visit in visit.site.ratings(try visit.sources.ownRatings(visit.context)) }
}

/// A board as the page of ratings shows it.
public struct RatingsView: Sendable {
    /// Which battles it is made of; nil is the caller's own.
    var kind: BoardKind?
    var board: RatedBoard?
    var computedAt: Date?
    /// The tags that have a board.
    var tags: [RatedTag]

    init(kind: BoardKind? = .all, board: RatedBoard? = nil, computedAt: Date? = nil, tags: [RatedTag] = []) {
        self.kind = kind
        self.board = board
        self.computedAt = computedAt
        self.tags = tags
    }

    /// The board that the query asks for.
    public init(_ boards: RatingBoards, query: Query) throws {
        let kind = query["board"].flatMap { BoardKind($0) } ?? .all
        let stored = try boards.find(kind)
        self.init(kind: kind, board: stored?.board, computedAt: stored?.computedAt, tags: try boards.tags())
    }

    /// The board of one person's own battles.
    public init(own boards: RatingBoards, voter: String, now: Date) throws {
        self.init(kind: nil, board: try boards.own(voter), computedAt: now, tags: try boards.tags())
    }
}

extension Site {
    /// The page of ratings.
    func ratings(_ view: RatingsView) -> Page {
        let board = view.board.flatMap { $0.battles > 0 ? $0 : nil }
        return Page(
            view.kind == nil ? .ownRatings : .ratings, section: "/arena", styles: ["ratings"],
            icons: [.download, .film, .info],
            main: """
                <main class="page" id="main">
                  <div class="page-head"><div><h1>Ratings</h1><p>\(lead(view, board))</p></div>\
                <div class="row"><a class="btn" href="/battle">Judge a pair</a>\
                <a class="btn btn--icon" href="/api/battles/export" download="battles.csv" aria-label="Every battle as CSV">\
                \(Icon.download.image)</a></div></div>
                  \(choices(view))
                  \(board.map { tables($0, view) } ?? none(view))
                </main>
                """)
    }

    private func lead(_ view: RatingsView, _ board: RatedBoard?) -> HTML {
        guard let board else { return "What blind battles say about the models." }
        let when: HTML? = view.computedAt.map {
            ", counted on <time datetime=\"\(Formatting.machine($0))\">\(Formatting.moment($0))</time>"
        }
        return """
            From \(Formatting.count(board.battles, "blind battle", "blind battles"))\(when). Models in one tier are level: their \
            order inside it means nothing, so they have no numbers.
            """
    }

    private func choices(_ view: RatingsView) -> HTML {
        let boards: [(path: String, kind: BoardKind?, text: HTML)] = [
            ("/ratings", .all, "All videos"), ("/ratings?board=text", .text, "Text to video"),
            ("/ratings?board=picture", .picture, "Image to video"), ("/ratings/own", nil, "My own"),
        ]
        let tags = view.tags.prefix(Self.shownTags).map { tag -> HTML in
            let kind = BoardKind.tag(tag.slug)
            return chip("/ratings?board=\(kind.name)", "\(tag.name)", isCurrent: view.kind == kind)
        }
        return """
            <nav class="row" aria-label="Boards">\(boards.map { chip($0.path, $0.text, isCurrent: view.kind == $0.kind) })</nav>
            \(tags.isEmpty ? .empty : "<nav class=\"row\" aria-label=\"Boards of tags\">\(tags)</nav>")
            """
    }

    /// More would push the board off the screen; the API has all of them.
    private static let shownTags = 12

    private func chip(_ path: String, _ text: HTML, isCurrent: Bool) -> HTML {
        """
        <a class="chip" href="\(path)"\(HTML.when(isCurrent, " aria-current=\"true\""))>\(text)</a>
        """
    }

    private func none(_ view: RatingsView) -> HTML {
        view.kind == nil
            ? Fragments.empty(
                .film, title: "No board of your own yet",
                text: "Your own board appears after \(Battles.ownBoard) battles from this browser or account.",
                actions: "<a class=\"btn btn--primary\" href=\"/battle\">Judge a pair</a>")
            : Fragments.empty(
                .film, title: "No ratings yet",
                text: "Ratings appear within five minutes after the first blind battle.",
                actions: "<a class=\"btn btn--primary\" href=\"/battle\">Judge a pair</a>")
    }

    private func tables(_ board: RatedBoard, _ view: RatingsView) -> HTML {
        """
        \(board.groups.enumerated().map { number, group in
            table(group, board, isOnly: board.groups.count == 1, number: number + 1)
        })
        <div class="aside">\(notes(board, view).map { note -> HTML in
        "<div class=\"note\">\(Icon.info.image)<p>\(note)</p></div>"
        })</div>
        """
    }

    private func table(_ group: RatedBoard.Group, _ board: RatedBoard, isOnly: Bool, number: Int) -> HTML {
        let scale = RatingScale(group)
        let ranked = Dictionary(grouping: group.models.filter { $0.tier != nil }) { $0.tier ?? 0 }
        let tiers = ranked.keys.sorted().map { tier -> HTML in
            let models = (ranked[tier] ?? []).sorted { ($0.name, $0.slug) < ($1.name, $1.slug) }
            return rows("Tier \(Formatting.tier(tier))", Self.meaning(tier), models, scale)
        }
        let others = group.models.filter { $0.tier == nil }.sorted { ($0.name, $0.slug) < ($1.name, $1.slug) }
        let unranked: HTML =
            others.isEmpty
            ? .empty
            : rows("Not ranked yet", "Fewer than the \(board.minimumBattles) battles that a rank needs", others, scale)
        let heading: HTML =
            isOnly
            ? .empty
            : "<h2>Group \(number)</h2><p class=\"quiet\">No battle connects it with the other groups, so their ratings cannot be compared.</p>"
        let separated: HTML = HTML.when(
            group.isSeparated,
            """
            <p class="note">\(Icon.info.image)<span>Some models here won or lost every battle against the others. How far apart they \
            are is not known; their intervals are wide for that.</span></p>
            """)
        return """
            \(heading)\(separated)<table class="table board"><caption class="visually-hidden">Ratings by tier</caption>
            <thead><tr><th scope="col">Model</th><th scope="col"><span class="ticks">\
            \(scale.ticks.map { "<span>\($0)</span>" as HTML })</span></th><th scope="col" class="r">Rank range</th>\
            <th scope="col" class="r">Rating</th><th scope="col" class="r">Battles</th></tr></thead>
            \(tiers)\(unranked)</table>
            """
    }

    private func rows(_ title: HTML, _ meaning: HTML, _ models: [RatedBoard.Model], _ scale: RatingScale) -> HTML {
        """
        <tbody><tr class="tier"><th colspan="5" scope="rowgroup">\(title) <small>\(meaning)</small></th></tr>
        \(models.map { model -> HTML in
        let ranks: HTML =
            if let best = model.bestRank, let worst = model.worstRank {
                best == worst ? "\(best)" : "\(best)–\(worst)"
            } else { "–" }
        return """
            <tr><td><a href="/models/\(model.slug)"><b>\(model.name)</b></a><br><span class="quiet">\(model.maker) · \
            <a class="link" href="/models/\(model.slug)#beside" aria-label="\(model.name) side by side with others">Side by side</a>\
            </span></td>\
            <td>\(scale.picture(model))</td><td class="r num">\(ranks)</td>\
            <td class="r num">\(Formatting.count(RatingScale.whole(model.rating))) <span class="quiet">± \
            \(Formatting.count(RatingScale.whole(model.interval)))</span></td>\
            <td class="r num">\(Formatting.count(model.battles))</td></tr>
            """
        })</tbody>
        """
    }

    private func notes(_ board: RatedBoard, _ view: RatingsView) -> [HTML] {
        var notes: [HTML] = []
        if let low = board.leftLow, let high = board.leftHigh, board.decided > 0 {
            let share = Double(board.leftWins) / Double(board.decided)
            notes.append(
                """
                <strong>Left or right?</strong> The left side won \(Formatting.percent(share)) of decided battles, 95 % interval \
                \(Formatting.percent(low)) to \(Formatting.percent(high)).
                """)
        }
        let bothBad = board.groups.flatMap(\.models).reduce(0) { $0 + $1.bothBad } / 2
        notes.append(
            """
            <strong>Both bad.</strong> \(Formatting.count(bothBad, "battle", "battles")) ended so. They count as ties.
            """)
        notes.append(
            """
            <strong>How it is computed.</strong> Bradley–Terry by maximum likelihood: A is better than B with the chance \
            1 ÷ (1 + 10^((B − A) ÷ 400)), and a tie is half a win for each. Sandwich errors; two models are ordered where Holm's method \
            over all pairs says so with 95 % confidence for the whole board. Every battle \
            <a class="link" href="/api/battles/export" download="battles.csv">as CSV</a> and \
            <a class="link" href="/api/battles?limit=100">as JSON</a>, and \
            <a class="link" href="/api/ratings\(view.kind.map { "?board=\($0.name)" as HTML } ?? "/own")">this board</a>: \
            anyone can compute it again with <code>dailies ratings verify</code>.
            """)
        notes.append(
            """
            <strong>Which pairs are shown.</strong> They are drawn by what a battle would tell: mostly models with few battles, and models \
            that are close. Sides are drawn by chance.
            """)
        return notes
    }

    private static func meaning(_ tier: Int) -> HTML {
        tier == 0
            ? "No model is above these with 95 % confidence"
            : "Each is below at least one of \(Formatting.tier(tier - 1)) with 95 % confidence"
    }
}

/// Where ratings are in the picture of an interval.
private struct RatingScale {
    private let low: Double
    private let high: Double

    /// From below the lowest interval to above the highest one, in hundreds.
    init(_ group: RatedBoard.Group) {
        let lowest = group.models.map { $0.rating - $0.interval }.min() ?? 900
        let highest = group.models.map { $0.rating + $0.interval }.max() ?? 1_100
        low = (lowest / 50).rounded(.down) * 50
        high = max((highest / 50).rounded(.up) * 50, low + 100)
    }

    /// Three numbers at the same distance: a quarter, a half and three quarters of the way.
    var ticks: [String] { [0.25, 0.5, 0.75].map { Formatting.count(Self.whole(low + (high - low) * $0)) } }

    static func whole(_ value: Double) -> Int { Int(value.rounded()) }

    /// The interval as a line, the rating as a mark on it. 200 units wide.
    func picture(_ model: RatedBoard.Model) -> HTML {
        let (left, middle, right) = (
            place(model.rating - model.interval), place(model.rating), place(model.rating + model.interval)
        )
        let words: HTML = """
            \(Self.whole(model.rating)), 95 % interval \(Self.whole(model.rating - model.interval)) to \
            \(Self.whole(model.rating + model.interval))
            """
        return """
            <svg class="iv" viewBox="0 0 200 24" preserveAspectRatio="none" role="img" aria-label="\(words)">\
            \([50, 100, 150].map { "<line class=\"g\" x1=\"\($0)\" x2=\"\($0)\" y1=\"0\" y2=\"24\"/>" as HTML })\
            <line class="w" x1="\(left)" x2="\(right)" y1="12" y2="12"/>\
            <line class="m" x1="\(middle)" x2="\(middle)" y1="6" y2="18"/></svg>
            """
    }

    private func place(_ rating: Double) -> Int { Int((200 * (rating - low) / (high - low)).rounded()) }
}
