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
            .adminUsers, lead: "Find a member, see the state of the account, ban, rename or change the role.",
            modules: ["admin-users"], icons: [.person, .shield],
            list: AdminList(
                caption: "Members", name: "members",
                columns: [
                    .init(title: "Member", orders: ["name"]), .init(title: "Status"), .end("Clips"),
                    .end("Joined", orders: ["newest", "oldest"]), .end("Last seen"),
                ],
                filters: """
                    <div class="field"><label for="search">Name or e-mail begins with</label>\
                    <input class="input" id="search" name="search" type="search" autocomplete="off" spellcheck="false">\
                    </div>\
                    <div class="field"><label for="kind">Show</label><select class="input" id="kind" name="kind">\
                    <option value="">Everyone</option><option value="admin">Admins</option>\
                    <option value="banned">Banned</option><option value="appeal">Appeals</option></select></div>\
                    <div class="field"><label for="sort">Sort by</label><select class="input" id="sort" name="sort">\
                    <option value="newest">Newest</option><option value="oldest">Oldest</option>\
                    <option value="name">Name</option></select></div>
                    """,
                side: "Selected member"))
    }
}
