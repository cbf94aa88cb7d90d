import Configuration
import Installation
import Testing

@Suite("Settings of the operator's looks")
struct BrandTests {
    private static let required = [
        "SITE_URL": "https://film.example", "SECRET_KEY": String(repeating: "k", count: 40),
        "DATABASE_URL": "postgresql:///x",
    ]

    private func fault(_ more: [String: String]) -> String? {
        do {
            _ = try Settings.load(Self.required.merging(more) { $1 })
            return nil
        } catch {
            return error.description
        }
    }

    @Test(
        "OPS-11 contrasts are those of WCAG 2",
        arguments: [
            ("#ffffff", "#000000", 21.0), ("#3cf2ff", "#07080b", 14.63), ("#006a75", "#f5f6f8", 5.85),
            ("#777777", "#ffffff", 4.48),
        ])
    func contrast(_ one: String, _ other: String, _ ratio: Double) throws {
        let (one, other) = (try #require(Colour(one)), try #require(Colour(other)))
        #expect(abs(one.contrast(to: other) - ratio) < 0.01 && one.contrast(to: other) == other.contrast(to: one))
    }

    @Test("OPS-11 an accent that is not legible is refused with its ratio and what would help")
    func accents() {
        #expect(fault(["BRAND_ACCENT_DARK": "#ffb000", "BRAND_ACCENT_LIGHT": "#7a4d00"]) == nil)
        #expect(
            fault(["BRAND_ACCENT_LIGHT": "#3cf2ff"])
                == "BRAND_ACCENT_LIGHT: has a contrast of 1.2:1 to #f5f6f8, and must have 4.5:1; take a darker one, not \"#3cf2ff\""
        )
        #expect(fault(["BRAND_ACCENT_DARK": "#006a75"])?.contains("take a lighter one") == true)
        for text in ["red", "#fff", "#12345g", "3cf2ff", "#+12345"] {
            #expect(fault(["BRAND_ACCENT_DARK": text]) == "BRAND_ACCENT_DARK: must be like #3cf2ff, not \"\(text)\"")
        }
    }

    @Test("OPS-11 what is on an accent is black or white, and always legible")
    func ink() throws {
        for text in ["#ffb000", "#7a4d00", "#3cf2ff", "#006a75", "#767676", "#ff0000", "#0000ff"] {
            let colour = try #require(Colour(text))
            #expect(colour.contrast(to: try #require(Colour(colour.ink))) >= 4.5, "\(text)")
        }
    }

    @Test("OPS-11 sponsors have a name and an address")
    func sponsors() throws {
        let settings = try Settings.load(
            Self.required.merging(["BRAND_SPONSORS": "Film Fund=https://fund.example/?a=1 | City=https://city.example"])
            { $1 })
        #expect(settings.brand.sponsors.map(\.name) == ["Film Fund", "City"])
        #expect(settings.brand.sponsors.map(\.url) == ["https://fund.example/?a=1", "https://city.example"])
        #expect(fault(["BRAND_SPONSORS": "Film Fund=http://fund.example"])?.contains("each must be like") == true)
    }
}
