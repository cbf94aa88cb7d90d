internal import Film
internal import HTML

extension PageDeclaration {
    static let adminClips = page(
        .admin, "/admin/clips", title: "Clips to review", description: "Takes that wait for a decision.",
        link: .administration("Clips"), features: ["CLIP-05"], summary: "Takes that wait for a decision."
    ) { $0.site.adminClips(try $0.film()) }
}

extension Site {
    /// The clips that wait for a decision, and those that had one.
    func adminClips(_ film: FilmView?) -> Page {
        let genres = ClipGenre.all.map { genre -> HTML in "<option value=\"\(genre)\">\(genre)</option>" }
        return adminPage(
            .adminClips, lead: "Loading the queue.", modules: ["admin-clips"], icons: [.film, .check], film: film,
            list: AdminList(
                caption: "Pending clips", name: "clips",
                columns: [
                    .still("Still"), .init(title: "Clip"), .init(title: "Genre"), .init(title: "Checks"),
                    .end("Waiting", mark: "data-when"),
                ],
                filters: """
                    <div class="field"><label for="search">Title or creator</label>\
                    <input class="input" id="search" name="search" type="search" autocomplete="off"></div>\
                    <div class="field"><label for="genre">Genre</label>\
                    <select class="input" id="genre" name="genre"><option value="">All genres</option>\(genres)</select></div>
                    """,
                hasFiltersInHead: true,
                tabs: .init(
                    filter: "status", label: "Status",
                    tabs: [
                        ("pending", "Pending"), ("active", "Active"), ("rejected", "Rejected"), ("locked", "Locked"),
                    ], hasCounts: true),
                selection: """
                    <button class="btn btn--danger btn--sm" type="button" data-reject-all>Reject…</button>\
                    <button class="btn btn--primary btn--sm" type="button" data-approve-all>Approve</button>
                    """,
                side: "Selected clip", stacks: false))
    }
}
