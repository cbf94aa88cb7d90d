internal import HTML
internal import HTTP

extension PageDeclaration {
    static let story = page(
        .any, "/story", title: "The film", description: "The winning takes, one after the other.",
        link: .main("Story", .film, isTab: true), features: ["WEB-01", "FILM-11"], summary: "The film so far."
    ) { visit in
        let query = visit.context.request.query
        return visit.site.story(
            try visit.film(), season: query["season"].flatMap { Int($0) }, slot: query["slot"].flatMap { Int($0) })
    }
}

/// Which segment of which season a reader asked for.
struct StoryChoice {
    let season: SeasonView
    let segment: SegmentView?

    /// The asked season and slot, else the running season from its first slot.
    init?(_ film: FilmView, season number: Int?, slot: Int?) {
        let asked = film.seasons.first { $0.number == number }
        guard let season = asked ?? film.current else { return nil }
        self.season = season
        segment = season.segments.first { $0.slot == slot } ?? season.segments.first
    }

    /// The address of this very segment.
    var path: String {
        guard let segment else { return "/story" }
        return Fragments.storyPath(season, slot: segment.slot)
    }
}

extension Site {
    /// The film so far: a player with its seasons, its contributors and the strip below.
    func story(_ film: FilmView, season number: Int?, slot: Int?) -> Page {
        let choice = StoryChoice(film, season: number, slot: slot)
        let isDirect = number != nil || slot != nil
        return Page(
            .story, title: choice?.season.label, description: choice.map(storyDescription),
            path: isDirect ? choice?.path : nil, section: "/story",
            image: choice?.segment?.clip.shareURL, shell: .stage, styles: ["story"], modules: ["story"],
            icons: PlayerParts.icons + [.close, .comment, .film, .flag, .heart, .send, .share, .up, .info], film: film,
            facts: PageFacts(isEmbeddable: choice?.segment != nil),
            main: choice.map { storyMain(film, $0) } ?? noFilm)
    }

    private func storyDescription(_ choice: StoryChoice) -> String {
        let cut = Formatting.count(choice.season.segments.count, "slot", "slots")
        return "\(choice.season.label): \(cut) of \(choice.season.totalSlots) cut, one winning take after the other."
    }

    private var noFilm: HTML {
        let notice = Fragments.empty(
            .film, title: "Between seasons", text: "No season has opened yet. Its film will play here.",
            actions: "<a class=\"btn\" href=\"/about\">How it works</a>")
        return """
            <main class="page" id="main"><div class="page-head"><h1>The film</h1></div>\(notice)</main>
            """
    }

    private func storyMain(_ film: FilmView, _ choice: StoryChoice) -> HTML {
        """
        <main id="main"><film-player class="story theatre" data-gestures data-end="This is the end of the film so far" \
        data-story data-season="\(choice.season.number)" data-slot="\(choice.segment?.slot ?? 0)">
          <nav class="story__side" aria-label="Seasons"><div class="panel__head"><h2>Seasons</h2></div>\
        <ul class="seasons stack stack--tight" data-seasons>\
        \(film.seasons.map { seasonEntry($0, isCurrent: $0.id == choice.season.id) })</ul></nav>
          \(storyStage(choice))
          <aside class="story__cast" aria-label="Contributors"><div class="panel__head"><h2>Contributors</h2>\
        <span class="quiet num" data-cast-count>\(choice.season.segments.count)</span></div>\
        <ol class="cast" data-cast>\(choice.season.segments.reversed().map { contributor($0, choice) })</ol></aside>
          \(tools(choice))
        \(Fragments.commentSheet)
        </film-player></main>
        \(seasonStrip(film, choice))
        """
    }

