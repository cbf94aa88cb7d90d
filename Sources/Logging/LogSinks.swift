internal import CSystemd
internal import FoundationEssentials
internal import Glibc
internal import Text

/// One JSON object a line on standard error.
enum JSONLines {
    static let write: Log.Sink = { entry in
        // One write call a line, so that lines of several threads do not mix; a lost line must not stop the process.
        _ = bytes(of: entry).withUnsafeBytes { Glibc.write(2, $0.baseAddress, $0.count) }
    }

    static func line(_ entry: LogEntry) -> String {
        String(decoding: bytes(of: entry).dropLast(), as: UTF8.self)
    }

    /// Made of bytes, since a line is written for every request and text costs twice as much.
    private static func bytes(of entry: LogEntry) -> [UInt8] {
        var line: [UInt8] = []
        line.reserveCapacity(384)
        line.append(#"{"time":""#)
        entry.time.appendRFC3339(to: &line)
        line.append(#"","level":""#)
        line += entry.level.name.utf8
        line.append(#"","message":"#)
        appendQuoted(entry.message, to: &line)
        for field in entry.pairs {
            line.append(UInt8(ascii: ","))
            appendQuoted(field.name, to: &line)
            line.append(UInt8(ascii: ":"))
            field.value.appendJSON(to: &line)
        }
        line.append("}\n")
        return line
    }

    static func appendQuoted(_ text: String, to line: inout [UInt8]) {
        line.append(UInt8(ascii: "\""))
        let bytes = text.utf8Span.span
        // To the end in any case and without a branch, so that many bytes are looked at at a time. Almost all text is plain.
        var others: UInt8 = 0
        for index in bytes.indices {
            let byte = bytes[index]
            others |=
                (byte < 0x20 ? 1 : 0) | (byte >= 0x7F ? 1 : 0) | (byte == 0x22 ? 1 : 0) | (byte == 0x5C ? 1 : 0)
        }
        if others == 0 {
            line += text.utf8
        } else {
            appendEscaped(bytes, to: &line)
        }
        line.append(UInt8(ascii: "\""))
    }

    private static func appendEscaped(_ bytes: Span<UInt8>, to line: inout [UInt8]) {
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            // The second group of control characters is C2 80 to C2 9F in UTF-8.
            let isSecondControl = byte == 0xC2 && index + 1 < bytes.count && (0x80...0x9F).contains(bytes[index + 1])
            if byte < 0x20 || byte == 0x22 || byte == 0x5C || byte == 0x7F || isSecondControl {
                line += escape(isSecondControl ? bytes[index + 1] : byte).utf8
            } else {
                line.append(byte)
            }
            index += isSecondControl ? 2 : 1
        }
    }

    private static func escape(_ control: UInt8) -> String {
        switch control {
        case UInt8(ascii: "\""): "\\\""
        case UInt8(ascii: "\\"): "\\\\"
        case UInt8(ascii: "\n"): "\\n"
        case UInt8(ascii: "\r"): "\\r"
        case UInt8(ascii: "\t"): "\\t"
        default: "\\u00" + Text.hex([control])
        }
    }
}

/// Journald's native protocol, which keeps fields as fields.
enum Journal {
    static let write: Log.Sink = { entry in
        var fields = ["MESSAGE=\(entry.message)", "PRIORITY=\(entry.level.syslogPriority)"]
        for field in entry.pairs { fields.append("\(fieldName(field.name))=\(field.value.text)") }
        let buffers = fields.map { Array($0.utf8) }
        send(buffers)
    }

    /// JOURNAL_STREAM names the device and inode that systemd gave as standard error; a redirection changes them.
    static func isStandardError(_ environment: [String: String]) -> Bool {
        guard let stream = environment["JOURNAL_STREAM"] else { return false }
        var status = stat()
        guard fstat(2, &status) == 0 else { return false }
        return stream == "\(status.st_dev):\(status.st_ino)"
    }

    /// Journald takes only upper case, digits and underscores, and keeps leading underscores for itself.
    static func fieldName(_ name: String) -> String {
        let characters = name.uppercased().map { character in
            character.isASCII && (character.isLetter || character.isNumber) ? character : "_"
        }
        let trimmed = String(characters.drop { $0 == "_" || $0.isNumber }.prefix(64))
        return trimmed.isEmpty ? "FIELD" : trimmed == "MESSAGE" || trimmed == "PRIORITY" ? "FIELD_\(trimmed)" : trimmed
    }

    private static func send(_ buffers: [[UInt8]]) {
        let bytes = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: buffers.reduce(0) { $0 + $1.count })
        defer { bytes.deallocate() }
        _ = bytes.initialize(from: buffers.joined())
        var vectors: [iovec] = []
        var offset = 0
        for buffer in buffers {
            vectors.append(iovec(iov_base: bytes.baseAddress.map { $0 + offset }, iov_len: buffer.count))
            offset += buffer.count
        }
        _ = sd_journal_sendv(&vectors, Int32(vectors.count))
    }
}
