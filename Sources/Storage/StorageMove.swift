internal import FoundationEssentials
internal import Platform
internal import Synchronization
internal import Text

/// Moves all objects from one back end to another.
///
/// An object leaves the source only when the target's copy was read back and has the same hash. Nothing is recorded anywhere
/// else: what is still in the source is what is left to do, so a move that was killed at any point is simply begun again.
public struct StorageMove: Sendable {
    /// How far a move is, or how it ended.
    public struct Report: Sendable, Equatable {
        /// Objects that were found in the source.
        public var found = 0
        /// Their bytes.
        public var foundBytes = 0
        /// Objects that were copied.
        public var copied = 0
        /// Bytes that were copied.
        public var copiedBytes = 0
        /// Objects that the target had already, with the same bytes.
        public var alreadyThere = 0
        /// Objects that were removed from the source.
        public var removed = 0
        /// Objects that somebody deleted while they were moved.
        public var deletedMeanwhile = 0
        /// Objects that could not be moved, with the reason. They are still in the source.
        public var faults: [Fault] = []
        /// Why the move ended early.
        public var stopped: String?

        /// Nothing yet.
        public init() {}

        /// Whether everything that was found is in the target.
        public var isComplete: Bool { faults.isEmpty && stopped == nil }
    }

    /// An object that could not be moved.
    public struct Fault: Sendable, Equatable {
        /// Its name.
        public let name: String
        /// The reason, in a sentence.
        public let reason: String
    }

    /// What a move may do.
    public struct Options: Sendable {
        /// Copies, and removes nothing from the source.
        public var keepsSource = false
        /// How many objects are moved at a time.
        public var workers = 4

        /// The usual.
        public init() {}
    }

    /// The kinds of objects. Parts of uploads come first, so that clips which are being sent can be finished.
    private static let prefixes = ["incoming/", "originals/", "sources/", "videos/", "films/", "clips/"]
    private let source: any ObjectStore
    private let target: any ObjectStore
    private let scratch: LocalStorage
    private let options: Options

    /// A move whose working files are in `scratch`.
    public init(from source: any ObjectStore, to target: any ObjectStore, scratch: LocalStorage, options: Options) {
        self.source = source
        self.target = target
        self.scratch = scratch
        self.options = options
    }

    /// What the source holds; changes nothing.
    public func count() throws(StorageFault) -> Report {
        var report = Report()
        for prefix in Self.prefixes {
            var cursor: String?
            repeat {
                let page = try source.list(prefix, after: cursor)
                report.found += page.objects.count
                report.foundBytes += page.objects.map(\.size).reduce(0, +)
                cursor = page.next
            } while cursor != nil
        }
        return report
    }

    /// Moves everything. `progress` is called after each object.
    public func run(progress: @escaping @Sendable (Report) -> Void = { _ in }) -> Report {
        let board = MoveBoard(progress)
        do throws(StorageFault) {
            // A browser may still send a part to an address that it got before the switch.
            for pass in 1...3 {
                let before = board.report.found
                for prefix in Self.prefixes { try move(prefix, board) }
                let report = board.report
                if options.keepsSource || report.found == before || !report.isComplete || pass == 3 { break }
            }
        } catch {
            board.stop(error.debugDescription)
        }
        return board.report
    }

    private func move(_ prefix: String, _ board: MoveBoard) throws(StorageFault) {
        var cursor: String?
        repeat {
            let page = try source.list(prefix, after: cursor)
            board.begin(page.objects)
            do {
                let threads = try (0..<max(1, min(options.workers, page.objects.count))).map { number in
                    try BackgroundThread(named: "move \(number)") {
                        while let object = board.next() { board.end(object, move(object)) }
                    }
                }
                for thread in threads { thread.join() }
            } catch {
                throw .failed("\(error)")
            }
            cursor = page.next
        } while cursor != nil && board.report.stopped == nil
    }

    private func move(_ object: StoredObject) -> MoveOutcome {
        do throws(StorageFault) {
            let isCopied = try copy(object)
            guard !options.keepsSource else { return .done(isCopied: isCopied, isRemoved: false) }
            // Somebody who deletes an object deletes it in the source first.
            guard try holds(source, object.name) else {
                try target.delete(object.name)
                return .deleted
            }
            try source.delete(object.name)
            return .done(isCopied: isCopied, isRemoved: true)
        } catch {
            switch error {
            case .missing where (try? holds(source, object.name)) == false: return .deleted
            case .denied, .full: return .stop(error.debugDescription)
            case .unavailable: return .unanswered(error.debugDescription)
            case .missing, .failed: return .fault(error.debugDescription)
            }
        }
    }

