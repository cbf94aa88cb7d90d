internal import Film
internal import FoundationEssentials
internal import Generation
internal import HTTP
internal import Storage

extension UploadRoutes {
    /// The routes by which pictures come in that videos start from. They are uploads as clips are, and end as a picture.
    static func pictureRoutes(_ service: UploadService, _ images: SourceImages) -> [Route] {
        let begins = ["/api/upload/image", "/api/upload"].map { path in
            Route.post(
                path, access: .member, limit: .upload, flag: "uploads_enabled", body: UploadImageInput.self,
                answers: [201: UploadedImage.schema, 202: UploadedImage.schema], features: ["GEN-11", "CLIP-08"],
                summary:
                    "Permission to send a picture in numbered parts; with `imageId`, its registration when they have arrived."
            ) { context, input in
                try take(input, service, images, context)
            }.afterTerms()
        }
        return begins + [
            .get(
                "/api/upload/image", access: .member,
                query: [.required("imageId", .uuid, "The picture.")], features: ["GEN-11"],
                summary: "How far the re-encoding of a picture is."
            ) { context in
                guard let id = context.uuid(query: "imageId") else { throw Problem.notFound() }
                return UploadedImage(try images.find(id, of: try context.member().id))
            }
        ]
    }

    private static func take(
        _ input: UploadImageInput, _ service: UploadService, _ images: SourceImages, _ context: Context
    ) throws -> Response {
        if let id = input.imageID { return try register(id, service, images, context) }
        let upload = try service.begin(try declared(input), context)
        return .json(UploadedImage(SourceImage(sending: upload.upload.id), upload), status: 201)
    }

    private static func register(
        _ id: UUID, _ service: UploadService, _ images: SourceImages, _ context: Context
    ) throws -> Response {
        let member = try context.member().id
        if try images.find(id, of: member).state == .sending {
            try service.refuseUnlessComplete(try service.uploads.upload(id, of: member), context)
        }
        return .json(UploadedImage(try images.register(id, of: member)), status: 202)
    }

    private static func declared(_ input: UploadImageInput) throws -> DeclaredFile {
        let absent = [
            ("fileName", input.fileName == nil), ("contentType", input.contentType == nil), ("size", input.size == nil),
        ].filter(\.1)
        guard absent.isEmpty, let name = input.fileName, let type = input.contentType, let size = input.size else {
            throw Problem.unprocessable(absent.map { FieldFault($0.0, "required", "“\($0.0)” is required.") })
        }
        return DeclaredFile(purpose: .picture, fileName: name, contentType: type, size: size)
    }
}

/// What a member says before sending a picture, or the picture whose parts have arrived.
struct UploadImageInput: InputShape {
    @Input(BeginUploadInput.fileNames, "The file's name; text to show, never a path.") var fileName: String?
    @Input(.choice(UploadPurpose.picture.contentTypes)) var contentType: String?
    @Input(.integer(1...UploadPurpose.picture.byteLimit), "Bytes of the file, at most 10 MB.") var size: Int?
    @Input("The picture, of which all parts have arrived.") var imageID: UUID?
}

/// Where a picture is sent, and how far it is.
struct UploadedImage: Shaped {
    let image: SourceImage
    let upload: SignedUpload?

    init(_ image: SourceImage, _ upload: SignedUpload? = nil) {
        self.image = image
        self.upload = upload
    }

    static let shape = Shape<UploadedImage>("UploadedImage") {
        Field("imageID", \.image.id)
        Field("state", \.image.state.rawValue, .choice(SourceImage.State.allCases.map(\.rawValue)), nil)
        Field("fault", \.image.refusal, "Why it cannot be used.")
        Field("width", \.image.width)
        Field("height", \.image.height)
        Field(
            "method", { $0.upload?.permission.method ?? "PUT" }, .choice(["PUT", "POST"]),
            "PUT sends a part as the body. POST sends a form: the fields, then the part as the field `file`.")
        Field("headers", { $0.upload?.permission.headers ?? [:] }, "What to send with every part.")
        Field(
            "fields", { $0.upload?.permission.fields ?? [:] }, "The fields of the form; none where the method is PUT.")
        Field("partSize", { $0.upload?.upload.plan.partSize }, "Bytes of every part but the last.")
        Field("urls", { $0.upload?.permission.urls ?? [] }, "One address for each part; empty once they have arrived.")
    }
}
