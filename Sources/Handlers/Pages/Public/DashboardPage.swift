internal import FoundationEssentials
internal import HTML
internal import HTTP

extension PageDeclaration {
    static let dashboard = page(
        .any, "/dashboard", title: "Vote",
        description: "Watch the takes for the open slot and vote for the one that should be cut into the film.",
        link: .main("Vote", .infinity, isTab: true), features: ["WEB-01", "WEB-05"], summary: "The arena for votes."
    ) { visit in
        let take = visit.context.request.query["take"].flatMap { UUID(uuidString: $0) }
        return visit.site.dashboard(try visit.film(), take: take)
    }
}

extension Site {
    /// The arena: one take at a time, the vote beside it, the round at the side.
    ///
    /// The first clip is in the markup, so that it shows before any script has run: the clip that the address asks for,
    /// else any, so that no clip is favoured. Without scripts the page lists the clips of the round.
    func dashboard(_ film: FilmView, take: UUID? = nil) -> Page {
        let season = film.current
        let asked = film.clips.first { $0.id == take }
        let first = asked ?? film.clips.randomElement()
        let title = asked.map { "Vote for \($0.title)" } ?? season?.round.map { "Vote on slot \($0.slot)" }
        return Page(
            .dashboard, title: title, image: first?.shareURL, firstPicture: first?.posterURL,
            ahead: first.map { ["/api/vote?limit=8&firstId=\($0.idText)", "/api/auth/session", "/api/features"] } ?? [],
            shell: .stage,
            styles: ["dashboard"], modules: ["dashboard"],
            icons: [.comment, .film, .flag, .full, .heart, .info, .mute, .pause, .play, .send, .share, .sound, .next],
            film: film,
            main: """
                <main class="arena" id="main" data-arena>
                  <ol class="queue" aria-label="Takes in this batch" data-queue>\(film.clips.prefix(8).map(queued))</ol>
                  \(stage(film, first))
                  \(side(film))
                  \(Fragments.commentSheet)
                </main>
                """)
    }

    private func queued(_ clip: ClipView) -> HTML {
        """
        <li class="without-js"><a href="\(clip.videoURL)" aria-label="\(clip.title)">\
        \(Fragments.thumbnail(clip, width: 54, height: 96))</a></li>
        """
    }

    private func stage(_ film: FilmView, _ first: ClipView?) -> HTML {
        """
        <section class="stage" aria-label="Takes" aria-busy="true" data-stage>
          \(first.map { Fragments.blurred($0) })
          <div class="stage__pair">
            <div class="deck">
              <div class="frame__head phone-only"><span class="label" data-standing>\
        \(Fragments.standingText(film.current))</span>\
        \(Fragments.onAir(film.current))</div>
              <div class="deck__frames" data-deck>
              \(HTML.when(first != nil, "<div class=\"frame skeleton with-js\" data-waiting></div>"))
              \(first.map(firstClip) ?? vacant(film))
              </div>
            </div>
            <div class="actions with-js" data-actions\(HTML.when(first == nil, " hidden"))>\(voteButton)\
        \(Fragments.action(.comment, word: "0", label: "Comments", name: "comments-button"))\
        \(Fragments.action(.share, word: "Share", label: "Share this take", name: "share"))\
        \(Fragments.action(.mute, word: "Muted", label: "Turn sound on", name: "sound"))\
        \(Fragments.action(.flag, word: "Report", label: "Report this take", name: "report"))</div>
          </div>
          <p class="stage__note" role="status" data-stage-note></p>
          \(powerMenu)
        </section>
        """
    }

    /// The clip on the stage until the module takes its place; readers without scripts play it here.
    private func firstClip(_ clip: ClipView) -> HTML {
        """
        <article class="frame" data-place="0" data-first="\(clip.idText)">\
        <img class="frame__poster" src="\(clip.posterURL)" alt="" width="540" height="960" fetchpriority="high">\
        <video class="without-js" src="\(clip.videoURL)" poster="\(clip.posterURL)" width="540" \
        height="960" controls muted playsinline preload="none" aria-label="\(clip.title)"></video>\
        <div class="frame__foot">\(Fragments.who(clip, canFollow: true))<h1>\(clip.title)</h1>\
        <p class="label">\(Fragments.facts(clip))</p></div></article>
        """
    }

    /// What the stage shows when there is nothing to vote on.
    private func vacant(_ film: FilmView) -> HTML {
        let upload: HTML = "<a class=\"btn btn--primary\" href=\"/upload\">Send in a take</a>"
        let story: HTML = "<a class=\"btn\" href=\"/story\">Watch the film so far</a>"
        let leaderboard: HTML = HTML.when(
            Destination.exists("/leaderboard"), "<a class=\"btn\" href=\"/leaderboard\">Leaderboard</a>")
        let notice: HTML
        switch (film.current, film.round) {
        case (_, let round?) where round.state == .underReview:
            notice = Fragments.empty(
                .info, title: "Slot \(round.slot) is under review",
                text: "Some votes are being reviewed. The result is final within 12 hours of the end of the round.",
                actions: story, isWholePage: true)
        case (_, let round?):
            let length = round.length.map { " of \(Formatting.roundLength($0))" } ?? ""
            notice = Fragments.empty(
                .film, title: "Slot \(round.slot) needs takes",
                text: "No takes yet. The first one to be approved starts a new round\(length).",
                actions: "\(upload)\(story)", isWholePage: true)
        case (let season?, nil) where season.status == .finished:
            let slots = Formatting.count(season.totalSlots, "slot", "slots")
            notice = Fragments.empty(
                .check, title: "Season \(season.number) is complete",
                text: "All \(slots) of \(season.label) are cut. The film runs \(Formatting.length(season.seconds)).",
                actions: "\(story)\(leaderboard)", isWholePage: true)
        default:
            notice = Fragments.empty(
                .watch, title: "Between seasons",
                text: "There is nothing to vote on until the next season opens.", actions: story, isWholePage: true)
        }
        return "<div class=\"vacant\" data-vacant>\(notice)</div>"
    }

