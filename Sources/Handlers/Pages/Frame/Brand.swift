internal import Crypto
internal import FoundationEssentials
internal import HTML
internal import HTTP
internal import Text

/// What the operator has put in place of the shipped looks.
public struct Brand: Sendable {
    /// A file of the operator's.
    public struct Picture: Sendable {
        let bytes: [UInt8]
        let type: String
        /// Changes with the content, so that browsers may keep the picture.
        let version: String

        /// A file cannot be used as a picture.
        public struct Unusable: Error, CustomStringConvertible {
            /// What is wrong with it.
            public let description: String
        }

        /// Reads a file; `types` are the names at which it may end.
        public init(_ path: String, named setting: String, types: [String: String]) throws {
            let suffix = path.split(separator: ".").last.map { $0.lowercased() } ?? ""
            guard let type = types[suffix] else {
                throw Unusable(
                    description:
                        "\(setting): \(path) must end with \(types.keys.sorted().map { ".\($0)" }.joined(separator: ", "))"
                )
            }
            guard let data = try? Data(contentsOf: URL(filePath: path)), !data.isEmpty, data.count <= 1 << 20 else {
                throw Unusable(description: "\(setting): \(path) cannot be read, is empty, or is larger than 1 MiB")
            }
            bytes = Array(data)
            self.type = type
            version = Text.hex(SHA256.hash(bytes).prefix(6))
        }

        /// What logos may be.
        public static let logoTypes = ["svg": "image/svg+xml", "png": "image/png", "webp": "image/webp"]
        /// What icons may be.
        public static let iconTypes = ["png": "image/png"]
    }

    let logo: Picture?
    let icon: Picture?
    /// The rules of a style sheet; empty where nothing differs.
    let style: String
    let sponsors: [(name: String, url: String)]

    /// Looks by their parts. An accent is a colour and what is legible on it, for the dark and for the light theme.
    public init(
        logo: Picture? = nil, icon: Picture? = nil, dark: (accent: String, ink: String)? = nil,
        light: (accent: String, ink: String)? = nil, sponsors: [(name: String, url: String)] = []
    ) {
        self.logo = logo
        self.icon = icon
        self.sponsors = sponsors
        guard dark != nil || light != nil else {
            style = ""
            return
        }
        let (dark, light) = (dark ?? ("#3cf2ff", "#00181b"), light ?? ("#006a75", "#ffffff"))
        // Only what design allows an operator to change.
        style = """
            :root { --accent: light-dark(\(light.accent), \(dark.accent)); --on-accent: light-dark(\(light.ink), \(dark.ink)); \
            --accent-soft: color-mix(in srgb, var(--accent) 12%, transparent); \
            --glow: 0 0 0 1px color-mix(in srgb, var(--accent) 50%, transparent), \
            0 0 24px color-mix(in srgb, var(--accent) 30%, transparent); }

            """
    }

    /// Changes with the style sheet.
    var styleVersion: String { Text.hex(SHA256.hash(style).prefix(6)) }
}

extension Site {
    private static let shippedName = "Dailies"

    /// The logo, or the mark and the name, leading home.
    var brandLink: HTML {
        if let logo = brand.logo {
            return """
                <a class="brand" href="/"><img class="brand__logo" src="/brand/logo?v=\(logo.version)" alt="\(name)"></a>
                """
        }
        // The shipped logo holds its name as a drawing.
        guard name == Self.shippedName else {
            return """
                <a class="brand" href="/"><svg viewBox="0 0 32 32" aria-hidden="true"><use href="#logo"/></svg>\
                <span class="brand__name">\(name)</span></a>
                """
        }
        return """
            <a class="brand" href="/"><svg viewBox="0 0 114 32" role="img" aria-label="\(name)"><use href="#logo"/></svg>\
            </a>
            """
    }

    /// The style sheet of the operator, after those of the site.
    var brandStyle: HTML {
        brand.style.isEmpty ? .empty : "<link rel=\"stylesheet\" href=\"/brand.css?v=\(brand.styleVersion)\">"
    }

