package import Configuration
internal import Text

/// How the site looks as its operator's own, beside SITE_NAME.
package struct BrandSettings: SettingGroup {
    package static let title = "Brand"

    package let logo = Setting(
        optional: "BRAND_LOGO", .path,
        "A picture (SVG, PNG or WebP) in place of the logo at the top of pages; without it, and with another SITE_NAME, the "
            + "mark and the name.")
    package let icon = Setting(
        optional: "BRAND_ICON", .path, "A square PNG of at least 512 pixels for tabs, home screens and social cards.")
    package let accentDark = Setting(
        optional: "BRAND_ACCENT_DARK", .accent(on: ["#07080b", "#0e1015", "#161922"]),
        "The accent colour of the dark theme. It must have a contrast of 4.5:1 to the grounds of that theme.")
    package let accentLight = Setting(
        optional: "BRAND_ACCENT_LIGHT", .accent(on: ["#f5f6f8", "#ffffff"]),
        "The accent colour of the light theme, with the same rule.")
    package let sponsors = Setting(
        "BRAND_SPONSORS", default: "", .list(.sponsor, separator: "|", "NAME=https://…, a vertical bar between them"),
        "Who is named as a sponsor at the foot of pages.")

    package init() {}
}

extension Settings {
    /// How the site looks as its operator's own.
    package var brand: SettingValues<BrandSettings> { self[BrandSettings.self] }
}

/// A colour of 24 bits.
package struct Colour: Sendable, Equatable {
    /// `#` and six hexadecimal digits in lower case.
    package let hex: String
    /// The parts, from 0 to 255.
    package let parts: [Int]

    /// Nil for anything but `#rrggbb`.
    package init?(_ text: String) {
        let digits = text.lowercased().dropFirst()
        guard text.hasPrefix("#"), digits.utf8.count == 6, let value = Int(digits, radix: 16), !digits.hasPrefix("+"),
            !digits.hasPrefix("-")
        else { return nil }
        hex = "#" + digits
        parts = [value >> 16, value >> 8 & 255, value & 255]
    }

    /// The relative luminance of WCAG 2.
    private var luminance: Double {
        let weights = [0.2126, 0.7152, 0.0722]
        return zip(parts, weights).reduce(0) { $0 + Self.linear[$1.0] * $1.1 }
    }

    /// The ratio of WCAG 2, from 1 to 21.
    package func contrast(to other: Colour) -> Double {
        let (light, dark) = (max(luminance, other.luminance), min(luminance, other.luminance))
        return (light + 0.05) / (dark + 0.05)
    }

    /// What is legible on this colour: black or white.
    package var ink: String {
        let (black, white) = (Colour("#000000"), Colour("#ffffff"))
        guard let black, let white else { return "#000000" }
        return contrast(to: black) >= contrast(to: white) ? black.hex : white.hex
    }

    /// The linear value of each of the 256 steps of sRGB.
    private static let linear: [Double] = (0...255).map { step in
        let value = Double(step) / 255
        return value <= 0.040_45 ? value / 12.92 : power((value + 0.055) / 1.055)
    }

    /// x to the power of 2.4, which is x² times the fifth root of x².
    private static func power(_ x: Double) -> Double {
        let square = x * x
        var root = max(square, 0.05)
        for _ in 0..<40 { root -= (root * root * root * root * root - square) / (5 * root * root * root * root) }
        return square * root
    }
}

extension ValueFormat<Colour> {
    /// A colour that is legible on each of some others.
    static func accent(on grounds: [String]) -> Self {
        ValueFormat("#rrggbb") { text throws(FormatFault) in
            guard let colour = Colour(text) else { throw FormatFault("must be like #3cf2ff", not: text) }
            for ground in grounds.compactMap(Colour.init) {
                let ratio = colour.contrast(to: ground)
                guard ratio < 4.5 else { continue }
                let tenths = Int(ratio * 10)
                throw FormatFault(
                    "has a contrast of \(tenths / 10).\(tenths % 10):1 to \(ground.hex), and must have 4.5:1; take a "
                        + (ground.parts[1] > 127 ? "darker" : "lighter") + " one", not: text)
            }
            return colour
        }
    }
}

/// Who is named at the foot of pages.
package struct Sponsor: Sendable, Equatable {
    package let name: String
    package let url: String
}

extension ValueFormat<Sponsor> {
    static var sponsor: Self {
        ValueFormat("NAME=https://…") { text throws(FormatFault) in
            let parts = text.split(separator: "=", maxSplits: 1).map(\.trimmed)
            guard parts.count == 2, !parts[0].isEmpty, parts[1].hasPrefix("https://"), parts[1].utf8.count > 8 else {
                throw FormatFault("each must be like Film Fund=https://fund.example.org", not: text)
            }
            return Sponsor(name: parts[0], url: parts[1])
        }
    }
}
