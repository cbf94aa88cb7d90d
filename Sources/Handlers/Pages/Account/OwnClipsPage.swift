internal import Games
internal import HTML
internal import HTTP
internal import Text

extension PageDeclaration {
    static let ownClips = page(
        .member, "/profile/clips", title: "My takes", description: "What became of each of your takes.",
        hasForms: true, features: ["PROF-01", "CLIP-09"], summary: "The member's own clips and what became of each."
    ) { visit in
        visit.site.ownClips(
            try visit.sources.ownClips(visit.context), try visit.sources.stats(visit.context), visit.form)
    }
}

extension Site {
    /// The member's own clips. The module reads the page again when something has changed, and puts the changed clips in.
    func ownClips(_ view: OwnClipsView, _ stats: MemberStats = MemberStats(), _ form: FormState = .none) -> Page {
        let list: HTML = """
            <ul class="own" data-own-clips>\(view.clips.map { clip($0, form) })</ul>
            """
        let older = view.nextCursor.map { cursor in
            "<div class=\"row\"><a class=\"btn\" href=\"/profile/clips?cursor=\(cursor)\">Older takes</a></div>" as HTML
        }
        return profile(
            .clips, stats, modules: ["own-clips"], icons: [.film, .info],
            content: """
                \(form.outcome)
                <section class="stack" aria-labelledby="clips"><div class="row row--apart"><h2 id="clips">My takes</h2>\
                \(HTML.when(!view.clips.isEmpty, "<a class=\"btn btn--sm\" href=\"/upload\">Send in a take</a>"))</div>
                <p class="muted">What became of each of your takes. \
                <a class="link" href="/profile/decisions">Decisions and reports</a></p>
                \(view.clips.isEmpty ? noClips : list)\(older)</section>
                """)
    }

    private var noClips: HTML {
        Fragments.empty(
            .film, title: "No takes yet",
            text: "Here you will see whether a take was accepted, how many votes it has and whether it won.",
            actions: "<a class=\"btn btn--primary\" href=\"/upload\">Send in your first take</a>")
    }

    private func clip(_ clip: OwnClipView, _ form: FormState) -> HTML {
        let words = clip.words
        let still: HTML? = clip.posterURL.map {
            "<img src=\"\($0)\" alt=\"\" width=\"540\" height=\"960\" loading=\"lazy\">"
        }
        let preview: HTML? = clip.previewURL.map {
            """
            <video src="\($0)" aria-label="“\(clip.title)” as you sent it" controls muted playsinline preload="metadata" \
            width="540" height="960"></video>
            """
        }
        let picture = still ?? preview ?? Icon.film.large
        let appeal: HTML
        if case .rejected = clip.state {
            appeal = " <a class=\"link\" href=\"/profile/decisions\">The reasons, and how to appeal</a>"
        } else {
            appeal = .empty
        }
        let reason: HTML? = words.reason.map {
            "<div class=\"note note--bad\">\(Icon.warn.image)<p>\($0)\(appeal)</p></div>"
        }
        let shape = words.shape.map { " data-shape=\"\($0)\"" as HTML }
        return """
            <li class="own__clip" id="clip-\(clip.id.text)" data-state="\(clip.fingerprint)" data-status="\(words.status)"\
            \(HTML.when(clip.state == .checking, " data-checking"))>
              <div class="own__picture">\(picture)</div>
              <div class="own__text">
                <h3 tabindex="-1"><span data-title>\(clip.title)</span>\
            \(HTML.when(clip.isNew, " <span class=\"own__new\">New</span>"))</h3>
                <p><span class="badge" data-tone="\(words.tone)"\(shape)>\(words.status)</span></p>
                \(clip.standing)
                <p class="quiet">Sent on <time datetime="\(Formatting.machine(clip.sentAt))">\
            \(Formatting.day(clip.sentAt))</time> · \(clip.facts)\(HTML.when(clip.isPublic, """
             · <a class="link" href="/clip/\(clip.id.text)">Its page</a>
            """))</p>
                \(reason)\(captions(clip))\(clip.canWithdraw ? withdrawal(of: clip, form) : .empty)
              </div>
            </li>
            """
    }

