import Film
import FoundationEssentials
import Media
import Platform
import Postgres
import Queue
import Storage
import TestSupport

/// A stage with a member, a draft season, a storage on the disk and the jobs that process clips.
final class ClipWorkshop {
    let stage: FilmStage
    let member: UUID
    let directory: String
    let storage: LocalStorage
    var tools = MediaTools(timeLimit: safetyLimit, preset: "superfast")

    static func run(_ body: (ClipWorkshop) throws -> Void) throws {
        try FilmStage.run { stage in
            try body(try ClipWorkshop(stage))
        }
    }

    private init(_ stage: FilmStage) throws {
        self.stage = stage
        member = try stage.member("mira_okafor")
        directory = "/tmp/dailies-clips-" + UUID().uuidString.lowercased()
        storage = LocalStorage(root: directory)
        try storage.prepare()
        _ = try stage.season()
    }

    deinit {
        try? Files.removeTree(directory)
    }

    var uploads: Uploads { Uploads(database: stage.web) }

    /// A video of a second, small and quick to make.
    func video(_ options: String = "-c:v libx264 -preset ultrafast -pix_fmt yuv420p") throws -> String {
        let path = directory + "/source-\(UUID().uuidString).mp4"
        let result = try Subprocess.run(
            "/usr/bin/ffmpeg",
            ["-nostdin", "-loglevel", "error", "-f", "lavfi", "-i", "testsrc2=s=270x480:r=30:d=1"]
                + options.split(separator: " ").map(String.init) + [path], timeout: safetyLimit)
        guard result.status.isSuccess else { throw TestFault(result.stderr) }
        return path
    }

    /// An upload of which all parts have arrived.
    func sent(_ path: String, as contentType: String = "video/mp4") throws -> Upload {
        let upload = try uploads.begin(
            member: member, fileName: "take.mp4", contentType: contentType, size: Files.size(path) ?? 0)
        try storage.stage(path, as: upload.id, plan: upload.plan)
        return upload
    }

    func register(_ upload: Upload, title: String = "Undertow, take 3") throws -> UUID {
        try uploads.register(
            ClipRegistration(uploadID: upload.id, memberID: member, title: title, genre: "Sci-Fi", aiGenerated: false))
    }

    /// Does all jobs that are due.
    @discardableResult
    func drain(_ storage: (any MediaStorage)? = nil) throws -> DrainSummary {
        var registry = JobRegistry()
        ClipValidation(storage: storage ?? self.storage, tools: tools).register(in: &registry)
        Thumbnails(storage: storage ?? self.storage, tools: tools).register(in: &registry)
        let drainer = Drainer(database: stage.jobs, registry: registry)
        return try drainer.run(until: .empty)
    }

    func row(_ clip: UUID) throws -> Row {
        try stage.superuser.one("select * from tournament_clips where id = \(clip)")
    }

    func processing(_ clip: UUID) throws -> ClipProcessing { try row(clip).value("processing") }

    /// Every file under the storage, but for the sources that tests made.
    func files() throws -> [String] {
        var found: [String] = []
        func walk(_ path: String) throws {
            for entry in try Files.list(directory + path) where !entry.name.hasPrefix("source-") {
                if entry.isDirectory {
                    try walk(path + "/" + entry.name)
                } else {
                    found.append(path + "/" + entry.name)
                }
            }
        }
        try walk("")
        return found.map { String($0.dropFirst()) }
    }
}
