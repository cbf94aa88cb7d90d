public import FoundationEssentials
public import Postgres
public import Queue
internal import Text

/// Names an entry of the list of jobs: a job of the queue by its number, or a request for a video by its id.
public enum JobReference: Sendable, Hashable {
    /// A job of the queue.
    case job(JobID)
    /// A request for a video, whose steps are jobs.
    case video(UUID)

    /// Reads a number or a UUID; nil for any other text.
    public init?(_ text: String) {
        if let number = JobID(text), number > 0, String(number) == text {
            self = .job(number)
        } else if let id = UUID(text: text) {
            self = .video(id)
        } else {
            return nil
        }
    }

    /// The number, or the id in lower case.
    public var text: String {
        switch self {
        case .job(let number): String(number)
        case .video(let id): id.text
        }
    }
}

extension [JobReference] {
    var jobs: [JobID] { compactMap { if case .job(let number) = $0 { number } else { nil } } }
    var videos: [UUID] { compactMap { if case .video(let id) = $0 { id } else { nil } } }
}

/// The state of an entry.
public enum JobEntryState: String, Codable, Sendable, CaseIterable, SQLValue, RowDecodable {
    /// Waits for its time, for a worker or for a place at the provider.
    case queued
    /// Is being done.
    case running
    /// May have been sent to its provider, whose answer is missing.
    case uncertain
    /// Succeeded.
    case completed
    /// A dead letter: it runs again only when it is put back by hand.
    case failed
    /// Was cancelled.
    case cancelled
}

/// What a kind of job is for.
public enum JobGroup: String, Codable, Sendable, CaseIterable {
    /// Making videos at providers.
    case generation
    /// Converting and storing files.
    case media
    /// Sending mail.
    case mail
    /// Events, sweeps and other work that recurs.
    case upkeep
}

/// An entry of the list of jobs.
public struct JobEntry: Sendable, RowDecodable {
    /// Which it is.
    public let reference: JobReference
    /// The kind of the job; `generation` for a video.
    public let kind: String
    /// The queue that it, or its next step, is in.
    public let queue: String
    /// Its state.
    public let state: JobEntryState
    /// The model, the clip or the season that it is about.
    public let subject: String?
    /// Whose video it is.
    public let ownerID: UUID?
    /// That member's name.
    public let ownerName: String?
    /// Where the video is made.
    public let provider: String?
    /// The share that is done, in percent; nil where it is not known.
    public let progress: Int?
    /// From -2, last, to 2, first.
    public let priority: Int
    /// The attempt that runs or ran last.
    public let attempt: Int
    /// How often a job is tried.
    public let maxAttempts: Int?
    /// When it was enqueued or requested.
    public let createdAt: Date
    /// When a job is or was due.
    public let runAt: Date?
    /// When it was begun last.
    public let startedAt: Date?
    /// When it ended.
    public let finishedAt: Date?
    /// Whether it has been asked to end.
    public let isCancelling: Bool
    /// The error of its last attempt.
    public let error: String?
    /// What keeps a waiting entry from beginning, beside those before it.
    public internal(set) var obstacle: JobObstacle?

    /// Reads a row of `list_jobs()`.
    public init(row: Row) throws(DatabaseError) {
        let key: String = try row.value("key")
        guard let reference = JobReference(key) else {
            throw .decoding(column: "key", expected: "a number or a UUID", found: key)
        }
        self.reference = reference
        kind = try row.value("kind")
        queue = try row.value("queue")
        state = try row.value("state")
        subject = try row.value("subject")
        ownerID = try row.value("owner_id")
        ownerName = try row.value("owner_name")
        provider = try row.value("provider")
        progress = try row.value("progress")
        priority = try row.value("priority")
        attempt = try row.value("attempt")
        maxAttempts = try row.value("max_attempts")
        createdAt = try row.value("created_at")
        runAt = try row.value("run_at")
        startedAt = try row.value("started_at")
        finishedAt = try row.value("finished_at")
        isCancelling = try row.value("is_cancelling")
        error = try row.value("error")
    }
}

/// Which entries to list.
public struct JobFilter: Sendable {
    /// Only entries in this state.
    public var state: JobEntryState?
    /// Only this kind of job, or `generation`.
    public var kind: String?
    /// Only videos of this provider.
    public var provider: String?
    /// Only kinds for this.
    public var group: JobGroup?
    /// The page.
    public var page = PageRequest()

    /// Every entry but upkeep that has ended.
    public init() {}

    /// The filter as `list_jobs()` reads it.
    func facts(_ reference: JobReference? = nil) throws -> JSONText {
        var members: [String: String] = [:]
        members["state"] = state?.rawValue
        members["kind"] = kind
        members["provider"] = provider
        members["group"] = group?.rawValue
        switch reference {
        case .job(let number): members["job"] = String(number)
        case .video(let id): members["video"] = id.text
        case nil: break
        }
        return try JSONText(encoding: members)
    }
}

/// A page of entries, with what is the case in the whole queue.
public struct JobList: Sendable {
    /// The entries from the newest.
    public let jobs: Page<JobEntry>
    /// The whole queue.
    public let overview: JobOverview
}

/// How much there is to do, and what is paused.
public struct JobOverview: Sendable, Decodable {
    /// A queue, or a kind of job.
    public struct Lane: Sendable, Decodable {
        /// Its name.
        public let name: String
        /// What the kind is for; nil for a queue.
        public let group: String?
        /// Jobs that wait, steps of videos included.
        public let waiting: Int
        /// Jobs that run.
        public let running: Int
        /// Dead letters of the kind; nil for a queue.
        public let failed: Int?
        /// Since when the oldest due job of the queue waits.
        public let waitingSince: String?
        /// Since when nothing of it is claimed; nil while it is not paused.
        public let pausedAt: String?
        /// The admin who paused it; nil for the operator.
        public let pausedBy: String?
        /// Why it was paused.
        public let reason: String?
    }

    /// What a provider is doing.
    public struct Provider: Sendable, Decodable {
        /// Its name in the catalog.
        public let name: String
        /// What people call it.
        public let displayName: String
        /// Videos that wait for a place.
        public let waiting: Int
        /// Videos that are being made.
        public let running: Int
        /// Videos whose submission had no answer.
        public let uncertain: Int
        /// Its breaker, places, rate and pause; nil in the feed, which does not read them.
        public internal(set) var figures: ProviderFigures?
        /// Why it cannot be called at all; nil when it can.
        public internal(set) var missing: String?

        private enum CodingKeys: CodingKey {
            case name, displayName, waiting, running, uncertain
        }
    }

    /// Entries by state; of those that have ended, the ones of the last day.
    public let counts: [String: Int]
    /// Since when the oldest due entry waits.
    public let waitingSince: String?
    /// The queues by name.
    public let queues: [Lane]
    /// The kinds of jobs by name.
    public let kinds: [Lane]
    /// The providers that are called.
    public internal(set) var providers: [Provider]
    /// Differs whenever something other than upkeep has changed.
    let changed: String
}

/// All that is known of one entry.
public struct JobDetail: Sendable {
    /// The entry.
    public let entry: JobEntry
    /// The comparison that the video belongs to; nil for a job and for any other video.
    public let comparisonID: UUID?
    /// Whether the video has a page of its own.
    public let isPublished: Bool
    /// Payload, attempts with their answers, steps and the like, as `describe_job()` writes them.
    public let facts: JSONText
}
