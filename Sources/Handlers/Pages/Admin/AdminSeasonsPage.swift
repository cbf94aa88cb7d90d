internal import HTML

extension PageDeclaration {
    static let adminSeasons = page(
        .admin, "/admin/seasons", title: "Seasons", description: "The seasons and their films, slot by slot.",
        link: .administration("Seasons"), features: ["ADM-03", "FILM-01", "FILM-10"],
        summary: "The seasons and their films, slot by slot."
    ) { $0.site.adminSeasons(try $0.film()) }
}

extension Site {
    /// The seasons, the film of the chosen one as a strip, and what an admin can do with each of its slots.
    func adminSeasons(_ film: FilmView?) -> Page {
        adminPage(
            .adminSeasons, lead: "Loading the seasons.", modules: ["admin-seasons"],
            icons: [.film, .warn, .check, .prev, .next], names: "seasons", film: film,
            controls: """
                <button class="btn" type="button" data-new>New season…</button>
                """,
            content: """
                <div class="stack" data-panel aria-busy="true">
                  <div data-seasons><div class="skeleton seasons__wait"></div></div>
                  <div data-none hidden></div>
                  <div class="mod" data-season hidden>
                    <section class="stack" aria-labelledby="season-title">
                      <div data-season-head></div>
                      <div data-film hidden></div>
                      <div class="strip" role="toolbar" aria-label="The film, slot by slot" data-strip></div>
                    </section>
                    <aside class="mod__side stack" aria-label="Selected slot" data-detail></aside>
                  </div>
                </div>
                """,
            after: "\(AdminList.sheet("Selected slot", hasSteps: true))\(confirmation)")
    }
}
