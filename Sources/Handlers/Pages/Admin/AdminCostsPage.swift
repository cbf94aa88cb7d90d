internal import HTML

extension PageDeclaration {
    static let adminCosts = page(
        .admin, "/admin/costs", title: "Costs", description: "What runs of models cost this site.",
        link: .administration("Costs"), features: ["CAT-11", "PRICE-04"],
        summary: "What runs cost, by provider, model, member and month, and the cost of each run."
    ) { $0.site.adminCosts }
}

extension Site {
    /// The sums as figures and bars, and the table beneath them. The last tab lists the runs, whose costs can be entered.
    var adminCosts: Page {
        adminPage(
            .adminCosts, lead: "Loading the costs.", modules: ["admin-costs"], icons: [.info, .warn, .download],
            list: AdminList(
                caption: "Costs", name: "costs",
                columns: [
                    .init(title: "Provider", mark: "data-group-title"), .end("Spent"), .end("Runs"), .end("Failed"),
                    .end("A second"), .end("A vote"), .end("A slot won"),
                ],
                filters: """
                    <div class="field"><label for="from">From</label>\
                    <input class="input" id="from" name="from" type="month" pattern="[0-9]{4}-[0-9]{2}" placeholder="2026-01"></div>\
                    <div class="field"><label for="to">Up to and with</label>\
                    <input class="input" id="to" name="to" type="month" pattern="[0-9]{4}-[0-9]{2}" placeholder="2026-12"></div>
                    """,
                tabs: .init(
                    filter: "by", label: "Costs by",
                    tabs: [
                        ("provider", "Provider"), ("model", "Model"), ("member", "Member"), ("month", "Month"),
                        ("runs", "Runs"),
                    ]),
                above: """
                    <dl class="stats" data-total hidden></dl>\
                    <section class="panel stack stack--tight" aria-labelledby="spent" data-chart hidden>\
                    <div class="row row--apart"><h2 id="spent">Spent</h2>\
                    <a class="btn" href="/api/admin/costs/export" download="costs.csv" data-csv>\(Icon.download.image)CSV</a></div>\
                    <div class="bars" data-bars></div></section>\
                    <details class="panel" data-cheaper hidden><summary class="link">Cheaper models</summary>\
                    <div class="stack stack--tight"><p class="quiet">Models that make the same for less and are rated no worse. \
                    “Not rated” means that one of the two has no tier yet.</p><dl class="facts" data-cheaper-list></dl></div></details>
                    """))
    }
}
