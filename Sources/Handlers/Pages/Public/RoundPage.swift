internal import FoundationEssentials
internal import HTML
internal import HTTP

extension PageDeclaration {
    static let round = page(
        .any, "/rounds/[season]/[slot]", title: "The result of a round",
        description: "Ranks, counts and the export of a round.", features: ["FILM-07", "FILM-13"],
        summary: "How a round ended.", example: "/rounds/1/1",
        addresses: { film in
            film.seasons.flatMap { season in season.segments.map { "/rounds/\(season.number)/\($0.slot)" } }
        }
    ) { visit in
        let context = visit.context
        guard let round = try visit.sources.round(context.parameter("season"), try context.integer("slot")) else {
            throw Problem.notFound()
        }
        return visit.site.round(try visit.film(), round)
    }
}

extension Site {
    /// How a round ended: ranks, counts, what was done to it, the export, and one's own receipt.
    func round(_ film: FilmView, _ round: RoundResultView) -> Page {
        let path = "/rounds/\(round.seasonNumber)/\(round.slot)"
        let winner = round.winner
        return Page(
            .round, title: "Slot \(round.slot) of \(round.seasonLabel)",
            description: winner.map { "“\($0.title)” won slot \(round.slot) of \(round.seasonLabel)." }
                ?? "How slot \(round.slot) of \(round.seasonLabel) was voted on.",
            path: path, section: "/story", image: winner?.shareURL, styles: ["round"], modules: ["round"],
            icons: [.film, .info, .share], film: film,
            main: """
                <main class="page round" id="main" data-round="\(path)">
                  <div class="page-head"><div><h1>Slot \(round.slot), \(round.seasonLabel)</h1>\
                <p>\(standing(round))</p></div><div class="row">\(neighbours(round))</div></div>
                  <div class="round__columns">
                    <div class="stack">\(chosen(round))\(round.places.isEmpty ? unfinished(round) : places(round))</div>
                    <aside class="stack" aria-label="The count">\(interventions(round))\(export(round))\(receipt(round))</aside>
                  </div>
                </main>
                """)
    }

    private func standing(_ round: RoundResultView) -> HTML {
        switch round.status {
        case "locked":
            let votes = round.places.reduce(0) { $0 + $1.clip.votes }
            return """
                Closed \(round.closedAt.map(moment)) with \(Formatting.count(votes, "vote", "votes")) for \
                \(Formatting.count(round.places.count, "take", "takes")).
                """
        case "under_review": return "Voting is over. An admin reviews the votes before the result is final."
        case "voting": return "Voting is open\(round.endsAt.map { " until \(moment($0))" as HTML })."
        default: return "This slot has not been voted on yet."
        }
    }

    private func neighbours(_ round: RoundResultView) -> HTML {
        let path = "/rounds/\(round.seasonNumber)/"
        let before: HTML = "<a class=\"btn\" href=\"\(path)\(round.slot - 1)\">Slot \(round.slot - 1)</a>"
        let after: HTML = "<a class=\"btn\" href=\"\(path)\(round.slot + 1)\">Slot \(round.slot + 1)</a>"
        return "\(HTML.when(round.slot > 1, before))\(HTML.when(round.slot < round.totalSlots, after))"
    }

    /// Says which clip is in the film where it is not the one that the votes chose.
    private func chosen(_ round: RoundResultView) -> HTML {
        guard let first = round.places.first, !first.isInFilm else { return .empty }
        let text: HTML =
            if let winner = round.winner {
                "The film shows <b>\(winner.title)</b> by \(Fragments.creator(winner.username)) in this slot. The interventions say why."
            } else {
                "The film shows a title card in this slot. The interventions say why."
            }
        return "<p class=\"note\">\(Icon.info.image)<span>\(text)</span></p>"
    }

    private func places(_ round: RoundResultView) -> HTML {
        """
        <table class="table"><caption class="visually-hidden">Takes by rank</caption>
        <thead><tr><th scope="col">Rank</th><th scope="col"><span class="visually-hidden">Still</span></th>\
        <th scope="col">Take</th><th scope="col" class="r">Votes</th><th scope="col" class="r">Score</th>\
        <th scope="col" class="r wide-only">Seen by</th></tr></thead>
        <tbody>\(round.places.map { place(round, $0) })</tbody></table>
        <p class="quiet">The higher score wins. In a tie the number of votes decides, then the earlier upload.</p>
        """
    }

