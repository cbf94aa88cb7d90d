import Film
import FoundationEssentials
import Media
import Platform
import Postgres
import Queue
import Storage
import Synchronization
import TestSupport

/// Small renditions of several lengths, made once for all tests.
enum FilmClips {
    static let frames = [60, 43, 35]
    static let tools: MediaTools = {
        var tools = MediaTools(timeLimit: safetyLimit, preset: "ultrafast")
        tools.sizeDivisor = 6
        return tools
    }()

    static func paths() throws -> [String] { try made.get() }

    private static let made = Result<[String], any Error> {
        let directory = "/tmp/dailies-film-clips-\(ProcessInfo.processInfo.processIdentifier)"
        try Files.makeDirectory(directory)
        return try frames.indices.map { number in
            let source = "\(directory)/source-\(number).mp4"
            let seconds = "\(Double(frames[number]) / 30)"
            let result = try Subprocess.run(
                "/usr/bin/ffmpeg",
                ["-nostdin", "-loglevel", "error", "-y", "-f", "lavfi", "-i", "testsrc2=s=180x320:r=30:d=\(seconds)"]
                    + ["-f", "lavfi", "-i", "sine=f=\(300 * (number + 1)):d=\(seconds)"]
                    + ["-pix_fmt", "yuv420p", "-preset", "ultrafast", source], timeout: safetyLimit)
            guard result.status.isSuccess else { throw TestFault(result.stderr) }
            let target = "\(directory)/clip-\(number).mp4"
            try Renditions(tools).normalise(source, Probe(tools).inspect(source), to: target, aspect: .portrait)
            try Files.remove(source)
            return target
        }
    }

    /// Removes what was made; the last suite that uses it need not, since the names are the process's own.
    static func copy(_ number: Int, to path: String) throws {
        try Files.concatenate([paths()[number % frames.count]], to: path)
    }
}

/// A finished season whose winners' renditions are in a storage.
final class FilmWorkshop {
    let stage: FilmStage
    let directory: String
    let storage: LocalStorage
    let season: UUID
    /// The winner of each slot, and one that lost every round.
    let winners: [UUID]
    let loser: UUID

    static func run(_ body: (FilmWorkshop) throws -> Void) throws {
        try FilmStage.run { stage in try body(try FilmWorkshop(stage)) }
    }

    private init(_ stage: FilmStage) throws {
        self.stage = stage
        directory = "/tmp/dailies-film-" + UUID().uuidString.lowercased()
        storage = LocalStorage(root: directory)
        try storage.prepare()
        let mira = try stage.member("mira_okafor")
        var ids: [UUID] = []
        for (number, title) in ["Low water", "Rope = salt; # 2", "Echo", "Never"].enumerated() {
            let id = try stage.clip(title, by: mira)
            ids.append(id)
            let file = directory + "/tmp/rendition.mp4"
            try FilmClips.copy(number, to: file)
            let key = StorageKey(
                .clips, id, contentHash: String(repeating: "\(number)", count: 32), fileExtension: "mp4")
            try storage.store(file, as: key)
            let frames = FilmClips.frames[number % FilmClips.frames.count]
            try stage.superuser.execute(
                """
                update tournament_clips
                set video_key = \(key.text), duration_ms = \(FilmPart.milliseconds(frames: frames))::int
                where id = \(id)
                """)
        }
        winners = Array(ids.prefix(3))
        loser = ids[3]
        season = try stage.season("Undertow").id
        _ = try stage.clips.approve(ids, by: stage.admin)
        try stage.seasons.activate(season, by: stage.admin)
        for winner in winners {
            try stage.count(winner, votes: 9)
            try stage.closeRound()
        }
    }

    deinit {
        try? Files.removeTree(directory)
    }

    var films: Films { Films(database: stage.web) { "/media/" + $0 } }

    @discardableResult
    func drain(_ storage: (any MediaStorage)? = nil, tools: MediaTools = FilmClips.tools) throws -> DrainSummary {
        try Self.drain(stage.jobs, storage ?? self.storage, tools)
    }

    static func drain(_ jobs: Database, _ storage: any MediaStorage, _ tools: MediaTools) throws -> DrainSummary {
        var registry = JobRegistry()
        FilmAssembler(storage: storage, tools: tools).register(in: &registry)
        return try Drainer(database: jobs, registry: registry).run(until: .empty)
    }

    /// The names of the film's files, and what is left of work.
    func files() throws -> (film: [String], work: [String]) {
        let film = try Files.list(directory + "/films/" + season.uuidString.lowercased()).map(\.name)
        return (film, try Files.list(directory + "/tmp").map(\.name))
    }

    func version() throws -> String? {
        try stage.superuser.first("select version from films where season_id = \(season)")
    }

    func problem() throws -> String? {
        try stage.superuser.first("select problem from film_builds where season_id = \(season)", as: String?.self)
            ?? nil
    }

    func jobs(_ kind: String = AssembleFilm.kind) throws -> [JobRecord] {
        try stage.superuser.query("select * from jobs where kind = \(kind) order by id")
    }

    /// Makes failed jobs due at once.
    func retryNow() throws {
        try stage.superuser.execute("update jobs set run_at = '2000-01-01' where state = 'queued'")
    }
}

/// A storage that does something else before some of its calls.
final class HookedStorage: MediaStorage {
    enum Call: Equatable { case workspace, borrow, store(Int) }

    private let storage: LocalStorage
    private let hook: @Sendable (Call) throws(StorageFault) -> Void
    private let stores = Atomic(0)

    init(_ storage: LocalStorage, hook: @escaping @Sendable (Call) throws(StorageFault) -> Void) {
        self.storage = storage
        self.hook = hook
    }

    func makeWorkspace() throws(StorageFault) -> String {
        try hook(.workspace)
        return try storage.makeWorkspace()
    }
    func borrow(_ key: StorageKey, as path: String) throws(StorageFault) {
        try hook(.borrow)
        try storage.borrow(key, as: path)
    }
    func store(_ path: String, as key: StorageKey) throws(StorageFault) {
        try hook(.store(stores.add(1, ordering: .relaxed).newValue))
        try storage.store(path, as: key)
    }
    func fetch(_ key: StorageKey, to path: String) throws(StorageFault) { try storage.fetch(key, to: path) }
    func objects(of owner: UUID) throws(StorageFault) -> [StorageKey] { try storage.objects(of: owner) }
    func delete(_ key: StorageKey) throws(StorageFault) { try storage.delete(key) }
    func url(for key: StorageKey) -> String { storage.url(for: key) }
    var freeBytes: Int? { storage.freeBytes }

    func stagedParts(of upload: UUID) throws(StorageFault) -> [Int: Int] { throw .failed("not asked") }
    func stage(_ path: String, as upload: UUID, plan: UploadPlan) throws(StorageFault) { throw .failed("not asked") }
    func assemble(_ upload: UUID, count: Int, to path: String) throws(StorageFault) { throw .failed("not asked") }
    func deleteParts(of upload: UUID) throws(StorageFault) { throw .failed("not asked") }
    func sweep(partsBefore: Date, workBefore: Date, isWanted: (UUID) throws -> Bool) throws -> SweepReport {
        throw StorageFault.failed("not asked")
    }
}
