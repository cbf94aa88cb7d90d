public import Postgres

/// What members are notified of.
public enum NotificationKind: String, CaseIterable, Codable, Sendable, SQLValue, SQLElement {
    /// An admin has let a clip of the member in.
    case clipApproved = "clip_approved"
    /// An admin has turned a clip of the member down, or taken it out.
    case clipRejected = "clip_rejected"
    /// A clip of the member is in the film.
    case clipWon = "clip_won"
    /// A round has opened; for everybody.
    case newRound = "new_round"
    /// Somebody commented on a clip of the member.
    case comment
    /// Somebody follows the member.
    case follower
    /// The member has earned a badge.
    case achievement
    /// The member has reached the goal of the day.
    case dailyGoal = "daily_goal"
    /// A video of the member is finished.
    case generationDone = "generation_done"
    /// A video of the member could not be made.
    case generationFailed = "generation_failed"
    /// An announcement of the site.
    case system

    /// When one is sent, as the settings say it.
    public var occasion: String {
        switch self {
        case .clipApproved: "A take of yours is approved"
        case .clipRejected: "A take of yours is turned down"
        case .clipWon: "A take of yours wins a slot"
        case .newRound: "A new round opens"
        case .comment: "Someone comments on a take of yours"
        case .follower: "Someone follows you"
        case .achievement: "You earn a badge"
        case .dailyGoal: "You reach the daily goal"
        case .generationDone: "A video of yours is finished"
        case .generationFailed: "A video of yours fails"
        case .system: "The site announces something"
        }
    }
}
