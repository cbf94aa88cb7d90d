public import Battles
internal import FoundationEssentials
internal import HTML
internal import HTTP
internal import Text

extension PageDeclaration {
    static let battle = page(
        .any, "/battle", title: "Blind battle",
        description: "Two AI videos of the same prompt, without their names: which one is better?",
        hasForms: true, link: .foot("Battle", isInMenu: true), features: ["ARENA-07"],
        summary: "Two videos of one prompt, to be judged without their names."
    ) { visit in visit.site.battle(try visit.sources.battle(visit.context), visit.form) }
}

/// The pair that the battle page begins with.
public struct BattleView: Sendable {
    /// One of the two videos.
    struct Side: Sendable {
        var url: String
        var width: Int
        var height: Int
        /// Two upright videos have room beside each other, also on a phone.
        var isTall: Bool { height > width }
    }

    /// A pair to judge.
    struct Pair: Sendable {
        var id: UUID
        var prompt: String
        var left: Side
        var right: Side
        /// How many pairs the caller has judged.
        var battles: Int
    }

    var pair: Pair?

    init(pair: Pair? = nil) { self.pair = pair }

    /// The pair; nil when the caller has judged all of them.
    public init(_ pair: BattlePair?) {
        self.pair = pair.map { pair in
            Pair(
                id: pair.id, prompt: pair.prompt, left: Side(pair.left), right: Side(pair.right), battles: pair.battles)
        }
    }
}

extension BattleView.Side {
    fileprivate init(_ side: BattlePair.Side) {
        self.init(url: "/media/battles/\(side.token.text).mp4", width: side.width, height: side.height)
    }
}

extension Site {
    /// The page of blind battles. Without scripts, each button sends the form and the next pair comes back.
    func battle(_ view: BattleView, _ form: FormState = .none) -> Page {
        let stage: HTML
        if let pair = view.pair {
            stage = duel(pair, form)
        } else {
            let none = Fragments.empty(
                .film, title: "No pairs to judge",
                text:
                    "There is no pair that you haven't judged. New ones appear when members publish videos that several models made from one prompt.",
                actions: "<a class=\"btn\" href=\"/ratings\">See the ratings</a>")
            stage = "<div class=\"page-head\"><div><h1>Blind battle</h1></div></div>\(none)"
        }
        return Page(
            .battle, section: "/arena", styles: ["battle"], modules: ["battle"], icons: [.film, .info, .pause, .play],
            main: """
                <main class="\(view.pair == nil ? "page" : "duel theatre")" id="main" data-own-board="\(Battles.ownBoard)">
                  \(form.outcome)
                  \(stage)
                </main>
                """)
    }

    private func duel(_ pair: BattleView.Pair, _ form: FormState) -> HTML {
        let buttons: [(outcome: BattleOutcome, key: HTML, text: HTML)] = [
            (.left, "A", "A is better"), (.tie, "T", "Tie"), (.bothBad, "N", "Both bad"), (.right, "B", "B is better"),
        ]
        let ballot: HTML = """
            <input type="hidden" name="pair" value="\(pair.id.text)">\
            <div class="ballot" role="group" aria-label="Which is better?">\(buttons.map { button -> HTML in
            """
            <button class="btn" type="submit" name="outcome" value="\(button.outcome.rawValue)">\
            <kbd class="wide-only" aria-hidden="true">\(button.key)</kbd>\(button.text)</button>
            """
            })</div>
            """
        return """
            <div class="duel__head"><h1 data-prompt>“\(pair.prompt)”</h1>\
            <button class="btn btn--icon" type="button" data-pause aria-label="Pause both" hidden>\(Icon.pause.image)</button></div>
            <div class="pair" data-pair="\(pair.id.text)"\(HTML.when(pair.left.isTall && pair.right.isTall, " data-tall"))>\(side("left", "A", pair.left))\(side("right", "B", pair.right))</div>
            <div data-choice>\(form.form("/api/battles", "data-ballot", content: ballot))\
            <p class="duel__foot quiet"><span data-count>\(count(pair.battles))</span>\
            <span data-until>\(untilOwnBoard(pair.battles))</span></p></div>
            """
    }

    private func side(_ name: HTML, _ letter: HTML, _ side: BattleView.Side) -> HTML {
        """
        <div class="side" data-side="\(name)">\
        <div class="frame frame--wide"><video src="\(side.url)" muted loop playsinline controls preload="auto" \
        width="\(side.width)" height="\(side.height)" aria-label="Result \(letter)"></video></div>\
        <span class="letter" aria-hidden="true">\(letter)</span><p class="side__name" data-name hidden></p></div>
        """
    }

    private func count(_ battles: Int) -> HTML {
        "Battle \(Formatting.count(battles + 1)). Names are shown after you choose."
    }

    private func untilOwnBoard(_ battles: Int) -> HTML {
        let missing = Battles.ownBoard - battles
        return missing > 0 ? "\(Formatting.count(missing)) more until you have a board of your own." : .empty
    }
}
