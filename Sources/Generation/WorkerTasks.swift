public import FoundationEssentials
public import Postgres
public import Refusals
public import Storage

/// What workers ask and report, each by its token. A worker that no longer holds the lease of a task changes nothing.
public struct WorkerTasks: Sendable {
    /// How long a task stays a worker's without a word from it: within 15 s a task of a killed one is given out again.
    public static let lease = Duration.seconds(12)
    /// How often a worker is to report. A cancelled task ends within this and the time of the answer.
    public static let heartbeat = Duration.seconds(3)
    /// The most bytes that a file may have.
    public static let byteLimit = 500 << 20

    private let database: Database

    /// The tasks of a database.
    public init(database: Database) {
        self.database = database
    }

    /// A task that was given to a worker.
    public struct Claim: Sendable {
        /// The task.
        public let id: UUID
        /// What shows that the worker has it; also the name of its upload.
        public let lease: UUID
        /// The model, by the endpoint of the catalog.
        public let model: String
        /// What the pipeline gets.
        public let input: JSONText
    }

    /// The file that a worker has announced.
    public struct File: Sendable {
        /// How it is cut into parts.
        public let plan: UploadPlan
        /// Its SHA-256 in lower-case hexadecimal digits.
        public let sha256: String
    }

    /// Gives the worker the oldest task that it can do; nil when there is none.
    public func claim(_ token: WorkerToken, models: [String], facts: [String: String]) throws(WorkerError) -> Claim? {
        try WorkerError.wrapping {
            let row: Row = try database.one(
                """
                select outcome, task, task_lease, task_endpoint, task_input
                from claim_worker_task(\(token.hash), \(models), \(try JSONText(encoding: facts)), \(Self.lease))
                """)
            switch try row.value("outcome", as: String.self) {
            case "claimed":
                return Claim(
                    id: try row.value("task"), lease: try row.value("task_lease"),
                    model: try row.value("task_endpoint"), input: try row.value("task_input"))
            case "none": return nil
            default: throw WorkerRefusal.unknownToken
            }
        }
    }

    /// Whether a task could be given out.
    public func hasWaiting() throws(DatabaseError) -> Bool { try database.one("select has_worker_task()") }

    /// Renews a lease; false when the worker must drop the task. `step` of `steps` is how far its pipeline is.
    public func renew(
        _ task: UUID, _ lease: UUID, _ token: WorkerToken, step: Int? = nil, steps: Int? = nil
    ) throws(WorkerError) -> Bool {
        try WorkerError.wrapping {
            let outcome: String = try database.one(
                """
                select renew_worker_lease(
                    \(token.hash), \(task), \(lease), \(Self.lease), \(step.map(Int32.init))::int,
                    \(steps.map(Int32.init))::int
                )
                """)
            if outcome == "unknown_worker" { throw WorkerRefusal.unknownToken }
            return outcome == "continue"
        }
    }

    /// Notes the file that is about to be sent. True when the parts of an earlier file must be deleted first.
    public func beginUpload(
        _ task: UUID, _ lease: UUID, _ token: WorkerToken, plan: UploadPlan, sha256: String
    ) throws(WorkerError) -> Bool {
        try WorkerError.wrapping {
            let outcome: String = try database.one(
                """
                select begin_worker_upload(
                    \(token.hash), \(task), \(lease), \(Self.lease), \(Int64(plan.size)), \(Int64(plan.partSize)),
                    \(sha256)
                )
                """)
            switch outcome {
            case "sent": return false
            case "changed": return true
            default: throw Self.refusal(outcome)
            }
        }
    }

    /// The file that the worker has announced; nil when the task is done already.
    public func file(_ task: UUID, _ lease: UUID, _ token: WorkerToken) throws(WorkerError) -> File? {
        try WorkerError.wrapping {
            let row: Row = try database.one(
                """
                select outcome, file_bytes, bytes_of_part, checksum
                from worker_upload(\(token.hash), \(task), \(lease), \(Self.lease))
                """)
            let outcome: String = try row.value("outcome")
            if outcome == "done" { return nil }
            guard outcome == "sent" else { throw Self.refusal(outcome) }
            guard let size: Int64 = try row.value("file_bytes"), let part: Int64 = try row.value("bytes_of_part"),
                let checksum: String = try row.value("checksum")
            else { throw WorkerRefusal.noUpload }
            return File(plan: UploadPlan(size: Int(size), partSize: Int(part)), sha256: checksum)
        }
    }

    /// Accepts the file of a task, once.
    public func finish(_ task: UUID, _ lease: UUID, _ token: WorkerToken, made: MadeFile) throws(WorkerError) {
        try WorkerError.wrapping {
            let outcome: String = try database.one(
                "select finish_worker_task(\(token.hash), \(task), \(lease), \(try JSONText(encoding: made)))")
            if outcome != "done" { throw Self.refusal(outcome) }
        }
    }

    /// Records that a worker could not do a task.
    public func fail(
        _ task: UUID, _ lease: UUID, _ token: WorkerToken, code: String, message: String, isRetryable: Bool
    ) throws(WorkerError) {
        try WorkerError.wrapping {
            let outcome: String = try database.one(
                """
                select fail_worker_task(\(token.hash), \(task), \(lease), \(code), \(message), \(isRetryable))
                """)
            if outcome != "done" { throw Self.refusal(outcome) }
        }
    }

    private static func refusal(_ outcome: String) -> WorkerRefusal {
        outcome == "unknown_worker" ? .unknownToken : .leaseLost
    }
}

/// What a worker says of the file that it made.
public struct MadeFile: Sendable, Encodable {
    let width: Int
    let height: Int
    let frames: Int
    let fps: Double
    let seconds: Double

    /// A file of so many pictures; `seconds` is how long the pipeline took.
    public init(width: Int, height: Int, frames: Int, fps: Double, seconds: Double) {
        self.width = width
        self.height = height
        self.frames = frames
        self.fps = fps
        self.seconds = seconds
    }
}