    /// Copies an object and reads the copy back; false when the target had it.
    private func copy(_ object: StoredObject) throws(StorageFault) -> Bool {
        let name = object.name
        let there = try target.all(Self.directory(of: name)).first { $0.name == name }
        // A part that was sent to the target as well is the newer one.
        if there != nil, name.hasPrefix("incoming/") { return false }
        if let there, there.size == object.size {
            let original = try source.digest(of: name)
            try check(original, of: object)
            if try target.digest(of: name) == original { return false }
        }
        if let path = source.file(of: name) {
            let original = try source.digest(of: name)
            try check(original, of: object)
            try put(FilePiece(path, count: original.size), as: name, original)
            return true
        }
        let workspace = try scratch.makeWorkspace()
        defer { try? Files.removeTree(workspace) }
        let path = workspace + "/object"
        let sink = FileSink(path, limit: object.size)
        try source.get(name, into: sink)
        let original = sink.digest()
        try check(original, of: object)
        try put(FilePiece(path, count: original.size), as: name, original)
        return true
    }

    private func put(_ piece: FilePiece, as name: String, _ original: ObjectDigest) throws(StorageFault) {
        try target.put(piece, as: name)
        guard try target.digest(of: name) == original else {
            throw .failed("\(target.kind.title): \(name): the copy differs from the original")
        }
    }

    /// The bytes are as many as the list says, and those that the name was made of.
    private func check(_ digest: ObjectDigest, of object: StoredObject) throws(StorageFault) {
        guard digest.size == object.size else {
            throw .failed("\(source.kind.title): \(object.name): \(digest.size) of \(object.size) bytes came")
        }
        guard let hash = StorageKey(object.name)?.contentHash, !digest.sha256.hasPrefix(hash) else { return }
        throw .failed("\(source.kind.title): \(object.name): the file is damaged, its hash is \(digest.sha256)")
    }

    private func holds(_ store: any ObjectStore, _ name: String) throws(StorageFault) -> Bool {
        try store.all(Self.directory(of: name)).contains { $0.name == name }
    }

    private static func directory(of name: String) -> String { Files.parent(of: name) + "/" }
}

/// What became of an object.
enum MoveOutcome: Sendable {
    case done(isCopied: Bool, isRemoved: Bool)
    /// Somebody deleted it.
    case deleted
    /// It stays where it is.
    case fault(String)
    /// The same, since a back end did not answer.
    case unanswered(String)
    /// No other object can be moved either.
    case stop(String)
}

/// What the threads of a move share.
final class MoveBoard: Sendable {
    /// So many objects in a row without an answer end the move.
    private static let unansweredLimit = 5

    private struct State: Sendable {
        var report = StorageMove.Report()
        var waiting: [StoredObject] = []
        var unanswered = 0
    }

    private let state = Mutex(State())
    private let progress: @Sendable (StorageMove.Report) -> Void

    init(_ progress: @escaping @Sendable (StorageMove.Report) -> Void) {
        self.progress = progress
    }

    var report: StorageMove.Report { state.withLock(\.report) }

    func begin(_ objects: [StoredObject]) {
        state.withLock { state in
            state.waiting = objects.reversed()
            state.report.found += objects.count
            state.report.foundBytes += objects.map(\.size).reduce(0, +)
        }
    }

    func next() -> StoredObject? {
        state.withLock { $0.report.stopped == nil ? $0.waiting.popLast() : nil }
    }

    func stop(_ reason: String) {
        state.withLock { $0.report.stopped = $0.report.stopped ?? reason }
    }

    func end(_ object: StoredObject, _ outcome: MoveOutcome) {
        let report = state.withLock { state in
            if case .unanswered = outcome { state.unanswered += 1 } else { state.unanswered = 0 }
            switch outcome {
            case .done(let isCopied, let isRemoved):
                state.report.copied += isCopied ? 1 : 0
                state.report.copiedBytes += isCopied ? object.size : 0
                state.report.alreadyThere += isCopied ? 0 : 1
                state.report.removed += isRemoved ? 1 : 0
            case .deleted: state.report.deletedMeanwhile += 1
            case .fault(let reason), .unanswered(let reason):
                state.report.faults.append(StorageMove.Fault(name: object.name, reason: reason))
            case .stop(let reason):
                state.report.faults.append(StorageMove.Fault(name: object.name, reason: reason))
                state.report.stopped = state.report.stopped ?? reason
            }
            if state.unanswered >= Self.unansweredLimit, case .unanswered(let reason) = outcome {
                state.report.stopped = state.report.stopped ?? reason
            }
            return state.report
        }
        progress(report)
    }
}
