internal import HTML

extension PageDeclaration {
    static let adminAudit = page(
        .admin, "/admin/audit", title: "Audit log", description: "What admins and the operator did.",
        link: .administration("Audit"), features: ["ADM-04"], summary: "What admins and the operator did."
    ) { $0.site.adminAudit }
}

extension Site {
    /// What admins and the operator did.
    var adminAudit: Page {
        adminPage(
            .adminAudit,
            lead: "Everything that admins and the operator did, the newest first. Nobody can change it.",
            modules: ["admin-audit"], icons: [.info],
            content: """
                <form class="filters" role="search" data-filters>
                  <div class="field"><label for="text">Contains</label>\
                <input class="input" id="text" name="text" type="search" autocomplete="off"></div>
                  <div class="field"><label for="action">Action</label>\
                <select class="input" id="action" name="action"><option value="">Every action</option></select></div>
                  <div class="field"><label for="from">From</label>\
                <input class="input" id="from" name="from" type="date"></div>
                  <div class="field"><label for="to">To</label>\
                <input class="input" id="to" name="to" type="date"></div>
                </form>
                <div class="row chips" data-chosen hidden></div>
                <div data-panel aria-busy="true">
                  <table class="table table--audit" data-table><caption class="visually-hidden">What was done</caption>
                  <thead><tr><th scope="col">When</th><th scope="col">Who</th><th scope="col">What</th>\
                <th scope="col">Which</th><th scope="col">Change</th></tr></thead>
                  <tbody data-rows>\(placeholderRows(6, columns: 5))</tbody></table>
                  <div data-none hidden></div>
                  <div class="row"><button class="btn" type="button" data-more hidden>Load more</button></div>
                </div>
                """)
    }
}
