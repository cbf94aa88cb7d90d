public import FoundationEssentials
internal import Text

/// What happens when a job with the same kind and unique key exists already.
public enum UniqueConflict: String, Sendable {
    /// The existing job, waiting or running, is kept and the new one dropped.
    case keep
    /// A waiting job gets the new payload and time. If it runs already, the new one is enqueued beside it.
    case replace
    /// As `replace`, but a waiting job keeps its time.
    case preserveRunAt = "preserve_run_at"
}

/// A job to be enqueued.
public struct NewJob: Sendable {
    let kind: String
    let payload: any Encodable & Sendable
    let queue: String
    let priority: JobPriority
    let maxAttempts: Int
    let runAt: Date?
    let uniqueKey: String?
    let limitKeys: [String]

    /// A job that runs at `runAt`, or at once. `limitKeys`, such as `member:7` and `provider:fal`, are what it counts
    /// against: it waits while as many jobs with one of these keys run as `Queue.setLimit` allows.
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

/// The JSON of payloads in the table: times as RFC 3339, so that people can read them.
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
