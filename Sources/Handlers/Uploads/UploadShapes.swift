internal import Film
internal import FoundationEssentials
internal import HTTP
internal import Storage

/// What a member says before sending a file.
struct BeginInput: Decodable, Schematic {
    var fileName: String
    var contentType: String
    var size: Int

    static let largest = 50 * 1024 * 1024

    static let schema = Schema.object([
        .required("fileName", .string(1...1_000), "What the file is called; text to show, never a path."),
        .required("contentType", .choice(["video/mp4", "video/webm", "video/quicktime"])),
        .required("size", .integer(1...largest), "Bytes of the file, at most 50 MiB."),
    ])
}

/// What a member says of a clip when sending it in.
struct RegisterInput: Decodable, Schematic {
    var uploadID: UUID
    var title: String
    var description: String?
    var genre: String
    var rightsConfirmed: Bool
    var aiGenerated: Bool

    private enum CodingKeys: String, CodingKey {
        case uploadID = "uploadId"
        case title, description, genre, rightsConfirmed, aiGenerated
    }

    static let schema = Schema.object([
        .required("uploadId", .uuid, "The upload, of which all parts have arrived."),
        .required("title", .text(1...80)),
        .optional("description", .text(0...500, lines: .many)),
        .required("genre", .choice(ClipGenre.all)),
        .required(
            "rightsConfirmed", .boolean,
            "The sender holds the rights, everybody shown has agreed, and the licence is accepted. Must be true."),
        .required("aiGenerated", .boolean, "Whether AI made any of it; the clip is labelled accordingly."),
    ])
}

/// Where and how to send a file.
struct SignedUpload: Encodable {
    struct Parts: Encodable {
        var size: Int
        var count: Int
        var urls: [String]
        var arrived: [Int]
    }

    var uploadId: UUID
    var method = "PUT"
    var url: String
    var headers: [String: String]
    var fields: [String: String] = [:]
    var path: String
    var size: Int
    var expiresAt: Date
    var parts: Parts

    init(_ upload: Upload, signer: UploadSigner, expires: Date, arrived: [Int]) {
        let urls = (1...upload.plan.count).map { number in
            signer.url(
                for: number, of: upload.id, size: upload.plan.size(of: number), contentType: upload.contentType,
                expires: expires)
        }
        uploadId = upload.id
        url = urls[0]
        headers = ["Content-Type": upload.contentType]
        path = "incoming/" + upload.id.uuidString.lowercased()
        size = upload.plan.size
        expiresAt = expires
        parts = Parts(size: upload.plan.partSize, count: upload.plan.count, urls: urls, arrived: arrived)
    }
}

/// What became of a registration.
struct RegisteredClip: Encodable {
    var success = true
    var clipId: UUID
    var status = ClipStatus.pending.rawValue
    var url: String

    init(_ clip: UUID) {
        clipId = clip
        url = "/clip/" + clip.uuidString.lowercased()
    }
}

extension Schema {
    static let signedUpload = Schema.object([
        .required("uploadId", .uuid),
        .required("method", .choice(["PUT"])),
        .required("url", .string(), "The address of the first part, which is all of a file that has only one."),
        .required("headers", .map(.string()), "What to send with every part."),
        .required("fields", .map(.string()), "Form fields; none on this storage."),
        .required("path", .string(), "Where the parts are staged."),
        .required("size", .integer()),
        .required("expiresAt", .dateTime, "Until when the addresses are good; ask again for fresh ones."),
        .required(
            "parts",
            .object([
                .required("size", .integer(), "Bytes of every part but the last."),
                .required("count", .integer()),
                .required("urls", .array(.string()), "One address for each part, from part 1."),
                .required("arrived", .array(.integer()), "The parts that are there already."),
            ])),
    ]).named("SignedUpload")

    static let registeredClip = Schema.object([
        .required("success", .boolean),
        .required("clipId", .uuid),
        .required("status", .choice(ClipStatus.allCases.map(\.rawValue))),
        .required("url", .string(), "The page of the clip."),
    ]).named("RegisteredClip")
}
