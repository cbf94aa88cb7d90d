internal import FoundationEssentials
internal import Text

/// How numbers, lengths and times are written on the pages.
enum Formatting {
    /// `1,317`
    static func count(_ number: Int) -> String { Text.grouped(number) }

    /// `1 vote`, `14 votes`
    static func count(_ number: Int, _ one: String, _ many: String) -> String {
        "\(count(number)) \(number == 1 ? one : many)"
    }

    /// A share of one: `47.7 %`, `50 %`.
    static func percent(_ share: Double) -> String {
        let tenths = Int((share * 1_000).rounded())
        return tenths.isMultiple(of: 10) ? "\(tenths / 10) %" : "\(tenths / 10).\(tenths % 10) %"
    }

    /// A tier of a board from the first, 0: `A`.
    static func tier(_ tier: Int) -> String {
        tier < 26 ? String(UnicodeScalar(UInt8(65 + tier))) : "\(tier + 1)"
    }

    /// A position or a length as a player shows it: `3:56`.
    static func clock(_ seconds: Double) -> String {
        let whole = Int(seconds.rounded(.down))
        let (minutes, rest) = (whole / 60, whole % 60)
        return "\(minutes):\(rest < 10 ? "0" : "")\(rest)"
    }

    /// A length in words: `9 min 52 s`.
    static func length(_ seconds: Double) -> String {
        let whole = Int(seconds.rounded())
        let (minutes, rest) = (whole / 60, whole % 60)
        if minutes == 0 { return "\(rest) s" }
        return rest == 0 ? "\(minutes) min" : "\(minutes) min \(rest) s"
    }

    /// The length of a clip: `8.0 s`.
    static func clipLength(_ seconds: Double) -> String {
        let tenths = Int((seconds * 10).rounded())
        return "\(tenths / 10).\(tenths % 10) s"
    }

    /// Seconds for machines: `7.967`.
    static func decimal(_ seconds: Double) -> String {
        let milliseconds = Int((seconds * 1_000).rounded())
        return "\(milliseconds / 1_000)." + String(String(milliseconds % 1_000 + 1_000).dropFirst())
    }

    /// How long a round runs: `24 hours`, `90 seconds`.
    static func roundLength(_ seconds: Int) -> String {
        let units = [(86_400, "day", "days"), (3_600, "hour", "hours"), (60, "minute", "minutes")]
        // A unit is used from two of it on: a day reads better as 24 hours.
        for (length, one, many) in units where seconds >= 2 * length && seconds.isMultiple(of: length) {
            return count(seconds / length, one, many)
        }
        return count(seconds, "second", "seconds")
    }

    /// `2026-11-20T18:00:00Z`, for machines.
    static func machine(_ date: Date) -> String {
        date.formatted(.iso8601)
    }

    /// `18:00 UTC`, what a deadline reads like before a countdown replaces it.
    static func time(_ date: Date) -> String { Text.time(date) }

    /// `14 September 2026, 18:00 UTC`
    static func moment(_ date: Date) -> String { Text.moment(date) }

    /// `14 September 2026`
    static func day(_ date: Date) -> String { Text.day(date) }
}
