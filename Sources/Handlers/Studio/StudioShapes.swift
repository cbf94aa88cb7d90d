internal import Film
internal import FoundationEssentials
internal import Generation
internal import HTTP
internal import Money
internal import Postgres
internal import Providers
internal import Storage
internal import Text

/// What a member asks a model for.
struct CreateJobInput: InputShape {
    @Input(.string(1...200), "The model, by slug, model id or id; without it the default one.") var model: String?
    @Input(.text(1...4_000, lines: .many), "What the video shows.") var prompt: String
    @Input(.text(0...4_000, lines: .many), "What it must not show.") var negativePrompt: String?
    @Input("The picture that it starts from; see `POST /api/upload/image`.") var imageID: UUID?
    @Input(.number(0.1...600), "Seconds; without it the model's usual length.") var duration: Double?
    @Input(.choice(["standard", "high", "ultra"])) var quality: String?
    @Input(.string(1...20), "One of the model's shapes, such as `9:16`.") var aspectRatio: String?
    @Input(.integer(0...4_294_967_295), "Makes the run repeatable.") var seed: Int?
    @Input(.map(.any), "Values of the model's own parameters.") var parameters: ParameterValues?
    @Input(.integer(0...100_000_000), "The credits that were shown, of all videos. At another price, nothing is made.")
    var credits: Int?
    @Input(.array(.string(1...200), count: 2...4), "Several models in place of `model`: each makes a video of its own.")
    var models: [String]?
    @Input(
        .array(ChainStepInput.schema, count: 1...5),
        "Further videos. Each starts from the last frame of the one before it. After a failure the later ones are not made."
    )
    var nextSteps: [ChainStepInput]?
}

/// A further step of a chain. What is left out is as in the first step, but for the seed.
struct ChainStepInput: InputShape, InputValue {
    @Input(.text(1...4_000, lines: .many), "What this step shows.") var prompt: String
    @Input(.string(1...200), "The model, which must start from a picture.") var model: String?
    @Input(.number(0.1...600), "Seconds.") var duration: Double?
    @Input(.integer(0...4_294_967_295)) var seed: Int?
    @Input(.map(.any), "Values of the model's own parameters.") var parameters: ParameterValues?
}

/// What a body asks for.
enum WantedVideos {
    /// One video.
    case one(GenerationRequest)
    /// Several as one request.
    case several(GenerationGroup.Kind, [GenerationRequest])
}

extension CreateJobInput {
    /// The requests of the body.
    func wanted(key: String?) throws -> WantedVideos {
        let first = GenerationRequest(
            model: model, prompt: prompt.trimmed, negativePrompt: negativePrompt?.trimmed, imageID: imageID,
            duration: duration.map { .seconds(rounding: $0) }, quality: quality, aspectRatio: aspectRatio, seed: seed,
            parameters: try parameters?.parameters() ?? [:], seenCredits: credits, idempotencyKey: key)
        if let models {
            guard model == nil, nextSteps == nil else {
                throw Problem.invalid(
                    "models", "contradiction", "Name one model in “model”, or several in “models” and no further steps."
                )
            }
            // The models are compared, so all get the same seed.
            let shared = seed ?? Int.random(in: 0...2_147_483_647)
            return .several(
                .models,
                models.enumerated().map { index, model in
                    var request = first
                    (request.model, request.seed) = (model, shared)
                    if index > 0 { request.idempotencyKey = nil }
                    return request
                })
        }
        guard let nextSteps else { return .one(first) }
        let further = try nextSteps.map { step in
            GenerationRequest(
                model: step.model ?? model, prompt: step.prompt.trimmed, negativePrompt: first.negativePrompt,
                duration: step.duration.map { .seconds(rounding: $0) } ?? first.duration, quality: quality,
                aspectRatio: step.model == nil || step.model == model ? aspectRatio : nil, seed: step.seed,
                parameters: try step.parameters?.parameters() ?? [:])
        }
        return .several(.chain, [first] + further)
    }
}

extension Duration {
    fileprivate static func seconds(rounding seconds: Double) -> Duration {
        .milliseconds(Int((seconds * 1_000).rounded()))
    }
}

/// Values of a model's parameters.
struct ParameterValues: InputValue {
    static let inputSchema = Schema.map(.any)
    let values: [String: JSONValue]

    init(from decoder: any Decoder) throws {
        guard case .object(let members) = try JSONValue(from: decoder) else {
            throw DecodingError.dataCorrupted(
                DecodingError.Context(codingPath: decoder.codingPath, debugDescription: "must be an object"))
        }
        values = members
    }

