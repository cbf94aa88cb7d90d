internal import HTML

extension PageDeclaration {
    static let adminComments = page(
        .admin, "/admin/comments", title: "Comments", description: "What members wrote on takes and comparisons.",
        link: .administration("Comments"), features: ["CMT-02", "ADM-01"], summary: "Comments to look at and decide on."
    ) { $0.site.adminComments }
}

extension Site {
    /// Comments by what admins made of them, the selected one beside them.
    var adminComments: Page {
        adminPage(
            .adminComments, lead: "Loading the comments.", modules: ["admin-comments"],
            icons: [.check, .comment, .flag, .warn],
            list: AdminList(
                caption: "Comments", name: "comments",
                columns: [.init(title: "Comment"), .init(title: "On"), .init(title: "State"), .end("Written")],
                filters: """
                    <div class="field"><label for="search">Text or author</label>\
                    <input class="input" id="search" name="search" type="search" autocomplete="off" maxlength="100"></div>
                    """,
                hasFiltersInHead: true,
                tabs: .init(
                    filter: "state", label: "State",
                    tabs: [
                        ("waiting", "Waiting"), ("new", "New"), ("approved", "Approved"), ("removed", "Removed"),
                        ("all", "All"),
                    ]),
                selection: """
                    <button class="btn btn--sm" type="button" data-decide="flag">Flag</button>\
                    <button class="btn btn--sm btn--danger" type="button" data-decide="reject">Reject…</button>\
                    <button class="btn btn--sm btn--danger" type="button" data-decide="delete">Delete…</button>\
                    <button class="btn btn--primary btn--sm" type="button" data-decide="approve">Approve</button>
                    """,
                side: "Selected comment"))
    }
}
