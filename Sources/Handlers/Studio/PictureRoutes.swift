public import FoundationEssentials
public import Generation
public import HTTP
internal import Platform
public import Storage

extension StudioRoutes {
    /// The address at which providers read a picture that is too large to be sent in a request.
    public static func pictureRoutes(
        _ images: SourceImages, storage: any MediaStorage, addresses: PictureAddress
    ) -> [Route] {
        [
            .get(
                "/api/pictures/[name]", access: .any,
                query: [
                    .required("expires", .integer(0...99_999_999_999), "Unix seconds."),
                    .required("signature", .string(1...100), "Of the picture and the time."),
                ], answers: [200: nil], features: ["GEN-11"],
                summary: "A picture that a video starts from, for the provider that was given its signed address."
            ) { context in
                guard let expires = context.integer(query: "expires"),
                    let signature = context.text(query: "signature"),
                    let id = addresses.image(
                        named: context.parameter("name"), expires: expires, signature: signature, now: context.now),
                    let key = try images.key(of: id)
                else { throw Problem.notFound() }
                let workspace = try storage.makeWorkspace()
                defer { try? Files.removeTree(workspace) }
                try storage.borrow(key, as: workspace + "/picture.jpg")
                return Response.content(
                    try Files.read(workspace + "/picture.jpg", count: 16 << 20), type: "image/jpeg",
                    headers: ["Cache-Control": "private, no-store"])
            }.withSecretQuery()
        ]
    }

    /// The picture that a public comparison starts from. This process reads the storage, wherever that is.
    public static func comparisonPictureRoute(
        storage: any MediaStorage, key: @escaping @Sendable (UUID) throws -> String?
    ) -> Route {
        .get(
            "/api/comparisons/[id]/picture", access: .any, answers: [200: nil],
            cache: .publicCache(seconds: 30, stale: 60), features: ["ARENA-01", "ARENA-02"],
            summary: "The picture that the videos of a public comparison start from."
        ) { context in
            guard let key = try key(try context.uuid("id")).flatMap({ StorageKey($0) }) else {
                throw Problem.notFound()
            }
            let workspace = try storage.makeWorkspace()
            defer { try? Files.removeTree(workspace) }
            try storage.borrow(key, as: workspace + "/picture.jpg")
            return Response.content(try Files.read(workspace + "/picture.jpg", count: 16 << 20), type: "image/jpeg")
        }
    }
}
