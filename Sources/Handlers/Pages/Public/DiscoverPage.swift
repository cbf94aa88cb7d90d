internal import HTML
internal import HTTP

extension PageDeclaration {
    static let discover = page(
        .any, "/discover", title: "Discover",
        description: "Search and browse every take that competes, has competed or is in the film.",
        link: .main("Discover", .search, isTab: false), features: ["CLIP-06"], summary: "Searching and browsing clips."
    ) { visit in
        let query = DiscoverQuery(visit.context.request.query)
        return visit.site.discover(query, try visit.sources.discover(query))
    }
}

extension Site {
    /// Every clip that everybody may see: search, genres, status, order, and page after page.
    func discover(_ query: DiscoverQuery, _ view: DiscoverView) -> Page {
        var canonical = DiscoverQuery(genre: query.genre)
        canonical.cursor = nil
        let isPlain = query.text.isEmpty && query.cursor == nil
        let list: HTML = "<ul class=\"grid discover__takes\" data-takes>\(view.entries.map { takeEntry($0) })</ul>"
        return Page(
            .discover, title: title(query), path: canonical.path, section: "/discover", styles: ["discover"],
            modules: ["discover"], icons: [.film, .search], isIndexed: isPlain,
            main: """
                <main class="page discover" id="main">
                  <div class="page-head"><div><h1>Discover</h1>\
                <p>Every take that competes, has competed or is in the film.</p></div></div>
                  \(searchForm(query))
                  \(genres(query, view))
                  \(view.entries.isEmpty ? noTakes(query) : list)
                  \(more(query, view))
                </main>
                """)
    }

    private func title(_ query: DiscoverQuery) -> String {
        if !query.text.isEmpty { return "Takes with “\(query.text)”" }
        return query.genre.map { "\($0) takes" } ?? "Discover"
    }

    private func searchForm(_ query: DiscoverQuery) -> HTML {
        let genre: HTML? = query.genre.map { "<input type=\"hidden\" name=\"genre\" value=\"\($0)\">" }
        return """
            <form class="discover__form" role="search" action="/discover" method="get" data-search>
              <div class="field discover__text"><label for="q">Search takes</label>\
            <input class="input" type="search" id="q" name="q" value="\(query.text)" \
            maxlength="\(DiscoverQuery.longestText)" autocomplete="off" enterkeyhint="search"></div>
              <div class="field"><label for="status">Status</label><select class="input" id="status" name="status">\
            \(option("", "All", isChosen: query.status == nil))\
            \(DiscoverQuery.statuses.map { option($0.word, $0.label, isChosen: query.status == $0.word) })</select></div>
              <div class="field"><label for="sort">Order</label><select class="input" id="sort" name="sort">\
            \(DiscoverQuery.sorts.map { option($0.word, $0.label, isChosen: query.sort == $0.word) })</select></div>
              \(genre)<button class="btn btn--primary" type="submit">\(Icon.search.image)Search</button>
            </form>
            """
    }

    private func option(_ value: String, _ label: String, isChosen: Bool) -> HTML {
        "<option value=\"\(value)\"\(HTML.when(isChosen, " selected"))>\(label)</option>"
    }

    private func genres(_ query: DiscoverQuery, _ view: DiscoverView) -> HTML {
        func chip(_ genre: String?, _ clips: Int) -> HTML {
            var other = query
            other.genre = genre
            other.cursor = nil
            return """
                <li><a class="chip" href="\(other.path)"\(HTML.when(genre == query.genre, " aria-current=\"true\""))>\
                \(genre ?? "All genres") <span class="quiet num">\(Formatting.count(clips))</span></a></li>
                """
        }
        let all = view.genres.reduce(0) { $0 + $1.clips }
        return """
            <nav aria-label="Genres"><ul class="discover__genres">\(chip(nil, all))\
            \(view.genres.map { chip($0.name, $0.clips) })</ul></nav>
            """
    }

    /// A clip in a list of clips; in that of a person the creator is known, and the list has a heading of its own.
    func takeEntry(_ entry: DiscoverView.Entry, isOfPerson: Bool = false) -> HTML {
        let votes = entry.votes.map { " · \(Formatting.count($0, "vote", "votes"))" }
        let link: HTML = "<a href=\"/clip/\(entry.clip.idText)\">\(entry.clip.title)</a>"
        let title: HTML = isOfPerson ? "<h3 class=\"clip-text\">\(link)</h3>" : "<h2 class=\"clip-text\">\(link)</h2>"
        let creator: HTML = isOfPerson ? .empty : "\(Fragments.creator(entry.clip.username)) · "
        return """
            <li class="take"><div class="take__media">\(Fragments.sharpening(entry.clip, sizes: "(width < 48rem) 45vw, 220px"))\
            <span class="tag">\(Formatting.clipLength(entry.clip.durationSeconds))</span></div>\
            \(title)\
            <p class="quiet clip-text">\(creator)\(entry.clip.genre)</p>\
            <p>\(entry.state.badge)<span class="quiet num">\(votes ?? "")</span></p></li>
            """
    }

    private func noTakes(_ query: DiscoverQuery) -> HTML {
        if query.isNarrowed {
            return Fragments.empty(
                .search, title: "No takes found",
                text: query.text.isEmpty
                    ? "No take is like that yet."
                    : "No take has all these words in its title, description or creator's name.",
                actions: "<a class=\"btn btn--primary\" href=\"/discover\">Show all takes</a>")
        }
        return Fragments.empty(
            .film, title: "No takes yet", text: "Takes appear here as soon as a moderator has approved them.",
            actions: "<a class=\"btn btn--primary\" href=\"/upload\">Send in a take</a>")
    }

    private func more(_ query: DiscoverQuery, _ view: DiscoverView) -> HTML {
        var (first, next) = (query, query)
        first.cursor = nil
        next.cursor = view.nextCursor
        return Fragments.more(
            first: first.path, next: view.nextCursor == nil ? nil : next.path, isFirst: query.cursor == nil)
    }
}
