internal import Crypto
internal import Disk
internal import Film
internal import FoundationEssentials
internal import Generation
internal import HTTP
internal import Storage
internal import TestSupport
internal import Testing
internal import UploadsHandlers

@Suite("OPS-09 uploads on a disk that is nearly full", .requiresPostgres)
struct UploadRoomTests {
    @Test("OPS-09 nothing is begun while there is too little room")
    func full() throws {
        try TestDatabase.run { test in
            let routes = UploadRoutes.routes(
                uploads: Uploads(database: test.database(as: .web)),
                images: SourceImages(database: test.database(as: .web)), storage: LocalStorage(root: "/nowhere"),
                signer: UploadSigner(secret: SecretKey([UInt8](repeating: 1, count: 32))),
                // No disk has an exbibyte to spare.
                room: DiskGuard(paths: ["/"], reserve: 1 << 60))
            let route = try #require(routes.first { $0.method == .post && $0.pattern == "/api/upload/signed-url" })
            let member = Member(
                id: UUID(), username: "mira_okafor", isAdmin: false, isBanned: false, authenticatedAt: Date(),
                sessionID: "")
            let context = Context(
                request: Request(.post, "/api/upload/signed-url"), caller: .member(member))
            let problem = fault {
                try route.reply(context, ["fileName": "a.mp4", "contentType": "video/mp4", "size": 3])
            }
            #expect((problem as? Problem)?.status == 507)
            #expect((problem as? Problem)?.code == "storage_full")
        }
    }
}
