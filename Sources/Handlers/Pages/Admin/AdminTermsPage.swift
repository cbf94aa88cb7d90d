internal import HTML

extension PageDeclaration {
    static let adminTerms = page(
        .admin, "/admin/terms", title: "Terms of use", description: "The versions of the terms of use.",
        link: .administration("Terms"), features: ["GEN-08"], summary: "The versions of the terms of use."
    ) { $0.site.adminTerms }
}

extension Site {
    /// The versions of the terms, and publishing a new one.
    var adminTerms: Page {
        adminPage(
            .adminTerms, lead: "Loading the versions.", modules: ["admin-terms"], icons: [.check, .warn],
            list: AdminList(
                caption: "Versions", name: "terms",
                columns: [
                    .init(title: "Version"), .init(title: "What is new"), .init(title: "State"), .end("From"),
                    .end("Accepted by"),
                ],
                above: """
                    <div class="row"><button class="btn btn--primary" type="button" data-new-version disabled>\
                    New version…</button></div>
                    """,
                side: "Selected version"))
    }
}
