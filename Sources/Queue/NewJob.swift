public import FoundationEssentials
internal import Text

/// What happens when a job with the same kind and unique key waits already.
public enum UniqueConflict: String, Sendable {
    /// The one that waits or runs stays as it is.
    case keep
    /// The one that waits takes the new payload and time. One that runs is not repeated, and the new one waits beside it.
    case replace
    /// As `replace`, but the one that waits keeps its time.
    case preserveRunAt = "preserve_run_at"
}

/// A job before it is in the queue.
public struct NewJob: Sendable {
    let kind: String
    let payload: any Encodable & Sendable
    let queue: String
    let priority: JobPriority
    let maxAttempts: Int
    let runAt: Date?
    let uniqueKey: String?
    let limitKeys: [String]

    /// A job that runs at `runAt`, or at once. `limitKeys` name what it uses up, such as `member:7` and `provider:fal`:
    /// it waits while as many jobs of one of these keys run as `Queue.setLimit` allows.
    public init<P: JobPayload>(
        _ payload: P, runAt: Date? = nil, priority: JobPriority? = nil, uniqueKey: String? = nil,
        limitKeys: [String] = []
    ) {
        self.kind = P.kind
        self.payload = payload
        self.queue = P.options.queue
        self.priority = priority ?? P.options.priority
        self.maxAttempts = P.options.maxAttempts
        self.runAt = runAt
        self.uniqueKey = uniqueKey
        self.limitKeys = limitKeys
    }
}

extension NewJob: Encodable {
    private enum CodingKeys: String, CodingKey {
        case kind, payload, queue, priority
        case maxAttempts = "max_attempts"
        case runAt = "run_at"
        case uniqueKey = "unique_key"
        case limitKeys = "limit_keys"
    }

    /// Writes an item of `enqueue_jobs`.
    public func encode(to encoder: any Encoder) throws {
        var item = encoder.container(keyedBy: CodingKeys.self)
        try item.encode(kind, forKey: .kind)
        try item.encode(payload, forKey: .payload)
        try item.encode(queue, forKey: .queue)
        try item.encode(priority.rawValue, forKey: .priority)
        try item.encode(maxAttempts, forKey: .maxAttempts)
        try item.encodeIfPresent(runAt, forKey: .runAt)
        try item.encodeIfPresent(uniqueKey, forKey: .uniqueKey)
        if !limitKeys.isEmpty { try item.encode(limitKeys, forKey: .limitKeys) }
    }
}

/// Payloads as they stand in the table: times as RFC 3339, so that a person can read them.
enum JobCoding {
    static func encoder() -> JSONEncoder {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.dateEncodingStrategy = .custom { date, encoder in
            var value = encoder.singleValueContainer()
            try value.encode(date.rfc3339)
        }
        return encoder
    }

    static func decoder() -> JSONDecoder {
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .custom { decoder in
            let value = try decoder.singleValueContainer()
            guard let date = Date(rfc3339: try value.decode(String.self)) else {
                throw DecodingError.dataCorruptedError(in: value, debugDescription: "not an RFC 3339 time")
            }
            return date
        }
        return decoder
    }
}
