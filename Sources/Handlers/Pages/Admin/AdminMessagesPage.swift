internal import HTML

extension PageDeclaration {
    static let adminMessages = page(
        .admin, "/admin/messages", title: "Messages", description: "What visitors wrote to the site.",
        link: .administration("Messages"), features: ["OPS-08"], summary: "What visitors wrote to the site."
    ) { $0.site.adminMessages }
}

extension Site {
    /// What visitors wrote, and what was done with each message.
    var adminMessages: Page {
        adminPage(
            .adminMessages, lead: "Loading the messages.", modules: ["admin-messages"], icons: [.check, .comment],
            list: AdminList(
                caption: "Messages", name: "messages",
                columns: [
                    .init(title: "From"), .init(title: "Message"), .init(title: "State"), .end("Received"),
                ],
                filters: """
                    <div class="field"><label for="search">Name, address, subject or text</label>\
                    <input class="input" id="search" name="search" type="search" autocomplete="off" maxlength="100"></div>
                    """,
                hasFiltersInHead: true,
                tabs: .init(
                    filter: "state", label: "State",
                    tabs: [("new", "New"), ("answered", "Answered"), ("archived", "Archived"), ("all", "All")],
                    hasCounts: true),
                selection: """
                    <button class="btn btn--sm" type="button" data-mark="new">Mark as new</button>\
                    <button class="btn btn--sm" type="button" data-mark="archived">Archive</button>\
                    <button class="btn btn--primary btn--sm" type="button" data-mark="answered">Mark as answered</button>
                    """,
                side: "Selected message"))
    }
}
