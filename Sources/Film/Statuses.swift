public import Postgres

/// A slot's status.
public enum SlotStatus: String, Codable, CaseIterable, SQLValue, RowDecodable {
    /// Its turn has not come.
    case upcoming
    /// Its round is open.
    case voting
    /// Its turn has come, and no clip is in it.
    case waitingForClips = "waiting_for_clips"
    /// Its round is over, and an admin looks at the votes.
    case underReview = "under_review"
    /// It has its winner.
    case locked
}

/// A clip's status.
public enum ClipStatus: String, Codable, CaseIterable, SQLValue, RowDecodable {
    /// Waits for an admin.
    case pending
    /// Competes, or will when its slot opens.
    case active
    /// Won its slot.
    case locked
    /// Was refused, with a reason.
    case rejected
    /// Never won and competes no more.
    case eliminated
}

/// How far the machine is with a clip's file.
public enum ClipProcessing: String, Codable, CaseIterable, SQLValue, RowDecodable {
    /// The file is being checked and converted.
    case processing
    /// The file can be shown.
    case ready
    /// The file was refused, with a reason.
    case failed
}
