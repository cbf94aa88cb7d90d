internal import Storage
internal import Synchronization

/// What several threads have copied.
final class FileBoard: Sendable {
    private struct State {
        var files: [String: ObjectDigest] = [:]
        var parts: [String: BackupManifest.Part] = [:]
        var copied = 0
        var copiedBytes = 0
        var deleted = 0
        var said = ContinuousClock.now
    }

    private let state = Mutex(State())
    private let known: [String: ObjectDigest]
    private let progress: @Sendable (String) -> Void

    init(known: [String: ObjectDigest], progress: @escaping @Sendable (String) -> Void) {
        self.known = known
        self.progress = progress
    }

    /// Takes over what a backup before has copied; false when none has.
    func reuse(_ object: StoredObject) -> Bool {
        guard let digest = known[object.name], digest.size == object.size else { return false }
        state.withLock { $0.files[object.name] = digest }
        return true
    }

    func add(_ name: String, _ digest: ObjectDigest) {
        let line = state.withLock { state -> String? in
            state.files[name] = digest
            state.copied += 1
            state.copiedBytes += digest.size
            guard ContinuousClock.now - state.said >= .seconds(2) else { return nil }
            state.said = .now
            return "\(state.copied) files copied, \(state.copiedBytes / 1_000_000) MB"
        }
        if let line { progress(line) }
    }

    func add(part name: String, _ digest: ObjectDigest) {
        state.withLock { $0.parts[name] = BackupManifest.Part(digest) }
    }

    func missed() { state.withLock { $0.deleted += 1 } }

    var files: [String: ObjectDigest] { state.withLock { $0.files } }
    var parts: [String: BackupManifest.Part] { state.withLock { $0.parts } }
    var copied: Int { state.withLock { $0.copied } }
    var copiedBytes: Int { state.withLock { $0.copiedBytes } }
    var deleted: Int { state.withLock { $0.deleted } }
}
