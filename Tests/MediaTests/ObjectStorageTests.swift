import Crypto
import FoundationEssentials
import Platform
import Testing
import Text

@testable import Storage

@Suite("CLIP-08 media in a remote storage")
struct ObjectStorageTests {
    let fixtures: Fixtures
    let scratch: LocalStorage
    let store = MemoryStore()
    let upload = UUID()

    init() throws {
        fixtures = try Fixtures()
        scratch = LocalStorage(root: fixtures.directory)
        try scratch.prepare()
    }

    private func file(_ bytes: [UInt8]) throws -> String {
        let path = fixtures.path("\(UUID())")
        try Files.write(bytes, to: path)
        return path
    }

    @Test("CLIP-01 parts are sent, found, joined in order and forgotten")
    func parts() throws {
        let storage = ObjectStorage(store, scratch: scratch)
        let bytes = Array(UInt8(0)..<50)
        try storage.stage(try file(bytes), as: upload, plan: UploadPlan(size: 50, partSize: 4))
        #expect(try storage.stagedParts(of: upload).count == 13 && storage.stagedParts(of: upload)[13] == 2)
        let whole = try file([1, 2, 3])
        try storage.assemble(upload, count: 13, to: whole)
        #expect(try Files.read(whole, count: 100) == bytes)
        #expect { try storage.assemble(upload, count: 14, to: whole) } throws: { fault in
            if case .missing? = fault as? StorageFault { true } else { false }
        }
        try storage.deleteParts(of: upload)
        #expect(store.all.isEmpty)
    }

    @Test("objects are stored, found by their owner, fetched and deleted")
    func objects() throws {
        let storage = ObjectStorage(store, scratch: scratch, baseURL: "https://cdn.example")
        let path = try file([1, 2, 3])
        let key = StorageKey(.clips, upload, contentHash: try ContentHash.of(path), fileExtension: "mp4")
        try storage.store(path, as: key)
        #expect(!Files.exists(path), "a stored file is not kept twice")
        #expect(try storage.objects(of: upload) == [key] && storage.objects(of: UUID()).isEmpty)
        #expect(storage.url(for: key) == "https://cdn.example/" + key.text)
        let copy = try file([9, 9, 9, 9, 9])
        try storage.fetch(key, to: copy)
        #expect(try Files.read(copy, count: 100) == [1, 2, 3])
        try storage.delete(key)
        #expect(throws: StorageFault.self) { try storage.fetch(key, to: copy) }
    }

    @Test("while objects are moved, what is in either storage is found, and deleted in both")
    func moving() throws {
        let old = MemoryStore(.r2)
        let storage = ObjectStorage(MovingStore(current: store, previous: old), scratch: scratch)
        let key = StorageKey(.clips, upload, contentHash: String(repeating: "ab", count: 32), fileExtension: "mp4")
        old[key.text] = [1]
        old["incoming/\(upload.uuidString.lowercased())/1"] = [7]
        store["incoming/\(upload.uuidString.lowercased())/2"] = [8]
        let whole = try file([])
        try storage.fetch(key, to: whole)
        #expect(try Files.read(whole, count: 9) == [1])
        #expect(try storage.stagedParts(of: upload) == [1: 1, 2: 1])
        try storage.assemble(upload, count: 2, to: whole)
        #expect(try Files.read(whole, count: 9) == [7, 8])
        #expect(storage.sources(of: key, now: Date(), lifetime: 9).map(\.url.count).count == 2)
        store[key.text] = [1]
        try storage.delete(key)
        try storage.deleteParts(of: upload)
        #expect(old.all.isEmpty && store.all.isEmpty)
    }

    @Test("CLIP-07 abandoned parts are swept")
    func sweep() throws {
        let storage = ObjectStorage(store, scratch: scratch)
        let wanted = UUID()
        for id in [upload, wanted] { store["incoming/\(id.uuidString.lowercased())/1"] = [1, 2] }
        let report = try storage.sweep(partsBefore: Date().addingTimeInterval(60), workBefore: .distantPast) {
            $0 == wanted
        }
        #expect(report.uploads == 1 && report.bytes == 2)
        #expect(store.all.keys.map { $0 } == ["incoming/\(wanted.uuidString.lowercased())/1"])
    }
}
