internal import HTML

/// The parts of a player that several pages have. Without scripts the browser's own controls are there instead.
enum PlayerParts {
    /// The icons that a bar needs.
    static let icons: [Icon] = [.full, .mute, .next, .pause, .play, .prev, .sound]

    /// A button that the player looks for by its name.
    static func key(_ icon: Icon, _ label: String, _ name: String, isPlain: Bool = false) -> HTML {
        """
        <button class="btn btn--icon\(HTML.when(isPlain, " with-js"))" type="button" aria-label="\(label)" data-\(name)>\
        \(icon.image)</button>
        """
    }

    /// The button for captions, which shows only where there are any.
    static let captions: HTML = """
        <button class="btn btn--icon" type="button" aria-label="CC, captions" aria-pressed="false" data-captions hidden>\
        CC</button>
        """

    /// The slider over the whole length.
    static func seek(_ label: String, chapters: Int, seconds: Double, position: Double = 0, slot: Int? = nil) -> HTML {
        let place = slot.map { ", slot \($0)" } ?? ""
        return """
            <div class="chapters with-js" role="slider" tabindex="0" aria-label="\(label)" aria-valuemin="0" \
            aria-valuemax="\(Int(seconds))" aria-valuenow="\(Int(position))" \
            aria-valuetext="\(Formatting.clock(position)) of \(Formatting.clock(seconds))\(place)" \
            data-seek>\((0..<chapters).map { _ in "<i></i>" as HTML })</div>
            """
    }

    /// The whole bar of a player that has no other keys on its page.
    static func bar(chapters: Int, seconds: Double) -> HTML {
        let (prev, next): (HTML, HTML) =
            chapters > 1 ? (key(.prev, "Previous slot", "prev"), key(.next, "Next slot", "next")) : (.empty, .empty)
        let label = chapters > 1 ? "Position, \(Formatting.count(chapters, "chapter", "chapters"))" : "Position"
        return """
            <div class="player with-js">\(seek(label, chapters: chapters, seconds: seconds))<div class="player__bar">\
            \(prev)\(key(.play, "Play", "toggle"))\(next)\(key(.sound, "Turn sound off", "sound"))\
            <span class="num"><span data-position>0:00</span> / \(Formatting.clock(seconds))</span>\
            <span class="grow"></span>\(captions)\(key(.full, "Full screen", "full"))</div></div>
            """
    }

    /// What a video says of itself in markup, for a player that asks the site for nothing.
    static func facts(_ clip: ClipView) -> HTML {
        let captions = clip.captionsURL.map { " data-captions-url=\"\($0)\"" as HTML }
        return " data-seconds=\"\(Formatting.decimal(clip.durationSeconds))\"\(captions)"
    }

    /// The captions of a clip for a browser without scripts.
    static func track(_ clip: ClipView) -> HTML? {
        clip.captionsURL.map { "<track kind=\"captions\" label=\"Captions\" src=\"\($0)\">" }
    }
}
