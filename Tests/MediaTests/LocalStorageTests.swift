import Crypto
import FoundationEssentials
import Platform
import Storage
import Testing
import Text

@Suite("CLIP-08 local storage")
struct LocalStorageTests {
    let fixtures: Fixtures
    let storage: LocalStorage
    let upload = UUID()

    init() throws {
        fixtures = try Fixtures()
        storage = LocalStorage(root: fixtures.directory)
        try storage.prepare()
    }

    func stage(_ number: Int, _ bytes: [UInt8], of upload: UUID) throws {
        let directory = fixtures.path("incoming/" + upload.uuidString.lowercased())
        try Files.makeDirectory(directory)
        try Files.write(bytes, to: directory + "/\(number)")
    }

    @Test("CLIP-01 parts are found, joined in order and forgotten")
    func parts() throws {
        #expect(try storage.stagedParts(of: upload).isEmpty)
        for number in (1...12).reversed() { try stage(number, [UInt8(number), 0], of: upload) }
        try stage(7, [7, 7, 7], of: upload)
        #expect(try storage.stagedParts(of: upload)[7] == 3)
        let whole = try storage.makeWorkspace() + "/whole"
        try storage.assemble(upload, count: 12, to: whole)
        let expected = (1...12).flatMap { $0 == 7 ? [7, 7, 7] as [UInt8] : [UInt8($0), 0] }
        #expect(try fixtures.bytes(whole) == expected)
        try storage.deleteParts(of: upload)
        #expect(try storage.stagedParts(of: upload).isEmpty)
        try storage.deleteParts(of: upload)
    }

    @Test("CLIP-01 a missing part is an error, not a shorter file")
    func missingPart() throws {
        try stage(1, [1], of: upload)
        let target = try storage.makeWorkspace() + "/whole"
        #expect(throws: StorageFault.self) { try storage.assemble(upload, count: 2, to: target) }
    }

    @Test("CLIP-08 objects are named by their content, stored at once and removed")
    func objects() throws {
        let file = try storage.makeWorkspace() + "/a.mp4"
        try Files.write(Array("content".utf8), to: file)
        let key = StorageKey(
            .clips, upload, contentHash: try ContentHash.of(file), fileExtension: "mp4")
        #expect(try ContentHash.of(file) == Text.hex(SHA256.hash("content")))
        try storage.store(file, as: key)
        #expect(!Files.exists(file))
        #expect(try fixtures.bytes(fixtures.path(key.text)) == Array("content".utf8))
        #expect(storage.url(for: key) == "/media/" + key.text)
        #expect(
            LocalStorage(root: "/x", baseURL: "https://cdn.example/").url(for: key) == "https://cdn.example/" + key.text
        )
        #expect(try storage.objects(of: upload) == [key] && storage.objects(of: UUID()).isEmpty)
        let copy = fixtures.path("copy")
        try storage.fetch(key, to: copy)
        #expect(try fixtures.bytes(copy) == Array("content".utf8))
        try storage.delete(key)
        try storage.delete(key)
        #expect(throws: StorageFault.self) { try storage.fetch(key, to: copy) }
    }

    @Test("CLIP-08 no key leads out of the storage")
    func keys() {
        #expect(StorageKey("clips/a/b.mp4") != nil)
        for text in [
            "", "clips", "clips/a", "clips/../x.mp4", "clips/a/..", "/clips/a/b", "clips//b", "tmp/a/b", "clips/a/b/c",
            "clips/a/b\u{0}.mp4", "clips/a/.b", "CLIPS/a/b",
        ] { #expect(StorageKey(text) == nil, "\(text)") }
    }

    @Test("a full disk is an error of its own and leaves no object behind")
    func full() throws {
        let source = fixtures.path("a")
        try Files.write([1], to: source)
        // /dev/full takes no byte, as a full disk does.
        #expect { try storage.assemble(upload, count: 1, to: "/dev/full") } throws: { fault in
            guard case .missing? = fault as? StorageFault else { return false }
            return true
        }
        try stage(1, [1], of: upload)
        #expect { try storage.assemble(upload, count: 1, to: "/dev/full") } throws: { fault in
            guard case .full? = fault as? StorageFault else { return false }
            return "\(fault)" == "The storage is full."
        }
    }

    @Test("CLIP-07 the sweep removes abandoned uploads and nothing else")
    func sweep() throws {
        let kept = UUID()
        for id in [upload, kept] { try stage(1, [UInt8](repeating: 1, count: 100), of: id) }
        _ = try storage.makeWorkspace()
        try Files.write([1, 2], to: fixtures.path("tmp/0000000001"))
        let future = Date().addingTimeInterval(100)
        let past = Date().addingTimeInterval(-100)
        #expect(try storage.sweep(partsBefore: past, workBefore: past) { _ in false } == SweepReport())
        let report = try storage.sweep(partsBefore: future, workBefore: future) { $0 == kept }
        #expect(report.uploads == 1 && report.leftovers == 2 && report.bytes == 102)
        #expect(try storage.stagedParts(of: kept) == [1: 100])
        #expect(try storage.stagedParts(of: upload).isEmpty)
    }
}
