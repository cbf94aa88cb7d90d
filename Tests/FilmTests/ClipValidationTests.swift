import Film
import FoundationEssentials
import Media
import Platform
import Postgres
import Queue
import Refusals
import Storage
import Synchronization
import TestSupport
import Testing

@Suite("CLIP-01 CLIP-04 from an upload to a clip that can be shown", .serialized, .requiresPostgres)
struct ClipValidationTests {
    @Test(
        "CLIP-04 a registered clip becomes ready with rendition, poster, placeholder and hash, and its parts are gone")
    func ready() throws {
        try ClipWorkshop.run { workshop in
            let upload = try workshop.sent(workshop.video())
            let clip = try workshop.register(upload)
            #expect(try workshop.processing(clip) == .processing)
            try workshop.drain()
            let row = try workshop.row(clip)
            #expect(try row.value("processing", as: ClipProcessing.self) == .ready)
            let video: String = try row.value("video_key")
            let poster: String = try row.value("poster_key")
            let original: String = try row.value("original_key")
            let copies = try copies(of: poster)
            #expect(try row.value("has_thumbnail", as: Bool.self) && row.value("has_cards", as: Bool.self))
            #expect(try Set(workshop.files()) == copies.union([video, poster, original]))
            #expect(video.hasPrefix("clips/\(clip.uuidString.lowercased())/") && video.hasSuffix(".mp4"))
            #expect(original.hasPrefix("originals/"))
            #expect(try row.value("width", as: Int.self) == 1_080)
            #expect(try row.value("duration_ms", as: Int.self) == 1_000)
            #expect(try row.value("blurhash", as: String.self).count == 28)
            #expect(try row.value("perceptual_hash", as: Int64?.self) != nil)
            #expect(try row.value("status", as: ClipStatus.self) == .pending)
        }
    }

    private func copies(of poster: String) throws -> Set<String> {
        let key = try #require(StorageKey(poster))
        return [key.thumbnail.text, key.card.text, key.share.text]
    }

    /// Drains with an ffmpeg that is stopped at its first run, so that the clip stays where it is then.
    private func drainUntilConversion(_ workshop: ClipWorkshop) throws {
        let stub = workshop.directory + "/source-stopped"
        try Files.write(Array("#!/bin/sh\nexit 255\n".utf8), to: stub, mode: 0o700)
        let plain = workshop.tools.ffmpeg
        workshop.tools.ffmpeg = stub
        try workshop.drain()
        workshop.tools.ffmpeg = plain
    }

    @Test("CLIP-04 the file itself can be played while its rendition is being made, and is gone afterwards")
    func preview() throws {
        try ClipWorkshop.run { workshop in
            let path = try workshop.video()
            let clip = try workshop.register(workshop.sent(path))
            let viewer = ClipViewer(memberID: workshop.member)
            #expect(try workshop.stage.clips.details(clip, for: viewer).check == nil)
            try drainUntilConversion(workshop)
            #expect(try workshop.processing(clip) == .processing)
            let stored: String? = try workshop.stage.superuser.one("select preview_key from uploads")
            let key = try #require(stored)
            #expect(key.hasPrefix("clips/\(clip.uuidString.lowercased())/") && key.hasSuffix(".mp4"))
            #expect(try workshop.stage.clips.details(clip, for: viewer).check?.previewURL == "/media/" + key)
            #expect(Files.size(workshop.directory + "/" + key) == Files.size(path))
            try workshop.stage.superuser.execute("update jobs set run_at = now() where state = 'queued'")
            try workshop.drain()
            #expect(try workshop.processing(clip) == .ready)
            #expect(try workshop.stage.clips.details(clip, for: viewer).check?.previewURL == nil)
            #expect(!Files.exists(workshop.directory + "/" + key))
        }
    }

