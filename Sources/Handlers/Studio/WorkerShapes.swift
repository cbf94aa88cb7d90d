internal import FoundationEssentials
internal import Generation
internal import HTTP
internal import Postgres
internal import Storage

extension Schema {
    fileprivate static let workerModels = Schema.array(.string(1...100), count: 1...50)
    fileprivate static let sha256 = Schema.string(
        64...64,
        pattern: Pattern("^[0-9a-f]{64}$", explanation: "must be 64 lower-case hexadecimal digits") { text in
            text.utf8.count == 64
                && text.utf8.allSatisfy {
                    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
                        || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains($0)
                }
        })
    fileprivate static let fileBytes = Schema.integer(1...WorkerTasks.byteLimit)
}

/// What a worker says when it asks for work.
struct ClaimInput: InputShape {
    @Input(.text(1...100), "What the worker calls itself, for the log.") var worker: String
    @Input(.workerModels, "The models that it runs, by the endpoints of the catalog.") var models: [String]
    @Input(.number(0...60), "Seconds to wait for a job; 8 at most count.") var wait: Double?
    @Input(.text(1...100), "Its card.") var device: String?
    @Input(.text(1...40), "Its version.") var version: String?
}

struct HeartbeatInput: InputShape {
    @Input("The job.") var job: UUID
    @Input("The lease that the job came with.") var lease: UUID
}

struct ProgressInput: InputShape {
    @Input("The job.") var job: UUID
    @Input("The lease that the job came with.") var lease: UUID
    @Input(.integer(0...100_000)) var step: Int
    @Input(.integer(1...100_000)) var steps: Int
}

struct WorkerUploadInput: InputShape {
    @Input("The job.") var job: UUID
    @Input("The lease that the job came with.") var lease: UUID
    @Input(.fileBytes, "Bytes of the MP4 file, at most 500 MiB.") var size: Int
    @Input(.sha256, "Of the whole file.") var sha256: String
}

struct DoneInput: InputShape {
    @Input("The job.") var job: UUID
    @Input("The lease that the job came with.") var lease: UUID
    @Input(.sha256, "As announced.") var sha256: String
    @Input(.fileBytes, "As announced.") var size: Int
    @Input(.integer(1...8_192)) var width: Int
    @Input(.integer(1...8_192)) var height: Int
    @Input(.integer(1...100_000)) var frames: Int
    @Input(.number(1...240)) var fps: Double
    @Input(.number(0...86_400), "How long the pipeline took.") var seconds: Double
}

struct FailInput: InputShape {
    @Input("The job.") var job: UUID
    @Input("The lease that the job came with.") var lease: UUID
    @Input(.string(1...60), "The reason, for programs, such as `out_of_memory`.") var code: String
    @Input(.text(1...500, lines: .many), "The reason, for the member.") var message: String
    @Input("Whether another attempt makes sense.") var retryable: Bool
}

/// A job for a worker.
struct ClaimedTask: Shaped {
    let claim: WorkerTasks.Claim

    static let shape = Shape<ClaimedTask>("ClaimedWorkerJob") {
        Field("job", { WorkerJob(claim: $0.claim) })
    }
}

struct WorkerJob: Shaped {
    let claim: WorkerTasks.Claim

    static let shape = Shape<WorkerJob>("WorkerJob") {
        Field("id", \.claim.id)
        Field("lease", \.claim.lease, "Every report about the job names it.")
        Field(
            "leaseSeconds", { _ in Int(WorkerTasks.lease.components.seconds) },
            "Without a report for so long, another worker gets the job.")
        Field(
            "heartbeatSeconds", { _ in Int(WorkerTasks.heartbeat.components.seconds) }, "How often to report at least.")
        Field("model", \.claim.model, "By the endpoint of the catalog.")
        Field(
            "input", { (try? JSONValue(parsing: Array($0.claim.input.text.utf8))) ?? .object([:]) }, .map(.any),
            "`positive_prompt`, `negative_prompt`, `seed`, `width`, `height`, `steps`, `cfg`, `num_frames`, and `image` as a `data:` URI."
        )
        Field("upload", { _ in "/api/worker/upload" }, "Where to ask for the addresses of the file.")
    }
}

/// Whether a worker may go on.
struct WorkerOrder: Shaped {
    let mayContinue: Bool

    static let shape = Shape<WorkerOrder>("WorkerOrder") {
        Field("continue", \.mayContinue, "Otherwise drop the job: it was cancelled, has ended, or is another worker's.")
    }
}

struct WorkerReceipt: Shaped {
    static let shape = Shape<WorkerReceipt>("WorkerReceipt") {
        Field("success", { _ in true })
    }
}

/// Where a worker sends its file.
struct WorkerUpload: Shaped {
    let permission: UploadPermission
    let plan: UploadPlan
    let expiresAt: Date
    let arrived: [Int]

    static let shape = Shape<WorkerUpload>("WorkerUpload") {
        Field(
            "method", \.permission.method, .choice(["PUT", "POST"]),
            "PUT sends a part as the body. POST sends a form: the fields, then the part as the field `file`.")
        Field("headers", \.permission.headers, "What to send with every part.")
        Field("fields", \.permission.fields, "The fields of the form; none where the method is PUT.")
        Field("partSize", \.plan.partSize, "Bytes of every part but the last.")
        Field("urls", \.permission.urls, "One address for each part, from part 1.")
        Field("arrived", \.arrived, "The parts that have arrived.")
        Field("expiresAt", \.expiresAt, "Until when the addresses are valid; ask again for fresh ones.")
    }
}
