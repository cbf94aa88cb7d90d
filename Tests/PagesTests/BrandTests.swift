import FoundationEssentials
import Testing

@testable import HTTP
@testable import PagesHandlers

/// What pages show under another name and other looks.
@Suite("The operator's name and looks")
struct BrandTests {
    private func site(_ brand: Brand = Brand()) throws -> Site {
        Site(name: "Kino Größe", url: "https://kino.example", assets: try Fixtures.site().assets, brand: brand)
    }

    private func file(_ name: String, _ text: String) throws -> String {
        let path = FileManager.default.temporaryDirectory.path + "/\(UUID().uuidString)-\(name)"
        try Data(text.utf8).write(to: URL(filePath: path))
        return path
    }

    @Test("OPS-11 no page of a site of another name says the shipped one")
    func name() throws {
        let site = try site()
        for (title, document) in try PagesTests().documents(of: site) {
            #expect(!document.contains("Dailies"), "\(title)")
            #expect(document.contains("Kino Größe"), "\(title)")
        }
        #expect(!site.manifest.description.contains("Dailies"))
        #expect(site.manifest["name"]?.text == "Kino Größe")
        for name in ["429", "503", "refused", "offline"] {
            #expect(
                !(try String(contentsOfFile: "web/errors/\(name).html", encoding: .utf8)).contains("Dailies"), "\(name)"
            )
        }
    }

    @Test("OPS-11 logo, icon, colours and sponsors are on every page, and their addresses change with them")
    func looks() throws {
        let logo = try Brand.Picture(
            try file("logo.svg", "<svg xmlns='http://www.w3.org/2000/svg'/>"), named: "BRAND_LOGO",
            types: Brand.Picture.logoTypes)
        let icon = try Brand.Picture(try file("icon.png", "png"), named: "BRAND_ICON", types: Brand.Picture.iconTypes)
        let site = try site(
            Brand(
                logo: logo, icon: icon, dark: ("#ffb000", "#000000"),
                sponsors: [("Film & Fund", "https://fund.example?a=1&b=2")]))
        let page = site.document(site.about)
        #expect(page.contains("<img class=\"brand__logo\" src=\"/brand/logo?v=\(logo.version)\" alt=\"Kino Größe\">"))
        #expect(page.contains("<link rel=\"icon\" href=\"/brand/icon?v=\(icon.version)\" type=\"image/png\">"))
        #expect(page.contains("/brand.css?v=") && page.contains(">Film &amp; Fund</a>"))
        #expect(page.contains("https://fund.example?a=1&amp;b=2"))
        #expect(site.brand.style.contains("--accent: light-dark(#006a75, #ffb000)"))
        #expect(site.brand.style.contains("--on-accent: light-dark(#ffffff, #000000)"))
        #expect(try self.site().brand.style.isEmpty)
        #expect(!(try self.site()).document((try self.site()).about).contains("brand.css"))
    }

    @Test("OPS-11 a file that is no picture is refused in words")
    func unusable() throws {
        let text = try file("logo.txt", "x")
        let refusal = #expect(throws: Brand.Picture.Unusable.self) {
            try Brand.Picture(text, named: "BRAND_LOGO", types: Brand.Picture.logoTypes)
        }
        #expect(refusal?.description == "BRAND_LOGO: \(text) must end with .png, .svg, .webp")
        let away = #expect(throws: Brand.Picture.Unusable.self) {
            try Brand.Picture("/nowhere/logo.svg", named: "BRAND_LOGO", types: Brand.Picture.logoTypes)
        }
        #expect(away?.description.contains("/nowhere/logo.svg cannot be read") == true)
    }
}
