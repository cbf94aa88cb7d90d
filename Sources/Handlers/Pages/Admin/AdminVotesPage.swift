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
        adminPage(
            .adminVotes, lead: "Loading the round.", modules: ["admin-votes"], icons: [.shield, .check],
            names: "votes", film: film,
            list: AdminList(
                caption: "Flagged votes", name: "votes",
                columns: [
                    .init(title: "Take"), .init(title: "Voter"), .init(title: "Evidence"), .end("Cast"),
                ],
                filters: """
                    <div class="row"><label class="label" for="slot">Slot</label>\
                    <input class="input votes__slot" id="slot" name="slot" type="number" min="1" max="500" \
                    inputmode="numeric" placeholder="open">\
                    <label class="visually-hidden" for="voter">Voter key</label>\
                    <input class="input" id="voter" name="voter" type="search" placeholder="Voter key" \
                    autocomplete="off" maxlength="100"></div>
                    """,
                hasFiltersInHead: true,
                tabs: .init(
                    filter: "view", label: "Which votes",
                    tabs: [("flagged", "Flagged"), ("all", "All"), ("voided", "Voided")]),
                selection: "<button class=\"btn btn--danger btn--sm\" type=\"button\" data-void>Void…</button>",
                above: "<div data-review hidden></div>", side: "The round", isSideOfAll: true, stacks: false))
    }
}
