internal import Disk
internal import Film
internal import FoundationEssentials
internal import HTTP
internal import Logging
internal import Refusals
internal import SharedHandlers
internal import Storage
internal import Text

/// What the upload routes share.
struct UploadService: Sendable {
    let uploads: Uploads
    let storage: any MediaStorage
    let signer: UploadSigner
    let room: DiskGuard

    /// How long addresses are good; long enough for 50 MiB over a slow telephone.
    private static let addressLifetime = 1_800.0

    /// Begins an upload that the query declares. A read has no form token, so only this site's own pages, and keys that may
    /// change something, begin one: a link elsewhere must not use up a member's unfinished uploads.
    func beginByQuery(_ context: Context) throws -> SignedUpload {
        let member = try context.member()
        let missing = ["fileName", "contentType", "size"].filter { context.request.query[$0] == nil }
        guard missing.isEmpty, let fileName = context.text(query: "fileName"),
            let contentType = context.text(query: "contentType"), let size = context.integer(query: "size")
        else {
            throw Problem.unprocessable(missing.map { FieldFault($0, "required", "“\($0)” is required.") })
        }
        let isOwnPage = context.request.headers["Sec-Fetch-Site"] == "same-origin"
        guard context.request.bearerToken != nil || isOwnPage else {
            throw Problem.forbidden(
                "csrf_failed", "Only this site's pages and API keys can begin an upload in this way.")
        }
        guard member.keyScopes?.contains(.write) != false else {
            throw Problem.forbidden("key_scope", "This API key lacks the scope “write”.")
        }
        guard !member.isBanned else {
            throw Problem.forbidden("banned", "Your account is banned. Your profile shows the reason.")
        }
        let purpose = context.text(query: "purpose").flatMap(UploadPurpose.init) ?? .clip
        return try begin(
            DeclaredFile(purpose: purpose, fileName: fileName, contentType: contentType, size: size), context)
    }

    /// Begins the upload of a file.
    func begin(_ file: DeclaredFile, _ context: Context) throws -> SignedUpload {
        let member = try context.member()
        guard file.faults.isEmpty else { throw Problem.unprocessable(file.faults) }
        guard file.purpose != .result || member.isAdmin else {
            throw Problem.forbidden("admins_only", "Only admins send videos of comparisons. Nothing was sent.")
        }
        // The parts, the file made of them and what is made of that may all be there at once.
        try room.refuseShortage(for: 3 * file.size, context)
        let upload = try uploads.begin(
            member: member.id, purpose: file.purpose, fileName: file.fileName, contentType: file.contentType,
            size: file.size, partBytes: storage.partBytes)
        return try signed(upload, arrived: [], context)
    }

    private func signed(_ upload: Upload, arrived: [Int], _ context: Context) throws -> SignedUpload {
        let expires = expiry(of: upload, context)
        let request = UploadRequest(
            upload: upload.id, plan: upload.plan, contentType: upload.contentType, now: context.now, expires: expires,
            signer: signer)
        return SignedUpload(
            upload, permission: try reaching(context) { () throws(StorageFault) in try storage.permission(request) },
            expires: expires, arrived: arrived)
    }

    private func parts(of upload: Upload, _ context: Context) throws -> [Int: Int] {
        try reaching(context) { () throws(StorageFault) in try storage.stagedParts(of: upload.id) }
    }

    /// A storage that does not answer is no fault of this program, and the sender can try again.
    private func reaching<R>(_ context: Context, _ body: () throws(StorageFault) -> R) throws -> R {
        do throws(StorageFault) { return try body() } catch {
            switch error {
            case .denied, .unavailable:
                context.log.error("the storage cannot be used", ["fault": .string(error.debugDescription)])
                throw Problem.unavailable(
                    "storage_unavailable", "The site's storage doesn't answer right now. Try again in a minute.",
                    retryAfter: 60)
            case .full, .missing, .failed: throw error
            }
        }
    }

    func resume(_ context: Context) throws -> SignedUpload {
        let member = try context.member()
        guard let id = context.uuid(query: "uploadId") else { throw Problem.notFound() }
        let upload = try uploads.upload(id, of: member.id)
        guard upload.isOpen(at: context.now) else {
            if let clip = upload.clipID { throw alreadyRegistered(clip) }
            throw Problem.conflict("upload_expired", "This upload has expired. Start again.")
        }
        return try signed(upload, arrived: upload.plan.arrived(in: try parts(of: upload, context)), context)
    }

    func register(_ input: RegisterClipInput, _ context: Context) throws -> Response {
        let member = try context.member()
        let missing = [
            (input.rightsConfirmed, "rightsConfirmed", "Confirm that you own the rights."),
            (input.consentConfirmed, "consentConfirmed", "Confirm that everyone shown has agreed."),
            (input.licenceAccepted, "licenceAccepted", "Accept the licence."),
        ].filter { !$0.0 }
        guard missing.isEmpty else {
            throw Problem.unprocessable(missing.map { FieldFault($0.1, "required", $0.2) })
        }
        let upload = try uploads.upload(input.uploadID, of: member.id)
        if let clip = upload.clipID { return .json(RegisteredClip(id: clip)) }
        try refuseUnlessComplete(upload, context)
        let registration = ClipRegistration(
            uploadID: upload.id, memberID: member.id, title: input.title.trimmed,
            description: (input.description ?? "").trimmed, genre: input.genre, aiGenerated: input.aiGenerated)
        let clip: UUID
        do throws(FilmError) {
            clip = try uploads.register(registration)
        } catch {
            guard case .alreadyRegistered(let clip)? = error.refusal else { throw error }
            return .json(RegisteredClip(id: clip))
        }
        context.log.info(
            "a clip is registered", ["clip": .string(clip.text), "bytes": .int(upload.plan.size)])
        return .created(RegisteredClip(id: clip), at: RegisteredClip(id: clip).page)
    }

    /// Every refusal is the same 403, so that a forger learns nothing. The log has the reason.
    func permit(_ context: Context) throws {
        let server = context.request.server
        do {
            let part = try signer.verify(
                method: server["ORIGINAL_METHOD"] ?? "", uri: server["ORIGINAL_URI"] ?? "",
                length: server["UPLOAD_LENGTH"] ?? "", contentType: server["UPLOAD_TYPE"] ?? "", now: context.now)
            guard try uploads.takesPart(part.number, of: part.upload) else {
                throw Problem.forbidden("upload_closed", "This upload is closed.")
            }
        } catch let refusal as UploadSigner.Refusal {
            context.log.notice("an upload is refused", ["reason": .string(refusal.rawValue)])
            throw Problem.forbidden("upload_refused", "This upload address is not valid.")
        }
    }

    /// Refuses an upload of which parts are missing.
    func refuseUnlessComplete(_ upload: Upload, _ context: Context) throws {
        let missing = upload.plan.missing(from: try parts(of: upload, context))
        guard missing.isEmpty else {
            throw Problem(
                status: 422, code: "upload_incomplete",
                message: "The file is incomplete: \(missing.count) of \(upload.plan.count) parts are missing.",
                members: ["missingParts": .array(missing.map { .integer($0) })])
        }
    }

    private func expiry(of upload: Upload, _ context: Context) -> Date {
        min(upload.expiresAt, context.now.addingTimeInterval(Self.addressLifetime))
    }

    private func alreadyRegistered(_ clip: UUID) -> Problem {
        Problem.conflict("already_registered", "This upload has been sent in already.")
            .with(["clipId": .string(clip.text)])
    }
}
