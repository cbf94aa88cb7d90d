internal import HTML

extension PageDeclaration {
    static let adminJobs = page(
        .admin, "/admin/jobs", title: "Jobs", description: "What the site is working on, and what failed.",
        link: .administration("Jobs"), features: ["ARENA-06", "GEN-16", "JOB-05"],
        summary: "The queue: what waits, runs and failed, and what to do about it."
    ) { $0.site.adminJobs }
}

extension Site {
    /// The queue as it is, with everything that an admin may do about a job.
    var adminJobs: Page {
        let list = AdminList(
            caption: "Jobs, newest first", name: "jobs",
            columns: [
                .init(title: "Id"), .init(title: "Job"), .init(title: "For"), .init(title: "State"), .end("Time"),
                .still("Action"),
            ],
            filters: """
                <div class="field"><label for="state">State</label><select class="input" id="state" name="state">\
                <option value="">All</option>\(Self.jobStates.map { state, title -> HTML in "<option value=\"\(state)\">\(title)</option>" })\
                </select></div>\
                <div class="field"><label for="kind">Kind</label><select class="input" id="kind" name="kind" data-kinds>\
                <option value="">All</option></select></div>\
                <div class="field"><label for="provider">Provider</label>\
                <select class="input" id="provider" name="provider" data-provider-names><option value="">All</option></select></div>
                """,
            tabs: .init(
                filter: "group", label: "What the jobs are for",
                tabs: [
                    ("work", "Work"), ("generation", "Generation"), ("media", "Media"), ("mail", "Mail"),
                    ("upkeep", "Upkeep"),
                ]),
            selection: """
                <button class="btn btn--sm" type="button" data-act="first">Run first</button>\
                <button class="btn btn--sm" type="button" data-act="last">Run last</button>\
                <button class="btn btn--sm" type="button" data-act="cancel">Cancel jobs</button>\
                <button class="btn btn--primary btn--sm" type="button" data-act="redrive">Retry jobs</button>
                """,
            figures: "<dl class=\"stats\">\(Self.jobFigures.map { figure($0, $1) })</dl>",
            above: """
                <div class="note note--warn" data-paused hidden>\(Icon.pause.image)<div class="stack stack--tight" data-paused-lanes></div></div>
                """,
            below: """
                <div class="lanes">
                  <section class="panel" aria-labelledby="queues-title"><div class="row"><h2 id="queues-title">Queues</h2>\
                <span class="grow"></span><button class="btn btn--sm" type="button" data-pause disabled>\(Icon.pause.small)\
                Pause…</button></div><dl class="facts" data-queues></dl></section>
                  <section class="panel" aria-labelledby="providers-title"><div class="row"><h2 id="providers-title">Providers</h2>\
                <span class="grow"></span><a class="link" href="/admin/providers">All providers</a></div>\
                <ul class="stack" data-providers></ul></section>
                </div>
                """,
            side: "Selected job")
        return adminPage(
            .adminJobs, lead: "Loading the jobs.", modules: ["admin-jobs"],
            icons: [.check, .warn, .pause], names: "queue", list: list,
            controls: """
                <div class="row"><span class="onair" data-state="soon" data-light role="status"><span class="dot"></span>\
                <span data-light-text>Connecting</span></span>\
                <label class="check"><input type="checkbox" data-live checked><span>Live updates</span></label>\
                <button class="btn btn--sm" type="button" data-refresh>Refresh</button></div>
                """)
    }

    private static let jobStates = [
        ("queued", "Waiting"), ("running", "Running"), ("uncertain", "Uncertain"), ("failed", "Failed"),
        ("completed", "Done"), ("cancelled", "Cancelled"),
    ]

    private static let jobFigures = [
        ("queued", "Waiting"), ("running", "Running"), ("uncertain", "Uncertain"), ("failed", "Failed, 24 h"),
        ("completed", "Done, 24 h"),
    ]

    private func figure(_ state: String, _ title: String) -> HTML {
        """
        <div class="stat"><dt class="label">\(title)</dt><dd><b data-figure="\(state)">–</b></dd></div>
        """
    }
}
