internal import HTML
internal import HTTP

extension PageDeclaration {
    static let adminPlans = page(
        .admin, "/admin/plans", title: "Plans", description: "Comparisons that are made later.",
        link: .administration("Plans"), features: ["ARENA-10"],
        summary: "Comparisons that are made later: the import of files, and what waits to be made."
    ) { $0.site.adminPlans }
}

extension Site {
    /// The list of plans, above it the import of a file. The module reads the file, shows what would become of each line, and asks.
    var adminPlans: Page {
        adminPage(
            .adminPlans, lead: "Loading the plans.", styles: ["comparing"], modules: ["admin-plans"],
            icons: [.check, .film, .upload, .warn],
            list: AdminList(
                caption: "Plans, newest first", name: "plans",
                columns: [
                    .init(title: "Comparison"), .init(title: "State"), .end("Line"), .end("Due"),
                ],
                tabs: .init(
                    filter: "state", label: "Which plans",
                    tabs: [
                        ("all", "All"), ("waiting", "Waiting"), ("made", "Made"), ("failed", "Failed"),
                        ("cancelled", "Cancelled"),
                    ], hasCounts: true),
                selection: """
                    <button class="btn btn--sm" type="button" data-plan-act="retry">Try again</button>\
                    <button class="btn btn--danger btn--sm" type="button" data-plan-act="cancel">Cancel the plans</button>
                    """,
                above: "\(importPanel)\(templatePanel)"),
            controls: "<a class=\"btn\" href=\"/admin/generate\">New comparison</a>")
    }

    private var templatePanel: HTML {
        """
        <section class="panel stack stack--tight import" aria-labelledby="templates"><h2 id="templates">Templates and schedules</h2>
          <p class="quiet">A template is a prompt with models. A schedule plans a comparison of it every so many hours.</p>
          <div data-templates aria-live="polite"><div class="skeleton skeleton--line"></div></div>
        </section>
        """
    }

    private var importPanel: HTML {
        """
        <section class="panel stack stack--tight import" aria-labelledby="import"><h2 id="import">Import a CSV file</h2>
          <p class="quiet">Each line becomes a comparison. You see what would become of every line before anything is planned. \
        Columns: <code>title</code>, <code>prompt</code>, <code>models</code> (slugs divided by <code>|</code>), and if you like \
        <code>type</code>, <code>description</code>, <code>negative_prompt</code>, <code>image_id</code>, <code>duration</code>, \
        <code>quality</code>, <code>aspect_ratio</code>, <code>seed</code>, <code>tags</code>, <code>public</code>, \
        <code>featured</code>, <code>make_at</code>.</p>
          <label class="drop"><input class="visually-hidden" type="file" accept=".csv,text/csv" data-file>\
        <span data-drop-text>\(Icon.upload.image) Choose a file, or drop one here</span></label>
          <p class="hint">UTF-8, at most 10,000 lines and 1 MB.</p>
          <p class="hint hint--bad" role="alert" data-import-fault hidden></p>
          <div class="stack stack--tight" data-import-result hidden></div>
        </section>
        """
    }
}
