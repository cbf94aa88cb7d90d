internal import HTML

extension PageDeclaration {
    static let landing = page(
        .any, "/", title: "A film made eight seconds at a time",
        description: """
            Every day people shoot or generate one more take of eight seconds. Everyone votes. The best take is cut \
            into the film, and the next slot opens.
            """,
        features: ["WEB-01"], summary: "The landing page."
    ) { visit in visit.site.landing(try visit.film(), try LandingExtras(visit.sources)) }
}

/// What the landing page shows beside the film.
struct LandingExtras: Sendable {
    /// How many people have sent in their first clip within the last seven days.
    var newCreators = 0
    /// A comparison of the arena: the one that is featured, else the latest.
    var comparison: ComparisonView?

    init(newCreators: Int = 0, comparison: ComparisonView? = nil) {
        self.newCreators = newCreators
        self.comparison = comparison
    }

    init(_ sources: PageSources) throws {
        var query = ComparisonQuery()
        query.limit = 1
        self.init(
            newCreators: try sources.people.newCreators(),
            comparison: try sources.arena.list(query).entries.first.flatMap {
                try sources.arena.comparison($0.slug)
            })
    }
}

extension Site {
    /// What this is, the film so far, the clips of the open round, and a comparison of the arena.
    func landing(_ film: FilmView, _ extras: LandingExtras = LandingExtras()) -> Page {
        let season = film.current
        return Page(
            .landing, image: season?.segments.last?.clip.shareURL, shell: .bare, styles: ["landing"],
            modules: ["landing"], icons: [.play, .pause, .up], film: film,
            main: """
                <main id="main">
                \(hero(film, extras))
                \(season.map(strip))
                \(season.flatMap { running(film, season: $0) })
                \(how(season))
                \(extras.comparison.flatMap(arenaHighlight))
                \(film.seasons.first { $0.status == .finished && $0.id != season?.id }.map(past))
                </main>
                \(foot)
                """)
    }

    private func hero(_ film: FilmView, _ extras: LandingExtras) -> HTML {
        let season = film.current
        let last = season?.segments.last
        let watch: HTML = """
            <a class="btn" href="/story">\(Icon.play.image)Watch the film so far</a>
            """
        // The module reads these figures again while the page is open.
        let growth: HTML = HTML.when(
            extras.newCreators > 0,
            "<span class=\"growth num\">\(Icon.up.small)\(Formatting.count(extras.newCreators)) new in the last 7 days.</span> "
        )
        let creators: HTML =
            film.creators > 0
            ? "<span data-creators>\(Formatting.count(film.creators, "creator has", "creators have")) sent in a take. \(growth)</span>"
            : "<span data-creators></span>"
        let vote: HTML =
            film.needsAccountToVote
            ? """
            <a class="btn btn--primary" href="/sign-in?next=/dashboard" data-visitor>Sign in to vote</a>\
            <a class="btn btn--primary" href="/dashboard" data-member hidden>Vote now</a>
            """
            : """
            <a class="btn btn--primary" href="/dashboard" data-ahead data-script="\(assets.url("js/dashboard.js"))" \
            data-style="\(assets.url("css/dashboard.css"))">Vote now</a>
            """
        let need = film.needsAccountToVote ? "Watching needs no account." : "Watching and voting need no account."
        return """
            <div class="hero theatre">
              \(last.map { clip in
                "<img src=\"\(clip.clip.thumbnailURL)\" alt=\"\" width=\"540\" height=\"960\" class=\"hero__ambient\">"
              } as HTML?)
              <header class="topbar">\(brandLink)
                <nav class="topnav wide-only" aria-label="Main">\
            \((Destination.main + Destination.foot.prefix(1)).map { $0.link(current: "/") })</nav>
                <span class="grow"></span><a class="btn btn--ghost phone-only" href="/about">About</a>\
            <a class="btn btn--ghost" href="/sign-in" data-visitor>Sign in</a>\
            \(bell(path: "/", isWideOnly: false, " data-member hidden"))\(accountButton(isWideOnly: false))</header>
              <div class="hero__in">
                <div class="hero__text">
                  \(Fragments.onAir(season))
                  <h1 data-headline><span>A film,</span> <span>eight seconds</span> <span>at a time.</span></h1>
                  <p class="hero__lead">Every day people shoot or generate one more take. Everyone votes. \
            The best take is cut into the film, and the next slot opens.</p>
                  <div class="row">\(vote)\(watch)</div>
                  <p class="quiet">\(creators)\(need)</p>
                </div>
                \(season.map(gate))
              </div>
            </div>
            """
    }

    /// The end of the film in the projector's gate, with the open slot below.
    private func gate(_ season: SeasonView) -> HTML {
        let ends = season.segments.suffix(2)
        let before = ends.count == 2 ? ends.first : nil
        return """
            <div class="gate" aria-label="The end of the film so far" role="group">
              \(before.map { "<div class=\"gate__frame gate__frame--dim\">\(Fragments.sharpening($0.clip, sizes: Self.dimSizes))</div>" as HTML })
              \(ends.last.map { gateFrame($0) })
              \(season.round.map { round in
                "<p class=\"gate__frame gate__frame--next\"><b>\(round.slot)</b><span>\(nextText(round))</span></p>"
              } as HTML?)
            </div>
            """
    }

    /// How wide a frame of the gate is. The one before it is dimmed and half out of sight, so half as sharp is enough.
    private static let gateSizes = "(width < 64rem) 216px, 308px"
    private static let dimSizes = "(width < 64rem) 108px, 154px"

