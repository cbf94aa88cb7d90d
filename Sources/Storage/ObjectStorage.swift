public import FoundationEssentials
internal import Platform

/// Media in a back end that is not, or not only, a directory of this machine. ffmpeg reads and writes files, so objects are
/// copied into working directories below `scratch` and back.
public struct ObjectStorage: MediaStorage {
    /// The largest object that is copied to this machine: an hour of film.
    private static let largest = 8 << 30
    /// A part is never larger than the largest upload.
    private static let largestPart = 64 << 20

    private let store: any ObjectStore
    private let scratch: LocalStorage
    private let address: MediaURLs

    /// Media in `store`; `scratch` is the local storage whose directory for working files is used.
    public init(_ store: any ObjectStore, scratch: LocalStorage, baseURL: String = "") {
        self.store = store
        self.scratch = scratch
        address = MediaURLs(baseURL: baseURL)
    }

    /// See ``MediaStorage``.
    public func stagedParts(of upload: UUID) throws(StorageFault) -> [Int: Int] {
        let prefix = StorageKey.parts(of: upload)
        var parts: [Int: Int] = [:]
        for object in try store.all(prefix) {
            let name = object.name.dropFirst(prefix.count)
            if let number = Int(name), number > 0, String(number) == name { parts[number] = object.size }
        }
        return parts
    }

    /// See ``MediaStorage``.
    public func stage(_ path: String, as upload: UUID, plan: UploadPlan) throws(StorageFault) {
        for number in 1...plan.count {
            let piece = FilePiece(path, offset: (number - 1) * plan.partSize, count: plan.size(of: number))
            try store.put(piece, as: StorageKey.part(number, of: upload))
        }
    }

    /// See ``MediaStorage``.
    public func assemble(_ upload: UUID, count: Int, to path: String) throws(StorageFault) {
        do { try Files.remove(path) } catch { throw StorageFault(error) }
        for number in 1...max(1, count) {
            try store.get(StorageKey.part(number, of: upload), into: FileSink(path, limit: Self.largestPart))
        }
    }

    /// See ``MediaStorage``.
    public func deleteParts(of upload: UUID) throws(StorageFault) {
        for object in try store.all(StorageKey.parts(of: upload)) { try store.delete(object.name) }
    }

    /// See ``MediaStorage``.
    public func makeWorkspace() throws(StorageFault) -> String { try scratch.makeWorkspace() }

    /// See ``MediaStorage``.
    public func store(_ path: String, as key: StorageKey) throws(StorageFault) {
        try store.put(try FilePiece(wholeOf: path), as: key.text)
        do { try Files.remove(path) } catch { throw StorageFault(error) }
    }

    /// See ``MediaStorage``.
    public func fetch(_ key: StorageKey, to path: String) throws(StorageFault) {
        do { try Files.remove(path) } catch { throw StorageFault(error) }
        try store.get(key.text, into: FileSink(path, limit: Self.largest))
    }

    /// See ``MediaStorage``.
    public func borrow(_ key: StorageKey, as path: String) throws(StorageFault) {
        if let file = store.file(of: key.text), (try? Files.link(file, as: path)) != nil { return }
        try fetch(key, to: path)
    }

    /// See ``MediaStorage``.
    public func objects(of owner: UUID) throws(StorageFault) -> [StorageKey] {
        var keys: [StorageKey] = []
        for family in StorageKey.Family.allCases {
            let objects = try store.all("\(family.rawValue)/\(owner.uuidString.lowercased())/")
            keys += objects.compactMap { StorageKey($0.name) }
        }
        return keys
    }

    /// See ``MediaStorage``.
    public func delete(_ key: StorageKey) throws(StorageFault) { try store.delete(key.text) }

    /// See ``MediaStorage``.
    public func sweep(
        partsBefore: Date, workBefore: Date, isWanted: (UUID) throws -> Bool
    ) throws -> SweepReport {
        var report = SweepReport()
        let parts = Dictionary(grouping: try store.all("incoming/")) { object in
            String(object.name.split(separator: "/").dropFirst().first ?? "")
        }
        for (name, objects) in parts {
            let latest = objects.map(\.modified).max() ?? .distantPast
            if latest >= partsBefore { continue }
            if let upload = UUID(uuidString: name), try isWanted(upload) { continue }
            for object in objects {
                try store.delete(object.name)
                report.bytes += object.size
            }
            report.uploads += 1
        }
        let work = try scratch.sweep(partsBefore: .distantPast, workBefore: workBefore) { _ in true }
        report.leftovers += work.leftovers
        report.bytes += work.bytes
        return report
    }

    /// See ``MediaStorage``.
    public func url(for key: StorageKey) -> String { address.url(for: key) }

    /// See ``MediaStorage``.
    public var freeBytes: Int? { store.kind == .local ? scratch.freeBytes : nil }

    /// See ``MediaStorage``.
    public var partBytes: Int? { store.partBytes }

    /// See ``MediaStorage``.
    public func permission(_ request: UploadRequest) throws(StorageFault) -> UploadPermission {
        try store.permission(request)
    }

    /// See ``MediaStorage``.
    public func sources(of key: StorageKey, now: Date, lifetime: Int) -> [MediaSource] {
        store.sources(of: key.text, now: now, lifetime: lifetime)
    }
}
