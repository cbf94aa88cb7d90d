public import Comparisons
public import Disk
public import Film
internal import FoundationEssentials
public import HTTP
internal import Money
public import Storage
internal import Text

extension UploadRoutes {
    /// The route by which admins bring videos along for comparisons.
    public static func resultRoutes(
        _ comparisons: Comparisons, uploads: Uploads, storage: any MediaStorage, signer: UploadSigner, room: DiskGuard
    ) -> [Route] {
        [
            results(UploadService(uploads: uploads, storage: storage, signer: signer, room: room), comparisons)
                .afterTerms()
        ]
    }

    private static func results(_ service: UploadService, _ comparisons: Comparisons) -> Route {
        .post(
            "/api/upload/video", access: .admin, limit: .upload, flag: "uploads_enabled", body: UploadVideoInput.self,
            answers: [201: SignedUpload.schema, 202: RegisteredResult.schema], features: ["ARENA-05"],
            summary:
                "Permission to send a video of a comparison in numbered parts; with `uploadId`, its registration when they have arrived."
        ) { context, input in
            guard let id = input.uploadID else {
                return Response.json(try service.begin(try input.declared(), context), status: 201)
            }
            let admin = try context.member().id
            let result = try input.result(id)
            let comparison = try comparisons.registered(id, by: admin)
            if comparison == nil {
                try service.refuseUnlessComplete(try service.uploads.upload(id, of: admin), context)
            }
            return Response.json(
                RegisteredResult(video: id, comparison: try comparison ?? comparisons.add(result, by: admin)),
                status: 202)
        }
    }
}

/// What an admin says before sending a video, or of the one whose parts have arrived.
struct UploadVideoInput: InputShape {
    @Input(BeginUploadInput.fileNames, "The file's name; text to show, never a path.") var fileName: String?
    @Input(.choice(UploadPurpose.result.contentTypes)) var contentType: String?
    @Input(.integer(1...UploadPurpose.result.byteLimit), "Bytes of the file, at most 500 MiB.") var size: Int?
    @Input("The upload, of which all parts have arrived.") var uploadID: UUID?
    @Input(.string(1...100), "The model that made the video, by slug.") var model: String?
    @Input("The comparison that it joins; without it a new one, which is not public yet.") var comparisonID: UUID?
    @Input(.text(1...120), "The title of a new comparison.") var title: String?
    @Input(.text(1...4_000, lines: .many), "The prompt of a new comparison.") var prompt: String?
    @Input(.number(0.1...86_400), "How many seconds the model took.") var generationSeconds: Double?
    @Input(.number(0.1...600), "How many seconds were asked for.") var duration: Double?
    @Input(.string(1...20), "What it cost in dollars, as decimal text.") var costUSD: String?
    @Input(.text(0...1_000, lines: .many), "What the admins should know.") var notes: String?

    func declared() throws -> DeclaredFile {
        let absent = [
            ("fileName", fileName == nil), ("contentType", contentType == nil), ("size", size == nil),
        ].filter(\.1)
        guard absent.isEmpty, let fileName, let contentType, let size else { throw Self.missing(absent.map(\.0)) }
        return DeclaredFile(purpose: .result, fileName: fileName, contentType: contentType, size: size)
    }

    func result(_ upload: UUID) throws -> ManualResult {
        let isNew = comparisonID == nil
        let absent = [
            ("model", model == nil), ("title", isNew && title == nil), ("prompt", isNew && prompt == nil),
        ].filter(\.1)
        guard absent.isEmpty, let model else { throw Self.missing(absent.map(\.0)) }
        var result = ManualResult(upload: upload, model: model)
        result.comparison = comparisonID
        result.title = title?.trimmed ?? ""
        result.prompt = prompt?.trimmed ?? ""
        result.generationMs = generationSeconds.map { Int(($0 * 1_000).rounded()) }
        result.durationMs = duration.map { Int(($0 * 1_000).rounded()) }
        result.notes = notes?.trimmed ?? ""
        if let costUSD {
            guard let cost = Money(costUSD), cost >= .zero else {
                throw Problem.invalid("costUsd", "format", "Use dollars, such as 0.35.")
            }
            result.cost = cost
        }
        return result
    }

    private static func missing(_ names: [String]) -> Problem {
        Problem.unprocessable(names.map { FieldFault($0, "required", "“\($0)” is required.") })
    }
}

/// What became of a video that an admin brought along.
struct RegisteredResult: Shaped {
    let video: UUID
    let comparison: UUID

    static let shape = Shape<RegisteredResult>("RegisteredResult") {
        Field("success", { _ in true })
        Field("videoID", \.video, "It is being measured and converted.")
        Field("comparisonID", \.comparison)
    }
}
