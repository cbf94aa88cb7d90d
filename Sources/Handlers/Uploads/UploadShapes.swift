internal import Film
internal import FoundationEssentials
internal import HTTP
internal import SharedHandlers
internal import Storage
internal import Text

/// What a member says before sending a file.
struct BeginUploadInput: InputShape {
    static let fileNames = Schema.string(1...1_000)
    static let contentTypes = Schema.choice(UploadPurpose.clip.contentTypes + UploadPurpose.picture.contentTypes)
    static let purposes = Schema.choice(UploadPurpose.allCases.map(\.rawValue))
    static let sizes = Schema.integer(1...UploadPurpose.result.byteLimit)

    @Input(fileNames, "The file's name; text to show, never a path.") var fileName: String
    @Input(contentTypes) var contentType: String
    @Input(sizes, "Bytes of the file: of a clip at most 50 MiB, of a picture 10 MiB, of a result 500 MiB.") var size:
        Int
    @Input(
        purposes,
        "What it is sent for; `clip` when left out. A picture is registered at `/api/upload/image`, a result, which only admins send, at `/api/upload/video`."
    )
    var purpose: String?
}

/// A file that a member is about to send.
struct DeclaredFile {
    let purpose: UploadPurpose
    let fileName: String
    let contentType: String
    let size: Int

    /// What its purpose does not allow.
    var faults: [FieldFault] {
        var faults: [FieldFault] = []
        if !purpose.contentTypes.contains(contentType) {
            let known = purpose.contentTypes.joined(separator: ", ")
            faults.append(FieldFault("contentType", "choice", "Use one of \(known)."))
        }
        if size > purpose.byteLimit {
            faults.append(FieldFault("size", "range", "Use at most \(purpose.byteLimit) bytes."))
        }
        return faults
    }
}

/// What a member says of a clip when sending it in.
struct RegisterClipInput: InputShape {
    @Input("The upload, of which all parts have arrived.") var uploadID: UUID
    @Input(.text(ClipLimits.title)) var title: String
    @Input(.text(ClipLimits.description, lines: .many)) var description: String?
    @Input(.choice(ClipGenre.all)) var genre: String
    @Input("The sender owns the rights. Must be true.") var rightsConfirmed: Bool
    @Input("Everyone shown has agreed. Must be true.") var consentConfirmed: Bool
    @Input("The sender gives the site the licence that its terms name. Must be true.") var licenceAccepted: Bool
    @Input("Whether AI made any of it; the clip is labelled accordingly.") var aiGenerated: Bool
}

/// Where and how to send a file.
struct SignedUpload: Shaped {
    let upload: Upload
    let permission: UploadPermission
    let expiresAt: Date
    let arrived: [Int]

    init(_ upload: Upload, permission: UploadPermission, expires: Date, arrived: [Int]) {
        self.upload = upload
        self.permission = permission
        expiresAt = expires
        self.arrived = arrived
    }

    static let shape = Shape<SignedUpload>("SignedUpload") {
        Field("uploadID", \.upload.id)
        Field(
            "method", \.permission.method, .choice(["PUT", "POST"]),
            "PUT sends a part as the body. POST sends a form: the fields, then the part as the field `file`.")
        Field(
            "url", \.permission.urls[0],
            "The address of the first part, which is the whole of a file that has only one.")
        Field("headers", \.permission.headers, "What to send with every part.")
        Field("fields", \.permission.fields, "The fields of the form; none where the method is PUT.")
        Field("path", { "incoming/" + $0.upload.id.text }, "Where the parts are staged.")
        Field("size", \.upload.plan.size, "Bytes of the file.")
        Field("expiresAt", \.expiresAt, "Until when the addresses are valid; ask again for fresh ones.")
        Field("parts", { UploadParts(signed: $0) })
    }
}

/// The parts that a file is sent in.
struct UploadParts: Shaped {
    let signed: SignedUpload

    static let shape = Shape<UploadParts>("UploadParts") {
        Field("size", \.signed.upload.plan.partSize, "Bytes of every part but the last.")
        Field("count", \.signed.upload.plan.count)
        Field("urls", \.signed.permission.urls, "One address for each part, from part 1.")
        Field("arrived", \.signed.arrived, "The parts that have arrived.")
    }
}

/// What became of a registration.
struct RegisteredClip: Shaped {
    let id: UUID

    /// The page of the clip.
    var page: String { "/clip/" + id.text }

    static let shape = Shape<RegisteredClip>("RegisteredClip") {
        Field("success", { _ in true })
        Field("clipID", \.id)
        Field("status", { _ in ClipStatus.pending })
        Field("url", \.page, "The page of the clip.")
    }
}
