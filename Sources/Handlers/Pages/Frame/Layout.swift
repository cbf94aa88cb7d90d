internal import HTML

extension Site {
    /// The whole document.
    func document(_ page: Page) -> String {
        let body: HTML =
            switch page.shell {
            case .bare: page.main
            case .stage: "\(topbar(page, isWideOnly: true))\(page.main)\(tabbar(page, isTheatre: true))"
            case .desk: "\(topbar(page, isWideOnly: false, hasTabbar: false))\(page.main)"
            case .standard: "\(topbar(page, isWideOnly: false))\(page.main)\(foot)\(tabbar(page, isTheatre: false))"
            }
        let hasTabbar = page.shell == .standard || page.shell == .stage
        let document: HTML = """
            <!doctype html>
            <html lang="en" data-theme="dark"\(ahead(page))>
            \(head(page))
            <body\(HTML.when(hasTabbar, " class=\"has-tabbar\""))>
            \(sprite(page.icons))
            <a class="skip" href="#main">Skip to content</a>
            \(body)
            \(accountMenu)
            <div class="toasts" data-toasts></div>
            <p class="visually-hidden" aria-live="polite" data-announcer></p>
            </body>
            </html>

            """
        return document.source
    }

    private func head(_ page: Page) -> HTML {
        let styles = ["site"] + page.styles
        return """
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">
            <title>\(page.title) · \(name)</title>
            <meta name="description" content="\(page.description)">
            \(HTML.when(!page.isIndexed, "<meta name=\"robots\" content=\"noindex\">"))
            <link rel="canonical" href="\(url)\(page.path)">
            \(card(page))
            <meta name="theme-color" content="#07080b">
            \(iconLinks)
            <link rel="preload" href="\(assets.url("fonts/inter-basic.woff2"))" as="font" type="font/woff2" crossorigin>
            \(page.firstPicture.map { "<link rel=\"preload\" href=\"\($0)\" as=\"image\" fetchpriority=\"high\">" as HTML })
            <script src="\(assets.url("js/first.js"))"></script>
            \(styles.map { "<link rel=\"stylesheet\" href=\"\(assets.url("css/\($0).css"))\">" as HTML })
            \(brandStyle)
            \((page.modules.isEmpty ? ["site"] : page.modules).map(module))
            </head>
            """
    }

    private func ahead(_ page: Page) -> HTML {
        HTML.when(!page.ahead.isEmpty, " data-ahead=\"\(page.ahead.joined(separator: " "))\"")
    }

    private func module(_ name: String) -> HTML {
        "<script type=\"module\" src=\"\(assets.url("js/\(name).js"))\"></script>"
    }

    /// The drawings that this page uses, once; `use` elements refer to them.
    private func sprite(_ icons: [Icon]) -> HTML {
        let shared = Set([Icon.bell, .check, .close, .person, .warn, .watch] + Destination.main.map(\.icon))
        let used = Icon.allCases.filter { shared.contains($0) || icons.contains($0) }
        return """
            <svg width="0" height="0" aria-hidden="true" focusable="false" class="visually-hidden"><defs>\
            <linearGradient id="dailies-beam" x1="14" y1="2" x2="27" y2="30" gradientUnits="userSpaceOnUse">\
            <stop stop-color="#3cf2ff"/><stop offset=".58" stop-color="#a020f0"/>\
            <stop offset="1" stop-color="#ff00c7"/>\
            </linearGradient></defs>\(used.map(\.symbol))\(Logo.symbol)</svg>
            """
    }

    /// The foot of a page, below the question about storage.
    var foot: HTML {
        """
        \(cookieNotice)<footer class="foot"><span>\(name)</span>\(sponsorLinks)<span class="grow"></span>\
        \(Destination.foot.map { $0.link(current: "") })</footer>
        """
    }
}
