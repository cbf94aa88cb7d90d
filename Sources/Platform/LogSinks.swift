internal import CSystemd
internal import FoundationEssentials
internal import Glibc

/// One JSON object a line on standard error.
enum JSONLines {
    static let write: Log.Sink = { entry in
        var bytes = Array(line(entry).utf8)
        bytes.append(UInt8(ascii: "\n"))
        // One write call a line, so that lines of several threads do not mix; a lost line must not stop the process.
        _ = bytes.withUnsafeBytes { Glibc.write(2, $0.baseAddress, $0.count) }
    }

    static func line(_ entry: LogEntry) -> String {
        var line = #"{"time":"\#(entry.time.rfc3339)","level":"\#(entry.level.name)","message":"#
        appendQuoted(entry.message, to: &line)
        for (name, value) in entry.fields.sorted(by: { $0.key < $1.key }) {
            line += ","
            appendQuoted(name, to: &line)
            line += ":"
            value.appendJSON(to: &line)
        }
        return line + "}"
    }

    static func appendQuoted(_ text: String, to line: inout String) {
        line += "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": line += "\\\""
            case "\\": line += "\\\\"
            case "\n": line += "\\n"
            case "\r": line += "\\r"
            case "\t": line += "\\t"
            case _ where scalar.value < 0x20 || (0x7f...0x9f).contains(scalar.value):
                line += "\\u00" + Text.hex([UInt8(scalar.value)])
            default: line.unicodeScalars.append(scalar)
            }
        }
        line += "\""
    }
}

/// Journald's native protocol, which keeps fields as fields.
enum Journal {
    static let write: Log.Sink = { entry in
        var fields = ["MESSAGE=\(entry.message)", "PRIORITY=\(entry.level.syslogPriority)"]
        for (name, value) in entry.fields { fields.append("\(fieldName(name))=\(value.text)") }
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
