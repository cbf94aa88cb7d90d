import FoundationEssentials
import Storage
import Synchronization

/// A back end in memory whose calls can fail.
final class MemoryStore: ObjectStore {
    /// What is called, before it has an effect.
    enum Call: Sendable, Equatable {
        case put(String)
        case get(String)
        case list(String)
        case delete(String)
    }

    let kind: StorageKind
    let partBytes: Int? = 4
    private let objects = Mutex<[String: [UInt8]]>([:])
    private let hook: Mutex<(@Sendable (Call) throws(StorageFault) -> Void)?>

    init(_ kind: StorageKind = .s3, _ hook: (@Sendable (Call) throws(StorageFault) -> Void)? = nil) {
        self.kind = kind
        self.hook = Mutex(hook)
    }

    /// What happens before each call.
    func onCall(_ hook: (@Sendable (Call) throws(StorageFault) -> Void)?) { self.hook.withLock { $0 = hook } }

    subscript(name: String) -> [UInt8]? {
        get { objects.withLock { $0[name] } }
        set { objects.withLock { $0[name] = newValue } }
    }

    var all: [String: [UInt8]] { objects.withLock(\.self) }

    private func call(_ call: Call) throws(StorageFault) {
        if let hook = hook.withLock(\.self) { try hook(call) }
    }

    func put(_ piece: FilePiece, as name: String) throws(StorageFault) {
        try call(.put(name))
        self[name] = piece.read(from: 0, count: piece.count) ?? []
    }

    func get(_ name: String, into sink: any ObjectSink) throws(StorageFault) {
        try call(.get(name))
        guard let bytes = self[name] else { throw .missing(name) }
        try sink.begin()
        guard sink.take(bytes) else { throw sink.fault ?? .failed(name) }
    }

    func list(_ prefix: String, after cursor: String?) throws(StorageFault) -> ObjectPage {
        try call(.list(prefix))
        let found = all.filter { $0.key.hasPrefix(prefix) && $0.key > cursor ?? "" }.sorted { $0.key < $1.key }
        let page = found.prefix(3).map { StoredObject(name: $0.key, size: $0.value.count, modified: Date()) }
        return ObjectPage(page, next: found.count > 3 ? page.last?.name : nil)
    }

    func delete(_ name: String) throws(StorageFault) {
        try call(.delete(name))
        self[name] = nil
    }

    func permission(_ request: UploadRequest) throws(StorageFault) -> UploadPermission {
        UploadPermission(urls: (1...request.plan.count).map { "https://memory.example/\($0)" })
    }

    func sources(of name: String, now: Date, lifetime: Int) -> [MediaSource] {
        [MediaSource(url: "https://\(kind.rawValue).example/" + name)]
    }
}
