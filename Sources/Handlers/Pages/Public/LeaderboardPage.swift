internal import Film
internal import HTML
internal import HTTP

extension PageDeclaration {
    static let leaderboard = page(
        .any, "/leaderboard", title: "Ranks", description: "The takes, voters and creators with the most votes.",
        link: .main("Ranks", .ranks, isTab: true), features: ["RANK-01"],
        summary: "The boards of clips, voters and creators, by day, week and all time."
    ) { visit in visit.site.leaderboard(try visit.film(), try visit.sources.ranks(visit.context)) }

    /// Whether clips have a page of their own to link to.
    fileprivate static let hasClipPages = Pages.declarations.contains { $0.path == "/clip/[id]" }
}

extension RankBoard {
    fileprivate var title: String {
        switch self {
        case .clips: "Takes"
        case .voters: "Voters"
        case .creators: "Creators"
        }
    }

    /// What the numbers of the board count, in every period.
    fileprivate var explanation: String {
        switch self {
        case .clips: "Votes that takes received."
        case .voters: "Votes that members cast."
        case .creators: "Votes that all takes of a member received."
        }
    }
}

extension RankPeriod {
    fileprivate var title: String {
        switch self {
        case .day: "Today"
        case .week: "7 days"
        case .all: "All time"
        }
    }

    fileprivate var explanation: String {
        switch self {
        case .day: "Days are UTC. The trend compares places with yesterday's."
        case .week: "Days are UTC. The trend compares places with the 7 days before."
        case .all: "Since the first season."
        }
    }
}

extension Site {
    /// A board. The module asks for this page again and puts its parts in, so that the words are in one place.
    func leaderboard(_ film: FilmView, _ ranks: RanksView) -> Page {
        let isPlain = ranks.isFirst && ranks.board == .clips && ranks.period == .day
        return Page(
            .leaderboard, title: isPlain ? nil : "\(ranks.board.title), \(ranks.period.title.lowercased())",
            path: isPlain ? nil : path(ranks.board, ranks.period), section: "/leaderboard",
            styles: ["leaderboard"], modules: ["leaderboard"], icons: [.medal, .ranks], film: film,
            main: """
                <main class="page ranks" id="main">
                  <div class="page-head"><h1>Ranks</h1><nav class="seg" aria-label="Period" data-periods>\
                \(RankPeriod.allCases.map { choice($0.title, path(ranks.board, $0), isCurrent: $0 == ranks.period) })\
                </nav></div>
                  <nav class="tabs" aria-label="Board" data-boards>\
                \(RankBoard.allCases.map { choice($0.title, path($0, ranks.period), isCurrent: $0 == ranks.board) })</nav>
                  <div class="board stack" data-board="\(ranks.board.rawValue)" data-period="\(ranks.period.rawValue)"\
                \(HTML.when(ranks.isFirst, " data-first"))>\(content(ranks))</div>
                  <p class="ranks__own with-js" data-own><span data-visitor>\
                <a class="link" href="/sign-in?next=/leaderboard">Sign in</a> to see your own place.</span>\
                <span data-member data-own-text hidden></span></p>
                </main>
                """)
    }

    private func path(_ board: RankBoard, _ period: RankPeriod) -> String {
        "/leaderboard?board=\(board.rawValue)&period=\(period.rawValue)"
    }