    /// Captions can be changed until a moderator decides.
    private func captions(_ clip: OwnClipView) -> HTML {
        guard clip.canCaption else { return .empty }
        return """
            <p class="with-js"><button class="btn btn--sm" type="button" data-caption="\(clip.id.text)"\
            \(clip.captionsURL.map { " data-captions-url=\"\($0)\"" as HTML }) aria-label="Captions of “\(clip.title)”…">\
            \(clip.captionsURL == nil ? "Add captions…" : "Captions…")</button></p>
            """
    }

    /// The question is a disclosure, so that it is asked without JavaScript too.
    private func withdrawal(of clip: OwnClipView, _ form: FormState) -> HTML {
        let loss =
            switch clip.state {
            case .live(let slot):
                clip.votes.map { "It leaves slot \(slot) with its \(Formatting.count($0, "vote", "votes"))." }
                    ?? "It leaves slot \(slot) with its votes."
            case .approved(let slot): "It leaves slot \(slot)."
            default: "No moderator will look at it."
            }
        return """
            <details class="own__withdrawal"><summary class="btn btn--sm" aria-label="Withdraw “\(clip.title)”…">\
            Withdraw…</summary><div class="stack stack--tight"><p>\(loss) This cannot be undone.</p>\
            \(form.form("/api/clip/\(clip.id.text)", names: "row", "data-withdraw", content: """
            <button class="btn btn--sm btn--danger" type="submit">Withdraw this take</button>\
            <button class="btn btn--sm with-js" type="button" data-keep>Cancel</button>
            """))</div></details>
            """
    }
}

extension OwnClipView {
    /// What the badge says and how it looks, and the reason when it is bad news.
    var words: (status: String, tone: String, shape: String?, reason: String?) {
        switch state {
        case .checking: ("Checking the file", "info", nil, nil)
        case .failed(let reason): ("File refused", "bad", "square", reason)
        case .waiting: ("Waiting for review", "warn", "ring", nil)
        case .nextSeason: ("Approved for the next season", "info", "ring", nil)
        case .approved(let slot): ("Approved for slot \(slot)", "info", "ring", nil)
        case .live(let slot): ("LIVE in slot \(slot)", "live", nil, nil)
        case .won(let slot, _): ("Won slot \(slot)", "accent", "square", nil)
        case .eliminated: ("Not chosen", "quiet", "square", nil)
        case .rejected(let reason): ("Not accepted", "bad", "square", reason)
        case .withdrawn: ("Withdrawn", "quiet", "square", nil)
        }
    }

    /// Votes and rank, the way to the film, or what happens next.
    fileprivate var standing: HTML {
        let count = votes.map { Formatting.count($0, "vote", "votes") }
        switch state {
        case .live:
            let place = rank.flatMap { rank in
                clipsInRound.map { " · rank \(Formatting.count(rank)) of \(Formatting.count($0))" }
            }
            return """
                <p class="num">\(count.map { $0 + (place ?? "") } ?? "Votes are hidden until the round closes.")</p>
                """
        case .won(let slot, let season):
            let path = "/story?season=\(season)&slot=\(slot)"
            return """
                <p class="num">\(count.map { $0 + " · " } ?? "")<a class="link" href="\(path)">\
                Watch it in the film</a></p>
                """
        case .waiting: return "<p class=\"muted\">A moderator will review it.</p>"
        case .eliminated, .approved, .nextSeason, .checking, .failed, .rejected, .withdrawn: return .empty
        }
    }

    /// Differs when what the page shows of the clip differs.
    fileprivate var fingerprint: String {
        [
            "\(state)", "\(votes ?? -1)", "\(rank ?? 0)", "\(clipsInRound ?? 0)", canWithdraw ? "w" : "", title,
            captionsURL ?? "",
            posterURL == nil ? "" : "p", previewURL ?? "",
        ].joined(separator: "|")
    }
}
