public import FoundationEssentials
public import Generation
public import HTTP
internal import Logging
internal import Postgres
internal import Providers
public import SharedHandlers
internal import Storage
internal import Text

/// The routes by which members make videos, and by which providers report.
public enum StudioRoutes {
    /// Off, no route starts a run.
    private static let flag = "generation_enabled"

    /// Every route of the group. `hasPremium` says whether a member may run premium models, `sources` where files are that are
    /// not on nginx's machine.
    public static func routes(
        generations: Generations, webhooks: ProviderWebhooks, hasPremium: @escaping @Sendable (UUID) throws -> Bool,
        sources: @escaping MediaSources, caps: SpendingCaps
    ) -> [Route] {
        jobs(generations, hasPremium, caps) + videos(generations, hasPremium) + presets(generations)
            + webhookRoutes(webhooks)
            + [media(generations, sources)]
    }

    private static func jobs(
        _ generations: Generations, _ hasPremium: @escaping @Sendable (UUID) throws -> Bool, _ caps: SpendingCaps
    ) -> [Route] {
        [
            .post(
                "/api/jobs", access: .member, flag: flag, body: CreateJobInput.self,
                answers: [200: CreatedJob.schema, 202: CreatedJob.schema],
                features: ["GEN-01", "GEN-09", "GEN-17", "PRICE-03"],
                summary:
                    "Asks a model for a video, several models for one each, or for a chain of videos. Answers at once; `Idempotency-Key` makes a repetition the same request."
            ) { context, input in
                try create(try input.wanted(key: try context.idempotencyKey()), generations, hasPremium, context)
            }
            .afterTerms().acceptingForms(.backTo("/studio", saying: "video-requested")),
            .post(
                "/api/runpod", access: .member, flag: flag, body: RunPodInput.self,
                answers: [200: CreatedJob.schema, 202: CreatedJob.schema], features: ["GEN-01", "GEN-09"],
                summary: "Asks the model that runs on RunPod for a video, in the form of its worker."
            ) { context, input in
                try create(.one(try runPodRequest(input, context)), generations, hasPremium, context)
            }.afterTerms(),
            .get(
                "/api/jobs/[id]", access: .member, features: ["GEN-01", "GEN-10"], summary: "How far a video is."
            ) { context in
                GenerationJob(generation: try generations.find(try context.uuid("id"), of: try context.member().id))
            },
            .delete(
                "/api/jobs/[id]", access: .member, features: ["GEN-05"],
                summary: "Stops a video that is being made. What its provider has begun may be charged."
            ) { context in
                GenerationJob(generation: try generations.cancel(try context.uuid("id"), of: try context.member().id))
            }.acceptingForms(.backTo("/my-videos", saying: "video-cancelled")),
            .get(
                "/api/usage", access: .member, features: ["GEN-09", "GEN-15"],
                summary: "What is left of the period's seconds, and of what the site lets the member spend in a month."
            ) { context in
                let member = try context.member().id
                return UsageAnswer(
                    usage: try generations.usage(of: member), spending: try caps.spending(of: member))
            },
        ]
    }

