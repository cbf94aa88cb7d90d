internal import HTML

extension PageDeclaration {
    static let adminWebhooks = page(
        .admin, "/admin/webhooks", title: "Webhooks", description: "Other systems that are notified of events.",
        link: .administration("Webhooks"), features: ["RT-02"],
        summary: "Other systems that are notified of events, and every delivery."
    ) { $0.site.adminWebhooks }
}

extension Site {
    /// The webhooks, how their targets are, and what was sent to them.
    var adminWebhooks: Page {
        adminPage(
            .adminWebhooks, lead: "Loading the webhooks.", modules: ["admin-webhooks"],
            icons: [.check, .warn, .pause, .share], names: "hooks",
            list: AdminList(
                caption: "Webhooks", name: "webhooks",
                columns: [
                    .init(title: "Webhook"), .init(title: "Events"), .init(title: "State"), .end("Delivered"),
                    .end("Failed"),
                ],
                above: """
                    <div class="row"><button class="btn btn--primary" type="button" data-new-webhook disabled>\
                    New webhook…</button></div>
                    """,
                side: "Selected webhook"))
    }
}
