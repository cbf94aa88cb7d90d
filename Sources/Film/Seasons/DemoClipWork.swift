internal import Crypto
internal import FoundationEssentials
internal import Media
internal import Platform
internal import Postgres
public import Queue
internal import Storage
internal import Text

/// Sends in one clip of the demo season.
public struct RenderDemoClip: JobPayload {
    /// The name in the queue.
    public static let kind = "render_demo_clip"
    /// Members' clips go first.
    public static let options = JobOptions(priority: .low, timeout: .seconds(600), isLong: true)

    /// Which of the demo clips.
    public let index: Int
    /// Whether the clip stays pending once it is ready, as a member's clip does.
    public let waitsForApproval: Bool?

    /// A job about a demo clip.
    public init(index: Int, waitsForApproval: Bool = false) {
        self.index = index
        self.waitsForApproval = waitsForApproval ? true : nil
    }
}

/// Makes demo clips in the steps of every clip: drawn, staged in parts, registered, validated. Each step first checks
/// whether it is done, so that an interrupted run resumes.
struct DemoClipWork: Sendable {
    let database: Database
    let storage: any MediaStorage
    let tools: MediaTools
    let clipSeconds: Int

    /// The id of a demo clip's upload, the same in every installation, by which it is found again.
    static func uploadID(_ index: Int) -> UUID {
        var bytes = Array(SHA256.hash("dailies demo clip \(index)").prefix(16))
        bytes[6] = bytes[6] & 0x0F | 0x80
        bytes[8] = bytes[8] & 0x3F | 0x80
        let text = Text.hex(bytes)
        let groups = [0..<8, 8..<12, 12..<16, 16..<20, 20..<32].map { range in
            String(text.dropFirst(range.lowerBound).prefix(range.count))
        }
        return UUID(uuidString: groups.joined(separator: "-")) ?? UUID()
    }

    /// Makes the clip ready and answers its id; nil when its file was refused or it is gone from the season.
    func finish(_ index: Int, checkPoint: () throws -> Void = {}) throws -> UUID? {
        let upload = Self.uploadID(index)
        var found = try state(of: upload)
        if found == nil {
            try send(index, as: upload)
            found = try state(of: upload)
        }
        guard let clip = found else { return nil }
        guard clip.processing == .processing else { return clip.processing == .ready ? clip.id : nil }
        guard let unprocessed = try UnprocessedClip.find(clip.id, in: database) else { return clip.id }
        let processed = try ClipValidation(storage: storage, tools: tools).process(unprocessed, checkPoint: checkPoint)
        try database.transaction { connection in
            try Clips.finishProcessing(clip.id, as: processed, on: connection)
        }
        try storage.deleteParts(of: upload)
        return clip.id
    }

    private func send(_ index: Int, as upload: UUID) throws {
        let demo = DemoClips.clip(index)
        let workspace = try storage.makeWorkspace()
        defer { try? Files.removeTree(workspace) }
        let file = workspace + "/demo.mp4"
        try DemoClips.render(index, seconds: clipSeconds, to: file, tools: tools)
        let plan = UploadPlan(size: Files.size(file) ?? 0)
        try storage.stage(file, as: upload, plan: plan)
        try database.transaction { connection in
            let member = try member(named: demo.username, on: connection)
            try connection.execute(
                """
                insert into uploads (
                    id, user_id, file_name, content_type, size_bytes, part_bytes, part_count, created_at, expires_at
                )
                values (
                    \(upload), \(member), \(demo.username + ".mp4"), 'video/mp4', \(plan.size), \(plan.partSize),
                    \(plan.count), dailies_now(), dailies_now() + \(Uploads.lifetime)
                )
                on conflict (id) do nothing
                """)
            _ = try Clips.register(
                ClipRegistration(
                    uploadID: upload, memberID: member, title: demo.title, description: demo.summary,
                    genre: demo.genre, aiGenerated: true), on: connection)
        }
    }

    private func member(named username: String, on connection: Connection) throws -> UUID {
        try connection.execute(
            """
            insert into users (username, avatar_seed)
            values (\(username), \(Text.hex(SHA256.hash(username).prefix(16))))
            on conflict (username) do nothing
            """)
        return try connection.one("select id from users where username = \(username)")
    }

    private func state(of upload: UUID) throws -> ClipState? {
        try database.first("select id, processing from tournament_clips where upload_id = \(upload)")
    }

    private struct ClipState: RowDecodable {
        let id: UUID
        let processing: ClipProcessing

        init(row: Row) throws(DatabaseError) {
            id = try row.value("id")
            processing = try row.value("processing")
        }
    }
}