    /// The values as the models' rules read them.
    func parameters() throws -> [String: JSON] {
        try values.mapValues { value in
            guard let read = JSON(Array(try JSONEncoder().encode(value))) else {
                throw Problem.invalid("parameters", "format", "The parameters cannot be read.")
            }
            return read
        }
    }
}

/// The contract of the RunPod era: `input.positive_prompt` repeats the prompt and `input.num_frames` the frames.
struct RunPodInput: InputShape {
    @Input(.text(1...4_000, lines: .many)) var prompt: String
    @Input(.string(1...200)) var modelName: String?
    @Input(.integer(1...10_000)) var frames: Int?
    @Input(.map(.any), "The input of the worker.") var input: ParameterValues
}

struct DeleteVideosInput: InputShape {
    @Input(.array(.uuid, count: 1...100), "The videos, by their jobs.") var jobIDs: [UUID]
}

struct SubmitVideoInput: InputShape {
    @Input(.text(ClipLimits.title)) var title: String
    @Input(.text(ClipLimits.description, lines: .many)) var description: String?
    @Input(.choice(ClipGenre.all)) var genre: String
    @Input(.number(0...120), "Where the part of 8.5 seconds begins, when the video is longer.") var startSeconds:
        Double?
    @Input("The sender owns the rights. Must be true.") var rightsConfirmed: Bool
    @Input("Everyone shown has agreed. Must be true.") var consentConfirmed: Bool
    @Input("The sender gives the site the licence that its terms name. Must be true.") var licenceAccepted: Bool
}

struct PublishVideoInput: InputShape {
    @Input("Whether everyone may see the video.") var published: Bool
}

/// A generation as the API shows it to its owner.
struct GenerationJob: Shaped {
    let generation: Generation

    private func url(_ key: String?) -> String? { key.flatMap { StorageKey($0) }.map { MediaURLs().url(for: $0) } }

    static let shape = Shape<GenerationJob>("GenerationJob") {
        Field("id", \.generation.id)
        Field("status", \.generation.status.rawValue, .choice(GenerationStatus.allCases.map(\.rawValue)), nil)
        Field("progress", \.generation.progress, "Percent.")
        Field("queuePosition", \.generation.queuePosition, "The requests before it at the provider, where it says so.")
        Field("model", \.generation.modelSlug)
        Field("modelName", \.generation.modelName)
        Field("provider", \.generation.provider)
        Field(
            "movedFrom", \.generation.movedFrom,
            "The provider that was to run it, when another row of its model took it over.")
        Field("movedFromModel", \.generation.movedFromModel, "The model that was asked for then.")
        Field("movedBecause", { $0.generation.movedBecause?.rawValue }, "outage, busy, cap or not_set_up.")
        Field("prompt", \.generation.prompt)
        Field("negativePrompt", \.generation.negativePrompt)
        Field("imageID", \.generation.sourceImageID)
        Field("durationSeconds", { Double($0.generation.durationMs) / 1_000 }, "What was asked for.")
        Field("quality", \.generation.quality)
        Field("aspectRatio", \.generation.aspectRatio)
        Field("seed", \.generation.seed)
        Field("parameters", { (try? JSONValue(parsing: Array($0.generation.parameters.text.utf8))) ?? .object([:]) })
        Field("credits", \.generation.credits, "What was reserved.")
        Field("chargedCredits", \.generation.chargedCredits, "What was charged in the end.")
        Field("costUSD", { $0.generation.cost?.description }, "Dollars, as decimal text.")
        Field("error", \.generation.error)
        Field("errorCode", \.generation.errorCode)
        Field("url", { $0.url($0.generation.videoKey) }, "The video in full size.")
        Field(
            "smallURL", { $0.url($0.generation.smallKey) },
            "The video for slow connections, 360 pixels on its shorter side.")
        Field("posterURL", { $0.url($0.generation.posterKey) })
        Field("blurhash", \.generation.blurhash)
        Field("width", \.generation.width)
        Field("height", \.generation.height)
        Field("videoSeconds", { $0.generation.videoMs.map { Double($0) / 1_000 } }, "As measured.")
        Field("generationSeconds", { $0.generation.generationMs.map { Double($0) / 1_000 } })
        Field("published", { $0.generation.publishedAt != nil })
        Field("clipID", \.generation.clipID)
        Field("groupID", \.generation.group?.id, "What it was requested together with.")
        Field("groupKind", \.generation.group?.kind.rawValue, "`models` or `chain`.")
        Field("groupStep", \.generation.group?.step, "The place in it, from 1.")
        Field("groupCount", \.generation.group?.count)
        Field(
            "contentCredentials", \.generation.credentialsManifest,
            "The label of the C2PA manifest in the provider's file. Its signature was not checked.")
        Field("createdAt", \.generation.createdAt)
        Field("updatedAt", \.generation.updatedAt)
        Field("finishedAt", \.generation.finishedAt)
    }
}

