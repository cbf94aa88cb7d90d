public import FoundationEssentials

/// What a comment is about.
public enum CommentSubject: Sendable, Hashable {
    /// A clip.
    case clip(UUID)
    /// A comparison.
    case comparison(UUID)

    var clip: UUID? { if case .clip(let id) = self { id } else { nil } }
    var comparison: UUID? { if case .comparison(let id) = self { id } else { nil } }
}

/// The orders of a list of comments.
public enum CommentOrder: String, Sendable, CaseIterable {
    /// From the newest.
    case newest
    /// From the one with the most likes.
    case top
}

/// A comment as a reader sees it.
public struct Comment: Sendable {
    /// The id.
    public let id: UUID
    /// The comment that it answers.
    public let parentID: UUID?
    /// The author; nil when the comment is gone.
    public let authorID: UUID?
    /// The author's name; nil when the comment is gone, and when no name is chosen.
    public let username: String?
    /// What the author's picture is made from; nil when the comment is gone.
    public let avatarSeed: String?
    /// The text; empty when the comment is gone.
    public let text: String
    /// How many members like it.
    public let likes: Int
    /// Whether the reader likes it.
    public let isLiked: Bool
    /// Whether the reader wrote it.
    public let isOwn: Bool
    /// Whether it was deleted or hidden, and its thread keeps its place.
    public let isGone: Bool
    /// When it was written.
    public let createdAt: Date
    /// The first replies, the oldest first.
    public var replies: [Comment] = []
    /// How many replies there are.
    public let replyCount: Int
}

/// A page of comments.
public struct CommentPage: Sendable {
    /// The comments.
    public let comments: [Comment]
    /// How many comments everyone sees, replies among them.
    public let total: Int
    /// What asks for the next page; nil on the last one.
    public let nextCursor: String?
}
