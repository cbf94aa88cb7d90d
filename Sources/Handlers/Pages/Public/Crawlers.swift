internal import HTML
internal import HTTP

extension Site {
    /// What crawlers may read: the pages that may be listed, and of the API only such pages. The longer path decides.
    var robots: String {
        let hidden = Pages.declarations.filter { !$0.isListed }.map(\.path)
        let paths = hidden.filter { !$0.hasPrefix("/admin/") } + ["/admin/", "/api/"]
        let listed = Pages.declarations.filter(\.isListed).map(\.path).filter { $0.hasPrefix("/api/") }
        let lines = paths.sorted().map { "Disallow: \($0)" } + listed.map { "Allow: \($0)" }
        return (["User-agent: *"] + lines + ["", "Sitemap: \(url)/sitemap.xml", ""]).joined(separator: "\n")
    }

    /// The addresses of every page that search engines may list.
    func sitemap(_ film: FilmView) -> Response {
        let addresses = Pages.declarations.filter(\.isListed).flatMap { $0.addresses(film) }
        let entries = addresses.map { address -> HTML in "<url><loc>\(url)\(address)</loc></url>\n" }
        let document: HTML = """
            <?xml version="1.0" encoding="UTF-8"?>
            <urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
            \(entries)</urlset>

            """
        return .content(Array(document.source.utf8), type: "application/xml; charset=utf-8")
    }
}