/// What a request became.
struct CreatedJob: Shaped {
    let receipt: GenerationReceipt

    static let shape = Shape<CreatedJob>("CreatedJob") {
        Field("jobID", \.receipt.generation.id, "The video, or the first of several.")
        Field("remainingSeconds", { ($0.receipt.remainingMs + 999) / 1_000 }, "What is left in the period.")
        Field("job", { GenerationJob(generation: $0.receipt.generation) })
        Field(
            "jobs", { $0.receipt.all.map { GenerationJob(generation: $0) } },
            "Every video that was requested, in order.")
    }
}

/// A video as the clients of the RunPod era know it.
struct ListedVideo: Shaped {
    let id: UUID
    let memberID: UUID?
    let prompt: String?
    let status: String
    let url: String?
    let frames: Int?
    let createdAt: Date?
    let updatedAt: Date
    let job: GenerationJob?

    init(_ generation: Generation) {
        id = generation.id
        memberID = generation.memberID
        prompt = generation.prompt
        status =
            switch generation.status {
            case .queued: "queued"
            case .processing, .uncertain: "processing"
            case .completed: "completed"
            case .failed, .cancelled: "failed"
            }
        let job = GenerationJob(generation: generation)
        url = generation.videoKey.flatMap { StorageKey($0) }.map { MediaURLs().url(for: $0) }
        frames = generation.frames
        createdAt = generation.createdAt
        updatedAt = generation.updatedAt
        self.job = job
    }

    init(_ change: GenerationChange) {
        switch change {
        case .changed(let generation): self.init(generation)
        case .deleted(let deleted): self.init(deleted)
        }
    }

    private init(_ deleted: DeletedGeneration) {
        id = deleted.id
        (memberID, prompt, url, frames, createdAt, job) = (nil, nil, nil, nil, nil, nil)
        status = "deleted"
        updatedAt = deleted.deletedAt
    }

    static let shape = Shape<ListedVideo>("ListedVideo") {
        Field("id", \.id)
        Field("jobID", \.id)
        Field("userID", \.memberID)
        Field("prompt", \.prompt)
        Field(
            "status", \.status, .choice(["queued", "processing", "completed", "failed", "deleted"]),
            "In the words of the RunPod era; `job` has the exact one.")
        Field("url", \.url)
        Field("frames", \.frames)
        Field("createdAt", \.createdAt)
        Field("updatedAt", \.updatedAt)
        Field("job", \.job, "The whole job; null for a deleted one.")
    }
}

/// How many videos were deleted.
struct DeletedVideos: Shaped {
    let count: Int

    static let shape = Shape<DeletedVideos>("DeletedVideos") {
        Field("success", { _ in true })
        Field("deleted", \.count)
    }
}

/// The clip that a video became.
struct SubmittedVideo: Shaped {
    let clip: UUID

    static let shape = Shape<SubmittedVideo>("SubmittedVideo") {
        Field("success", { _ in true })
        Field("clipID", \.clip)
        Field("url", { "/clip/" + $0.clip.text }, "The page of the clip.")
    }
}

/// What a member has left of the period's seconds.
struct UsageAnswer: Shaped {
    let usage: GenerationUsage
    let spending: MemberSpending

    static let shape = Shape<UsageAnswer>("Usage") {
        Field("usedSeconds", { ($0.usage.usedMs + 999) / 1_000 })
        Field("limitSeconds", { $0.usage.limitMs / 1_000 })
        Field("remainingSeconds", { ($0.usage.remainingMs + 999) / 1_000 })
        Field("since", \.usage.since, "When the period began.")
        Field("monthCredits", \.spending.credits, "Credits spent or reserved in this month.")
        Field(
            "capCredits", \.spending.capCredits,
            "The credits that the site lets the member spend in a month, if capped.")
        Field("monthSeconds", { ($0.spending.milliseconds + 999) / 1_000 })
        Field("capSeconds", { $0.spending.capMilliseconds.map { $0 / 1_000 } })
    }
}
