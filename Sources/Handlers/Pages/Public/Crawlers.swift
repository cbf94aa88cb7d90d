internal import Film
internal import FoundationEssentials
internal import HTML
internal import HTTP
internal import Text

/// The clips of the sitemap.
struct ListingSource: Sendable {
    /// How many there are.
    let counted: @Sendable () throws -> Int
    /// Those of a share of all ids.
    let ids: @Sendable (IDShare) throws -> [ListedID]
}

extension Pages {
    /// A sitemap may name 50,000 addresses; shares of ids differ a little in size.
    static let sitemapSize = 10_000

    /// What programs read that look for pages.
    var crawlerRoutes: [Route] {
        [
            .get(
                "/robots.txt", access: .any, answers: [200: nil], cache: Self.shared, features: ["WEB-04"],
                summary: "What crawlers may read."
            ) { _ in Response.text(site.robots) },
            .get(
                "/sitemap.xml", access: .any,
                query: [
                    .optional(
                        "part", .string(1...16),
                        "One of the sitemaps that the index names; without it, the index.")
                ],
                answers: [200: nil], cache: Self.shared, features: ["WEB-04"],
                summary: "The pages that search engines may list, as an index of sitemaps."
            ) { context in try sitemap(context.text(query: "part")) },
            .get(
                "/feed.atom", access: .any, answers: [200: nil], cache: Self.shared, features: ["WEB-04"],
                summary: "The winning clips and the comparisons, the latest first, as an Atom feed."
            ) { _ in site.feed(try sources.winners(), try sources.arena.latest()) },
        ]
    }

    private func sitemap(_ part: String?) throws -> Response {
        guard let part else {
            let shares = IDShare.shares(of: try sources.listings.counted(), size: Self.sitemapSize)
            return site.sitemapIndex(
                ["pages", "comparisons"] + shares.map { $0.digits.isEmpty ? "clips" : "clips-" + $0.digits }
                    // Each creator has at least one clip, so that there are no more of them in a share.
                    + shares.map { $0.digits.isEmpty ? "members" : "members-" + $0.digits })
        }
        if part == "pages" { return site.sitemap(try sources.film(), try sources.library()) }
        if part == "comparisons" { return site.sitemap(of: try sources.arena.addresses()) }
        if let digits = part == "members" ? "" : part.hasPrefix("members-") ? String(part.dropFirst(8)) : nil {
            guard let share = IDShare(digits: digits) else { throw Problem.notFound() }
            return site.sitemap(ofMembers: try sources.people.creators(share))
        }
        let digits = part == "clips" ? "" : part.hasPrefix("clips-") ? String(part.dropFirst(6)) : nil
        guard let share = digits.flatMap(IDShare.init) else { throw Problem.notFound() }
        return site.sitemap(of: try sources.listings.ids(share))
    }
}

extension Site {
    /// What crawlers may read: the pages that may be listed, and of the API only such pages. The longer path decides.
    var robots: String {
        // Of a pattern what is before its first parameter.
        let hidden = Pages.declarations.filter { !$0.isListed }.map { page in
            page.path.firstIndex(of: "[").map { String(page.path[..<$0]) } ?? page.path
        }
        let paths = hidden.filter { !$0.hasPrefix("/admin/") } + ["/admin/", "/api/"]
        let listed = Pages.declarations.filter(\.isListed).map(\.path).filter { $0.hasPrefix("/api/") }
        let lines = paths.sorted().map { "Disallow: \($0)" } + listed.map { "Allow: \($0)" }
        return (["User-agent: *"] + lines + ["", "Sitemap: \(url)/sitemap.xml", ""]).joined(separator: "\n")
    }

    /// The addresses of every page that search engines may list, except those of clips. Films of archived seasons are
    /// nowhere else than in the library.
    func sitemap(_ film: FilmView, _ films: [LibraryView]) -> Response {
        let addresses = Pages.declarations.filter(\.isListed).flatMap { $0.addresses(film) } + films.map(\.path)
        return urlset(addresses.map { "<url><loc>\(url)\($0)</loc></url>\n" })
    }

    /// The addresses of clips.
    func sitemap(of clips: [ListedID]) -> Response {
        urlset(
            clips.map { clip -> HTML in
                """
                <url><loc>\(url)/clip/\(clip.id.text)</loc><lastmod>\(Formatting.machine(clip.listedAt))</lastmod></url>

                """
            })
    }

    /// The addresses of members.
    func sitemap(ofMembers names: [String]) -> Response {
        urlset(names.map { "<url><loc>\(url)/u/\($0)</loc></url>\n" })
    }

    /// The addresses of comparisons.
    func sitemap(of comparisons: [(slug: String, changedAt: Date)]) -> Response {
        urlset(
            comparisons.map { comparison -> HTML in
                """
                <url><loc>\(url)/comparisons/\(comparison.slug)</loc>\
                <lastmod>\(Formatting.machine(comparison.changedAt))</lastmod></url>

                """
            })
    }

    /// Where the sitemaps are. They are below the same path, since a sitemap may name only what is below its own folder.
    func sitemapIndex(_ parts: [String]) -> Response {
        let entries = parts.map { "<sitemap><loc>\(url)/sitemap.xml?part=\($0)</loc></sitemap>\n" as HTML }
        return xml(
            """
            <sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
            \(entries)</sitemapindex>
            """, type: "application/xml")
    }

    private func urlset(_ entries: [HTML]) -> Response {
        xml(
            """
            <urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
            \(entries)</urlset>
            """, type: "application/xml")
    }

    /// A document of XML, whose escapes are those of HTML.
    func xml(_ root: HTML, type: String) -> Response {
        let document: HTML = """
            <?xml version="1.0" encoding="UTF-8"?>
            \(root)

            """
        return .content(Array(document.source.utf8), type: "\(type); charset=utf-8")
    }
}
