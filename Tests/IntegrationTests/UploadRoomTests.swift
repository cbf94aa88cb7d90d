internal import Crypto
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
                images: SourceImages(database: test.database(as: .web)), storage: NearlyFull(),
                signer: UploadSigner(secret: SecretKey([UInt8](repeating: 1, count: 32))))
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

/// A storage with ten megabytes left, of which nothing else is asked.
private struct NearlyFull: MediaStorage {
    var freeBytes: Int? { 10 << 20 }

    func stagedParts(of upload: UUID) throws(StorageFault) -> [Int: Int] { throw .failed("not asked") }
    func stage(_ path: String, as upload: UUID, plan: UploadPlan) throws(StorageFault) { throw .failed("not asked") }
    func assemble(_ upload: UUID, count: Int, to path: String) throws(StorageFault) { throw .failed("not asked") }
    func deleteParts(of upload: UUID) throws(StorageFault) { throw .failed("not asked") }
    func makeWorkspace() throws(StorageFault) -> String { throw .failed("not asked") }
    func store(_ path: String, as key: StorageKey) throws(StorageFault) { throw .failed("not asked") }
    func fetch(_ key: StorageKey, to path: String) throws(StorageFault) { throw .failed("not asked") }
    func objects(of owner: UUID) throws(StorageFault) -> [StorageKey] { throw .failed("not asked") }
    func delete(_ key: StorageKey) throws(StorageFault) { throw .failed("not asked") }
    func sweep(partsBefore: Date, workBefore: Date, isWanted: (UUID) throws -> Bool) throws -> SweepReport {
        throw StorageFault.failed("not asked")
    }
    func url(for key: StorageKey) -> String { "" }
}
