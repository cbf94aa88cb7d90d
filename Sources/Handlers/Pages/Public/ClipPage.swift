internal import FoundationEssentials
internal import HTML
internal import HTTP
internal import Text

extension PageDeclaration {
    static let clip = page(
        .any, "/clip/[id]", title: "A take", description: "One take: the video, its creator and its rounds.",
        isShared: false, isSharedByVisitors: true, features: ["CLIP-06", "SOC-04"], summary: "One clip.",
        addresses: { _ in [] }
    ) { visit in
        let id = try visit.context.uuid("id")
        return visit.site.clip(try visit.sources.clip(id, visit.context.caller.member))
    }
}

extension Site {
    /// A clip: the video, what became of it, its votes as far as they are shown, and its rounds.
    func clip(_ view: ClipPageView) -> Page {
        let creator = view.clip?.creator
        let summary =
            view.description.isEmpty
            ? "\(creator.map { "A take by \($0)" } ?? "A take"): \(view.state.words.text)." : view.description
        return Page(
            .clip, title: creator.map { "\(view.title) by \($0)" } ?? view.title, description: summary, path: view.path,
            image: view.clip?.shareURL, firstPicture: view.clip?.posterURL, styles: ["clip"], modules: ["clip"],
            icons: PlayerParts.icons + [.close, .film, .heart, .info, .send, .share],
            facts: view.isPublic ? facts(view, summary) : PageFacts(),
            isIndexed: view.isPublic,
            main: """
                <main class="page clip" id="main" data-clip="\(view.path)" data-title="\(view.title)"\
                \(HTML.when(view.endsAt != nil, " data-live"))>
                  <div class="clip__columns">
                    \(picture(view))
                    <div class="stack">
                      <div class="stack stack--tight"><h1>\(view.title)</h1>\(view.clip.map { Fragments.who($0, canFollow: view.isPublic && !view.isOwn) })\
                <p class="quiet">\(view.clip.map(Fragments.facts) ?? "")</p>\(origin(view))\
                <p>\(view.state.badge)</p></div>
                      \(note(view))
                      \(HTML.when(!view.description.isEmpty, "<p class=\"clip__about\">\(view.description)</p>"))
                      \(HTML.when(view.isPublic, figures(view)))
                      <div class="row">\(actions(view))</div>
                      \(HTML.when(!view.rounds.isEmpty, rounds(view)))
                      \(HTML.when(view.isPublic, embedding(view)))
                      \(HTML.when(view.isPublic, comments(view)))
                    </div>
                  </div>
                </main>
                """)
    }

    private func facts(_ view: ClipPageView, _ summary: String) -> PageFacts {
        PageFacts(
            video: view.clip.map { clip in
                VideoFacts(
                    title: clip.title, description: summary, url: clip.videoURL, posterURL: clip.posterURL,
                    width: view.width, height: view.height, seconds: clip.durationSeconds, publishedAt: view.listedAt,
                    creator: clip.username, genre: clip.genre, embedPath: "/embed" + view.path)
            }, isEmbeddable: true)
    }

    private func picture(_ view: ClipPageView) -> HTML {
        guard let clip = view.clip else { return "<div class=\"clip__screen theatre\">\(Icon.film.large)</div>" }
        return """
            <film-player class="clip__screen theatre"><div class="frame" data-frame><video src="\(clip.videoURL)" \
            poster="\(clip.posterURL)" width="\(view.width)" height="\(view.height)" controls playsinline loop \
            preload="metadata" aria-label="\(clip.title)"\(PlayerParts.facts(clip))>\(PlayerParts.track(clip))</video></div>\
            \(PlayerParts.bar(chapters: 1, seconds: clip.durationSeconds))</film-player>
            """
    }

    /// Which model made it, and when.
    private func origin(_ view: ClipPageView) -> HTML? {
        view.origin.map { origin in
            """
            <p class="quiet" data-origin>AI-generated with \(origin.model) on \
            <time datetime="\(Formatting.machine(origin.madeAt))">\(Formatting.day(origin.madeAt))</time></p>
            """
        }
    }

    private func note(_ view: ClipPageView) -> HTML {
        guard case .hidden(let reason) = view.state else { return .empty }
        return """
            <div class="note">\(Icon.info.image)<p><strong>Only its creator and the admins can see this take.</strong> \
            \(reason)</p></div>
            """
    }

