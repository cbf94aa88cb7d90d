internal import Comparisons
internal import HTML
internal import HTTP

extension PageDeclaration {
    static let arena = page(
        .any, "/arena", title: "Arena",
        description: "The same prompt, run through several AI video models and played side by side.",
        link: .main("Arena", .swap, isTab: false), features: ["ARENA-02"], summary: "Featured and recent comparisons."
    ) { visit in
        var query = ComparisonQuery()
        query.limit = 18
        return visit.site.arena(try visit.sources.arena.list(query))
    }

    static let comparisons = page(
        .any, "/comparisons", title: "Comparisons",
        description: "Browse comparisons of AI video models by type, tag, length and resolution.",
        features: ["ARENA-02"], summary: "Browsing comparisons."
    ) { visit in
        let query = ComparisonQuery(visit.context.request.query)
        return visit.site.comparisons(query, try visit.sources.arena.list(query))
    }

    static let tags = page(
        .any, "/tags", title: "Tags", description: "Comparisons of AI video models by what they show.",
        features: ["ARENA-02"], summary: "The tags of comparisons."
    ) { visit in visit.site.tags(try visit.sources.arena.tags()) }

    static let tag = page(
        .any, "/tags/[slug]", title: "Tag", description: "Comparisons with a tag.", features: ["ARENA-02"],
        summary: "The comparisons with a tag.", example: "/tags/night", addresses: { _ in [] }
    ) { visit in
        let slug = visit.context.parameter("slug")
        guard let tag = try visit.sources.arena.tag(slug) else { throw Problem.notFound() }
        let query = ComparisonQuery(visit.context.request.query, tag: slug)
        return visit.site.comparisons(query, try visit.sources.arena.list(query), tag: tag)
    }
}

extension Site {
    /// Up to 6 featured comparisons and the 12 latest others.
    func arena(_ view: ComparisonsView) -> Page {
        let featured = Array(view.entries.filter(\.isFeatured).prefix(6))
        let recent = Array(view.entries.filter { entry in !featured.contains { $0.slug == entry.slug } }.prefix(12))
        func section(_ title: HTML, _ id: HTML, _ entries: [ComparisonEntryView]) -> HTML {
            HTML.when(
                !entries.isEmpty,
                """
                <section class="stack" aria-labelledby="\(id)"><h2 id="\(id)">\(title)</h2>\(cards(entries, isBelowHeading: true))</section>
                """)
        }
        let blind: HTML = HTML.when(
            Destination.exists("/battle"), "<a class=\"btn\" href=\"/battle\">Judge blind</a>")
        return Page(
            .arena, section: "/arena", firstPicture: (featured.first ?? recent.first)?.pictureURL, styles: ["arena"],
            modules: ["comparisons"], icons: [.bookmark, .film, .search, .swap],
            main: """
                <main class="page stack arena-home" id="main">
                  <div class="page-head"><div><h1>Which model makes the better shot?</h1>\
                <p>One prompt, several AI video models, played side by side in step, with the price and the time of each.</p></div>\
                <div class="row"><a class="btn btn--primary" href="/comparisons">Browse comparisons</a>\(blind)\
                <a class="btn btn--ghost" href="/suggestions">Suggest one</a></div></div>
                  \(section("Featured", "featured", featured))
                  \(section("Recent", "recent", recent))
                  \(HTML.when(view.entries.isEmpty, noComparisons))
                  \(tagRow(view.tags))
                </main>
                """)
    }

    private func tagRow(_ tags: [TagView]) -> HTML {
        let most = tags.sorted { $0.count > $1.count }.prefix(12)
        return HTML.when(
            !most.isEmpty,
            """
            <nav class="stack stack--tight" aria-labelledby="by-tag"><div class="row row--apart"><h2 id="by-tag">By tag</h2>\
            <a class="btn btn--ghost" href="/tags">All tags</a></div><ul class="pills">\(most.map { "<li>\(pill($0, hasCount: true))</li>" as HTML })</ul></nav>
            """)
    }