    /// The address of the icon in PNG.
    func iconURL(_ pixels: Int) -> String {
        brand.icon.map { "/brand/icon?v=\($0.version)" } ?? assets.url("icons/app-\(pixels).png")
    }

    /// Icons in the head.
    var iconLinks: HTML {
        let own = brand.icon.map { "/brand/icon?v=\($0.version)" }
        return """
            <link rel="icon" href="\(own ?? assets.url("icons/mark.svg"))" type="\(own == nil ? "image/svg+xml" : "image/png")">
            <link rel="apple-touch-icon" href="\(iconURL(192))">
            <link rel="manifest" href="/manifest.webmanifest">
            """
    }

    /// Who is named at the foot.
    var sponsorLinks: HTML? {
        guard !brand.sponsors.isEmpty else { return nil }
        let links = brand.sponsors.map { sponsor -> HTML in
            "<a href=\"\(sponsor.url)\" rel=\"sponsored noopener\">\(sponsor.name)</a>"
        }
        return "<span class=\"foot__sponsors\">Supported by \(links)</span>"
    }

    /// What phones and computers read when they install the site.
    var manifest: JSONValue {
        var icons: [JSONValue] = [
            ["src": .string(iconURL(192)), "type": "image/png", "sizes": "192x192", "purpose": "any maskable"],
            ["src": .string(iconURL(512)), "type": "image/png", "sizes": "512x512", "purpose": "any maskable"],
        ]
        if brand.icon == nil {
            icons.insert(
                [
                    "src": .string(assets.url("icons/app.svg")), "type": "image/svg+xml", "sizes": "any",
                    "purpose": "any",
                ], at: 0)
        }
        return [
            "name": .string(name), "short_name": .string(name),
            "description": "A film made eight seconds at a time. Everyone votes; the best take is cut in.",
            "lang": "en", "id": "/", "start_url": "/dashboard", "scope": "/", "display": "standalone",
            "orientation": "any",
            "background_color": "#07080b", "theme_color": "#07080b", "categories": ["entertainment", "video"],
            "icons": .array(icons),
            "shortcuts": [
                ["name": "Vote", "url": "/dashboard"], ["name": "Watch the film", "url": "/story"],
                ["name": "Send in a take", "url": "/upload"],
            ],
        ]
    }
}

extension Pages {
    /// What the operator has put in place of the shipped looks. The addresses in pages change with the content.
    var brandRoutes: [Route] {
        let kept = CachePolicy.publicCache(seconds: 86_400, stale: 86_400)
        let version = [QueryParameter.optional("v", .string(0...32), "Changes with the content.")]
        return [
            .get(
                "/manifest.webmanifest", access: .any, answers: [200: nil], cache: Self.shared,
                features: ["WEB-03", "OPS-11"],
                summary: "The manifest with which the site is installed."
            ) { [site] _ in Response.content(site.manifest.bytes, type: "application/manifest+json") },
            .get(
                "/brand.css", access: .any, query: version, answers: [200: nil], cache: kept, features: ["OPS-11"],
                summary: "The operator's colours."
            ) { [site] _ in Response.content(Array(site.brand.style.utf8), type: "text/css; charset=utf-8") },
            .get(
                "/brand/logo", access: .any, query: version, answers: [200: nil], cache: kept, features: ["OPS-11"],
                summary: "The operator's logo."
            ) { [site] _ in try Self.picture(site.brand.logo) },
            .get(
                "/brand/icon", access: .any, query: version, answers: [200: nil], cache: kept, features: ["OPS-11"],
                summary: "The operator's icon."
            ) { [site] _ in try Self.picture(site.brand.icon) },
        ]
    }

    private static func picture(_ picture: Brand.Picture?) throws -> Response {
        guard let picture else { throw Problem.notFound() }
        return Response.content(picture.bytes, type: picture.type)
    }
}