    private func figures(_ view: ClipPageView) -> HTML {
        var cells: [HTML] = []
        if let season = view.season {
            let slot: String? =
                switch view.state {
                case .live(let slot), .approved(let slot), .won(let slot): "\(slot) / \(season.totalSlots)"
                case .eliminated, .hidden: nil
                }
            if let slot { cells.append("<div><dt class=\"label\">Slot</dt><dd>\(slot)</dd></div>") }
        }
        if case .live = view.state {
            let votes = view.roundVotes.map { Formatting.count($0) } ?? "Hidden"
            cells.append("<div><dt class=\"label\">Votes in this round</dt><dd>\(votes)</dd></div>")
            if let endsAt = view.endsAt {
                cells.append(
                    """
                    <div><dt class="label">Closes in</dt><dd><time datetime="\(Formatting.machine(endsAt))" \
                    title="Closes on \(Formatting.moment(endsAt))" data-countdown>\(Formatting.time(endsAt))</time></dd></div>
                    """)
            }
        }
        if !view.rounds.isEmpty {
            cells.append(
                """
                <div><dt class="label">Votes in closed rounds</dt><dd>\(Formatting.count(view.closedVotes))</dd></div>
                """)
        }
        let season: HTML? = view.season.map { season in
            "<p class=\"quiet\">Season \(season.number): <a class=\"link\" href=\"/story?season=\(season.number)\">\(season.label)</a></p>"
        }
        return "\(HTML.when(!cells.isEmpty, "<dl class=\"slate\">\(cells)</dl>"))\(season)"
    }

    private func actions(_ view: ClipPageView) -> HTML {
        let vote: HTML =
            switch view.state {
            case .live where view.isOwn: "<a class=\"btn\" href=\"/profile/clips\">See my takes</a>"
            case .live: "<a class=\"btn btn--primary\" href=\"/dashboard?take=\(view.id.text)\">Vote for this take</a>"
            case .won(let slot):
                """
                <a class="btn btn--primary" href="/story?season=\(view.season?.number ?? 1)&amp;slot=\(slot)">\
                Watch it in the film</a>
                """
            case .hidden where view.isOwn: "<a class=\"btn\" href=\"/profile/clips\">See my takes</a>"
            case .approved, .eliminated, .hidden: .empty
            }
        let share: HTML = "<button class=\"btn with-js\" type=\"button\" data-share>\(Icon.share.image)Share</button>"
        let report: HTML = "<a class=\"btn btn--ghost\" href=\"/report?clip=\(view.id.text)\">Report</a>"
        return """
            \(vote)\(HTML.when(view.isPublic, share))<a class="btn btn--ghost" href="/discover">Other takes</a>\
            \(HTML.when(view.isPublic && !view.isOwn, report))
            """
    }

    private func rounds(_ view: ClipPageView) -> HTML {
        let rows = view.rounds.map { round -> HTML in
            let slot: HTML =
                view.season.map {
                    "<a class=\"link\" href=\"/rounds/\($0.number)/\(round.slot)\">Slot \(round.slot)</a>"
                }
                ?? "Slot \(round.slot)"
            let won: HTML = HTML.when(round.isWon, " <span class=\"badge\" data-tone=\"good\">Won</span>")
            return """
                <tr><td>\(slot)\(won)</td><td class="r num">\(round.rank) of \(Formatting.count(round.clips))</td>\
                <td class="r num">\(Formatting.count(round.votes))</td><td class="r num">\(Formatting.count(round.score))</td></tr>
                """
        }
        return """
            <section class="stack stack--tight"><h2>Its rounds</h2><table class="table"><thead><tr><th scope="col">Round</th>\
            <th scope="col" class="r">Rank</th><th scope="col" class="r">Votes</th><th scope="col" class="r">Score</th></tr>\
            </thead><tbody>\(rows)</tbody></table></section>
            """
    }

    private func comments(_ view: ClipPageView) -> HTML {
        let creator = view.clip?.username.map { " data-creator=\"\($0)\"" as HTML }
        return Fragments.comments(
            view.comments,
            about: "data-clip=\"\(view.id.text)\" data-title=\"\(view.title)\" data-thing=\"this take\"\(creator)")
    }

    /// The markup that puts the clip on another site.
    private func embedding(_ view: ClipPageView) -> HTML {
        let frame = EmbedFrame(path: "/embed" + view.path, title: view.title, width: view.width, height: view.height)
        return """
            <details class="fold"><summary>Embed this take</summary><div class="field"><label for="embed-code">\
            Markup for another site. It sets no cookies.</label>\
            <textarea class="input clip__code" id="embed-code" rows="4" readonly spellcheck="false">\
            \(frame.markup(on: self, within: nil))</textarea></div></details>
            """
    }
}

extension ClipPageView.State {
    /// What the badge says and how it looks.
    var words: (text: String, tone: String, shape: String?) {
        switch self {
        case .live(let slot): ("LIVE in slot \(slot)", "live", nil)
        case .approved(let slot): ("In the race for slot \(slot)", "info", "ring")
        case .won(let slot): ("Won slot \(slot)", "good", "square")
        case .eliminated: ("Not chosen", "quiet", "square")
        case .hidden: ("Not public", "warn", "ring")
        }
    }

    /// The state as a badge.
    var badge: HTML {
        let words = words
        let shape = words.shape.map { " data-shape=\"\($0)\"" as HTML }
        return "<span class=\"badge\" data-tone=\"\(words.tone)\"\(shape)>\(words.text)</span>"
    }
}
