public import FoundationEssentials
public import Postgres
public import Storage

/// What a file is sent for.
public enum UploadPurpose: String, Sendable, CaseIterable, SQLValue, RowDecodable {
    /// To be a clip.
    case clip
    /// To be the picture that a video starts from.
    case picture
    /// To be a video of a comparison, which only admins send.
    case result

    /// The media types that are accepted.
    public var contentTypes: [String] {
        switch self {
        case .clip, .result: ["video/mp4", "video/webm", "video/quicktime"]
        case .picture: ["image/jpeg", "image/png", "image/webp"]
        }
    }

    /// The most bytes that are accepted.
    public var byteLimit: Int {
        switch self {
        case .clip: ClipLimits.bytes
        case .picture: 10 << 20
        case .result: 500 << 20
        }
    }
}

/// A file that a member is about to send, is sending or has sent.
public struct Upload: Sendable, RowDecodable {
    /// Its id, which names its directory in the staging area.
    public let id: UUID
    /// Who sends it.
    public let memberID: UUID
    /// What it is sent for.
    public let purpose: UploadPurpose
    /// What the file was called, as text to show.
    public let fileName: String
    /// The media type that was declared.
    public let contentType: String
    /// How it is cut into parts.
    public let plan: UploadPlan
    /// Until when parts are taken.
    public let expiresAt: Date
    /// When it became a clip.
    public let registeredAt: Date?
    /// The clip that it became.
    public let clipID: UUID?

    /// Whether parts are still taken at a moment.
    public func isOpen(at now: Date) -> Bool { registeredAt == nil && now < expiresAt }

    static let columns: SQL = """
        uploads.id, uploads.user_id, uploads.purpose, uploads.file_name, uploads.content_type, uploads.size_bytes,
        uploads.part_bytes, uploads.expires_at, uploads.registered_at, clips.id as clip_id
        from uploads
        left join tournament_clips clips on clips.upload_id = uploads.id
        """

    /// Reads a row of `columns`.
    public init(row: Row) throws(DatabaseError) {
        id = try row.value("id")
        memberID = try row.value("user_id")
        purpose = try row.value("purpose")
        fileName = try row.value("file_name")
        contentType = try row.value("content_type")
        plan = UploadPlan(size: try row.value("size_bytes"), partSize: try row.value("part_bytes"))
        expiresAt = try row.value("expires_at")
        registeredAt = try row.value("registered_at")
        clipID = try row.value("clip_id")
    }
}