    @Test("CLIP-04 the preview's address is for the creator and admins alone")
    func previewAddress() throws {
        try ClipWorkshop.run { workshop in
            let clip = try workshop.register(workshop.sent(workshop.video()))
            try workshop.stage.superuser.execute(
                "update uploads set check_started_at = now(), preview_key = 'clips/x/preview.mp4'")
            let clips = workshop.stage.clips
            let viewer = ClipViewer(memberID: workshop.member)
            let address = "/media/clips/x/preview.mp4"
            #expect(try clips.details(clip, for: viewer).check?.previewURL == address)
            #expect(try clips.own(of: workshop.member).items.first?.details.check?.previewURL == address)
            #expect(throws: FilmError.refused(.clipNotFound)) { try clips.details(clip, for: .visitor) }
        }
    }

    @Test(
        "CLIP-04 what not every browser plays has no preview",
        arguments: ["-c:v libx264 -pix_fmt yuv422p", "-c:v mpeg4"])
    func noPreview(options: String) throws {
        try ClipWorkshop.run { workshop in
            let clip = try workshop.register(workshop.sent(workshop.video(options)))
            try drainUntilConversion(workshop)
            #expect(try workshop.processing(clip) == .processing)
            #expect(try workshop.stage.superuser.one("select preview_key from uploads", as: String?.self) == nil)
            #expect(try workshop.files().allSatisfy { $0.hasPrefix("incoming/") })
        }
    }

    @Test("CLIP-02 a refused file leaves its reason for the sender and nothing on the disk")
    func refused() throws {
        try ClipWorkshop.run { workshop in
            let path = workshop.directory + "/source-text"
            try Files.write(Array(String(repeating: "no video ", count: 100).utf8), to: path)
            let clip = try workshop.register(workshop.sent(path))
            let sound = try workshop.register(
                workshop.sent(workshop.video("-f lavfi -i sine=d=2 -map 1 -c:a aac")))
            try workshop.drain()
            #expect(try workshop.processing(clip) == .failed)
            let reason: String = try workshop.row(clip).value("processing_error")
            #expect(reason.contains("isn't a video") && !reason.contains("/"))
            #expect(try workshop.row(sound).value("processing_error", as: String.self).contains("sound"))
            #expect(try workshop.files().isEmpty)
        }
    }

    @Test("CLIP-03 a file of another kind than declared is refused")
    func otherType() throws {
        try ClipWorkshop.run { workshop in
            let clip = try workshop.register(workshop.sent(workshop.video(), as: "video/webm"))
            try workshop.drain()
            #expect(try workshop.row(clip).value("processing_error", as: String.self).contains("WebM"))
        }
    }

    @Test("CLIP-01 an upload is registered once")
    func once() throws {
        try ClipWorkshop.run { workshop in
            let upload = try workshop.sent(workshop.video())
            let clip = try workshop.register(upload)
            #expect(throws: FilmError.refused(.alreadyRegistered(clip))) { try workshop.register(upload) }
            let jobs: Int = try workshop.stage.superuser.one(
                "select count(*) from jobs where kind = 'validate_clip'")
            #expect(jobs == 1)
        }
    }

    @Test(
        "CLIP-04 a worker that dies at any step leaves nothing half-done, and the next one finishes",
        arguments: 1...FailingStorage.steps + FailingStorage.files)
    func interrupted(step: Int) throws {
        try ClipWorkshop.run { workshop in
            let clip = try workshop.register(workshop.sent(workshop.video()))
            let failing = FailingStorage(workshop.storage, at: step)
            try workshop.drain(failing)
            // Only the parts may be left when the clip is ready.
            #expect(try (workshop.processing(clip) == .ready) == (step == FailingStorage.steps))
            if try workshop.processing(clip) == .processing {
                #expect(try workshop.row(clip).value("video_key", as: String?.self) == nil)
                try workshop.stage.superuser.execute("update jobs set run_at = now() where state = 'queued'")
                try workshop.drain()
            }
            let row = try workshop.row(clip)
            #expect(try row.value("processing", as: ClipProcessing.self) == .ready)
            let poster: String = try row.value("poster_key")
            let keys: Set<String> = try copies(of: poster).union([
                row.value("video_key"), poster, row.value("original_key"),
            ])
            // Parts that a dead worker could not remove are left to the sweep.
            #expect(try Set(workshop.files().filter { !$0.hasPrefix("incoming/") }) == keys)
            let states: [String] = try workshop.stage.superuser.query(
                "select state from jobs where kind = 'validate_clip'")
            #expect(states == ["completed"])
        }
    }