    /// The public comparisons, or those of a tag: search, filters, and page after page.
    func comparisons(_ query: ComparisonQuery, _ view: ComparisonsView, tag: TagView? = nil) -> Page {
        let title = tag.map { "Comparisons: \($0.name)" } ?? "Comparisons"
        var canonical = query.bare
        if !query.isOfTagPage { canonical.type = query.type }
        let crumbs: [(String, String?)] =
            tag.map { [("Arena", "/arena"), ("Tags", "/tags"), ($0.name, nil)] }
            ?? [("Arena", "/arena"), ("Comparisons", nil)]
        let list: HTML =
            view.entries.isEmpty
            ? nothingFound(query)
            : "<div data-list>\(cards(view.entries, hasQuality: query.sort == "quality"))</div>"
        return Page(
            tag == nil ? .comparisons : .tag, title: title,
            description: tag.map { "Comparisons of AI video models tagged “\($0.name)”." }, path: canonical.path,
            section: "/arena", firstPicture: view.entries.first?.pictureURL, styles: ["arena"],
            modules: ["comparisons"],
            icons: [.bookmark, .film, .search], isIndexed: query.isPlain && (tag.map { $0.count > 0 } ?? true),
            main: """
                <main class="page comparisons" id="main">
                  <div class="page-head"><div class="stack stack--tight">\(breadcrumbs(crumbs))<h1>\(title)</h1></div></div>
                  \(filters(query, view, isTag: tag != nil))
                  <p class="quiet num" role="status" data-found>\(view.found)</p>
                  <div data-results>\(list)\(moreComparisons(query, view))</div>
                </main>
                """)
    }

    private func filters(_ query: ComparisonQuery, _ view: ComparisonsView, isTag: Bool) -> HTML {
        func select(
            _ name: HTML, _ label: HTML, _ all: HTML, _ choices: [(word: String, label: String)], _ chosen: String?
        ) -> HTML {
            """
            <div class="field"><label for="\(name)">\(label)</label><select class="input" id="\(name)" name="\(name)">\
            <option value="">\(all)</option>\
            \(choices.map { "<option value=\"\($0.word)\"\(HTML.when($0.word == chosen, " selected"))>\($0.label)</option>" as HTML })\
            </select></div>
            """
        }
        let tags: HTML = HTML.when(
            !isTag && !view.tags.isEmpty,
            select("tag", "Tag", "All", view.tags.map { (word: $0.slug, label: $0.name) }, query.tag))
        return """
            <form class="comparisons__form" role="search" action="\(query.base)" method="get" data-search>
              <div class="field comparisons__text"><label for="q">Search comparisons</label>\
            <input class="input" type="search" id="q" name="q" value="\(query.text)" \
            maxlength="\(ComparisonQuery.longestText)" autocomplete="off" enterkeyhint="search"></div>
              \(select("type", "Type", "All", ComparisonQuery.types, query.type))\(tags)\
            \(select("since", "Published", "Any time", ComparisonQuery.ages, query.since))\
            \(select("length", "Length", "Any", ComparisonQuery.lengths, query.length))\
            \(select("resolution", "Resolution", "Any", ComparisonQuery.resolutions, query.resolution))
              <div class="field"><label for="sort">Order</label><select class="input" id="sort" name="sort">\
            \(ComparisonQuery.sorts.map { "<option value=\"\($0.word)\"\(HTML.when($0.word == query.sort, " selected"))>\($0.label)</option>" as HTML })\
            </select></div>
              <button class="btn btn--primary" type="submit">\(Icon.search.image)Search</button>
            </form>
            """
    }