    private static func videos(
        _ generations: Generations, _ hasPremium: @escaping @Sendable (UUID) throws -> Bool
    ) -> [Route] {
        [
            .get(
                "/api/videos", access: .member,
                query: [
                    .optional(
                        "updatedSince", .integer(0...Int.max),
                        "Unix milliseconds: only what has changed since, deleted videos included, from the first change."
                    )
                ] + .paging(default: 200, cap: 200),
                answers: [200: Schema.array(ListedVideo.schema, count: 0...1_000).named("ListedVideos")],
                features: ["GEN-07"],
                summary: "The member's videos from the newest. The header `Link` leads to the next page."
            ) { context in
                let (member, page) = (try context.member().id, context.pageRequest)
                guard let since = context.integer(query: "updatedSince") else {
                    return listing(try generations.page(of: member, page).map(ListedVideo.init), page, "")
                }
                let moment = Date(timeIntervalSince1970: Double(since) / 1_000)
                return listing(
                    try generations.changes(of: member, after: moment, page).map(ListedVideo.init), page,
                    "&updatedSince=\(since)")
            },
            .delete(
                "/api/videos", access: .member, body: DeleteVideosInput.self, features: ["GEN-07"],
                summary: "Deletes videos with their files. What is being made is stopped first."
            ) { context, input in
                DeletedVideos(count: try generations.delete(input.jobIDs, of: try context.member().id))
            }.acceptingForms(.backTo("/my-videos", saying: "video-deleted")),
            .post(
                "/api/videos/[id]/retry", access: .member, flag: flag,
                query: [.optional("credits", .integer(0...Int.max), "The price that was shown; another one is 409.")],
                answers: [202: CreatedJob.schema], features: ["GEN-05", "PRICE-03"],
                summary: "Runs a failed video again, with all checks and a new reservation."
            ) { context in
                do {
                    let receipt = try generations.retry(
                        try context.uuid("id"), by: try context.member().id,
                        seenCredits: context.integer(query: "credits"), hasPremium: hasPremium)
                    return Response.json(CreatedJob(receipt: receipt), status: 202)
                } catch {
                    throw withRemainder(error)
                }
            }.afterTerms().acceptingForms(.backTo("/my-videos", saying: "video-requested")),
            .post(
                "/api/videos/[id]/submit", access: .member, flag: "uploads_enabled", body: SubmitVideoInput.self,
                answers: [201: SubmittedVideo.schema], features: ["GEN-07", "GEN-17"],
                summary:
                    "Makes a finished video a pending clip; of a longer one 8.5 seconds from where it is told to begin."
            ) { context, input in
                let missing = [
                    (input.rightsConfirmed, "rightsConfirmed", "Confirm that you own the rights."),
                    (input.consentConfirmed, "consentConfirmed", "Confirm that everyone shown has agreed."),
                    (input.licenceAccepted, "licenceAccepted", "Accept the licence."),
                ].filter { !$0.0 }
                guard missing.isEmpty else {
                    throw Problem.unprocessable(missing.map { FieldFault($0.1, "required", $0.2) })
                }
                let clip = try generations.submitAsClip(
                    try context.uuid("id"), of: try context.member().id, title: input.title.trimmed,
                    description: (input.description ?? "").trimmed, genre: input.genre,
                    start: .milliseconds(Int(((input.startSeconds ?? 0) * 1_000).rounded())))
                return Response.created(SubmittedVideo(clip: clip), at: "/clip/" + clip.text)
            }.afterTerms().acceptingForms(.backTo("/my-videos", onSuccess: "/profile/clips", saying: "clip-sent")),
            .patch(
                "/api/videos/[id]/publish", access: .member, body: PublishVideoInput.self, features: ["GEN-12"],
                summary: "Shows a finished video to everyone, or to its owner alone."
            ) { context, input in
                GenerationJob(
                    generation: try generations.publish(
                        try context.uuid("id"), of: try context.member().id, isPublic: input.published))
            }.afterTerms().acceptingForms(.backTo("/my-videos", saying: "video-published")),
        ]
    }

    /// The array is bare, so that the address of the next page is in a header.
    private static func listing(_ found: Postgres.Page<ListedVideo>, _ page: PageRequest, _ query: String) -> Response {
        var answer = Response.json(found.items)
        if let next = found.nextCursor {
            answer.headers["Link"] = "</api/videos?limit=\(page.limit)&cursor=\(next)\(query)>; rel=\"next\""
        }
        return answer
    }

