public import FoundationEssentials
public import Providers

/// What a member asks for.
public struct GenerationRequest: Sendable {
    /// The model, by slug, model id or id; nil for the default one.
    public var model: String?
    /// What the video shows.
    public var prompt: String
    /// What it must not show.
    public var negativePrompt: String?
    /// The picture that it starts from.
    public var imageID: UUID?
    /// Length; nil for the model's usual one.
    public var duration: Duration?
    /// Quality; nil for standard.
    public var quality: String?
    /// Shape; nil for the model's first.
    public var aspectRatio: String?
    /// Makes the run repeatable; nil for a random one.
    public var seed: Int?
    /// Frames, for models that count so.
    public var frames: Int?
    /// Values of the model's parameters.
    public var parameters: [String: JSON]
    /// The credits that the member has seen; nil to accept any price.
    public var seenCredits: Int?
    /// The key under which a repeated request is the same one.
    public var idempotencyKey: String?

    /// A request.
    public init(
        model: String? = nil, prompt: String, negativePrompt: String? = nil, imageID: UUID? = nil,
        duration: Duration? = nil,
        quality: String? = nil, aspectRatio: String? = nil, seed: Int? = nil, frames: Int? = nil,
        parameters: [String: JSON] = [:], seenCredits: Int? = nil, idempotencyKey: String? = nil
    ) {
        self.model = model
        self.prompt = prompt
        self.negativePrompt = negativePrompt
        self.imageID = imageID
        self.duration = duration
        self.quality = quality
        self.aspectRatio = aspectRatio
        self.seed = seed
        self.frames = frames
        self.parameters = parameters
        self.seenCredits = seenCredits
        self.idempotencyKey = idempotencyKey
    }
}

/// What a request became.
public struct GenerationReceipt: Sendable {
    /// The generation, or the first of several.
    public let generation: Generation
    /// Every generation that was requested, in order.
    public let all: [Generation]
    /// Milliseconds that are left in the period.
    public let remainingMs: Int
    /// Whether it is the answer to an earlier request with the same key.
    public let isRepeated: Bool

    init(_ all: [Generation], first: Generation, remainingMs: Int, isRepeated: Bool) {
        generation = first
        self.all = all
        self.remainingMs = remainingMs
        self.isRepeated = isRepeated
    }
}

/// The facts of a new row, named as its columns.
struct GenerationFacts: Encodable {
    let modelID: UUID
    let prompt: String
    let negativePrompt: String?
    let imageID: UUID?
    let durationMs: Int
    let quality: String
    let aspectRatio: String?
    let seed: Int
    let frames: Int?
    let parameters: [String: JSON]
    let credits: Int
    let expected: String
    let idempotencyKey: String?

    enum CodingKeys: String, CodingKey {
        case modelID = "model_id"
        case prompt
        case negativePrompt = "negative_prompt"
        case imageID = "source_image_id"
        case durationMs = "duration_ms"
        case quality
        case aspectRatio = "aspect_ratio"
        case seed, frames, parameters, credits
        case expected = "expected_usd"
        case idempotencyKey = "idempotency_key"
    }
}