    private func place(_ round: RoundResultView, _ place: RoundResultView.Place) -> HTML {
        let story: HTML =
            "<a href=\"/story?season=\(round.seasonNumber)&amp;slot=\(round.slot)\"><b>\(place.clip.title)</b></a>"
        let title: HTML = place.isInFilm ? story : "<b>\(place.clip.title)</b>"
        let still: HTML = place.isRemoved ? .empty : Fragments.thumbnail(place.clip, width: 54, height: 96)
        let won: HTML = HTML.when(
            place.isInFilm, "<br><span class=\"badge\" data-tone=\"good\">In the film</span>")
        return """
            <tr><td class="num">\(place.rank)</td>\
            <td>\(still)</td>\
            <td>\(title)<br><span class="quiet">\(Fragments.credit(place.clip))</span>\(won)</td>\
            <td class="r num">\(Formatting.count(place.clip.votes))</td>\
            <td class="r num">\(Formatting.count(place.score))</td>\
            <td class="r num wide-only">\(Formatting.count(place.views))</td></tr>
            """
    }

    private func unfinished(_ round: RoundResultView) -> HTML {
        switch round.status {
        case "voting":
            Fragments.empty(
                .film, title: "Still open", text: "The result appears here when the round is over.",
                actions: "<a class=\"btn btn--primary\" href=\"/dashboard\">See the takes</a>")
        case "under_review":
            Fragments.empty(
                .info, title: "Under review",
                text:
                    "Some votes look suspicious, and without them another take would win. The result is final within 12 hours.",
                actions: "<a class=\"btn\" href=\"/story\">The film so far</a>")
        default:
            Fragments.empty(
                .film, title: "Not yet", text: "This slot has not opened yet.",
                actions: "<a class=\"btn\" href=\"/story\">The film so far</a>")
        }
    }

    private func interventions(_ round: RoundResultView) -> HTML {
        guard !round.interventions.isEmpty else {
            return HTML.when(
                round.status == "locked",
                """
                <section class="panel stack stack--tight"><h2>Interventions</h2><p class="muted">No intervention: the \
                votes decided.</p></section>
                """)
        }
        let lines = round.interventions.map { done -> HTML in
            """
            <li><b>\(done.words)</b> <span class="quiet">\(done.isByAdmin ? "by admin" : "by rule"), \
            \(moment(done.at))</span><p class="muted">\(done.reason)</p></li>
            """
        }
        return """
            <section class="panel stack stack--tight"><h2>Interventions</h2><ul class="stack stack--tight">\(lines)</ul>\
            </section>
            """
    }

    private func export(_ round: RoundResultView) -> HTML {
        guard round.status == "locked" else { return .empty }
        guard let export = round.export else {
            return """
                <section class="panel stack stack--tight"><h2>Verify the result</h2><p class="muted">The export is being \
                prepared.</p></section>
                """
        }
        let corrections: HTML = HTML.when(
            export.corrections > 0,
            "<p>\(Formatting.count(export.corrections, "correction follows", "corrections follow")) it.</p>")
        return """
            <section class="panel stack stack--tight"><h2>Verify the result</h2>\
            <p class="muted">The export lists every vote under a pseudonym used only in this round. Anyone can \
            recount it.</p>\(corrections)\
            <p class="label">SHA-256 of document \(export.number) of the season</p>\
            <p class="round__hash num">\(export.hash)</p>\
            <a class="btn" href="/api/rounds/\(round.seasonNumber)/\(round.slot)/export" download>Download the export</a>\
            </section>
            """
    }

    private func receipt(_ round: RoundResultView) -> HTML {
        HTML.when(
            round.export != nil,
            """
            <section class="panel stack stack--tight with-js" aria-label="Your receipt" data-receipt>\
            <h2>Your receipt</h2><p class="muted" data-receipt-words>Loading your votes.</p>\
            <ul class="stack stack--tight" data-receipt-votes hidden></ul></section>
            """)
    }

    private func moment(_ date: Date) -> HTML {
        "<time datetime=\"\(Formatting.machine(date))\">\(Formatting.moment(date))</time>"
    }
}
