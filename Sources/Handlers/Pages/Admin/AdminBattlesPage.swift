internal import HTML

extension PageDeclaration {
    static let adminBattles = page(
        .admin, "/admin/battles", title: "Battles", description: "Blind battles with their evidence.",
        link: .administration("Battles"), features: ["ARENA-08"], summary: "Blind battles with their evidence."
    ) { $0.site.adminBattles() }

    static let adminVideoVotes = page(
        .admin, "/admin/video-votes", title: "Video votes", description: "Votes for videos with their evidence.",
        link: .administration("Video votes"), features: ["ARENA-04"],
        summary: "Votes for videos of comparisons with their evidence."
    ) { $0.site.adminVideoVotes() }
}

extension Site {
    /// Battles with their evidence, and what was taken out of the boards.
    func adminBattles() -> Page {
        oversight(
            .adminBattles, lead: "Battles that look suspicious, and what was taken out of the ratings.",
            module: "admin-battles", name: "battles", tab: "Which battles", voter: "Pseudonym",
            columns: [.init(title: "Battle"), .init(title: "Voter"), .init(title: "Evidence"), .end("Cast")])
    }

    /// Votes for videos with their evidence, and what was taken out of the counts.
    func adminVideoVotes() -> Page {
        oversight(
            .adminVideoVotes,
            lead: "Votes for videos of comparisons that look suspicious, and what was taken out of the counts.",
            module: "admin-video-votes", name: "video-votes", tab: "Which votes", voter: "Voter key",
            columns: [.init(title: "Video"), .init(title: "Voter"), .init(title: "Evidence"), .end("Cast")])
    }

    private func oversight(
        _ declaration: PageDeclaration, lead: String, module: String, name: String, tab: String, voter: String,
        columns: [AdminList.Column]
    ) -> Page {
        adminPage(
            declaration, lead: lead, modules: [module], icons: [.shield, .check], names: "votes",
            list: AdminList(
                caption: declaration.title, name: name, columns: columns,
                filters: """
                    <div class="row"><label class="visually-hidden" for="voter">\(voter)</label>\
                    <input class="input" id="voter" name="voter" type="search" placeholder="\(voter)" \
                    autocomplete="off" maxlength="100"></div>
                    """,
                hasFiltersInHead: true,
                tabs: .init(
                    filter: "view", label: tab,
                    tabs: [("flagged", "Flagged"), ("all", "All"), ("voided", "Voided")]),
                selection: "<button class=\"btn btn--danger btn--sm\" type=\"button\" data-void>Void…</button>",
                side: "Voids", isSideOfAll: true, stacks: false))
    }
}
