internal import HTML

/// The parts that several pages show of the film.
enum Fragments {
    /// `Slot 31/75 · Sci-Fi`
    static func standing(_ season: SeasonView?) -> HTML {
        "<span class=\"quiet wide-only\" data-standing>\(standingText(season))</span>"
    }

    static func standingText(_ season: SeasonView?) -> String {
        guard let season else { return "" }
        guard let round = season.round else { return season.genre }
        return "Slot \(round.slot)/\(season.totalSlots) · \(season.genre)"
    }

    /// The pill that says what is going on, with the deadline; a module makes a countdown of it.
    static func onAir(_ season: SeasonView?, isKnown: Bool = true) -> HTML {
        // Where the page has no film, the module asks for it.
        guard isKnown else { return "<span class=\"onair\" data-onair hidden></span>" }
        guard let season, season.status == .active || season.status == .finished else {
            return pill("soon", "Between seasons")
        }
        guard let round = season.round else { return pill("done", "Complete") }
        return switch round.state {
        case .voting: pill("live", "<span class=\"onair__live\">LIVE </span>\(deadline(round))")
        case .waitingForClips: pill("soon", "Waiting for takes")
        case .underReview: pill("soon", "Under review")
        }
    }

    /// When the round closes: the hour in the markup, a countdown once the modules run.
    static func deadline(_ round: RoundView) -> HTML {
        guard let endsAt = round.endsAt else { return .empty }
        return """
            <time datetime="\(Formatting.machine(endsAt))" title="Closes on \(Formatting.moment(endsAt))" data-countdown>\
            \(Formatting.time(endsAt))</time>
            """
    }

    private static func pill(_ state: String, _ text: HTML) -> HTML {
        "<span class=\"onair\" data-state=\"\(state)\" data-onair><span class=\"dot\"></span>\(text)</span>"
    }

    /// The season as a strip of film: a frame for each slot, the taken ones filled, the open one lit.
    static func reel(_ season: SeasonView, playing: Int? = nil) -> HTML {
        let bySlot = Dictionary(season.segments.map { ($0.slot, $0) }) { first, _ in first }
        let frames = (1...max(season.totalSlots, 1)).map { slot -> HTML in
            if let segment = bySlot[slot] {
                return """
                    <li><a href="\(storyPath(season, slot: slot))" data-slot="\(slot)" aria-label="Slot \(slot)"\
                    \(HTML.when(slot == playing, " data-playing"))>\
                    \(blurredThumbnail(segment.clip))</a></li>
                    """
            }
            guard slot == season.round?.slot else { return "<li><span></span></li>" }
            return """
                <li aria-current="step"><span><span class="visually-hidden">Slot \(slot), open now</span></span></li>
                """
        }
        return """
            <ol class="reel" aria-label="The film so far, \(season.totalSlots) slots"\
            \(HTML.when(season.totalSlots <= 40, " data-short")) data-reel>\(frames)</ol>
            """
    }

    /// Where a slot of a season plays.
    static func storyPath(_ season: SeasonView, slot: Int) -> String {
        "/story?season=\(season.number)&slot=\(slot)"
    }

    /// A clip's picture in a list.
    static func thumbnail(_ clip: ClipView, width: Int, height: Int) -> HTML {
        "<img src=\"\(clip.thumbnailURL)\" alt=\"\" width=\"\(width)\" height=\"\(height)\" loading=\"lazy\">"
    }

    /// A clip's picture in a list of many: blurred, until a module finds it on the screen and large enough to show more.
    static func blurredThumbnail(_ clip: ClipView) -> HTML {
        guard let blurred = BlurPicture(blurhash: clip.blurhash ?? "") else {
            return thumbnail(clip, width: 90, height: 160)
        }
        return """
            <img src="\(blurred.dataURL)" data-sharp="\(clip.thumbnailURL)" alt="" width="90" height="160">
            """
    }

    /// A clip's still, upright: the thumbnail, whose place a larger one takes once it is on the screen. `sizes` says how wide
    /// it is there.
    static func sharpening(_ clip: ClipView, alt: String = "", sizes: String) -> HTML {
        """
        <img src="\(clip.thumbnailURL)" data-sharp="\(clip.posterURL)" data-sharp-set="\(widths(clip))" \
        data-sharp-sizes="\(sizes)" alt="\(alt)" width="540" height="960" loading="lazy">
        """
    }

