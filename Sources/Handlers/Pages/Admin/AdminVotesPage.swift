internal import HTML

extension PageDeclaration {
    static let adminVotes = page(
        .admin, "/admin/votes", title: "Votes", description: "Votes with their evidence.",
        link: .administration("Votes"), features: ["VOTE-08", "VOTE-12", "VOTE-13"],
        summary: "Votes with their evidence."
    ) { $0.site.adminVotes(try $0.film()) }
}

extension Site {
    /// The votes of a round with their evidence, what they add up to, and what was taken out.
    func adminVotes(_ film: FilmView?) -> Page {
        Page(
            .adminVotes, shell: .desk, styles: ["admin"], modules: ["admin-votes"], icons: [.info, .shield], film: film,
            main: """
                <div class="admin votes">
                  <nav class="admin__nav" aria-label="Admin">\
                \(Destination.administration.map { $0.link(current: "/admin/votes") })</nav>
                  <main class="admin__main" id="main" data-votes>
                    <div class="page-head"><div><h1>Votes</h1><p data-summary>Loading the round.</p></div>\
                <div class="row"><label class="label" for="slot">Slot</label>\
                <input class="input votes__slot" id="slot" type="number" min="1" max="500" inputmode="numeric" \
                placeholder="open" data-slot>\
                <label class="visually-hidden" for="voter">Voter key</label>\
                <input class="input" id="voter" type="search" placeholder="Voter key" autocomplete="off" maxlength="100" \
                data-voter></div></div>
                    <div data-review hidden></div>
                    <div class="mod">
                      <div>
                        \(voteTabs)
                        <p class="row" data-filter hidden></p>
                        <div id="votes-panel" role="tabpanel" aria-label="Votes" data-panel aria-busy="true">
                          <table class="table" data-table><caption class="visually-hidden" data-caption>Flagged votes\
                </caption>
                          <thead><tr><th scope="col"><input type="checkbox" aria-label="Select all" data-all></th>\
                <th scope="col">Take</th><th scope="col">Voter</th><th scope="col">Evidence</th>\
                <th scope="col" class="r">Cast</th></tr></thead>
                          <tbody data-rows>\(Array(repeating: placeholderVote, count: 4))</tbody></table>
                          <div data-none hidden></div>
                          <div class="row"><button class="btn" type="button" data-more hidden>Load more</button></div>
                        </div>
                        <div class="bulk" role="toolbar" aria-label="Selected votes" data-bulk hidden>\
                <button class="btn btn--icon btn--ghost" type="button" aria-label="Clear selection" data-clear>\
                \(Icon.close.image)</button>\
                <b class="num" data-selected></b><button class="btn btn--danger btn--sm" type="button" data-void>Void…\
                </button></div>
                      </div>
                      <aside class="mod__side stack" aria-label="The round" data-side></aside>
                    </div>
                    <p class="without-js">Looking after votes needs JavaScript.</p>
                  </main>
                </div>
                \(voteDialog)
                """)
    }

    private var voteTabs: HTML {
        let words = [("flagged", "Flagged"), ("all", "All"), ("voided", "Voided")]
        let buttons = words.map { view, title -> HTML in
            """
            <button type="button" role="tab" id="tab-\(view)" aria-controls="votes-panel" \
            aria-selected="\(view == "flagged" ? "true" : "false")" tabindex="\(view == "flagged" ? "0" : "-1")" \
            data-view="\(view)">\(title)</button>
            """
        }
        return "<div class=\"tabs\" role=\"tablist\" aria-label=\"Which votes\" data-tabs>\(buttons)</div>"
    }

    private var placeholderVote: HTML {
        """
        <tr aria-hidden="true"><td></td><td><div class="skeleton skeleton--line"></div></td><td></td><td></td><td></td>\
        </tr>
        """
    }

    private var voteDialog: HTML {
        """
        <dialog class="dialog" aria-labelledby="decision-title" data-decision>\
        <form method="dialog" class="stack" data-decision-form>
          <h2 id="decision-title">Void votes</h2>
          <p class="muted" data-decision-text></p>
          <div class="field"><label for="decision-reason">Reason, which everybody can read in the result</label>\
        <textarea class="input" id="decision-reason" maxlength="500" data-decision-reason></textarea></div>
          <p class="hint hint--bad" role="alert" data-decision-fault hidden>Say why. The reason stands beside the \
        result.</p>
          <div class="dialog__foot"><button class="btn" type="button" data-keep>Cancel</button>\
        <button class="btn btn--danger-solid" type="submit" data-confirm>Void</button></div>
        </form></dialog>
        """
    }
}