    private func choice(_ title: String, _ path: String, isCurrent: Bool) -> HTML {
        "<a href=\"\(path)\"\(HTML.when(isCurrent, " aria-current=\"page\""))>\(title)</a>"
    }

    private func content(_ ranks: RanksView) -> HTML {
        guard !ranks.entries.isEmpty else { return nothing(ranks) }
        let top = ranks.isFirst ? ranks.entries.prefix(3) : []
        let rest = ranks.entries.dropFirst(top.count)
        let podium: HTML = HTML.when(
            !top.isEmpty,
            "<ol class=\"podium\">\(top.enumerated().map { podiumPlace($0.element, at: $0.offset) })</ol>")
        let back: HTML = HTML.when(
            !ranks.isFirst, "<a class=\"btn\" href=\"\(path(ranks.board, ranks.period))\">Back to the top</a>")
        let more = ranks.nextCursor.map { cursor -> HTML in
            """
            <a class="btn btn--block" href="\(path(ranks.board, ranks.period))&cursor=\(cursor)" data-more>Load more</a>
            """
        }
        return """
            \(podium)<div class="stack">\(back)\(rest.isEmpty ? .empty : table(ranks, rest))\(more)\
            <p class="quiet">\(Formatting.count(ranks.total, "entry", "entries")). \(ranks.board.explanation) \
            \(ranks.period.explanation)\
            \(hidden(ranks))</p></div>
            """
    }

    private func hidden(_ ranks: RanksView) -> HTML {
        HTML.when(ranks.hidesRound, " Votes of the open round are added when it closes.")
    }

    private func nothing(_ ranks: RanksView) -> HTML {
        let title =
            switch ranks.period {
            case .day: "No votes yet today"
            case .week: "No votes in the last 7 days"
            case .all: "No votes yet"
            }
        let text: HTML =
            ranks.board == .voters
            ? "The members who vote appear here within seconds." : "What gets votes appears here within seconds."
        return """
            <div class="empty">\(Icon.ranks.large)<h2>\(title)</h2><p>\(text)\(hidden(ranks))</p>\
            <div class="row"><a class="btn btn--primary" href="/dashboard">See the takes</a></div></div>
            """
    }

    private func podiumPlace(_ entry: RankEntryView, at index: Int) -> HTML {
        let votes = Formatting.count(entry.place.votes, "vote", "votes")
        let picture: HTML
        if let clip = entry.clip {
            picture = """
                <div class="take__media">\(still(clip))<span class="tag num">\(votes)</span></div>
                """
        } else {
            picture = """
                <div class="podium__face"><img class="avatar" src="\(entry.avatarURL)" alt="" width="96" height="96">\
                <span class="tag num">\(votes)</span></div>
                """
        }
        let medal: HTML = HTML.when(entry.place.rank <= 3, Icon.medal.small)
        let place: HTML = """
            <p class="place m\(min(entry.place.rank, 4))">\(medal)<span>\(Self.ordinal(entry.place.rank))</span> \
            \(trend(entry.place))</p>
            """
        let name: HTML =
            entry.clip.map { clip in
                "<h2>\(title(clip))</h2><p class=\"quiet clip-text\">\(creator(entry))</p>"
            } ?? """
                <h2 class="clip-text">\(creator(entry))</h2>\(standing(entry).map { "<p class=\"quiet\">\($0)</p>" as HTML })
                """
        return "<li class=\"take\" data-entry=\"\(key(entry))\">\(picture)\(place)\(name)</li>"
    }

    /// `Level 9 · 12 days in a row`
    private func standing(_ entry: RankEntryView) -> String? {
        guard let level = entry.level else { return nil }
        let streak = entry.streak ?? 0
        return "Level \(Formatting.count(level))"
            + (streak > 1 ? " · \(Formatting.count(streak)) days in a row" : "")
    }

    private func still(_ clip: RankedClipView) -> HTML {
        guard let thumbnail = clip.thumbnailURL, let poster = clip.posterURL else { return .empty }
        return """
            <img src="\(thumbnail)" data-sharp="\(poster)" alt="" width="540" height="960">
            """
    }

    private func title(_ clip: RankedClipView) -> HTML {
        PageDeclaration.hasClipPages ? "<a href=\"/clip/\(clip.id)\">\(clip.title)</a>" : "\(clip.title)"
    }

    private func creator(_ entry: RankEntryView) -> HTML { Fragments.creator(entry.username, none: entry.name) }

    private static func ordinal(_ rank: Int) -> String {
        switch rank {
        case 1: "First"
        case 2: "Second"
        case 3: "Third"
        default: "Place \(Formatting.count(rank))"
        }
    }

    /// What an entry is recognised by when the page is read again.
    private func key(_ entry: RankEntryView) -> String { entry.clip?.id ?? entry.avatarURL }

    private func table(_ ranks: RanksView, _ entries: ArraySlice<RankEntryView>) -> HTML {
        let hasTrend = ranks.period != .all
        let columns: HTML =
            ranks.board == .clips
            ? "<th scope=\"col\"><span class=\"visually-hidden\">Still</span></th><th scope=\"col\">Take</th>"
            : "<th scope=\"col\"><span class=\"visually-hidden\">Picture</span></th><th scope=\"col\">Member</th>"
        let from = Formatting.count(entries.first?.place.rank ?? 1)
        return """
            <table class="table rank"><caption class="visually-hidden">\(ranks.board.title) from place \(from)</caption>
            <thead><tr><th scope="col">Place</th>\(columns)<th scope="col" class="r">Votes</th>\
            \(HTML.when(hasTrend, "<th scope=\"col\" class=\"r\">Trend</th>"))</tr></thead>
            <tbody data-rows>\(entries.map { row($0, hasTrend: hasTrend) })</tbody></table>
            """
    }

    private func row(_ entry: RankEntryView, hasTrend: Bool) -> HTML {
        let picture: HTML
        let name: HTML
        if let clip = entry.clip {
            picture =
                clip.thumbnailURL.map {
                    "<img src=\"\($0)\" alt=\"\" width=\"54\" height=\"96\" loading=\"lazy\">" as HTML
                } ?? .empty
            name = "<b>\(title(clip))</b><br><span class=\"quiet\">\(creator(entry)) · \(clip.genre)</span>"
        } else {
            picture = """
                <img class="avatar" src="\(entry.avatarURL)" alt="" width="32" height="32" loading="lazy">
                """
            name = "<b>\(creator(entry))</b>\(standing(entry).map { "<br><span class=\"quiet\">\($0)</span>" as HTML })"
        }
        let trend: HTML = HTML.when(hasTrend, "<td class=\"r\">\(trend(entry.place))</td>")
        return """
            <tr data-entry="\(key(entry))"><td class="num">\(Formatting.count(entry.place.rank))</td><td>\(picture)</td>\
            <td>\(name)</td><td class="r num">\(Formatting.count(entry.place.votes))</td>\(trend)</tr>
            """
    }

    /// An arrow with the number of places, and the same in words for those who hear it.
    private func trend(_ place: RankPlace) -> HTML {
        guard let trend = place.trend else { return .empty }
        let words: String
        let arrow: String
        if let previous = place.previousRank {
            let by = Formatting.count(abs(previous - place.rank), "place", "places")
            let count = Formatting.count(abs(previous - place.rank))
            (words, arrow) =
                switch trend {
                case .up: ("up \(by)", "▲ \(count)")
                case .down: ("down \(by)", "▼ \(count)")
                case .same: ("same place", "–")
                }
        } else {
            (words, arrow) = ("new on this board", "New")
        }
        return """
            <span class="delta num" data-dir="\(trend.rawValue)"><span class="visually-hidden">\(words)</span>\
            <span aria-hidden="true">\(arrow)</span></span>
            """
    }
}
