public import FoundationEssentials

extension Text {
    /// `18:00 UTC`
    public static func time(_ date: Date) -> String {
        "\(date.rfc3339.dropFirst(11).prefix(5)) UTC"
    }

    /// `14 September 2026`
    public static func day(_ date: Date) -> String {
        let parts = date.rfc3339.prefix(10).split(separator: "-")
        guard parts.count == 3, let month = Int(parts[1]), months.indices.contains(month - 1), let day = Int(parts[2])
        else { return String(date.rfc3339.prefix(10)) }
        return "\(day) \(months[month - 1]) \(parts[0])"
    }

    /// `14 September 2026, 18:00 UTC`
    public static func moment(_ date: Date) -> String { "\(day(date)), \(time(date))" }

    private static let months = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
        "December",
    ]
}
