internal import HTML

extension PageDeclaration {
    static let adminFlags = page(
        .admin, "/admin/flags", title: "Feature flags", description: "Features to turn on and off.",
        link: .administration("Flags"), features: ["FLAG-01"], summary: "Features to turn on and off."
    ) { $0.site.adminFlags }
}

extension Site {
    /// Every feature flag.
    var adminFlags: Page {
        adminPage(
            .adminFlags,
            lead: "A switch takes effect everywhere within a second, without a restart.",
            modules: ["admin-flags"], icons: [.info],
            content: """
                <div class="stack flags" data-panel data-flags aria-busy="true">\
                <div class="skeleton flags__wait"></div><div class="skeleton flags__wait"></div></div>
                """)
    }
}