    private var voteButton: HTML {
        """
        <button class="act vote" type="button" data-ring="1" aria-pressed="false" aria-haspopup="menu" \
        aria-label="Vote" \
        data-vote><span class="act__disc"><svg class="vote__ring" viewBox="0 0 68 68" aria-hidden="true">\
        <circle cx="34" cy="34" r="32"/><circle cx="34" cy="34" r="32" pathLength="200" stroke-dasharray="0 200"/>\
        </svg>\
        <svg class="icon" aria-hidden="true"><use href="#i-infinity"/></svg></span><span data-vote-word>Vote</span>\
        </button>
        """
    }

    private var powerMenu: HTML {
        """
        <div class="menu power" id="power-menu" popover role="menu" aria-label="Power votes" data-power>
          <button type="button" role="menuitem" data-weight="standard"><b>Vote</b><span class="num">×1</span></button>
          <button type="button" role="menuitem" data-weight="super"><b>Super vote</b><span class="num">×3</span>\
        <span class="quiet" data-note>One per slot</span></button>
          <button type="button" role="menuitem" data-weight="mega"><b>Mega vote</b><span class="num">×10</span>\
        <span class="quiet" data-note>One per slot</span></button>
        </div>
        """
    }

    private func side(_ film: FilmView) -> HTML {
        let season = film.current
        let round = film.round
        let daily = Formatting.count(operation.dailyVotes)
        return """
            <aside class="side" aria-label="This round" data-side\
            \(season.map { " data-season=\"\($0.id.uuidString.lowercased())\" data-number=\"\($0.number)\"" as HTML })\
            \(round.map { " data-slot=\"\($0.slot)\"" as HTML })\(round?.votes.map { " data-votes=\"\($0)\"" as HTML })>
              <div><p class="label" data-season-number>\(season.map { "Season \($0.number)" } ?? "")</p>\
            <h2 data-season-label>\(season?.label ?? "Between seasons")</h2></div>
              <dl class="slate" data-slate\(HTML.when(round == nil, " hidden"))>
                <div><dt class="label">Slot</dt><dd data-fact="slot">\(round?.slot ?? 0) / \(season?.totalSlots ?? 0)\
            </dd></div>
                <div><dt class="label">Closes in</dt><dd data-fact="closes">\(round.map(Fragments.deadline) ?? "–")\
            </dd></div>
                <div><dt class="label">Takes</dt><dd data-fact="takes">\(Formatting.count(round?.clips ?? 0))</dd></div>
                <div><dt class="label">Votes</dt><dd data-fact="votes">\
            \(round?.votes.map { Formatting.count($0) } ?? "–")</dd></div>
              </dl>
              <div class="stack stack--tight with-js"><div class="row row--apart"><h3>Your votes today</h3>\
            <span class="num"><span data-spent>0</span> <span class="quiet">of <span data-daily>\(daily)</span></span>\
            </span></div>\
            <progress value="0" max="\(operation.dailyVotes)" aria-label="Votes used today" data-spent-bar></progress>\
            <p class="quiet"><span data-left>\(daily)</span> left. Resets at 00:00 UTC.</p></div>
              <div class="stack stack--tight with-js"><h3>Keys</h3><p class="keys">\
            <kbd>V</kbd>Vote<kbd>↓</kbd>Next take\
            <kbd>K</kbd>Pause<kbd>↑</kbd>Previous<kbd>M</kbd>Sound<kbd>?</kbd>All keys</p></div>
              <div class="stack stack--tight with-js" data-power-status hidden><h3>Power votes in this slot</h3>\
            <div class="row row--apart"><span>Super, counts 3</span><span class="badge" data-super></span></div>\
            <div class="row row--apart"><span>Mega, counts 10</span><span class="badge" data-mega></span></div>\
            <p class="quiet">Hold the vote button to choose one.</p></div>
              <div class="stack stack--tight without-js"><h3>Takes in this round</h3><ul class="stack stack--tight">\
            \(film.clips.shuffled().prefix(Self.mostListed).map(listed))\
            </ul>\(HTML.when(film.clips.count > Self.mostListed, listNote(film.clips.count)))<p class="quiet">Voting needs JavaScript; watching does not.</p></div>
            </aside>
            """
    }

    /// So many takes are listed for readers without scripts. Everybody loads the list, and a round may have a thousand takes.
    private static let mostListed = 24

    private func listNote(_ clips: Int) -> HTML {
        "<p class=\"quiet\">\(Self.mostListed) of \(Formatting.count(clips)) takes, chosen by chance.</p>"
    }

    private func listed(_ clip: ClipView) -> HTML {
        """
        <li><a class="link" href="\(clip.videoURL)">\(clip.title)</a> <span class="quiet">\(Fragments.credit(clip))</span></li>
        """
    }
}
