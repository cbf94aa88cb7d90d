internal import Film
internal import FoundationEssentials
internal import HTTP
internal import Logging
internal import Storage
internal import Text

/// What the upload routes share.
struct UploadDesk: Sendable {
    let uploads: Uploads
    let storage: any MediaStorage
    let signer: UploadSigner

    /// How long addresses are good; long enough for 50 MiB over a slow telephone.
    private static let addressLifetime = 1_800.0
    /// What must stay free for the database, whatever is sent.
    private static let reserve = 512 << 20

    func begin(_ input: BeginInput, _ context: Context) throws -> SignedUpload {
        let member = try context.member()
        try refuseWhenFull(input.size)
        let upload = try refusing {
            try uploads.begin(
                member: member.id, fileName: input.fileName, contentType: input.contentType, size: input.size)
        }
        return SignedUpload(upload, signer: signer, expires: expiry(of: upload, context), arrived: [])
    }

    func resume(_ context: Context) throws -> SignedUpload {
        let member = try context.member()
        guard let id = context.uuid(query: "uploadId") else { throw Problem.notFound() }
        let upload = try refusing { try uploads.upload(id, of: member.id) }
        guard upload.isOpen(at: context.now) else {
            if let clip = upload.clipID { throw alreadyRegistered(clip) }
            throw Problem.conflict("upload_expired", "This upload is too old. Begin it again.")
        }
        let arrived = upload.plan.arrived(in: try storage.stagedParts(of: upload.id))
        return SignedUpload(upload, signer: signer, expires: expiry(of: upload, context), arrived: arrived)
    }

    func register(_ input: RegisterInput, _ context: Context) throws -> Response {
        let member = try context.member()
        guard input.rightsConfirmed else {
            throw Problem.invalid(
                "rightsConfirmed", "required", "Confirm that you hold the rights and that everybody shown has agreed.")
        }
        let upload = try refusing { try uploads.upload(input.uploadID, of: member.id) }
        if let clip = upload.clipID { return try .json(RegisteredClip(clip)) }
        try refuseUnlessComplete(upload)
        do {
            let clip = try refusing {
                try uploads.register(
                    ClipRegistration(
                        uploadID: upload.id, memberID: member.id, title: Self.trimmed(input.title),
                        description: Self.trimmed(input.description ?? ""), genre: input.genre,
                        aiGenerated: input.aiGenerated))
            }
            context.log.info(
                "a clip is registered",
                ["clip": .string(clip.uuidString.lowercased()), "bytes": .int(upload.plan.size)])
            return try .created(RegisteredClip(clip), at: RegisteredClip(clip).url)
        } catch FilmRefusal.alreadyRegistered(let clip) {
            return try .json(RegisteredClip(clip))
        }
    }

    /// Every refusal is the same 403: whoever forges learns nothing, and the log has the reason.
    func permit(_ context: Context) throws {
        let server = context.request.server
        do {
            let part = try signer.verify(
                method: server["ORIGINAL_METHOD"] ?? "", uri: server["ORIGINAL_URI"] ?? "",
                length: server["UPLOAD_LENGTH"] ?? "", contentType: server["UPLOAD_TYPE"] ?? "", now: context.now)
            guard try uploads.takesPart(part.number, of: part.upload) else {
                throw Problem.forbidden("upload_closed", "This upload takes no more parts.")
            }
        } catch let refusal as UploadSigner.Refusal {
            context.log.notice("an upload is refused", ["reason": .string(refusal.rawValue)])
            throw Problem.forbidden("upload_refused", "This address is not good for that.")
        }
    }

    private func refuseUnlessComplete(_ upload: Upload) throws {
        let missing = upload.plan.missing(from: try storage.stagedParts(of: upload.id))
        guard missing.isEmpty else {
            throw Problem(
                status: 422, code: "upload_incomplete",
                message: "The file has not arrived whole: \(missing.count) of \(upload.plan.count) parts are missing.",
                members: ["missingParts": .array(missing.map { .integer($0) })])
        }
    }

    /// The parts, the file made of them and what is made of that may all be there at once.
    private func refuseWhenFull(_ size: Int) throws {
        guard let free = storage.freeBytes, free < Self.reserve + 3 * size else { return }
        throw Problem(
            status: 507, code: "storage_full",
            message: "There is no room for uploads at the moment. Please try again later.")
    }

    private static func trimmed(_ text: String) -> String {
        let start = text.drop(while: \.isWhitespace)
        guard let last = start.lastIndex(where: { !$0.isWhitespace }) else { return "" }
        return String(start[...last])
    }

    private func expiry(of upload: Upload, _ context: Context) -> Date {
        min(upload.expiresAt, context.now.addingTimeInterval(Self.addressLifetime))
    }

    private func alreadyRegistered(_ clip: UUID) -> Problem {
        Problem.conflict("already_registered", "This upload has been sent in already.")
            .with(["clipId": .string(clip.uuidString.lowercased())])
    }

    private func refusing<Answer>(_ call: () throws -> Answer) throws -> Answer {
        do {
            return try call()
        } catch let refusal as FilmRefusal {
            switch refusal {
            case .alreadyRegistered: throw refusal
            case .clipLimitReached, .uploadLimit:
                throw Problem.forbidden(refusal.code, refusal.sentence)
            default:
                throw Problem(
                    status: refusal.isNotFound ? 404 : 409, code: refusal.code, message: refusal.sentence)
            }
        }
    }
}
