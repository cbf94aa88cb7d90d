public import Disk
public import Film
public import Generation
public import HTTP
internal import SharedHandlers
public import Storage

/// The routes by which files come in: permission to send one, and its registration as a clip or as a picture.
public enum UploadRoutes {
    /// Every route of the group.
    public static func routes(
        uploads: Uploads, images: SourceImages, storage: any MediaStorage, signer: UploadSigner, room: DiskGuard
    ) -> [Route] {
        let service = UploadService(uploads: uploads, storage: storage, signer: signer, room: room)
        return [
            begin(service).afterTerms(), beginOrResume(service).afterTerms(), register(service).afterTerms(),
            permission(service).asPermission(.asked),
        ] + pictureRoutes(service, images)
    }

    private static func begin(_ service: UploadService) -> Route {
        .post(
            "/api/upload/signed-url", access: .member, limit: .upload, flag: "uploads_enabled",
            body: BeginUploadInput.self, answers: [201: SignedUpload.schema],
            features: ["CLIP-01", "CLIP-03", "GEN-11"],
            summary: "Permission to send one file of a declared purpose, size and type, in numbered parts."
        ) { context, input in
            let file = DeclaredFile(
                purpose: input.purpose.flatMap(UploadPurpose.init) ?? .clip, fileName: input.fileName,
                contentType: input.contentType, size: input.size)
            return Response.json(try service.begin(file, context), status: 201)
        }
    }

    private static func beginOrResume(_ service: UploadService) -> Route {
        .get(
            "/api/upload/signed-url", access: .member, limit: .upload, flag: "uploads_enabled",
            query: [
                .optional("uploadId", .uuid, "The upload that was begun. Without it the others begin one."),
                .optional("fileName", BeginUploadInput.fileNames, "As in the body of `POST`."),
                .optional("contentType", BeginUploadInput.contentTypes, "As in the body of `POST`."),
                .optional("size", BeginUploadInput.sizes, "As in the body of `POST`."),
                .optional("purpose", BeginUploadInput.purposes, "As in the body of `POST`."),
            ],
            features: ["CLIP-01"],
            summary: "Fresh addresses for an upload that was begun, and which of its parts have arrived; or begins one."
        ) { context in
            context.uuid(query: "uploadId") == nil ? try service.beginByQuery(context) : try service.resume(context)
        }
        // A lost connection must not use up the uploads of a minute.
        .counting(.api, with: "uploadId")
    }

    private static func register(_ service: UploadService) -> Route {
        .post(
            "/api/upload/register", access: .member, limit: .upload, flag: "uploads_enabled",
            body: RegisterClipInput.self, answers: [200: RegisteredClip.schema, 201: RegisteredClip.schema],
            features: ["CLIP-01", "CLIP-05", "CLIP-09"],
            summary: "Makes a sent file a pending clip, once; a repetition answers with the same clip."
        ) { context, input in
            try service.register(input, context)
        }
    }

    /// nginx asks this before it reads the body of a PUT; see `nginx/dailies-site.conf`.
    private static func permission(_ service: UploadService) -> Route {
        .get(
            "/internal/upload", access: .internal_, limit: nil, flag: "uploads_enabled", answers: [204: nil],
            features: ["CLIP-03"], summary: "Whether a part of an upload may be written."
        ) { context in
            try service.permit(context)
            return Response.noContent
        }
    }
}
