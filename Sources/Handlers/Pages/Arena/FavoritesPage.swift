internal import Battles
internal import Comparisons
internal import FoundationEssentials
internal import HTML
internal import HTTP
internal import Postgres
internal import Storage
internal import Text

extension PageDeclaration {
    static let favorites = page(
        .member, "/favorites", title: "Favourites",
        description: "The comparisons and models that you saved, your votes and your battles.",
        link: .menu("Favourites"), features: ["ARENA-12"],
        summary: "What the member saved of the arena, and the member's votes and battles there."
    ) { visit in visit.site.favorites(try visit.sources.arena.favorites(visit.context)) }
}

/// What a member's page of favourites shows.
struct FavoritesView: Sendable {
    /// The parts of the page.
    enum Part: String, CaseIterable {
        case comparisons, models, votes, battles

        var title: HTML {
            switch self {
            case .comparisons: "Comparisons"
            case .models: "Models"
            case .votes: "Your votes"
            case .battles: "Your battles"
            }
        }

        var path: String { self == .comparisons ? "/favorites" : "/favorites?show=\(rawValue)" }
    }

    var part = Part.comparisons
    var entries: [ComparisonEntryView] = []
    var models: [FavoriteModel] = []
    var votes: [OwnArenaVote] = []
    var battles: [OwnBattle] = []
    /// What asks for the next page; nil on the last one.
    var nextCursor: String?
    var isFirst = true
}

extension FavoritesView {
    /// The part and page that the query asks for.
    init(_ favorites: Favorites, _ context: Context) throws {
        let query = context.request.query
        let member = try context.member().id
        part = query["show"].flatMap(Part.init) ?? .comparisons
        let cursor = query["cursor"].flatMap { $0.isEmpty || $0.utf8.count > 512 ? nil : $0 }
        isFirst = cursor == nil
        do {
            try read(favorites, member, cursor)
        } catch is InvalidCursor {
            isFirst = true
            try read(favorites, member, nil)
        }
    }

    private mutating func read(_ favorites: Favorites, _ member: UUID, _ cursor: String?) throws {
        let request = PageRequest(limit: 24, cursor: cursor)
        switch part {
        case .comparisons:
            let page = try favorites.comparisons(of: member, request)
            (entries, nextCursor) = (page.items.map(ComparisonEntryView.init), page.nextCursor)
        case .models: models = try favorites.models(of: member)
        case .votes:
            let page = try favorites.votes(of: member, request)
            (votes, nextCursor) = (page.items, page.nextCursor)
        case .battles:
            let page = try favorites.battles(of: member, request)
            (battles, nextCursor) = (page.items, page.nextCursor)
        }
    }
}

extension Site {
    /// What a member saved of the arena, and did there.
    func favorites(_ view: FavoritesView) -> Page {
        let next = view.nextCursor.map { cursor in
            view.part.path + (view.part == .comparisons ? "?" : "&") + "cursor=\(cursor)"
        }
        let tabs = FavoritesView.Part.allCases.map { part -> HTML in
            """
            <a href="\(part.path)"\(HTML.when(part == view.part, " aria-current=\"page\""))>\(part.title)</a>
            """
        }
        return Page(
            .favorites, section: "/arena", styles: ["arena"], modules: ["comparisons"],
            icons: [.bookmark, .film, .heart, .swap],
            main: """
                <main class="page comparisons" id="main">
                  <div class="page-head"><div><h1>Favourites</h1><p>Only you see this page.</p></div></div>
                  <nav class="tabs" aria-label="What to show">\(tabs)</nav>
                  <div data-results>\(shown(view))\
                \(Fragments.more(first: view.part.path, next: next, isFirst: view.isFirst))</div>
                </main>
                """)
    }

