internal import Film
internal import HTML
internal import HTTP

extension PageDeclaration {
    static let genre = page(
        .any, "/genre", title: "The next genre", description: "Members vote on the genre of the next season.",
        hasForms: true, link: .menu("Genre vote"), features: ["FILM-12"],
        summary: "The vote on the next season's genre."
    ) { visit in
        visit.site.genre(
            try visit.sources.genres(visit.context), isMember: visit.context.caller.member != nil, visit.form)
    }
}

extension Site {
    /// The vote on the next season's genre, or what it came to.
    func genre(_ poll: GenrePoll, isMember: Bool, _ form: FormState = .none) -> Page {
        let canVote = poll.isOpen && isMember
        let rows: HTML = """
            <ul class="genres" data-genres>\(poll.genres.map { genreRow($0, poll, canVote: canVote) })</ul>
            """
        let removal: HTML = """
            <button class="btn btn--ghost" type="submit" name="genre" value="" data-remove\
            \(HTML.when(poll.mine == nil, " hidden"))>Remove my vote</button>
            """
        let choices =
            canVote
            ? form.form(
                "/api/genre-vote", names: "stack", "data-genre-form",
                content: "\(rows)<div class=\"genres__foot\">\(total(poll))\(removal)</div>")
            : "\(rows)<div class=\"genres__foot\">\(total(poll))</div>"
        return Page(
            .genre, styles: ["genre"], modules: ["genre"], icons: [.info],
            main: """
                <main class="page page--narrow" id="main" data-genre-open="\(poll.isOpen ? "true" : "false")">
                  <div class="page-head"><div><h1>The next genre</h1><p>\(lead(poll))</p></div>\
                \(HTML.when(poll.isOpen && !isMember, """
                <a class="btn btn--primary" href="/sign-in?next=/genre">Sign in to vote</a>
                """))</div>
                  \(form.outcome)
                  \(choices)
                </main>
                """)
    }

    private func lead(_ poll: GenrePoll) -> HTML {
        if poll.isOpen {
            return """
                Which genre should the next season have? Each member has one vote and can change it until the season begins.
                """
        }
        return """
            Voting is closed while \(poll.runningSeason ?? "a season") runs. It opens again when that film is complete. \
            This is how the last vote ended.
            """
    }

    private func total(_ poll: GenrePoll) -> HTML {
        "<p class=\"quiet num\" data-total>\(Formatting.count(poll.total, "vote", "votes"))</p>"
    }

    private func genreRow(_ share: GenrePoll.Share, _ poll: GenrePoll, canVote: Bool) -> HTML {
        let isMine = share.genre == poll.mine
        let name = share.genre.rawValue
        let figures: HTML = """
            <span class="num" data-percent>\(share.percent)\u{2009}%</span>\
            <span class="quiet num" data-votes>\(Formatting.count(share.votes, "vote", "votes"))</span>
            """
        let mark: HTML = """
            <span class="badge" data-tone="good" data-shape="square" data-mine\(HTML.when(!isMine, " hidden"))>Your vote</span>
            """
        let bar: HTML = """
            <progress value="\(share.percent)" max="100" aria-hidden="true"></progress>
            """
        let line: HTML = """
            <span class="genres__line"><b>\(name)</b>\(mark)<span class="grow"></span>\(figures)</span>\(bar)
            """
        let content: HTML =
            canVote
            ? """
            <button type="submit" name="genre" value="\(name)" aria-pressed="\(isMine ? "true" : "false")">\(line)</button>
            """ : "<div>\(line)</div>"
        return "<li data-genre=\"\(name)\">\(content)</li>"
    }
}