    private func seasonEntry(_ season: SeasonView, isCurrent: Bool) -> HTML {
        let isOver = season.status == .finished
        let meter: HTML = """
            <progress \(isOver ? "data-tone=\"good\"" as HTML : HTML.when(isCurrent, "data-beam")) \
            value="\(season.segments.count)" max="\(season.totalSlots)" \
            aria-label="\(season.segments.count) of \(season.totalSlots) slots"></progress>
            """
        let extent =
            isOver ? Formatting.length(season.seconds) : "\(season.segments.count) of \(season.totalSlots)"
        return """
            <li><a href="/story?season=\(season.number)" data-season="\(season.number)"\
            \(HTML.when(isCurrent, " aria-current=\"true\""))><span class="row row--apart"><b>\(season.label)</b>\
            \(badge(season))</span>\
            \(HTML.when(season.status != .draft, meter))<span class="quiet">Season \(season.number) · \(season.genre)\
            \(HTML.when(season.status != .draft, " · \(extent)"))</span></a></li>
            """
    }

    private func badge(_ season: SeasonView) -> HTML {
        switch season.status {
        case .active: "<span class=\"badge\" data-tone=\"live\">LIVE</span>"
        case .finished, .archived: "<span class=\"badge\" data-tone=\"good\">Complete</span>"
        case .draft: "<span class=\"badge\" data-shape=\"ring\">Coming soon</span>"
        }
    }

    private func storyStage(_ choice: StoryChoice) -> HTML {
        guard let segment = choice.segment else {
            let notice =
                choice.season.status == .draft
                ? Fragments.empty(
                    .film, title: "Coming soon", text: "\(choice.season.label) has not opened yet.",
                    actions: "<a class=\"btn\" href=\"/story\">Watch the film so far</a>", isWholePage: true)
                : Fragments.empty(
                    .film, title: "Nothing is cut yet",
                    text: "The first slot of \(choice.season.label) is still open. Its winner opens the film.",
                    actions: "<a class=\"btn btn--primary\" href=\"/dashboard\">See the takes</a>", isWholePage: true)
            return """
                <section class="stage" aria-label="The film" data-stage><div class="vacant">\(notice)</div></section>
                """
        }
        let clip = segment.clip
        return """
            <section class="stage" aria-label="Slot \(segment.slot), \(clip.title)" data-stage>\
            <img src="\(clip.thumbnailURL)" alt="" width="540" height="960" class="stage__blur" loading="lazy" data-blur>
              <div class="stage__pair">
                <article class="frame" data-frame>\
            <video src="\(clip.videoURL)" poster="\(clip.posterURL)" width="540" height="960" controls muted \
            playsinline \
            preload="none" aria-label="\(clip.title)"></video>
                  <div class="frame__head stack stack--tight with-js"><progress class="film" value="0" max="1" \
            aria-label="Position in the film" data-film></progress><div class="row row--apart">\
            <span class="label num" data-place>\(segment.slot) of \(choice.season.segments.count)</span>\
            \(Fragments.onAir(choice.season))</div></div>
                  <div class="frame__foot" data-foot>\(Fragments.who(clip))<h1>\(clip.title)</h1>\
            <p class="label">Slot \(segment.slot) · \(clip.genre) · \(HTML.when(clip.isAIGenerated, "AI-generated · "))\
            <a class="frame__link" href="/rounds/\(choice.season.number)/\(segment.slot)">won with \
            \(Formatting.count(clip.votes, "vote", "votes"))</a></p></div>
                </article>
                <div class="actions"><a class="act" href="/dashboard" aria-label="Vote on the open slot" data-vote-link\
            \(HTML.when(choice.season.round == nil, " hidden"))><span class="act__disc">\(Icon.infinity.image)</span>\
            <span>Vote</span></a>\
            <span class="act-group with-js">\
            \(Fragments.action(.comment, word: "Talk", label: "Comments", name: "comments-button"))\
            \(Fragments.action(.share, word: "Share", label: "Share this slot", name: "share"))\
            \(Fragments.action(.mute, word: "Muted", label: "Turn sound on", name: "sound"))\
            \(Fragments.action(.flag, word: "Report", label: "Report this take", name: "report"))</span></div>
              </div>
            </section>
            """
    }

