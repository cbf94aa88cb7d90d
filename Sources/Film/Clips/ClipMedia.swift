public import FoundationEssentials
internal import Postgres

/// Who may load the files of a clip.
public enum ClipMediaAccess: Sendable, Equatable {
    /// Everybody, and caches may keep them.
    case everybody
    /// The one who asks, since it is the creator or an admin.
    case asker
    /// Not the one who asks.
    case nobody
}

extension Clips {
    /// Whether a member, or a visitor, may load the files of a clip. Row level security decides which clips there are
    /// for the one who asks.
    public func mediaAccess(_ clip: UUID, for member: UUID?) throws -> ClipMediaAccess {
        // What a visitor may see everybody may see, and a cache keeps the answer.
        if try isThere(clip, for: nil) { return .everybody }
        guard let member else { return .nobody }
        return try isThere(clip, for: member) ? .asker : .nobody
    }

    private func isThere(_ clip: UUID, for member: UUID?) throws -> Bool {
        try database.acting(for: member).one("select exists (select from tournament_clips where id = \(clip))")
    }
}
