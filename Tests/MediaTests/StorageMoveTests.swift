import Crypto
import FoundationEssentials
import Platform
import Storage
import Synchronization
import Testing
import Text

@Suite("CLIP-08 moving between storages")
struct StorageMoveTests {
    let fixtures: Fixtures
    let scratch: LocalStorage
    /// Every object that the source has at first.
    let objects: [String: [UInt8]]

    init() throws {
        fixtures = try Fixtures()
        scratch = LocalStorage(root: fixtures.directory)
        try scratch.prepare()
        var objects: [String: [UInt8]] = [:]
        for number in UInt8(1)...4 {
            let id = UUID().uuidString.lowercased()
            let bytes = [UInt8](repeating: number, count: 100 + Int(number))
            objects["clips/\(id)/\(Text.hex(SHA256.hash(bytes)).prefix(32)).mp4"] = bytes
            objects["films/\(id)/abcdef-film.mp4"] = bytes + [0]
            objects["incoming/\(id)/1"] = [number]
        }
        self.objects = objects
    }

    private func stores() -> (source: MemoryStore, target: MemoryStore) {
        let (source, target) = (MemoryStore(.r2), MemoryStore(.s3))
        for (name, bytes) in objects { source[name] = bytes }
        return (source, target)
    }

    private func move(_ source: any ObjectStore, _ target: any ObjectStore, keep: Bool = false) -> StorageMove.Report {
        var options = StorageMove.Options()
        options.keepsSource = keep
        options.workers = 1
        return StorageMove(from: source, to: target, scratch: scratch, options: options).run()
    }

    @Test("everything is moved to the local disk and back, byte by byte")
    func bothWays() throws {
        let (source, target) = stores()
        let local = LocalStorage(root: fixtures.directory)
        let there = move(source, local)
        #expect(there.isComplete && there.copied == objects.count && there.removed == objects.count)
        #expect(source.all.isEmpty)
        for (name, bytes) in objects {
            #expect(try Files.read(fixtures.path(name), count: 1_000) == bytes, "\(name)")
        }
        #expect(
            try move(local, target).isComplete
                && StorageMove(
                    from: local, to: target, scratch: scratch, options: .init()
                ).count().found == 0)
        #expect(target.all == objects)
        #expect(try Files.list(fixtures.path("tmp")).isEmpty, "working files are gone")
    }

    @Test("a move that ends at any call loses nothing, and the next one completes it")
    func endsAnywhere() {
        for end in 0..<500 {
            let (source, target) = stores()
            let calls = Mutex(0)
            let hook: @Sendable (MemoryStore.Call) throws(StorageFault) -> Void = { _ throws(StorageFault) in
                // From this call on nothing has an effect, as after a kill.
                let number = calls.withLock { calls in
                    calls += 1
                    return calls
                }
                if number > end { throw .denied("killed") }
            }
            source.onCall(hook)
            target.onCall(hook)
            let first = move(source, target)
            for (name, bytes) in objects {
                #expect(source[name] == bytes || target[name] == bytes, "\(name) after \(end) calls")
            }
            source.onCall(nil)
            target.onCall(nil)
            #expect(
                move(source, target).isComplete && target.all == objects && source.all.isEmpty, "after \(end) calls")
            if first.isComplete { return }
        }
        Issue.record("the move never completed")
    }

    @Test("a copy that differs, and an original whose hash is not its name, stay where they are and are named")
    func damaged() throws {
        let (source, target) = stores()
        let clip = try #require(objects.keys.filter { $0.hasPrefix("clips/") }.min())
        let film = try #require(objects.keys.filter { $0.hasPrefix("films/") }.min())
        source[clip] = (objects[clip] ?? []).map { $0 ^ 1 }
        target.onCall { call throws(StorageFault) in
            if call == .get(film) { target[film] = [1, 2, 3] }
        }
        let report = move(source, target)
        #expect(Set(report.faults.map(\.name)) == [clip, film] && report.stopped == nil)
        #expect(report.faults.contains { $0.reason.contains("damaged") })
        #expect(report.faults.contains { $0.reason.contains("differs") })
        #expect(source.all.keys.sorted() == [clip, film].sorted() && target[clip] == nil)
        #expect(report.removed == objects.count - 2)
    }

    @Test("a single object without an answer is left; five in a row, or refused credentials, end the move")
    func unanswered() {
        let (source, target) = stores()
        let asked = Mutex<Set<String>>([])
        target.onCall { call throws(StorageFault) in
            guard case .put(let name) = call, asked.withLock({ $0.count < 1 && $0.insert(name).inserted }) else {
                return
            }
            throw .unavailable("500")
        }
        let first = move(source, target)
        #expect(first.faults.count == 1 && first.stopped == nil && first.removed == objects.count - 1)
        #expect(move(source, target).isComplete && target.all == objects)

        let silent = stores()
        silent.target.onCall { call throws(StorageFault) in if case .put = call { throw .unavailable("no answer") } }
        let second = move(silent.source, silent.target)
        #expect(second.stopped == "no answer" && second.faults.count == 5 && silent.source.all == objects)

        let closed = stores()
        closed.target.onCall { call throws(StorageFault) in if case .put = call { throw .denied("403") } }
        let third = move(closed.source, closed.target)
        #expect(third.stopped == "403" && third.faults.count == 1 && closed.source.all == objects)
    }

    @Test("what the site deletes while it is copied does not come back")
    func deletedMeanwhile() throws {
        let (source, target) = stores()
        let clip = try #require(objects.keys.filter { $0.hasPrefix("clips/") }.min())
        target.onCall { call throws(StorageFault) in if call == .put(clip) { source[clip] = nil } }
        let report = move(source, target)
        #expect(report.isComplete && report.deletedMeanwhile == 1)
        #expect(target[clip] == nil && target.all.count == objects.count - 1)
    }

    @Test("a copy keeps the source, and is compared again by the move that follows")
    func keep() {
        let (source, target) = stores()
        #expect(move(source, target, keep: true).removed == 0 && source.all == objects && target.all == objects)
        let report = move(source, target)
        #expect(
            report.copied == 0 && report.alreadyThere == objects.count && source.all.isEmpty && target.all == objects)
    }

    @Test("of a part that was sent to both, the one in the new storage stays")
    func parts() throws {
        let (source, target) = stores()
        let part = try #require(objects.keys.filter { $0.hasPrefix("incoming/") }.min())
        target[part] = [9, 9]
        #expect(move(source, target).isComplete && target[part] == [9, 9])
    }
}
