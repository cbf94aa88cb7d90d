internal import Crypto
public import FoundationEssentials
internal import Platform
internal import Text

/// Media on a local disk: nginx writes `incoming` and serves `clips`.
///
/// `incoming/<upload>/<part>` holds parts as they arrived, `tmp` working files and nginx's request bodies, `clips` public
/// files, `originals` uploaded files, `films` the films of seasons, `videos` generated videos and `sources` the pictures that they
/// start from. All are on one file system, so that a move is atomic.
public struct LocalStorage: MediaStorage {
    let root: String
    private let address: MediaURLs

    /// A storage under `root`. Its directories are created when they are needed.
    public init(root: String, baseURL: String = "") {
        self.root = root.hasSuffix("/") ? String(root.dropLast()) : root
        address = MediaURLs(baseURL: baseURL)
    }

    /// Creates the directories that nginx writes to.
    public func prepare() throws(StorageFault) {
        for name in ["incoming", "tmp", "clips", "originals", "films", "videos", "sources"] {
            try system { () throws(SystemError) in try Files.makeDirectory(root + "/" + name) }
        }
    }

    /// See ``MediaStorage``.
    public func stagedParts(of upload: UUID) throws(StorageFault) -> [Int: Int] {
        let entries = try system { () throws(SystemError) in try Files.list(incoming(upload)) }
        var parts: [Int: Int] = [:]
        for entry in entries where !entry.isDirectory {
            if let number = Int(entry.name), number > 0, String(number) == entry.name { parts[number] = entry.size }
        }
        return parts
    }

    /// See ``MediaStorage``.
    public func stage(_ path: String, as upload: UUID, plan: UploadPlan) throws(StorageFault) {
        try system { () throws(SystemError) in
            try Files.makeDirectory(incoming(upload))
            for number in 1...plan.count {
                let bytes = try Files.read(path, from: (number - 1) * plan.partSize, count: plan.size(of: number))
                try Files.write(bytes, to: incoming(upload) + "/\(number)")
            }
        }
    }

    /// See ``MediaStorage``.
    public func assemble(_ upload: UUID, count: Int, to path: String) throws(StorageFault) {
        let parts = (1...max(1, count)).map { incoming(upload) + "/\($0)" }
        try system { () throws(SystemError) in try Files.concatenate(parts, to: path) }
    }

    /// See ``MediaStorage``.
    public func deleteParts(of upload: UUID) throws(StorageFault) {
        try system { () throws(SystemError) in try Files.removeTree(incoming(upload)) }
    }

    /// See ``MediaStorage``.
    public func makeWorkspace() throws(StorageFault) -> String {
        let path = root + "/tmp/work-" + Text.hex(SecureRandom.bytes(12))
        try system { () throws(SystemError) in try Files.makeDirectory(path) }
        return path
    }

    /// See ``MediaStorage``.
    public func store(_ path: String, as key: StorageKey) throws(StorageFault) {
        let target = location(key)
        let directory = Files.parent(of: target)
        try system { () throws(SystemError) in
            try Files.setMode(path, 0o644)
            try Files.synchronise(path)
            try Files.makeDirectory(directory, mode: 0o775)
            try Files.synchronise(Files.parent(of: directory))
            try Files.move(path, to: target)
        }
    }

    /// See ``MediaStorage``.
    public func fetch(_ key: StorageKey, to path: String) throws(StorageFault) {
        try system { () throws(SystemError) in try Files.concatenate([location(key)], to: path) }
    }

    /// See ``MediaStorage``.
    public func borrow(_ key: StorageKey, as path: String) throws(StorageFault) {
        let isLinked = (try? Files.link(location(key), as: path)) != nil
        if !isLinked { try fetch(key, to: path) }
    }

    /// See ``MediaStorage``.
    public func objects(of owner: UUID) throws(StorageFault) -> [StorageKey] {
        var keys: [StorageKey] = []
        for family in StorageKey.Family.allCases {
            let directory = "\(family.rawValue)/\(owner.uuidString.lowercased())"
            let entries = try system { () throws(SystemError) in try Files.list(root + "/" + directory) }
            keys += entries.compactMap { StorageKey("\(directory)/\($0.name)") }
        }
        return keys
    }

    /// See ``MediaStorage``.
    public func delete(_ key: StorageKey) throws(StorageFault) {
        try system { () throws(SystemError) in try Files.remove(location(key)) }
    }

    /// See ``MediaStorage``.
    public func sweep(
        partsBefore: Date, workBefore: Date, isWanted: (UUID) throws -> Bool
    ) throws -> SweepReport {
        var report = SweepReport()
        for entry in try Files.list(root + "/incoming") where entry.modified < Int(partsBefore.timeIntervalSince1970) {
            let path = root + "/incoming/" + entry.name
            let parts = entry.isDirectory ? try Files.list(path) : [entry]
            // A directory's own time does not change when a part is overwritten.
            let latest = parts.map(\.modified).max() ?? 0
            if latest >= Int(partsBefore.timeIntervalSince1970) { continue }
            if let upload = UUID(uuidString: entry.name), try isWanted(upload) { continue }
            report.bytes += parts.map(\.size).reduce(0, +)
            try entry.isDirectory ? Files.removeTree(path) : Files.remove(path)
            report.uploads += 1
        }
        for entry in try Files.list(root + "/tmp") where entry.modified < Int(workBefore.timeIntervalSince1970) {
            let path = root + "/tmp/" + entry.name
            report.bytes += entry.isDirectory ? try Files.list(path).map(\.size).reduce(0, +) : entry.size
            try entry.isDirectory ? Files.removeTree(path) : Files.remove(path)
            report.leftovers += 1
        }
        return report
    }

    /// See ``MediaStorage``.
    public func url(for key: StorageKey) -> String { address.url(for: key) }

    /// See ``MediaStorage``.
    public var freeBytes: Int? { Files.freeBytes(root) }

    private func incoming(_ upload: UUID) -> String {
        root + "/incoming/" + upload.uuidString.lowercased()
    }

    private func location(_ key: StorageKey) -> String { root + "/" + key.text }

    func system<R>(_ body: () throws(SystemError) -> R) throws(StorageFault) -> R {
        do { return try body() } catch { throw StorageFault(error) }
    }
}
