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
            .adminAudit, lead: "Everything that admins and the operator did, newest first. Entries cannot be changed.",
            modules: ["admin-audit"],
            list: AdminList(
                caption: "Audit log", name: "audit",
                columns: ["When", "Who", "What", "Which", "Change"].map { .init(title: $0) },
                filters: """
                    <div class="field"><label for="text">Contains</label>\
                    <input class="input" id="text" name="text" type="search" autocomplete="off"></div>\
                    <div class="field"><label for="action">Action</label>\
                    <select class="input" id="action" name="action"><option value="">All actions</option></select></div>\
                    <div class="field"><label for="from">From</label>\
                    <input class="input" id="from" name="from" type="date"></div>\
                    <div class="field"><label for="to">To</label>\
                    <input class="input" id="to" name="to" type="date"></div>
                    """))
    }
}
