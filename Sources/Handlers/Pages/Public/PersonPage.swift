internal import FoundationEssentials
internal import HTML
internal import HTTP
internal import Text

extension PageDeclaration {
    static let person = page(
        .any, "/u/[username]", title: "A member", description: "A member of this site, and the takes of the member.",
        features: ["PROF-03"], summary: "A member as everybody sees the member.", addresses: { _ in [] }
    ) { visit in
        let name = visit.context.parameter("username")
        let query = PersonQuery(visit.context.request.query)
        let person = try visit.sources.people.person(name.lowercased(), query)
        // An old name leads to the present one for a while. It may be another member's after that, so no browser keeps this.
        guard person.username == name else { return .moved(to: query.path(of: person.username)) }
        return visit.site.person(person, query)
    }
}

extension Site {
    /// Who a member is, and the member's clips with what became of each. A module adds what is the viewer's own: whether one
    /// follows the member.
    func person(_ view: PersonView, _ query: PersonQuery) -> Page {
        let first = view.entries.first?.clip
        let count = Formatting.count(view.clips, "take", "takes")
        let summary =
            "\(count)\(view.wins > 0 ? ", \(Formatting.count(view.wins)) in the film" : ""). "
            + "A member since \(Formatting.day(view.joinedAt))."
        return Page(
            .person, title: view.username, description: summary, path: view.path, image: first?.shareURL,
            styles: ["discover", "person"], modules: ["person"], icons: [.check, .film, .flag, .lock, .person, .share],
            facts: PageFacts(structured: facts(view)), isIndexed: view.clips > 0 && query == PersonQuery(),
            main: """
                <main class="page person" id="main" data-person="\(view.username)" data-person-id="\(view.id.text)">
                  <header class="person__head">\
                <img class="avatar" src="\(view.avatarURL)" alt="" width="96" height="96">\
                <div class="stack stack--tight"><h1 class="clip-text">\(view.username)</h1>\
                <p class="muted">Joined on \(Formatting.day(view.joinedAt)) · <span class="num" data-followers>\
                \(Formatting.count(view.followers, "follower", "followers"))</span></p>\
                <div class="row">\(Fragments.followButton(view.username, isSmall: false))\
                <button class="btn" type="button" data-share>\(Icon.share.image)Share</button>\
                <button class="btn btn--ghost with-js" type="button" aria-pressed="false" data-block>\(Icon.lock.image)\
                <span data-block-text>Block</span></button>\
                <a class="btn btn--ghost" href="/report?user=\(view.username)" data-report>\(Icon.flag.image)Report</a></div>\
                <p class="quiet" data-own hidden>This is how others see you. \
                <a class="link" href="/profile/following">People you follow</a></p></div></header>
                  <dl class="stats person__stats"><div class="stat"><dt class="label">Takes</dt>\
                <dd><b>\(Formatting.count(view.clips))</b></dd></div>\
                <div class="stat"><dt class="label">In the film</dt><dd><b>\(Formatting.count(view.wins))</b></dd></div>\
                <div class="stat"><dt class="label">Followers</dt><dd><b data-follower-count>\
                \(Formatting.count(view.followers))</b></dd></div>\
                <div class="stat"><dt class="label">Level</dt><dd><b>\(Formatting.count(view.level))</b>\
                \(HTML.when(view.streak > 1, "<small class=\"num\">\(Formatting.count(view.streak)) days in a row</small>"))\
                </dd></div></dl>
                  \(takesSection(view, query))
                </main>
                """)
    }

    private func takesSection(_ view: PersonView, _ query: PersonQuery) -> HTML {
        guard !view.entries.isEmpty else {
            return Fragments.empty(
                .film, title: "No takes yet", text: "Takes of \(view.username) appear here once they are approved.",
                actions: "<a class=\"btn btn--primary\" href=\"/discover\">Discover other takes</a>")
        }
        let orders = DiscoverQuery.sorts.map { order -> HTML in
            var other = PersonQuery()
            other.sort = order.word
            return """
                <a href="\(other.path(of: view.username))"\
                \(HTML.when(order.word == query.sort, " aria-current=\"page\""))>\(order.label)</a>
                """
        }
        var (start, next) = (query, query)
        start.cursor = nil
        next.cursor = view.nextCursor
        return """
            <section class="stack" aria-labelledby="takes-h"><div class="row row--apart"><h2 id="takes-h">Takes</h2>\
            <nav class="seg" aria-label="Order">\(orders)</nav></div>
            <ul class="grid discover__takes" data-takes>\(view.entries.map { takeEntry($0, isOfPerson: true) })</ul>
            \(Fragments.more(
                first: start.path(of: view.username),
                next: view.nextCursor == nil ? nil : next.path(of: view.username), isFirst: query.cursor == nil))
            </section>
            """
    }

    /// The member in the words of schema.org.
    private func facts(_ view: PersonView) -> JSONValue {
        [
            "@context": "https://schema.org", "@type": "ProfilePage",
            "dateCreated": .string(Formatting.machine(view.joinedAt)),
            "mainEntity": [
                "@type": "Person", "name": .string(view.username), "alternateName": .string("@" + view.username),
                "identifier": .string(view.id.text), "image": .string(url + view.avatarURL),
                "url": .string(url + view.path),
                "interactionStatistic": [
                    "@type": "InteractionCounter", "interactionType": "https://schema.org/FollowAction",
                    "userInteractionCount": .integer(view.followers),
                ],
            ],
        ]
    }
}
