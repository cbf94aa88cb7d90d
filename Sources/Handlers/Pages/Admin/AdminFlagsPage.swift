internal import HTML

extension Site {
    /// Every feature flag.
    var adminFlags: Page {
        adminPage(
            "Feature flags", path: "/admin/flags", description: "Features to turn on and off.",
            lead: "A switch takes effect everywhere within a second, without a restart.",
            modules: ["admin-flags"], icons: [.info],
            content: """
                <div class="stack flags" data-panel data-flags aria-busy="true">\
                <div class="skeleton flags__wait"></div><div class="skeleton flags__wait"></div></div>
                """)
    }
}
