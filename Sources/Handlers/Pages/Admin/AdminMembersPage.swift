internal import HTML

extension PageDeclaration {
    static let adminUsers = page(
        .admin, "/admin/users", title: "Users", description: "The members of the site.",
        link: .administration("Users"), features: ["ADM-02"], summary: "The members of the site."
    ) { $0.site.adminUsers }
}

extension Site {
    /// The members, and what an admin can do about one.
    var adminUsers: Page {
        adminPage(
            .adminUsers,
            lead: "Find somebody, see how the account stands, ban, rename or hand over the keys.",
            modules: ["admin-users"], icons: [.info, .shield],
            content: """
                <form class="filters" role="search" data-filters>
                  <div class="field"><label for="search">Name or e-mail begins with</label>\
                <input class="input" id="search" name="search" type="search" autocomplete="off" spellcheck="false"></div>
                  <div class="field"><label for="kind">Show</label><select class="input" id="kind" name="kind">\
                <option value="">Everybody</option><option value="admin">Admins</option>\
                <option value="banned">Banned</option><option value="appeal">Appeals</option></select></div>
                  <div class="field"><label for="sort">Sorted by</label><select class="input" id="sort" name="sort">\
                <option value="newest">Newest</option><option value="oldest">Oldest</option>\
                <option value="name">Name</option></select></div>
                </form>
                <div class="mod">
                  <div data-panel aria-busy="true">
                    <table class="table table--members" data-table>\
                <caption class="visually-hidden">Members</caption>
                    <thead><tr><th scope="col">Member</th><th scope="col">Standing</th>\
                <th scope="col" class="r">Clips</th><th scope="col" class="r">Joined</th>\
                <th scope="col" class="r">Last seen</th></tr></thead>
                    <tbody data-rows>\(placeholderRows(5, columns: 5))</tbody></table>
                    <div data-none hidden></div>
                    <div class="row"><button class="btn" type="button" data-more hidden>Load more</button></div>
                  </div>
                  <aside class="mod__side stack" aria-label="Chosen member" data-detail></aside>
                </div>
                """,
            after: """
                <dialog class="dialog" aria-labelledby="change-title" data-dialog>\
                <form method="dialog" class="stack" data-dialog-form novalidate>
                  <h2 id="change-title" data-dialog-title></h2>
                  <p class="muted" data-dialog-text></p>
                  <div class="field" data-name-field hidden><label for="new-name">New name</label>\
                <input class="input" id="new-name" autocomplete="off" spellcheck="false" maxlength="20" data-name>\
                <p class="hint">3 to 20 small letters, digits or underscores. The old name leads here for 90 days.</p>\
                </div>
                  <div class="field"><label for="reason" data-reason-label></label>\
                <textarea class="input" id="reason" maxlength="500" data-reason></textarea></div>
                  <p class="hint hint--bad" role="alert" data-dialog-fault hidden></p>
                  <div class="dialog__foot"><button class="btn" type="button" data-cancel>Cancel</button>\
                <button class="btn" type="submit" data-confirm></button></div>
                </form></dialog>
                """)
    }
}
