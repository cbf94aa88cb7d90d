internal import FoundationEssentials
internal import Logging
internal import Text

/// One error, without personal data.
struct ErrorReport: Codable, Sendable, Equatable {
    /// 32 hexadecimal digits.
    let id: String
    let time: Date
    let program: String
    let environment: String
    /// The constant words of the log line.
    let message: String
    /// What the error itself says, redacted.
    let error: String
    /// Those fields of the line that say nothing of anybody.
    let tags: [String: String]
    /// The id of the request in the log of the site.
    let request: String?
    /// How often the same came since the report before this one.
    var missed = 0

    init(_ entry: LogEntry, program: String, environment: String) {
        id = UUID().uuidString.replacing("-", with: "").lowercased()
        time = entry.time
        self.program = program
        self.environment = environment
        message = entry.message
        let fields = entry.fields
        error = Redaction.clean(fields["error"]?.text ?? "")
        tags = fields.filter { Redaction.fields.contains($0.key) }.mapValues { Redaction.clean($0.text) }
        request = fields["request"]?.text
    }

    /// What makes two reports the same.
    var key: String { "\(message) \(tags["route"] ?? "") \(error.prefix(80))" }

    /// The envelope of Sentry's protocol: a head, then an item with its own head; each on a line.
    func envelope(sentAt now: Date) throws -> [UInt8] {
        let event = Event(
            eventId: id, timestamp: time.rfc3339, platform: "other", level: "error", logger: program,
            environment: environment, transaction: tags["route"].map { "\(tags["method"] ?? "") \($0)" },
            exception: .init(values: [.init(type: message, value: error)]),
            tags: tags.merging(["program": program]) { own, _ in own },
            extra: request.map { ["request": $0, "repeated": "\(missed)"] } ?? ["repeated": "\(missed)"],
            fingerprint: [message, tags["route"] ?? "", String(error.prefix(80))])
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.keyEncodingStrategy = .convertToSnakeCase
        let body = Array(try encoder.encode(event))
        let head = Array(try encoder.encode(Head(eventId: id, sentAt: now.rfc3339)))
        let item = Array(
            try encoder.encode(ItemHead(type: "event", length: body.count, contentType: "application/json")))
        return head + [0x0A] + item + [0x0A] + body + [0x0A]
    }

    // The names are those of the protocol, which writes them with underscores.
    private struct Head: Encodable {
        let eventId: String
        let sentAt: String
    }

    private struct ItemHead: Encodable {
        let type: String
        let length: Int
        let contentType: String
    }

    private struct Event: Encodable {
        struct Exceptions: Encodable {
            let values: [One]
        }

        struct One: Encodable {
            let type: String
            let value: String
        }

        let eventId: String
        let timestamp: String
        let platform: String
        let level: String
        let logger: String
        let environment: String
        let transaction: String?
        let exception: Exceptions
        let tags: [String: String]
        let extra: [String: String]
        let fingerprint: [String]
    }
}
