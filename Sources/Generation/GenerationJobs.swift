internal import FoundationEssentials
internal import Logging
public import Media
public import Money
internal import Postgres
public import Providers
public import Queue
public import Realtime
public import Storage

/// The jobs that take a generation from its request to its video. Each is a short step: none waits for a provider's work.
///
/// draw (this site's own renderer) or submit → poll → fetch, and then process; in a chain, continue gives the next step its
/// picture.
public struct GenerationJobs: Sendable {
    /// The queue of the jobs that call other servers.
    static let outward = "outward"

    let storage: any MediaStorage
    let tools: MediaTools
    let providers: ProviderRegistry
    let pace: GenerationPace
    let rate: CreditRate
    let webhooks: WebhookAddress
    let pictures: PictureAddress
    let publish: @Sendable (Event) throws -> Void
    let fetch: ResultFetch

    /// The jobs of an installation. `publish` sends events that may be lost, such as progress.
    public init(
        storage: any MediaStorage, tools: MediaTools, providers: ProviderRegistry, pace: GenerationPace,
        rate: CreditRate, webhooks: WebhookAddress, pictures: PictureAddress,
        publish: @escaping @Sendable (Event) throws -> Void = { _ in },
        fetch: ResultFetch = ResultFetch()
    ) {
        self.storage = storage
        self.tools = tools
        self.providers = providers
        self.pace = pace
        self.rate = rate
        self.webhooks = webhooks
        self.pictures = pictures
        self.publish = publish
        self.fetch = fetch
    }

    /// Lets a registry do these jobs.
    public func register(in registry: inout JobRegistry) {
        registry.register(DrawGeneration.self) { job, context in try draw(job, context) }
        registry.register(SubmitGeneration.self) { job, context in try submit(job, context) }
        registry.register(PollGeneration.self) { job, context in try poll(job, context) }
        registry.register(FetchGeneration.self) { job, context in try fetchResult(job, context) }
        registry.register(ProcessGeneration.self) { job, context in try process(job, context) }
        registry.register(ContinueChain.self) { job, context in try continueChain(job, context) }
        registry.register(CancelAtProvider.self) { job, context in try cancelAtProvider(job, context) }
        registry.register(StageVideo.self) { job, context in try stage(job, context) }
        registry.register(ResumeGenerations.self) { _, context in
            let resumed: Int = try context.database.one(
                "select resume_generations(\(Int32(pace.localConcurrency)), \(Int32(pace.concurrency)))")
            if resumed > 0 { context.log.notice("generations resumed", ["count": .int(resumed)]) }
            let leases: [UUID] = try context.database.one("select sweep_worker_tasks()")
            for lease in leases { try storage.deleteParts(of: lease) }
            return .done()
        }
        registry.recur("resume_generations", .every(.seconds(30)), ResumeGenerations())
        registry.register(WakeProvider.self) { job, context in
            try context.database.execute(
                "select start_waiting_generations(\(job.provider), \(Int32(pace.places(at: job.provider))))")
            return .done()
        }
        registry.register(RefreshExpectations.self) { _, context in
            try context.database.execute("select refresh_expectations()")
            return .done()
        }
        registry.recur("refresh_expectations", .every(.seconds(300)), RefreshExpectations())
        SourceImageJobs(storage: storage, pictures: SourcePictures(tools)).register(in: &registry)
    }
}

/// Draws a video on this site.
public struct DrawGeneration: JobPayload {
    /// The name in the queue.
    public static let kind = "draw_generation"
    /// ffmpeg takes seconds.
    public static let options = JobOptions(priority: .high, maxAttempts: 5, timeout: .seconds(300), isLong: true)

    let id: UUID
    let run: Int
}

/// Sends a request to its provider.
public struct SubmitGeneration: JobPayload {
    /// The name in the queue.
    public static let kind = "submit_generation"
    /// A member waits for it.
    public static let options = JobOptions(
        queue: GenerationJobs.outward, priority: .high, maxAttempts: 20, timeout: .seconds(90))

    let id: UUID
    let run: Int
}

/// Asks a provider how far a request is.
public struct PollGeneration: JobPayload {
    /// The name in the queue.
    public static let kind = "poll_generation"
    /// A provider that does not answer is asked again later.
    public static let options = JobOptions(queue: GenerationJobs.outward, maxAttempts: 1_000, timeout: .seconds(120))

    let id: UUID
    let run: Int
}

/// Fetches a finished video.
public struct FetchGeneration: JobPayload {
    /// The name in the queue.
    public static let kind = "fetch_generation"
    /// A finished video is paid for, so it is not given up on soon.
    public static let options = JobOptions(
        queue: GenerationJobs.outward, priority: .high, maxAttempts: 12, timeout: .seconds(300),
        backOff: BackOff(first: .seconds(2), longest: .seconds(300)), isLong: true)

    let id: UUID
    let run: Int
}

/// Makes what is shown of a fetched or drawn video.
public struct ProcessGeneration: JobPayload {
    /// The name in the queue.
    public static let kind = "process_generation"
    /// Conversions may take minutes on a busy machine.
    public static let options = JobOptions(priority: .high, timeout: .seconds(600), isLong: true)

    let id: UUID
    let run: Int
}

/// Gives a step of a chain its picture, the last frame of the step before it.
public struct ContinueChain: JobPayload {
    /// The name in the queue.
    public static let kind = "continue_chain"
    /// It decodes half a second of video.
    public static let options = JobOptions(priority: .high, maxAttempts: 5, timeout: .seconds(120), isLong: true)

    let id: UUID
}

/// Asks a provider to stop a request whose run is over, and books what it took.
public struct CancelAtProvider: JobPayload {
    /// The name in the queue.
    public static let kind = "cancel_at_provider"
    /// It calls another server.
    public static let options = JobOptions(queue: GenerationJobs.outward, timeout: .seconds(60))

    let provider: String
    let endpoint: String
    /// Nil while the answer to the submission is missing. When the job runs then, nothing was accepted as far as is known.
    let requestID: String?
    let links: [String: String]
    let id: UUID
    let run: Int
    let hasBegun: Bool
    let parameters: [String: JSON]
}

/// Brings a video to the place where the checks of clips expect an upload.
public struct StageVideo: JobPayload {
    /// The name in the queue.
    public static let kind = "stage_video"
    /// A long video is cut, which is encoded again.
    public static let options = JobOptions(priority: .high, timeout: .seconds(300), isLong: true)

    let clipID: UUID
    let uploadID: UUID
    let videoKey: String
    let startMs: Int
    let lengthMs: Int
}

/// Starts what waits for a provider that may be called again.
public struct WakeProvider: JobPayload {
    /// The name in the queue.
    public static let kind = "wake_provider"
    /// It changes rows only.
    public static let options = JobOptions(queue: GenerationJobs.outward, priority: .high, maxAttempts: 20)

    let provider: String
}

/// Computes what can be expected of each model; meant to recur.
public struct RefreshExpectations: JobPayload {
    /// The name in the queue.
    public static let kind = "refresh_expectations"
    /// It is upkeep.
    public static let options = JobOptions(queue: "upkeep", priority: .low)

    /// There is nothing to say.
    public init() {}
}

/// Finds generations that have stopped; meant to recur.
public struct ResumeGenerations: JobPayload {
    /// The name in the queue.
    public static let kind = "resume_generations"
    /// It is upkeep.
    public static let options = JobOptions(queue: "upkeep", priority: .low)

    /// There is nothing to say.
    public init() {}
}