    private func shown(_ view: FavoritesView) -> HTML {
        switch view.part {
        case .comparisons:
            view.entries.isEmpty
                ? none(
                    .bookmark, "No saved comparisons",
                    "Save a comparison with the bookmark on its card or page.", "/comparisons", "Browse comparisons")
                : cards(view.entries)
        case .models:
            view.models.isEmpty
                ? none(
                    .bookmark, "No saved models", "Save a model with the bookmark on its page.", "/models",
                    "See the models")
                : "<ul class=\"kept\" data-entries>\(view.models.map(model))</ul>"
        case .votes:
            view.votes.isEmpty
                ? none(
                    .heart, "No votes yet", "Your votes for videos of comparisons appear here.", "/comparisons",
                    "Browse comparisons")
                : "<ul class=\"kept\" data-entries>\(view.votes.map(vote))</ul>"
        case .battles:
            view.battles.isEmpty
                ? none(
                    .swap, "No battles yet", "The pairs that you judge while you are signed in appear here.",
                    "/battle", "Judge a pair")
                : "<ul class=\"kept\" data-entries>\(view.battles.map(battle))</ul>"
        }
    }

    private func none(_ icon: Icon, _ title: String, _ text: String, _ path: String, _ word: String) -> HTML {
        Fragments.empty(
            icon, title: title, text: text, actions: "<a class=\"btn btn--primary\" href=\"\(path)\">\(word)</a>")
    }

    private func model(_ model: FavoriteModel) -> HTML {
        """
        <li><div class="grow"><h2><a class="link" href="/models/\(model.slug)">\(model.name)</a></h2>\
        <p class="quiet">\(model.maker)\(HTML.when(!model.isActive, " · not offered any more")) · saved \
        \(Formatting.day(model.savedAt))</p></div>\(keepButton(.model(model.slug), name: model.name))</li>
        """
    }

    private func vote(_ vote: OwnArenaVote) -> HTML {
        let still: HTML =
            vote.posterKey.flatMap { StorageKey($0) }.map { key in
                "<img src=\"\(MediaURLs().url(for: key.card))\" alt=\"\" width=\"96\" height=\"54\" loading=\"lazy\">"
            } ?? .empty
        return """
            <li data-key="\(vote.videoID.text)">\(still)<div class="grow"><h2><a class="link" href="/comparisons/\(vote.slug)">\(vote.title)</a></h2>\
            <p>For <a class="link" href="/models/\(vote.modelSlug)">\(vote.modelName)</a> <span class="quiet">\
            · \(Formatting.moment(vote.votedAt))</span></p></div></li>
            """
    }

    private func battle(_ battle: OwnBattle) -> HTML {
        let verdict: HTML =
            switch BattleOutcome(rawValue: battle.outcome) {
            case .left: "\(battle.leftName) is better"
            case .right: "\(battle.rightName) is better"
            case .tie, nil: "A tie"
            case .bothBad: "Both are bad"
            }
        return """
            <li data-key="\(battle.id)"><div class="grow"><h2><a class="link" href="/models/\(battle.leftSlug)">\(battle.leftName)</a> and \
            <a class="link" href="/models/\(battle.rightSlug)">\(battle.rightName)</a></h2>\
            <p>\(verdict) <span class="quiet">· \(Formatting.moment(battle.castAt))</span></p></div></li>
            """
    }

    /// The button by which members save a comparison or a model. A module says whether it is saved, and sends visitors to the
    /// sign-in page.
    func keepButton(_ thing: FavoriteThing, name: String, isOnCard: Bool = false) -> HTML {
        let mark: HTML =
            switch thing {
            case .comparison(let id): "data-keep-comparison=\"\(id.text)\""
            case .model(let slug): "data-keep-model=\"\(slug)\""
            }
        return """
            <button class="btn btn--icon keep\(HTML.when(isOnCard, " keep--card")) with-js" type="button" aria-pressed="false" \
            aria-label="Save \(name)" title="Save" \(mark)>\(Icon.bookmark.image)</button>
            """
    }
}
