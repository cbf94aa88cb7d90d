internal import HTML
internal import HTTP

extension PageDeclaration {
    static let adminComparisons = page(
        .admin, "/admin/comparisons", title: "Comparisons", description: "Every comparison, public or not.",
        link: .administration("Comparisons"), features: ["ARENA-03", "ARENA-10"],
        summary: "Every comparison: search, filters, and changes of many at once."
    ) { $0.site.adminComparisons }

    static let adminComparison = page(
        .admin, "/admin/comparisons/[id]", title: "Comparison", description: "A comparison and its videos.",
        features: ["ARENA-01", "ARENA-03"], summary: "A comparison: progress, retry, further models, changes."
    ) { visit in
        _ = try visit.context.uuid("id")
        return visit.site.adminComparison
    }

    static let adminTags = page(
        .admin, "/admin/tags", title: "Tags", description: "The tags of comparisons.",
        link: .administration("Tags"), features: ["ARENA-03"], summary: "Tags: add, rename, merge and delete."
    ) { $0.site.adminTags }
}

extension Site {
    /// The list, with what can be done to many comparisons at once.
    var adminComparisons: Page {
        adminPage(
            .adminComparisons, lead: "Loading the comparisons.", styles: ["comparing"], modules: ["admin-comparisons"],
            icons: [.film],
            list: AdminList(
                caption: "Comparisons, newest first", name: "comparisons",
                columns: [
                    .still("Still"), .init(title: "Comparison"), .init(title: "State"), .end("Videos"), .end("Votes"),
                    .end("Made"),
                ],
                filters: """
                    <div class="field"><label for="search">Title, prompt or description</label>\
                    <input class="input" id="search" name="search" type="search" autocomplete="off"></div>\
                    <div class="field"><label for="type">Type</label><select class="input" id="type" name="type">\
                    <option value="">All</option><option value="text-to-video">Text to video</option>\
                    <option value="image-to-video">Image to video</option></select></div>
                    """,
                tabs: .init(
                    filter: "visibility", label: "Which comparisons",
                    tabs: [
                        ("all", "All"), ("public", "Public"), ("private", "Private"), ("featured", "Featured"),
                        ("archived", "Archived"),
                    ]),
                selection: """
                    <button class="btn btn--sm" type="button" data-bulk-act="publish">Publish</button>\
                    <button class="btn btn--sm" type="button" data-bulk-act="unpublish">Unpublish</button>\
                    <button class="btn btn--sm" type="button" data-bulk-act="feature">Feature</button>\
                    <button class="btn btn--sm" type="button" data-bulk-act="unfeature">Unfeature</button>\
                    <button class="btn btn--sm" type="button" data-bulk-act="rotate">Take turns</button>\
                    <button class="btn btn--sm" type="button" data-bulk-act="unrotate">End turns</button>\
                    <button class="btn btn--sm" type="button" data-bulk-act="archive">Archive</button>\
                    <button class="btn btn--sm" type="button" data-bulk-act="restore">Restore</button>\
                    <button class="btn btn--danger btn--sm" type="button" data-bulk-act="delete">Delete…</button>
                    """),
            controls: "<a class=\"btn btn--primary\" href=\"/admin/generate\">New comparison</a>")
    }

    /// One comparison. The module reads it and follows its videos.
    var adminComparison: Page {
        adminPage(
            .adminComparison, lead: "Loading the comparison.", styles: ["comparing"], modules: ["admin-comparison"],
            icons: [.check, .film, .loop, .warn],
            controls: """
                <div class="row"><span class="onair" data-state="soon" data-light role="status"><span class="dot"></span>\
                <span data-light-text>Connecting</span></span><a class="btn" href="/admin/upload" data-bring-along>Upload a video</a>\
                <a class="btn" href="/admin/comparisons">All comparisons</a></div>
                """,
            content: """
                <div class="compared" data-comparison aria-busy="true"><div class="skeleton skeleton--line"></div>\
                <div class="skeleton skeleton--line"></div></div>
                """, after: confirmation)
    }

    /// Every tag with what can be done to it.
    var adminTags: Page {
        adminPage(
            .adminTags, lead: "Loading the tags.", modules: ["admin-tags"], icons: [.check, .warn],
            controls: "<button class=\"btn btn--primary\" type=\"button\" data-add-tag>Add a tag…</button>",
            content: """
                <table class="table table--stack" data-table hidden><caption class="visually-hidden">Tags</caption>\
                <thead><tr><th scope="col">Tag</th><th scope="col" class="r">Public comparisons</th>\
                <th scope="col" class="r">All comparisons</th><th scope="col"><span class="visually-hidden">Actions</span></th></tr></thead>\
                <tbody data-rows></tbody></table><div data-none hidden></div>
                """, after: confirmation)
    }
}