    /// The copies of a clip's still that are large enough for a card, for a browser to choose from.
    static func widths(_ clip: ClipView) -> String {
        (clip.cardURL.map { "\($0) 240w, " } ?? "") + "\(clip.posterURL) 480w"
    }

    /// The blurred ground of a stage, which is not loaded where the picture leaves none of it to see.
    static func blurred(_ clip: ClipView) -> HTML {
        """
        <img src="\(clip.thumbnailURL)" alt="" width="540" height="960" class="stage__blur with-js" loading="lazy">
        """
    }

    /// Picture and name of a creator, and on request the button by which one follows the creator.
    static func who(_ clip: ClipView, canFollow: Bool = false) -> HTML {
        let button: HTML? = canFollow ? clip.username.map { followButton($0) } : nil
        return """
            <p class="who"><img class="avatar" src="\(clip.avatarURL)" alt="" width="32" height="32">\
            <span class="who__name">\(creator(clip.username))</span>\(button)</p>
            """
    }

    /// A creator's name, which leads to the creator's page.
    static func creator(_ username: String?, none: String = "former member") -> HTML {
        username.map { "<a class=\"creator\" href=\"/u/\($0)\">\($0)</a>" } ?? "\(none)"
    }

    /// The button by which members follow a member. `core/follow.js` shows whether one does, and sends visitors to the sign-in
    /// page.
    static func followButton(_ username: String, isSmall: Bool = true) -> HTML {
        """
        <button class="btn\(HTML.when(isSmall, " btn--sm")) follow with-js" type="button" aria-pressed="false" \
        aria-label="Follow \(username)" data-follow="\(username)">Follow</button>
        """
    }

    /// The creator's name with the label of generated pictures, as lists show it.
    static func credit(_ clip: ClipView) -> HTML {
        "\(creator(clip.username))\(HTML.when(clip.isAIGenerated, " · AI-generated"))"
    }

    /// The same as text, for what is a link already.
    static func creditText(_ clip: ClipView) -> String {
        clip.creator + (clip.isAIGenerated ? " · AI-generated" : "")
    }

    /// Genre, label of generated pictures, length.
    static func facts(_ clip: ClipView) -> String {
        ([clip.genre] + (clip.isAIGenerated ? ["AI-generated"] : []) + [Formatting.clipLength(clip.durationSeconds)])
            .joined(separator: " · ")
    }

    /// A button of the column beside a picture.
    static func action(_ icon: Icon, word: String, label: String, name: String) -> HTML {
        """
        <button class="act" type="button" aria-label="\(label)" data-\(name)>\
        <span class="act__disc">\(icon.image)</span><span>\(word)</span></button>
        """
    }

    /// Where the comments of what plays are shown beside it.
    static let commentSheet: HTML =
        "<dialog class=\"comments with-js\" aria-label=\"Comments\" data-comment-sheet></dialog>"

    /// The comments as a part of a page, read when they are opened. `facts` say what they are about.
    static func comments(_ count: Int, about facts: HTML) -> HTML {
        """
        <details class="panel comments comments--section" id="comments" data-comments-of \(facts)><summary>\
        <h2>Comments <span class="muted num" data-comments-number>(\(Formatting.count(count)))</span></h2></summary>\
        <p class="without-js quiet">Reading and writing comments needs JavaScript.</p></details>
        """
    }

    /// What, why, and one way out, in place of content that is not there.
    static func empty(
        _ icon: Icon, title: String, text: String, actions: HTML, isWholePage: Bool = false
    ) -> HTML {
        let heading: HTML = isWholePage ? "<h1>\(title)</h1>" : "<h2>\(title)</h2>"
        return
            """
            <div class="empty">\(icon.large)\(heading)<p>\(text)</p><div class="row">\(actions)</div></div>
            """
    }

    /// The ways on from a page of a list: back to its first page from a later one, and to the next, which scripts load below.
    static func more(first: String, next: String?, isFirst: Bool) -> HTML {
        let back: HTML = HTML.when(!isFirst, "<a class=\"btn\" href=\"\(first)\">First page</a>")
        guard let next else {
            return HTML.when(!isFirst, "<div class=\"row list-more\" data-more-row>\(back)</div>")
        }
        return """
            <div class="row list-more" data-more-row>\(back)<a class="btn" href="\(next)" rel="next" data-more>\
            <span class="without-js">Next page</span><span class="with-js">Load more</span></a></div>
            """
    }
}