    private static func create(
        _ wanted: WantedVideos, _ generations: Generations, _ hasPremium: (UUID) throws -> Bool, _ context: Context
    ) throws -> Response {
        let member = try context.member().id
        let premium = try hasPremium(member)
        let receipt: GenerationReceipt
        do {
            receipt =
                switch wanted {
                case .one(let request): try generations.create(request, member: member, hasPremium: premium)
                case .several(let kind, let requests):
                    try generations.create(kind, requests, member: member, hasPremium: premium)
                }
        } catch {
            throw withRemainder(error)
        }
        context.log.info(
            "a video is requested",
            [
                "job": .string(receipt.generation.id.text), "model": .string(receipt.generation.modelSlug),
                "count": .int(receipt.all.count),
            ])
        var answer = Response.json(CreatedJob(receipt: receipt), status: receipt.isRepeated ? 200 : 202)
        answer.headers["Location"] = "/api/jobs/" + receipt.generation.id.text
        return answer
    }

    /// Programs read what is left beside the sentence.
    private static func withRemainder(_ error: any Error) -> any Error {
        guard let refusal = error as? GenerationRefusal else { return error }
        return switch refusal {
        case .limitSeconds(let left): Problem(refusal).with(["remainingSeconds": .integer((left + 999) / 1_000)])
        case .limitCredits(let balance, let needed):
            Problem(refusal).with(["balance": .integer(balance), "credits": .integer(needed)])
        case .capCredits(let remaining, let needed):
            Problem(refusal).with(["remainingCredits": .integer(remaining), "credits": .integer(needed)])
        case .priceChanged(let credits): Problem(refusal).with(["credits": .integer(credits)])
        default: refusal
        }
    }

    private static func runPodRequest(_ input: RunPodInput, _ context: Context) throws -> GenerationRequest {
        var values = try input.input.parameters()
        let prompt = values.removeValue(forKey: "positive_prompt")?.string
        if let prompt, prompt.trimmed != input.prompt.trimmed {
            throw Problem.unprocessable([
                FieldFault("prompt", "contradiction", "“prompt” and “input.positive_prompt” must say the same."),
                FieldFault(
                    "input.positive_prompt", "contradiction", "“prompt” and “input.positive_prompt” must say the same."),
            ])
        }
        if let frames = input.frames, let given = values["num_frames"]?.integer, frames != given {
            throw Problem.unprocessable([
                FieldFault("frames", "contradiction", "“frames” and “input.num_frames” must say the same."),
                FieldFault("input.num_frames", "contradiction", "“frames” and “input.num_frames” must say the same."),
            ])
        }
        let negative = values.removeValue(forKey: "negative_prompt")?.string
        let seed = values.removeValue(forKey: "seed")?.integer
        return GenerationRequest(
            model: input.modelName ?? "mochi", prompt: input.prompt.trimmed, negativePrompt: negative, seed: seed,
            frames: input.frames ?? values["num_frames"]?.integer, parameters: values,
            idempotencyKey: try context.idempotencyKey())
    }
}

extension StudioRoutes {
    /// nginx asks this before it sends a video's file; see `nginx/dailies-site.conf`.
    private static func media(_ generations: Generations, _ sources: @escaping MediaSources) -> Route {
        .get(
            "/internal/video", access: .internal_, limit: nil, answers: [204: nil], features: ["SEC-06", "GEN-12"],
            summary: "Whether the one who asks may load a file of a video."
        ) { context in
            let refused = Response(status: 403, headers: ["Cache-Control": "no-store"])
            let path = context.request.server["ORIGINAL_URI"] ?? ""
            guard path.hasPrefix("/media/"), let key = StorageKey(String(path.dropFirst(7))), key.family == .videos,
                let video = key.owner
            else { return refused }
            let asker = context.caller.member.flatMap { $0.keyScopes?.contains(.read) ?? true ? $0.id : nil }
            switch try generations.access(video, for: asker) {
            case .everybody, .asker:
                return .media(
                    at: sources(key, context.now, 300), caching: "private, max-age=3600", permission: "no-store")
            case .nobody: return refused
            }
        }.asPermission(.asked)
    }
}
