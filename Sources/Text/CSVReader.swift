/// Reads comma-separated values as RFC 4180 describes them, and as spreadsheets write them: with or without a byte order mark, with
/// any line end, separated by commas, semicolons or tabs. What is wrong with one line leaves the others readable.
public struct CSVReader: Sendable {
    /// What is wrong with a line.
    public enum Fault: Sendable, Equatable {
        /// The bytes are not UTF-8.
        case notUTF8
        /// It holds a NUL.
        case holdsNUL
        /// A quote is never closed.
        case openQuote
        /// Something follows a closing quote.
        case afterQuote
    }

    /// A record that is not empty: a line of the table.
    public struct Record: Sendable, Equatable {
        /// Its number in the file, from 1; a quoted field may hold line ends, and the first of its lines counts.
        public let number: Int
        /// The fields, as far as they could be read.
        public let fields: [String]
        /// What is wrong; nil when nothing is.
        public let fault: Fault?
    }

    /// Whether the file has the mark of another encoding, so that no line of it can be read.
    public static func isOtherEncoding(_ bytes: [UInt8]) -> Bool {
        bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF])
    }

    private let bytes: [UInt8]
    private let separator: UInt8
    private var place: Int
    private var lineNumber = 1

    /// The records of a file.
    public static func records(_ bytes: [UInt8]) -> [Record] {
        var reader = CSVReader(bytes)
        var records: [Record] = []
        while let record = reader.next() {
            if record.fault != nil || !record.fields.allSatisfy(\.isEmpty) { records.append(record) }
        }
        return records
    }

    private init(_ bytes: [UInt8]) {
        self.bytes = bytes
        place = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        let head = bytes[place...].prefix { $0 != Self.newline && $0 != Self.carriageReturn }
        separator =
            head.contains(Self.comma)
            ? Self.comma
            : head.contains(Self.semicolon) ? Self.semicolon : head.contains(Self.tab) ? Self.tab : Self.comma
    }

    private static let newline = UInt8(ascii: "\n")
    private static let carriageReturn = UInt8(ascii: "\r")
    private static let comma = UInt8(ascii: ",")
    private static let semicolon = UInt8(ascii: ";")
    private static let tab = UInt8(ascii: "\t")
    private static let quote = UInt8(ascii: "\"")

    /// The next line; nil at the end. After a fault the rest of that line is passed over.
    private mutating func next() -> Record? {
        guard place < bytes.count else { return nil }
        let number = lineNumber
        var fields: [String] = []
        var fault: Fault?
        while true {
            let (field, found) = readField()
            fault = fault ?? found
            if field.contains(0) { fault = fault ?? .holdsNUL }
            if let text = String(validating: field, as: UTF8.self) {
                fields.append(text)
            } else {
                fault = fault ?? .notUTF8
                fields.append("")
            }
            guard place < bytes.count, bytes[place] == separator else { break }
            place += 1
        }
        passLineEnd()
        return Record(number: number, fields: fields, fault: fault)
    }

    /// A field up to a separator or a line end.
    private mutating func readField() -> (bytes: [UInt8], fault: Fault?) {
        guard place < bytes.count, bytes[place] == Self.quote else {
            let start = place
            while place < bytes.count, !isEnd(bytes[place]) { place += 1 }
            return (Array(bytes[start..<place]), nil)
        }
        let (start, startLine) = (place, lineNumber)
        var field: [UInt8] = []
        place += 1
        while place < bytes.count {
            let byte = bytes[place]
            if byte == Self.quote {
                guard place + 1 < bytes.count, bytes[place + 1] == Self.quote else {
                    place += 1
                    let rest = place
                    while place < bytes.count, !isEnd(bytes[place]) { place += 1 }
                    return (field, rest == place ? nil : .afterQuote)
                }
                place += 1
            } else if byte == Self.newline || byte == Self.carriageReturn && !isBeforeNewline(place) {
                lineNumber += 1
            }
            field.append(byte)
            place += 1
        }
        // The quote would swallow the rest of the file: only its own line is lost.
        (place, lineNumber) = (start, startLine)
        while place < bytes.count, bytes[place] != Self.newline, bytes[place] != Self.carriageReturn { place += 1 }
        return ([], .openQuote)
    }

    private func isEnd(_ byte: UInt8) -> Bool {
        byte == separator || byte == Self.newline || byte == Self.carriageReturn
    }

    private func isBeforeNewline(_ index: Int) -> Bool {
        index + 1 < bytes.count && bytes[index + 1] == Self.newline
    }

    private mutating func passLineEnd() {
        guard place < bytes.count else { return }
        if bytes[place] == Self.carriageReturn, isBeforeNewline(place) { place += 1 }
        place += 1
        lineNumber += 1
    }
}