    private func contributor(_ segment: SegmentView, _ choice: StoryChoice) -> HTML {
        let isCurrent = segment.slot == choice.segment?.slot
        return """
            <li><a href="\(Fragments.storyPath(choice.season, slot: segment.slot))" data-slot="\(segment.slot)"\
            \(HTML.when(isCurrent, " aria-current=\"true\""))><span class="num quiet">\(segment.slot)</span>\
            \(Fragments.blurredThumbnail(segment.clip))\
            <span class="grow"><b class="clip-text">\(segment.clip.title)</b><span class="quiet">\
            \(Fragments.creditText(segment.clip))</span></span>\
            <span class="num quiet" aria-label="\(Formatting.count(segment.clip.votes, "vote", "votes"))">\
            \(Formatting.count(segment.clip.votes))</span></a></li>
            """
    }

    private func tools(_ choice: StoryChoice) -> HTML {
        """
        <div class="tools" role="group" aria-label="Player">
          \(Fragments.reel(choice.season, playing: choice.segment?.slot))
          <div class="row row--apart">
            <div class="row with-js">\(PlayerParts.key(.prev, "Previous slot", "prev"))\
        \(PlayerParts.key(.play, "Play", "toggle"))\(PlayerParts.key(.next, "Next slot", "next"))\
        <span class="num"><span data-position>0:00</span> <span class="quiet">/ <span data-total>\
        \(Formatting.clock(choice.season.seconds))</span></span></span></div>
            <div class="row"><a class="btn btn--primary" href="/dashboard" \
        data-vote-call\(HTML.when(choice.season.round == nil, " hidden"))>\
        <span>Vote on slot <span data-open-slot>\(choice.season.round?.slot ?? 0)</span></span></a>\
        \(PlayerParts.captions)\(PlayerParts.key(.full, "Full screen", "full", isPlain: true))</div>
          </div>
        </div>
        """
    }

    /// What the season is about, with a picture from it and its figures.
    private func seasonCard(_ season: SeasonView) -> HTML {
        let people = Set(season.segments.map(\.clip.creator)).count
        let about = HTML.when(!season.description.isEmpty, "<p class=\"muted\">\(season.description)</p>")
        return """
            <div class="season-card" data-season-card>\
            \(season.segments.last.map { Fragments.thumbnail($0.clip, width: 96, height: 171) })\
            <div class="stack stack--tight">\(about)<dl class="slate">\
            <div><dt class="label">Cut</dt><dd>\(season.segments.count) / \(season.totalSlots)</dd></div>\
            <div><dt class="label">Length</dt><dd>\(Formatting.clock(season.seconds))</dd></div>\
            <div><dt class="label">Creators</dt><dd>\(people)</dd></div>\
            <div><dt class="label">Votes</dt><dd>\(Formatting.count(season.segments.reduce(0) { $0 + $1.clip.votes }))</dd></div>\
            </dl></div></div>
            """
    }

    /// The phone's way to the seasons and the contributors: a strip above the tab bar that opens upwards.
    private func seasonStrip(_ film: FilmView, _ choice: StoryChoice) -> HTML {
        let season = choice.season
        return """
            <details class="season-strip theatre phone-only" data-strip><summary>\
            <span class="clip-text" data-strip-label>\(season.label)</span>\
            <span class="row row--tight"><span data-strip-badge>\(badge(season))</span>\(Icon.up.image)</span></summary>\
            <section class="season-strip__more" aria-label="Seasons and contributors">\
            \(seasonCard(season))\
            <ul class="seasons stack stack--tight" data-seasons>\
            \(film.seasons.map { seasonEntry($0, isCurrent: $0.id == season.id) })</ul>\
            <h2>Contributors</h2><ol class="cast" data-cast>\
            \(season.segments.reversed().map { contributor($0, choice) })</ol></section></details>
            <section class="season-strip__bar theatre phone-only" aria-label="Season progress">\
            <progress data-beam value="\(season.segments.count)" max="\(season.totalSlots)" data-strip-progress \
            aria-label="\(season.segments.count) of \(season.totalSlots) slots"></progress>\
            <p class="label row row--apart"><span data-strip-cut>\
            \(season.segments.count) of \(Formatting.count(season.totalSlots, "slot", "slots")) cut</span>\
            <span class="num"><span data-position>0:00</span> / <span data-total>\(Formatting.clock(season.seconds))\
            </span></span></p></section>
            """
    }
}