    @Test("CLIP-04 without ffmpeg the job is tried again, and at last the sender learns that it failed")
    func withoutTool() throws {
        try ClipWorkshop.run { workshop in
            let clip = try workshop.register(workshop.sent(workshop.video()))
            workshop.tools.ffprobe = "/nonexistent/ffprobe"
            for attempt in 1...ValidateClip.options.maxAttempts {
                #expect(try workshop.processing(clip) == .processing, "attempt \(attempt)")
                try workshop.drain()
                try workshop.stage.superuser.execute("update jobs set run_at = now() where state = 'queued'")
            }
            #expect(try workshop.processing(clip) == .failed)
        }
    }

    @Test("CLIP-04 what fails because of the file fails at the first attempt, with what is wrong")
    func failsAtOnce() throws {
        try ClipWorkshop.run { workshop in
            let clip = try workshop.register(workshop.sent(workshop.video()))
            let stub = workshop.directory + "/source-crash"
            try Files.write(Array("#!/bin/sh\nkill -SEGV $$\n".utf8), to: stub, mode: 0o700)
            workshop.tools.ffmpeg = stub
            try workshop.drain()
            #expect(try workshop.processing(clip) == .failed)
            #expect(try workshop.row(clip).value("processing_error", as: String.self).contains("H.264"))
        }
    }

    @Test("CLIP-04 a sound that cannot be decoded leaves a silent clip and a note for its creator")
    func unreadableSound() throws {
        try ClipWorkshop.run { workshop in
            let path = try workshop.video(
                "-f lavfi -i sine=d=1 -c:v libx264 -preset ultrafast -pix_fmt yuv420p -c:a aac")
            var bytes = try Files.read(path, count: Files.size(path) ?? 0)
            for (old, new) in [("mp4a", "mhm1"), ("esds", "mhaC")] {
                let place = try #require(bytes.firstRange(of: Array(old.utf8)))
                bytes.replaceSubrange(place, with: Array(new.utf8))
            }
            try Files.write(bytes, to: path)
            let clip = try workshop.register(workshop.sent(path))
            try workshop.drain()
            #expect(try workshop.processing(clip) == .ready)
            let note: String? = try workshop.stage.superuser.one("select check_note from uploads")
            #expect(note?.contains("silent") == true)
            let details = try workshop.stage.clips.details(
                clip, for: ClipViewer(memberID: workshop.member))
            #expect(details.check?.note == note && (details.check?.percent ?? 0) > 0)
        }
    }

    @Test("CLIP-04 a full disk is not the sender's fault: the clip waits and is finished when there is room")
    func fullDisk() throws {
        try ClipWorkshop.run { workshop in
            let clip = try workshop.register(workshop.sent(workshop.video()))
            try workshop.drain(FailingStorage(workshop.storage, at: 4, with: .full("ENOSPC")))
            #expect(try workshop.processing(clip) == .processing)
            try workshop.stage.superuser.execute("update jobs set run_at = now() where state = 'queued'")
            try workshop.drain()
            #expect(try workshop.processing(clip) == .ready)
        }
    }

    @Test("CLIP-07 the sweep forgets what was never registered, and keeps what still is to be processed")
    func sweep() throws {
        try ClipWorkshop.run { workshop in
            let forgotten = try workshop.sent(workshop.video())
            let waiting = try workshop.sent(workshop.video())
            let clip = try workshop.register(waiting)
            let jobs = Uploads(database: workshop.stage.jobs)
            let later = Date().addingTimeInterval(2 * 86_400)
            try jobs.sweep(workshop.storage, now: later)
            #expect(try workshop.storage.stagedParts(of: forgotten.id).count == 1, "the row is not old yet")
            try workshop.stage.test.setClock(offset: .seconds(2 * 86_400))
            try jobs.sweep(workshop.storage, now: later)
            #expect(try workshop.storage.stagedParts(of: forgotten.id).isEmpty)
            #expect(try workshop.storage.stagedParts(of: waiting.id).count == 1)
            #expect(throws: FilmError.refused(.uploadNotFound)) { try workshop.register(forgotten) }
            try workshop.drain()
            #expect(try workshop.processing(clip) == .ready)
        }
    }

