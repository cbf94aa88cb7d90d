internal import Catalog
internal import Comparisons
internal import FoundationEssentials
internal import HTML
internal import HTTP
internal import Postgres
internal import Text

extension PageDeclaration {
    static let suggestions = page(
        .any, "/suggestions", title: "Suggestions",
        description: "What members want to see compared: prompts and models for the arena.", hasForms: true,
        features: ["ARENA-11"],
        summary: "Suggestions for comparisons: sending one, voting, and for admins deciding."
    ) { visit in visit.site.suggestions(try visit.sources.arena.suggestions(visit.context), visit.form) }
}

/// What the page of suggestions shows.
struct SuggestionsView: Sendable {
    /// The parts of the page.
    enum Part: String, CaseIterable {
        case open, accepted, own

        var title: HTML {
            switch self {
            case .open: "Open"
            case .accepted: "Made"
            case .own: "Yours"
            }
        }
    }

    /// Who reads it.
    enum Reader { case visitor, member, admin }

    var part = Part.open
    var order = Suggestions.Order.votes
    var reader = Reader.visitor
    var items: [Suggestion] = []
    /// The models that can be named.
    var models: [ComparableModel] = []
    /// What asks for the next page; nil on the last one.
    var nextCursor: String?
    var isFirst = true

    /// The address of a part.
    func path(_ part: Part, _ order: Suggestions.Order = .votes) -> String {
        switch (part, order) {
        case (.open, .votes): "/suggestions"
        case (.open, .newest): "/suggestions?sort=newest"
        default: "/suggestions?show=\(part.rawValue)"
        }
    }

    var nextPath: String? {
        nextCursor.map { cursor in
            let path = path(part, order)
            return path + (path.contains("?") ? "&" : "?") + "cursor=\(cursor)"
        }
    }
}

extension SuggestionsView {
    /// The part and page that the query asks for.
    init(_ suggestions: Suggestions, _ models: [ComparableModel], _ context: Context) throws {
        let query = context.request.query
        let member = context.caller.member
        self.models = models
        reader = member.map { $0.isAdmin ? .admin : .member } ?? .visitor
        part = query["show"].flatMap(Part.init) ?? .open
        if part == .own, member == nil { part = .open }
        order = query["sort"].flatMap(Suggestions.Order.init) ?? .votes
        let cursor = query["cursor"].flatMap { $0.isEmpty || $0.utf8.count > 512 ? nil : $0 }
        isFirst = cursor == nil
        do {
            try read(suggestions, member?.id, cursor)
        } catch is InvalidCursor {
            isFirst = true
            try read(suggestions, member?.id, nil)
        }
    }

    private mutating func read(_ suggestions: Suggestions, _ member: UUID?, _ cursor: String?) throws {
        if part == .own, let member {
            items = try suggestions.own(member)
            return
        }
        let page = try suggestions.list(
            part == .accepted ? .accepted : .open, order, PageRequest(limit: 20, cursor: cursor), for: member)
        (items, nextCursor) = (page.items, page.nextCursor)
    }
}

extension Site {
    /// What members suggest. Everything works by plain forms; the module sends them without leaving the page.
    func suggestions(_ view: SuggestionsView, _ form: FormState) -> Page {
        let parts = view.reader == .visitor ? [SuggestionsView.Part.open, .accepted] : SuggestionsView.Part.allCases
        let tabs = parts.map { part -> HTML in
            """
            <a href="\(view.path(part))"\(HTML.when(part == view.part, " aria-current=\"page\""))>\(part.title)</a>
            """
        }
        let list: HTML =
            view.items.isEmpty
            ? noSuggestions(view)
            : "<ul class=\"suggestions__list\" data-entries>\(view.items.map { suggestion($0, view, form) })</ul>"
        return Page(
            .suggestions, section: "/arena", styles: ["arena"], modules: ["suggestions"],
            icons: [.check, .film, .heart, .info, .warn], isIndexed: view.part != .own && view.isFirst,
            main: """
                <main class="page suggestions" id="main">
                  <div class="page-head"><div class="stack stack--tight">\
                \(breadcrumbs([("Arena", "/arena"), ("Suggestions", nil)]))<h1>What should be compared next?</h1>\
                <p>Members suggest prompts and vote. Admins turn suggestions into comparisons.</p></div></div>
                  \(form.outcome)
                  <div class="suggestions__columns">
                    <div class="stack"><nav class="tabs" aria-label="Which suggestions">\(tabs)</nav>\(orders(view))\(list)\
                \(Fragments.more(first: view.path(view.part, view.order), next: view.nextPath, isFirst: view.isFirst))</div>
                    \(view.reader == .visitor ? invitation : suggestionForm(view, form))
                  </div>
                </main>
                """)
    }

    private func orders(_ view: SuggestionsView) -> HTML {
        func chip(_ order: Suggestions.Order, _ text: HTML) -> HTML {
            """
            <a class="chip" href="\(view.path(.open, order))"\(HTML.when(order == view.order, " aria-current=\"true\""))>\(text)</a>
            """
        }
        return HTML.when(
            view.part == .open && !view.items.isEmpty,
            "<div class=\"row row--tight\">\(chip(.votes, "Most votes"))\(chip(.newest, "Newest"))</div>")
    }

    private var invitation: HTML {
        """
        <aside class="panel stack stack--tight"><h2>Suggest a comparison</h2><p>Members can suggest prompts and vote for those of \
        others.</p><p><a class="btn btn--primary" href="/sign-in?next=/suggestions">Sign in to suggest</a></p></aside>
        """
    }