    func cards(_ entries: [ComparisonEntryView], isBelowHeading: Bool = false, hasQuality: Bool = false) -> HTML {
        let cards = entries.enumerated().map { index, entry -> HTML in
            let picture: HTML =
                if let url = entry.pictureURL {
                    "<img src=\"\(url)\" alt=\"\" width=\"480\" height=\"270\"\(HTML.when(index > 2, " loading=\"lazy\""))>"
                } else {
                    Icon.film.large
                }
            let featured: HTML = HTML.when(
                entry.isFeatured, "<span class=\"tag tag--start\">Featured</span>")
            let tags: HTML = HTML.when(
                !entry.tags.isEmpty,
                "<ul class=\"pills\">\(entry.tags.prefix(3).map { "<li>\(pill($0))</li>" as HTML })</ul>")
            let link: HTML = "<a href=\"/comparisons/\(entry.slug)\">\(entry.title)</a>"
            let heading: HTML = isBelowHeading ? "<h3>\(link)</h3>" : "<h2>\(link)</h2>"
            return """
                <li class="take"><div class="take__media take__media--wide"\(preview(entry.previewURL))>\(picture)\(featured)\
                <span class="tag num">\(Formatting.count(entry.videos, "model", "models"))</span>\
                \(keepButton(.comparison(entry.id), name: entry.title, isOnCard: true))</div>\
                \(heading)\
                <p class="quiet num">\(entry.type) · \(Formatting.count(entry.votes, "vote", "votes"))\
                \(HTML.when(hasQuality, " · quality \(Formatting.percent(entry.quality))"))</p>\(tags)</li>
                """
        }
        return "<ul class=\"grid comparisons__grid\" data-entries>\(cards)</ul>"
    }

    /// What makes a still play while a pointer or the focus is on it.
    func preview(_ url: String?) -> HTML {
        url.map { " data-preview=\"\($0)\"" } ?? .empty
    }

    /// A tag that leads to its page.
    func pill(_ tag: TagView, hasCount: Bool = false) -> HTML {
        """
        <a class="pill" href="/tags/\(tag.slug)">\(tag.name)\
        \(HTML.when(hasCount, " <span class=\"quiet num\">\(Formatting.count(tag.count))</span>"))</a>
        """
    }

    /// The way from the arena to this page; the last one is this page and leads nowhere.
    func breadcrumbs(_ crumbs: [(title: String, path: String?)]) -> HTML {
        let items = crumbs.map { crumb -> HTML in
            if let path = crumb.path { return "<li><a class=\"link\" href=\"\(path)\">\(crumb.title)</a></li>" }
            return "<li aria-current=\"page\">\(crumb.title)</li>"
        }
        return "<nav aria-label=\"Breadcrumbs\"><ol class=\"crumbs quiet\">\(items)</ol></nav>"
    }

    private func nothingFound(_ query: ComparisonQuery) -> HTML {
        guard query.isNarrowed, !(query == query.bare && query.isOfTagPage) else {
            return query.isOfTagPage
                ? Fragments.empty(
                    .film, title: "No comparisons with this tag", text: "No public comparison has this tag.",
                    actions: "<a class=\"btn btn--primary\" href=\"/comparisons\">Show all comparisons</a>")
                : noComparisons
        }
        return Fragments.empty(
            .search, title: "No comparisons found",
            text: query.text.isEmpty
                ? "No comparison matches these filters."
                : "No comparison has all these words in its title, prompt or description.",
            actions: "<a class=\"btn btn--primary\" href=\"\(query.bare.path)\">Show all comparisons</a>")
    }

    private var noComparisons: HTML {
        Fragments.empty(
            .film, title: "No comparisons yet",
            text: "Comparisons appear here as soon as an admin publishes one.",
            actions: "<a class=\"btn btn--primary\" href=\"/models\">See the models</a>")
    }

    private func moreComparisons(_ query: ComparisonQuery, _ view: ComparisonsView) -> HTML {
        var (first, next) = (query, query)
        first.cursor = nil
        next.cursor = view.nextCursor
        return Fragments.more(
            first: first.path, next: view.nextCursor == nil ? nil : next.path, isFirst: query.cursor == nil)
    }

    /// Every tag with how many comparisons have it.
    func tags(_ tags: [TagView]) -> Page {
        Page(
            .tags, section: "/arena", styles: ["arena"], icons: [.film],
            main: """
                <main class="page comparisons" id="main">
                  <div class="page-head"><div class="stack stack--tight">\
                \(breadcrumbs([("Arena", "/arena"), ("Tags", nil)]))<h1>Tags</h1></div></div>
                  \(tags.isEmpty ? noComparisons : "<ul class=\"pills\">\(tags.map { "<li>\(pill($0, hasCount: true))</li>" as HTML })</ul>")
                </main>
                """)
    }
}