    @Test("CLIP-01 limits: no season, too many clips, too many unfinished uploads")
    func limits() throws {
        try ClipWorkshop.run { workshop in
            let path = workshop.directory + "/source-small"
            try Files.write([1, 2, 3], to: path)
            for number in 1...3 { _ = try workshop.register(workshop.sent(path), title: "Take \(number)") }
            #expect(throws: FilmError.refused(.clipLimitReached)) { try workshop.sent(path) }
            let other = try workshop.stage.member("ilse_brandt")
            for _ in 1...Uploads.openLimit {
                _ = try workshop.uploads.begin(member: other, fileName: "x", contentType: "video/mp4", size: 1)
            }
            #expect(throws: FilmError.refused(.uploadLimit)) {
                try workshop.uploads.begin(member: other, fileName: "x", contentType: "video/mp4", size: 1)
            }
            try workshop.stage.superuser.execute("update seasons set status = 'archived', activated_at = now()")
            #expect(throws: FilmError.refused(.noSeason)) {
                try workshop.uploads.begin(member: other, fileName: "x", contentType: "video/mp4", size: 1)
            }
        }
    }
}

/// A storage that fails once, at its n-th call, as a crash of the worker would end it there.
final class FailingStorage: MediaStorage {
    private let storage: LocalStorage
    /// How many calls count before the one that fails, and how many files are stored before the worker dies.
    private let step: Int
    private let stored: Int?
    private let fault: StorageFault
    private let calls = Atomic(0)
    private let stores = Atomic(0)

    /// The calls that a check makes, without a fault: assembling (before and after), seven files, removing the parts.
    static let steps = 10
    /// The files that a check stores.
    static let files = 7

    init(_ storage: LocalStorage, at step: Int, with fault: StorageFault = .failed("the worker died")) {
        self.storage = storage
        self.step = step
        stored = step > Self.steps ? step - Self.steps : nil
        self.fault = fault
    }

    private func count() throws(StorageFault) {
        if calls.add(1, ordering: .relaxed).newValue == step { throw fault }
    }

    func stagedParts(of upload: UUID) throws(StorageFault) -> [Int: Int] { try storage.stagedParts(of: upload) }

    func stage(_ path: String, as upload: UUID, plan: UploadPlan) throws(StorageFault) {
        try storage.stage(path, as: upload, plan: plan)
    }

    func assemble(_ upload: UUID, count: Int, to path: String) throws(StorageFault) {
        try self.count()
        try storage.assemble(upload, count: count, to: path)
        try self.count()
    }

    func deleteParts(of upload: UUID) throws(StorageFault) {
        try count()
        try storage.deleteParts(of: upload)
    }

    func makeWorkspace() throws(StorageFault) -> String { try storage.makeWorkspace() }

    func store(_ path: String, as key: StorageKey) throws(StorageFault) {
        try count()
        try storage.store(path, as: key)
        if stores.add(1, ordering: .relaxed).newValue == stored { throw fault }
    }

    func fetch(_ key: StorageKey, to path: String) throws(StorageFault) { try storage.fetch(key, to: path) }

    func objects(of owner: UUID) throws(StorageFault) -> [StorageKey] { try storage.objects(of: owner) }

    func delete(_ key: StorageKey) throws(StorageFault) { try storage.delete(key) }

    func sweep(partsBefore: Date, workBefore: Date, isWanted: (UUID) throws -> Bool) throws -> SweepReport {
        try storage.sweep(partsBefore: partsBefore, workBefore: workBefore, isWanted: isWanted)
    }

    func url(for key: StorageKey) -> String { storage.url(for: key) }

    var freeBytes: Int? { storage.freeBytes }
}