    private func gateFrame(_ segment: SegmentView) -> HTML {
        """
        <figure class="gate__frame" data-gate data-video="\(segment.clip.videoURL)">\
        <img src="\(segment.clip.posterURL)" srcset="\(Fragments.widths(segment.clip))" sizes="\(Self.gateSizes)" \
        alt="A still from slot \(segment.slot): \(segment.clip.title)" \
        width="540" height="960">
          <figcaption><span>Slot \(segment.slot) · \(Fragments.credit(segment.clip))</span>\
        <button class="btn btn--icon btn--ghost with-js" type="button" aria-label="Play the film" data-gate-toggle>\
        \(Icon.play.image)</button></figcaption>
        </figure>
        """
    }

    private func nextText(_ round: RoundView) -> String {
        switch round.state {
        case .voting: "\(Formatting.count(round.clips, "take", "takes")) in the running"
        case .waitingForClips: "waiting for its first take"
        case .underReview: "under review"
        }
    }

    private func strip(_ season: SeasonView) -> HTML {
        """
        <section class="strip theatre" aria-labelledby="reel-h">
          <div class="strip__in">
            <div class="row row--apart"><h2 id="reel-h">\(season.label)</h2>\
        <p class="muted num">\(season.segments.count) of \(Formatting.count(season.totalSlots, "slot", "slots")), \
        \(Formatting.clock(season.seconds)) cut</p></div>
            \(Fragments.reel(season, playing: season.segments.last?.slot))
          </div>
        </section>
        """
    }

    private func running(_ film: FilmView, season: SeasonView) -> HTML? {
        guard let round = season.round, !film.clips.isEmpty else { return nil }
        let clips = film.clips.prefix(6).map { clip -> HTML in
            """
            <li class="take"><div class="take__media">\(Fragments.sharpening(clip, sizes: "(width < 48rem) 152px, 200px"))<span class="tag">\(Formatting.clock(clip.durationSeconds.rounded()))</span></div>\
            <h3><a href="/dashboard?take=\(clip.idText)">\(clip.title)</a></h3><p class="quiet">\(Fragments.credit(clip))</p></li>
            """
        }
        return """
            <section class="band" aria-labelledby="takes-h">
              <div class="row row--apart"><div><h2 id="takes-h">Up for slot \(round.slot)</h2>\
            <p class="muted">\(standing(round))</p></div>\
            <a class="btn" href="/dashboard">See all takes</a></div>
              <ul class="takes scroll-x" tabindex="0" aria-label="Takes">\(clips)</ul>
            </section>
            """
    }

    private func standing(_ round: RoundView) -> String {
        let clips = Formatting.count(round.clips, "take", "takes")
        guard let votes = round.votes else { return clips }
        return votes == 0
            ? "\(clips). Be the first to vote." : "\(clips), \(Formatting.count(votes, "vote", "votes")) so far"
    }

    private func how(_ season: SeasonView?) -> HTML {
        let length = Formatting.roundLength(season?.round?.length ?? 86_400)
        return """
            <section class="band split" aria-labelledby="how-h">
              <div><h2 id="how-h">How a slot is filled</h2></div>
              <ol class="how">
                <li><div><h3>Send in a take</h3><p>Up to eight seconds, upright, shot on anything or generated with \
            anything. A moderator reviews each one before it goes live.</p></div></li>
                <li><div><h3>The round runs for \(length)</h3><p>You see takes in a fair order, not by who is ahead. \
            One vote per take, \(Formatting.count(operation.dailyVotes)) a day.</p></div></li>
                <li><div><h3>One take is cut in</h3><p>The winner is locked into the film. The others compete for the \
            next \
            slot with their count at zero.</p></div></li>
              </ol>
            </section>
            """
    }

    /// One prompt through several models, which play in step on the comparison's own page.
    private func arenaHighlight(_ comparison: ComparisonView) -> HTML? {
        guard comparison.videos.count > 1 else { return nil }
        let videos = comparison.videos.prefix(3).map { video -> HTML in
            """
            <li class="take"><div class="take__media take__media--wide"><img src="\(video.posterURL)" alt="" width="720" \
            height="405" loading="lazy"><span class="tag">\(video.model)</span></div></li>
            """
        }
        return """
            <section class="band" aria-labelledby="arena-h">
              <div class="row row--apart"><div><h2 id="arena-h">One prompt, \(Formatting.count(comparison.videos.count)) models</h2>\
            <p class="muted clip-text">“\(comparison.prompt)”</p></div>\
            <div class="row"><a class="btn" href="\(comparison.path)">\(Icon.play.image)Play all in sync</a>\
            <a class="btn btn--ghost" href="/arena">See the arena</a></div></div>
              <ul class="trio">\(videos)</ul>
            </section>
            """
    }

    private func past(_ season: SeasonView) -> HTML {
        let people = Set(season.segments.map(\.clip.creator)).count
        return """
            <section class="band" aria-labelledby="past-h">
              <div class="past theatre">\
            \(season.segments.first.map { Fragments.sharpening($0.clip, alt: "A still from \(season.label)", sizes: "(width < 48rem) 100vw, 50vw") })
                <div class="past__text"><p class="label">Season \(season.number) · \(season.genre)</p>\
            <h2 id="past-h">\(season.label)</h2><p class="muted">\
            \(Formatting.count(season.segments.count, "take", "takes")) \
            by \(Formatting.count(people, "person", "people")), \(Formatting.length(season.seconds)).\
            \(season.finishedAt.map { " Finished on \(Formatting.day($0))." as HTML })</p>\
            <a class="btn" href="/story?season=\(season.number)">\(Icon.play.image)Watch the whole film</a></div>
              </div>
            </section>
            """
    }
}
