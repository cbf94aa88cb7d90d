internal import HTML

extension Site {
    /// A page of the administration: its column of places, its head, and its content.
    func adminPage(
        _ declaration: PageDeclaration, lead: String, modules: [String], icons: [Icon],
        controls: HTML = "", content: HTML, after: HTML = ""
    ) -> Page {
        Page(
            declaration, shell: .desk, styles: ["admin"],
            modules: modules, icons: icons,
            main: """
                <div class="admin">
                  <nav class="admin__nav" aria-label="Admin">\
                \(Destination.administration.map { $0.link(current: declaration.path) })</nav>
                  <main class="admin__main" id="main">
                    <div class="page-head"><div><h1>\(declaration.title)</h1><p data-summary>\(lead)</p></div>\(controls)</div>
                    \(content)
                    <p class="without-js">This page needs JavaScript.</p>
                  </main>
                </div>
                \(after)
                """)
    }

    /// Rows that stand where the first answer will.
    func placeholderRows(_ count: Int, columns: Int) -> HTML {
        let cells = Array(repeating: "<td><div class=\"skeleton skeleton--line\"></div></td>" as HTML, count: columns)
        let row: HTML = "<tr aria-hidden=\"true\">\(cells)</tr>"
        return "\(Array(repeating: row, count: count))"
    }
}
