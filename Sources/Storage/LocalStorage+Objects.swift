public import FoundationEssentials
internal import Platform

/// The local disk as one of the back ends that objects are moved between.
extension LocalStorage: ObjectStore {
    /// See ``ObjectStore``.
    public var kind: StorageKind { .local }

    /// See ``ObjectStore``.
    public func put(_ piece: FilePiece, as name: String) throws(StorageFault) {
        let target = root + "/" + name
        let directory = Files.parent(of: target)
        let workspace = try makeWorkspace()
        defer { try? Files.removeTree(workspace) }
        let copy = workspace + "/object"
        try system { () throws(SystemError) in
            var done = 0
            repeat {
                let bytes = try Files.read(
                    piece.path, from: piece.offset + done, count: min(1 << 20, piece.count - done))
                try Files.append(bytes, to: copy)
                done += bytes.count
                if bytes.isEmpty { break }
            } while done < piece.count
            try Files.setMode(copy, name.hasPrefix("incoming/") ? 0o660 : 0o644)
            try Files.synchronise(copy)
            try Files.makeDirectory(directory, mode: 0o775)
            try Files.synchronise(Files.parent(of: directory))
            try Files.move(copy, to: target)
        }
    }

    /// See ``ObjectStore``.
    public func get(_ name: String, into sink: any ObjectSink) throws(StorageFault) {
        try sink.begin()
        let path = root + "/" + name
        var offset = 0
        while true {
            let bytes = try system { () throws(SystemError) in try Files.read(path, from: offset, count: 1 << 20) }
            if bytes.isEmpty { return }
            guard sink.take(bytes) else { throw sink.fault ?? .failed("\(path) cannot be read") }
            offset += bytes.count
        }
    }

    /// See ``ObjectStore``. A page holds whole directories, and its cursor is the last of them.
    public func list(_ prefix: String, after cursor: String?) throws(StorageFault) -> ObjectPage {
        try system { () throws(SystemError) in
            var objects: [StoredObject] = []
            for entry in try Files.list(root + "/" + prefix.dropLast()) where cursor.map({ entry.name > $0 }) ?? true {
                if objects.count >= Self.pageLength, let last = objects.last {
                    return ObjectPage(objects, next: Self.entry(of: last.name, below: prefix))
                }
                guard entry.isDirectory else {
                    objects.append(StoredObject(prefix + entry.name, entry))
                    continue
                }
                let directory = prefix + entry.name + "/"
                for file in try Files.list(root + "/" + directory) where !file.isDirectory {
                    objects.append(StoredObject(directory + file.name, file))
                }
            }
            return ObjectPage(objects, next: nil)
        }
    }

    private static let pageLength = 1_000

    /// The first part of a name after a prefix.
    private static func entry(of name: String, below prefix: String) -> String {
        String(name.dropFirst(prefix.count).prefix { $0 != "/" })
    }

    /// See ``ObjectStore``.
    public func delete(_ name: String) throws(StorageFault) {
        try system { () throws(SystemError) in try Files.remove(root + "/" + name) }
    }

    /// See ``ObjectStore``.
    public func permission(_ request: UploadRequest) -> UploadPermission { .local(request) }

    /// See ``ObjectStore``.
    public func sources(of name: String, now: Date, lifetime: Int) -> [MediaSource] { [] }

    /// See ``ObjectStore``.
    public func sources(of key: StorageKey, now: Date, lifetime: Int) -> [MediaSource] { [] }

    /// See ``ObjectStore``.
    public var partBytes: Int? { UploadPlan.partBytes }

    /// See ``ObjectStore``.
    public func file(of name: String) -> String? {
        let path = root + "/" + name
        return Files.size(path) == nil ? nil : path
    }
}

extension StoredObject {
    fileprivate init(_ name: String, _ entry: Files.Entry) {
        self.init(name: name, size: entry.size, modified: Date(timeIntervalSince1970: Double(entry.modified)))
    }
}
