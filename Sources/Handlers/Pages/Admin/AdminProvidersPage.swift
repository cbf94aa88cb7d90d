internal import HTML

extension PageDeclaration {
    static let adminProviders = page(
        .admin, "/admin/providers", title: "Providers", description: "The services that run the models.",
        link: .administration("Providers"), features: ["CAT-06", "GEN-15", "GEN-16", "GPU-01"],
        summary: "The providers: what they lack, how they are, and what they and members are allowed."
    ) { $0.site.adminProviders }
}

extension Site {
    /// The providers, whether each can be used and works, and what each is allowed.
    var adminProviders: Page {
        adminPage(
            .adminProviders, lead: "Loading the providers.", modules: ["admin-providers"],
            icons: [.info, .check, .warn],
            list: AdminList(
                caption: "Providers", name: "providers",
                columns: [
                    .init(title: "Provider"), .init(title: "State"), .end("Calls, 5 min"), .end("Under way"),
                    .end("Spent this month"), .end("Active models"),
                ],
                above: """
                    <section class="panel row row--apart" aria-labelledby="caps"><div><h2 id="caps">Members’ caps</h2>\
                    <p class="quiet" data-caps>Loading.</p>\
                    <p class="quiet">The cap of one member is set under <a class="link" href="/admin/users">Users</a>.</p></div>\
                    <button class="btn" type="button" data-cap-all disabled>Change the cap of all…</button></section>
                    """,
                side: "Selected provider"))
    }
}
