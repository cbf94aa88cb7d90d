public import FoundationEssentials

extension Date {
    /// The time as `2026-01-02T03:04:05.678Z`, rounded down to the millisecond.
    public var rfc3339: String {
        var text: [UInt8] = []
        text.reserveCapacity(24)
        appendRFC3339(to: &text)
        return String(decoding: text, as: UTF8.self)
    }

    /// Writes the time as `rfc3339` has it. Every line of the log begins with it.
    public func appendRFC3339(to text: inout [UInt8]) {
        let moment = Moment(self)
        guard (0..<10_000).contains(moment.year) else {
            // No date of the site has a year of five digits, but one must not trap.
            return text += moment.pieced.utf8
        }
        func digit(_ number: Int) -> UInt8 { UInt8(ascii: "0") + UInt8(truncatingIfNeeded: number % 10) }
        func pair(_ number: Int) -> (UInt8, UInt8) { (digit(number / 10), digit(number)) }
        let (century, year) = (pair(moment.year / 100), pair(moment.year))
        let (month, day) = (pair(moment.month), pair(moment.day))
        let (hour, minute, second) = (pair(moment.hour), pair(moment.minute), pair(moment.second))
        let milliseconds = pair(moment.millisecond)
        let dash = UInt8(ascii: "-")
        let colon = UInt8(ascii: ":")
        text += [
            century.0, century.1, year.0, year.1, dash, month.0, month.1, dash, day.0, day.1, UInt8(ascii: "T"),
            hour.0, hour.1, colon, minute.0, minute.1, colon, second.0, second.1, UInt8(ascii: "."),
            digit(moment.millisecond / 100), milliseconds.0, milliseconds.1, UInt8(ascii: "Z"),
        ]
    }

    /// The time as HTTP headers want it: `Fri, 02 Jan 2026 03:04:05 GMT`.
    public var rfc1123: String {
        let moment = Moment(self)
        return "\(weekdays[moment.weekday]), \(pad(moment.day, 2)) \(months[moment.month - 1]) \(pad(moment.year, 4)) "
            + "\(pad(moment.hour, 2)):\(pad(moment.minute, 2)):\(pad(moment.second, 2)) GMT"
    }

    /// Reads a time as `rfc1123` has it; nil for everything else.
    public init?(rfc1123 text: some StringProtocol) {
        let words = text.split(separator: " ")
        guard words.count == 6, words[5] == "GMT", weekdays.contains(where: { "\($0)," == words[0] }),
            let month = months.firstIndex(where: { $0 == words[2] })
        else { return nil }
        var reader = DigitReader("\(words[1]) \(words[3]) \(words[4])")
        guard let day = reader.number(2), reader.take(" "), let year = reader.number(4), reader.take(" "),
            let hour = reader.number(2), reader.take(":"), let minute = reader.number(2), reader.take(":"),
            let second = reader.number(2), reader.isAtEnd, hour < 24, minute < 60, second < 61,
            let days = Moment.days(year: year, month: month + 1, day: day)
        else { return nil }
        self.init(timeIntervalSince1970: Double(days * 86_400 + hour * 3_600 + minute * 60 + second))
    }

    /// Reads an RFC 3339 time with any fraction and any offset; nil for everything else.
    public init?(rfc3339 text: some StringProtocol) {
        var reader = DigitReader(text)
        guard let year = reader.number(4), reader.take("-"), let month = reader.number(2), reader.take("-"),
            let day = reader.number(2), reader.take("T") || reader.take("t") || reader.take(" "),
            let hour = reader.number(2), reader.take(":"), let minute = reader.number(2), reader.take(":"),
            let second = reader.number(2), hour < 24, minute < 60, second < 60
        else { return nil }
        guard let days = Moment.days(year: year, month: month, day: day) else { return nil }
        guard let fraction = reader.fraction(), let offset = reader.offset(), reader.isAtEnd else { return nil }
        let seconds = days * 86_400 + hour * 3_600 + minute * 60 + second - offset
        self.init(timeIntervalSince1970: Double(seconds) + fraction)
    }
}

private let weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
private let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

private func pad(_ number: Int, _ width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
}

/// A point in time taken apart into UTC calendar fields.
private struct Moment {
    let year, month, day, hour, minute, second, millisecond, weekday: Int

    init(_ date: Date) {
        // A stored millisecond may read as x.9999999 after division, so take the floor a hair above.
        let total = Int((date.timeIntervalSince1970 * 1_000 + 0.001).rounded(.down))
        let days = Self.floorDivide(total, 86_400_000)
        let rest = total - days * 86_400_000
        hour = rest / 3_600_000
        minute = rest / 60_000 % 60
        second = rest / 1_000 % 60
        millisecond = rest % 1_000
        weekday = ((days % 7) + 11) % 7
        (year, month, day) = Self.civil(days)
    }

    /// The time as `rfc3339` has it, for any year.
    var pieced: String {
        "\(pad(year, 4))-\(pad(month, 2))-\(pad(day, 2))T\(pad(hour, 2)):\(pad(minute, 2)):\(pad(second, 2))"
            + ".\(pad(millisecond, 3))Z"
    }

    /// Days since 1970-01-01 of a date of the proleptic Gregorian calendar; nil when there is no such date.
    static func days(year: Int, month: Int, day: Int) -> Int? {
        guard (1...12).contains(month), day >= 1 else { return nil }
        let shifted = month <= 2 ? year - 1 : year
        let era = floorDivide(shifted, 400)
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        let days = era * 146_097 + dayOfEra - 719_468
        return civil(days) == (year, month, day) ? days : nil
    }

    // Howard Hinnant's civil_from_days: years start in March, so that the leap day is the last of a year.
    private static func civil(_ days: Int) -> (year: Int, month: Int, day: Int) {
        let shifted = days + 719_468
        let era = floorDivide(shifted, 146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
    }

    private static func floorDivide(_ number: Int, _ divisor: Int) -> Int {
        number >= 0 ? number / divisor : (number + 1) / divisor - 1
    }
}

private struct DigitReader {
    private let bytes: [UInt8]
    private var position = 0

    init(_ text: some StringProtocol) {
        bytes = Array(text.utf8.prefix(64))
    }

    var isAtEnd: Bool { position == bytes.count }

    mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard position < bytes.count, bytes[position] == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }

    mutating func digit() -> Int? {
        guard position < bytes.count, (48...57).contains(bytes[position]) else { return nil }
        position += 1
        return Int(bytes[position - 1] - 48)
    }

    mutating func number(_ width: Int) -> Int? {
        var value = 0
        for _ in 0..<width {
            guard let next = digit() else { return nil }
            value = value * 10 + next
        }
        return value
    }

    mutating func fraction() -> Double? {
        guard take(".") else { return 0 }
        guard var value = digit().map(Double.init) else { return nil }
        var scale = 10.0
        while let next = digit() {
            value = value * 10 + Double(next)
            scale *= 10
        }
        return value / scale
    }

    mutating func offset() -> Int? {
        if take("Z") || take("z") { return 0 }
        let isEast = take("+")
        guard isEast || take("-"), let hours = number(2), take(":"), let minutes = number(2), hours < 24, minutes < 60
        else { return nil }
        return (isEast ? 1 : -1) * (hours * 3_600 + minutes * 60)
    }
}