    private func noSuggestions(_ view: SuggestionsView) -> HTML {
        switch view.part {
        case .open:
            Fragments.empty(
                .film, title: "No open suggestions", text: "Suggestions appear here until an admin has decided.",
                actions: "<a class=\"btn\" href=\"/comparisons\">Browse comparisons</a>")
        case .accepted:
            Fragments.empty(
                .film, title: "None made yet", text: "Suggestions that became comparisons appear here.",
                actions: "<a class=\"btn\" href=\"/suggestions\">See open suggestions</a>")
        case .own:
            Fragments.empty(
                .film, title: "You have suggested nothing yet",
                text: "What became of your suggestions appears here.",
                actions: "<a class=\"btn\" href=\"/suggestions\">See open suggestions</a>")
        }
    }

    private func suggestion(_ item: Suggestion, _ view: SuggestionsView, _ form: FormState) -> HTML {
        let models: HTML = HTML.when(
            !item.models.isEmpty,
            """
            <ul class="pills" aria-label="Models">\(item.models.map { model -> HTML in
                "<li><a class=\"pill\" href=\"/models/\(model.slug)\">\(model.name)</a></li>"
            })</ul>
            """)
        let author: HTML = item.author.map { "by \(Fragments.creator($0)) · " } ?? .empty
        return """
            <li class="panel suggestion" data-suggestion="\(item.id.text)">
              <h2 class="clip-text">\(item.prompt)</h2>
              <p class="quiet">\(item.kind.words) · \(author)\(Formatting.day(item.createdAt))</p>\
            \(HTML.when(!item.note.isEmpty, "<p class=\"comparison__about\">\(item.note)</p>"))\(models)
              \(outcome(item))
              <div class="row">\(voting(item, view, form))\(deciding(item, view, form))</div>
            </li>
            """
    }

    private func outcome(_ item: Suggestion) -> HTML {
        switch item.status {
        case .open: .empty
        case .declined:
            "<p class=\"note\">\(Icon.info.image)<span><strong>Declined.</strong> \(item.answer)</span></p>"
        case .accepted:
            if let comparison = item.comparison {
                """
                <p class="note">\(Icon.check.image)<span><strong>Made.</strong> <a class="link" \
                href="/comparisons/\(comparison.slug)">\(comparison.name)</a></span></p>
                """
            } else {
                """
                <p class="note">\(Icon.check.image)<span><strong>Accepted.</strong> The comparison is not public yet.</span></p>
                """
            }
        }
    }

    private func voting(_ item: Suggestion, _ view: SuggestionsView, _ form: FormState) -> HTML {
        let votes = Formatting.count(item.votes, "vote", "votes")
        guard item.status == .open, !item.isOwn, view.reader != .visitor else {
            return "<span class=\"quiet num\">\(votes)</span>"
        }
        return form.form(
            "/api/suggestions/\(item.id.text)/vote", names: "row", "data-vote-form",
            content: """
                <input type="hidden" name="vote" value="\(item.hasVoted ? "false" : "true")"><button class="chip" type="submit" \
                aria-pressed="\(item.hasVoted ? "true" : "false")">\(Icon.heart.small)<span class="num" \
                data-count>\(votes)</span></button>
                """)
    }

    private func deciding(_ item: Suggestion, _ view: SuggestionsView, _ form: FormState) -> HTML {
        guard view.reader == .admin, item.status == .open else { return .empty }
        let id = item.id.text
        return """
            <a class="btn btn--sm" href="/admin/generate?suggestion=\(id)">Make the comparison…</a>\
            <details class="own__withdrawal"><summary class="btn btn--sm">Decline…</summary>\
            \(form.form("/api/admin/suggestions/\(id)", names: "stack stack--tight", "data-decline", content: """
            <div class="field"><label for="answer-\(id)">Why? The author reads this.</label><textarea class="input" \
            id="answer-\(id)" name="answer" required maxlength="500" rows="2" data-wants="Say why."></textarea></div>\
            <button class="btn btn--danger" type="submit">Decline the suggestion</button>
            """))</details>
            """
    }

    private func suggestionForm(_ view: SuggestionsView, _ form: FormState) -> HTML {
        let action = "/api/suggestions"
        let prompt = FormField(
            name: "prompt", label: "Prompt", wants: "Write what the videos should show.",
            control: .area("required maxlength=\"4000\" rows=\"3\""))
        let note = FormField(
            name: "note", label: "Why this one?", wants: "Use at most 500 characters.", hint: "Optional.",
            control: .area("maxlength=\"500\" rows=\"2\""))
        let models = view.models.map { model -> HTML in
            """
            <label class="check"><input type="checkbox" name="models" value="\(model.slug)"><span>\(model.name) \
            <span class="quiet">\(model.maker)</span></span></label>
            """
        }
        return form.form(
            action, names: "panel stack suggestion-form", "data-suggest",
            content: """
                <h2>Suggest a comparison</h2>
                <fieldset class="field"><legend>Start from</legend><div class="seg"><label><input type="radio" name="type" \
                value="text-to-video" checked>Words</label><label><input type="radio" name="type" value="image-to-video">A picture\
                </label></div></fieldset>
                \(prompt.markup(form, of: action))\(note.markup(form, of: action))
                \(HTML.when(!models.isEmpty, "<details><summary class=\"link\">Models (optional, up to 9)</summary><div class=\"suggestion-form__models\">\(models)</div></details>"))
                <p class="hint hint--bad" role="alert" data-form-fault hidden></p>
                <button class="btn btn--primary" type="submit">Send the suggestion</button>
                <p class="hint">Everyone sees it with your name. You can have \(Suggestions.mostOpen) open suggestions.</p>
                """)
    }
}
