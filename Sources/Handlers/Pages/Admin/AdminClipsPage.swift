internal import HTML

extension PageDeclaration {
    static let adminClips = page(
        .admin, "/admin/clips", title: "Clips to review", description: "Takes that wait for a decision.",
        link: .administration("Clips"), features: ["CLIP-05"], summary: "Takes that wait for a decision."
    ) { $0.site.adminClips(try $0.film()) }
}

extension Site {
    /// The takes that wait for a decision, and those that had one.
    func adminClips(_ film: FilmView?) -> Page {
        Page(
            .adminClips, shell: .desk, styles: ["admin"], modules: ["admin-clips"], icons: [.film, .info],
            film: film,
            main: """
                <div class="admin">
                  <nav class="admin__nav" aria-label="Admin">\
                \(Destination.administration.map { $0.link(current: "/admin/clips") })</nav>
                  <main class="admin__main" id="main" data-clips>
                    <div class="page-head"><div><h1>Clips to review</h1><p data-summary>Loading what waits.</p></div>\
                <div class="field"><label for="search">Title or creator</label>\
                <input class="input" id="search" type="search" autocomplete="off" data-search></div></div>
                    <div class="mod">
                      <div>
                        \(tabs)
                        <div id="clips-panel" role="tabpanel" aria-label="Clips" data-panel aria-busy="true">
                          <table class="table table--clips" data-table><caption class="visually-hidden" data-caption>Pending \
                clips</caption>
                          <thead><tr><th scope="col"><input type="checkbox" aria-label="Select all" data-all></th>\
                <th scope="col"><span class="visually-hidden">Still</span></th><th scope="col">Clip</th>\
                <th scope="col">Genre</th>\
                <th scope="col">Checks</th><th scope="col" class="r" data-when>Waiting</th></tr></thead>
                          <tbody data-rows>\(Array(repeating: placeholderRow, count: 4))</tbody></table>
                          <div data-none hidden></div>
                          <div class="row"><button class="btn" type="button" data-more hidden>Load more</button></div>
                        </div>
                        <div class="bulk" role="toolbar" aria-label="Selected clips" data-bulk hidden>\
                <button class="btn btn--icon btn--ghost" type="button" aria-label="Clear selection" data-clear>\
                \(Icon.close.image)</button>\
                <b class="num" data-selected></b><button class="btn btn--danger btn--sm" type="button" \
                data-reject-all>Reject…</button>\
                <button class="btn btn--primary btn--sm" type="button" data-approve-all>Approve</button></div>
                      </div>
                      <aside class="mod__side stack" aria-label="Chosen clip" data-detail></aside>
                    </div>
                    <p class="without-js">Reviewing needs JavaScript.</p>
                  </main>
                </div>
                \(rejection)
                """)
    }

    private var tabs: HTML {
        let statuses = ["pending": "Pending", "active": "Active", "rejected": "Rejected", "locked": "Locked"]
        let buttons = ["pending", "active", "rejected", "locked"].map { status -> HTML in
            """
            <button type="button" role="tab" id="tab-\(status)" aria-controls="clips-panel" \
            aria-selected="\(status == "pending" ? "true" : "false")" \
            tabindex="\(status == "pending" ? "0" : "-1")" data-status="\(status)">\(statuses[status] ?? status) \
            <span class="num quiet" data-count></span></button>
            """
        }
        return "<div class=\"tabs\" role=\"tablist\" aria-label=\"Status\" data-tabs>\(buttons)</div>"
    }

    private var placeholderRow: HTML {
        """
        <tr aria-hidden="true"><td></td><td><div class="skeleton still"></div></td><td>\
        <div class="skeleton skeleton--line"></div></td>\
        <td></td><td></td><td></td></tr>
        """
    }

    private var rejection: HTML {
        """
        <dialog class="dialog" aria-labelledby="reject-title" data-rejection>\
        <form method="dialog" class="stack" data-rejection-form>
          <h2 id="reject-title">Reject the selected clips</h2>
          <div class="field"><label for="reason-choice">Reason the creators will read</label>\
        <select class="input" id="reason-choice" data-reason-choice>\(reasons)</select></div>
          <div class="field" data-own-reason hidden><label for="reason-text">Your reason</label>\
        <textarea class="input" id="reason-text" maxlength="500" data-reason-text></textarea></div>
          <p class="hint hint--bad" role="alert" data-reason-fault hidden>Say why, so that the creator can do \
        better.</p>
          <div class="dialog__foot"><button class="btn" type="button" data-keep>Keep them</button>\
        <button class="btn btn--danger-solid" type="submit" data-confirm>Reject</button></div>
        </form></dialog>
        """
    }

    /// The reasons at hand; the last one asks for words of one's own.
    var reasons: HTML {
        let texts = [
            "Copy of another take", "Not suitable for everyone", "The rights are not clear", "Not a take for this film",
        ]
        return "\(texts.map { "<option>\($0)</option>" as HTML })<option value=\"\">Another reason…</option>"
    }
}
