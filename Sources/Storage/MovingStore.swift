internal import FoundationEssentials

/// Two back ends while objects move from one to the other: new objects go to `current`, and those that are still in `previous`
/// are found there.
struct MovingStore: ObjectStore {
    let current: any ObjectStore
    let previous: any ObjectStore

    var kind: StorageKind { current.kind }
    var partBytes: Int? { current.partBytes }

    func put(_ piece: FilePiece, as name: String) throws(StorageFault) { try current.put(piece, as: name) }

    func get(_ name: String, into sink: any ObjectSink) throws(StorageFault) {
        // It may be moved between two looks.
        for store in [current, previous] {
            do throws(StorageFault) { return try store.get(name, into: sink) } catch {
                guard case .missing = error else { throw error }
            }
        }
        try current.get(name, into: sink)
    }

    /// First what is in `previous`, so that of two objects with the same name the current one comes last.
    func list(_ prefix: String, after cursor: String?) throws(StorageFault) -> ObjectPage {
        let isCurrent = cursor?.hasPrefix("current ") ?? false
        let place = cursor.map { String($0.drop { $0 != " " }.dropFirst()) }.flatMap { $0.isEmpty ? nil : $0 }
        let page = try (isCurrent ? current : previous).list(prefix, after: place)
        if let next = page.next { return ObjectPage(page.objects, next: (isCurrent ? "current " : "previous ") + next) }
        return ObjectPage(page.objects, next: isCurrent ? nil : "current ")
    }

    /// First in `previous`: the move looks there again after copying an object, and takes the copy back when it is
    /// gone.
    func delete(_ name: String) throws(StorageFault) {
        try previous.delete(name)
        try current.delete(name)
    }

    func permission(_ request: UploadRequest) throws(StorageFault) -> UploadPermission {
        try current.permission(request)
    }

    func sources(of name: String, now: Date, lifetime: Int) -> [MediaSource] {
        current.sources(of: name, now: now, lifetime: lifetime)
            + previous.sources(of: name, now: now, lifetime: lifetime)
    }

    func file(of name: String) -> String? { current.file(of: name) ?? previous.file(of: name) }
}
