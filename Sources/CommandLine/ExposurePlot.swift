internal import Film
internal import Text

/// Views over time as a drawing: for each kind of clip its median as a line, and all between the least and the most.
enum ExposurePlot {
    private static let width = 960.0
    private static let height = 540.0
    private static let left = 72.0
    private static let right = 24.0
    private static let top = 56.0
    private static let bottom = 56.0

    private struct Scale {
        let hours: Double
        let views: Double

        func x(_ hour: Double) -> String { ExposurePlot.text(left + hour / hours * (width - left - right)) }
        func y(_ count: Double) -> String {
            ExposurePlot.text(height - bottom - count / views * (height - top - bottom))
        }
    }

    /// The drawing, as a complete SVG document.
    static func svg(_ exposure: FeedExposure) -> String {
        let most = exposure.moments.map { max($0.early.most, $0.late?.most ?? 0) }.max() ?? 1
        let tick = step(Double(max(1, most)))
        let scale = Scale(hours: exposure.options.hours, views: (Double(most) / tick).rounded(.up) * tick)
        let early = exposure.moments.map { ($0.hour, $0.early) }
        let late = exposure.moments.compactMap { moment in moment.late.map { (moment.hour, $0) } }
        return """
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(text(width)) \(text(height))" role="img" \
            aria-label="Views of clips over the hours of a simulated round" font-family="sans-serif" font-size="14">
            <rect width="100%" height="100%" fill="#fff"/>
            <text x="\(text(left))" y="28" font-size="18" fill="#1a1a1a">Views of a clip over the round: median, and \
            from the least to the most</text>
            \(grid(scale, tick))
            \(series(early, scale, colour: "#2f5fd0"))
            \(series(late, scale, colour: "#c2571a"))
            \(key(exposure))
            </svg>

            """
    }

    private static func grid(_ scale: Scale, _ tick: Double) -> String {
        var lines: [String] = []
        for count in stride(from: 0, through: scale.views, by: tick) {
            lines.append(
                """
                <path d="M\(scale.x(0)) \(scale.y(count))H\(scale.x(scale.hours))" stroke="#ddd"/>\
                <text x="\(text(left - 8))" y="\(scale.y(count))" text-anchor="end" dominant-baseline="middle" \
                fill="#555">\(text(count))</text>
                """)
        }
        for hour in stride(from: 0, through: scale.hours, by: max(1, step(scale.hours))) {
            lines.append(
                """
                <text x="\(scale.x(hour))" y="\(text(height - bottom + 24))" text-anchor="middle" fill="#555">\
                \(text(hour)) h</text>
                """)
        }
        return lines.joined(separator: "\n")
    }

    private static func series(_ points: [(Double, FeedExposure.Spread)], _ scale: Scale, colour: String) -> String {
        guard !points.isEmpty else { return "" }
        func path(_ part: [(Double, Int)]) -> String {
            part.map { "\(scale.x($0.0)) \(scale.y(Double($0.1)))" }.joined(separator: "L")
        }
        let band = points.map { ($0.0, $0.1.most) } + points.reversed().map { ($0.0, $0.1.least) }
        return """
            <path d="M\(path(band))Z" fill="\(colour)" opacity=".2"/>
            <path d="M\(path(points.map { ($0.0, $0.1.median) }))" fill="none" stroke="\(colour)" stroke-width="2"/>
            """
    }

    private static func key(_ exposure: FeedExposure) -> String {
        let entries = [("#2f5fd0", "there from the start")] + (exposure.options.late > 0 ? [("#c2571a", "late")] : [])
        return entries.enumerated().map { index, entry in
            let y = top + 12 + Double(index) * 24
            return """
                <rect x="\(text(left + 16))" y="\(text(y - 6))" width="24" height="12" fill="\(entry.0)"/>\
                <text x="\(text(left + 48))" y="\(text(y))" dominant-baseline="middle" fill="#1a1a1a">\(entry.1)</text>
                """
        }.joined(separator: "\n")
    }

    /// A round number that divides a length into four to ten parts.
    private static func step(_ length: Double) -> Double {
        var unit = 1.0
        while length / unit > 10 { unit *= 10 }
        while length / unit < 1 { unit /= 10 }
        for part in [0.2, 0.5, 1] where length / (unit * part) <= 10 { return unit * part }
        return unit
    }

    private static func text(_ number: Double) -> String {
        let tenths = Int((number * 10).rounded())
        return tenths % 10 == 0 ? "\(tenths / 10)" : "\(tenths / 10).\(abs(tenths % 10))"
    }
}
