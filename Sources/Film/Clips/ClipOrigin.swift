public import FoundationEssentials
public import Postgres

/// The model that made a clip.
public struct ClipOrigin: Sendable, RowDecodable {
    /// What people call the model.
    public let model: String
    /// When the video was made.
    public let madeAt: Date

    /// Reads a row.
    public init(row: Row) throws(DatabaseError) {
        model = try row.value("model")
        madeAt = try row.value("made_at")
    }
}

extension Clips {
    /// The model that made a clip; nil where this site does not know it. The caller has checked that the clip may be seen.
    public func origin(of clip: UUID) throws(DatabaseError) -> ClipOrigin? {
        try database.first("select model, made_at from clip_origin(\(clip))")
    }
}
