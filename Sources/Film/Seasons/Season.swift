public import FoundationEssentials
public import Postgres

/// A season's status.
public enum SeasonStatus: String, Codable, CaseIterable, SQLValue {
    /// Made, not begun.
    case draft
    /// Running: its slots are voted on one after the other.
    case active
    /// Every slot is locked.
    case finished
    /// Finished and gone from the story and the lists.
    case archived
}

/// The shape of the film's picture.
public enum Aspect: String, Codable, CaseIterable, SQLValue {
    /// 9:16
    case portrait = "9:16"
    /// 16:9
    case landscape = "16:9"
    /// 1:1
    case square = "1:1"
}

/// When voters see the counts of a round.
public enum CountVisibility: String, Codable, CaseIterable, SQLValue {
    /// At any time.
    case always
    /// Once they have voted for the clip.
    case afterVote = "after_vote"
    /// When the round is closed.
    case afterClose = "after_close"
}

/// What an admin decides when making a season. The defaults are those of a film of ten minutes, a slot a day.
public struct SeasonSettings: Equatable, Sendable {
    /// The name of the season.
    public var label: String
    /// What it is about.
    public var description = ""
    /// The genre of the film.
    public var genre = "Other"
    /// The cover's key in the media storage.
    public var coverKey: String?
    /// How many clips make the film.
    public var totalSlots = 75
    /// How long a round is open.
    public var roundSeconds = 86_400
    /// The film's aspect.
    public var aspect = Aspect.portrait
    /// How many pending and active clips a member may have in the season.
    public var maxActiveClipsPerMember = 3
    /// After how many rounds a clip that never won is eliminated; nil for never.
    public var maxRoundsPerClip: Int?
    /// When counts are shown.
    public var showCounts = CountVisibility.always
    /// How many votes a clip needs before a round ends in time; at most three extensions.
    public var minVotes = 0
    /// Whether a round that flagged votes would decide waits for an admin.
    public var reviewsFlagged = true
    /// After how many hours such a round closes without the flagged votes.
    public var reviewHours = 12

    /// Settings with every default.
    public init(label: String) {
        self.label = label
    }
}

/// A season as its admin sees it.
public struct Season: Sendable, RowDecodable {
    /// Its id.
    public let id: UUID
    /// Its number, counted from the site's first.
    public let number: Int
    /// Its settings.
    public let settings: SeasonSettings
    /// The season's status.
    public let status: SeasonStatus
    /// How many slots have a winner.
    public let lockedSlots: Int
    /// The slot that is open, if one is.
    public let currentSlot: Int?
    /// The open slot's status.
    public let currentSlotStatus: SlotStatus?
    /// When the open round ends.
    public let votingEndsAt: Date?
    /// When it was made.
    public let createdAt: Date
    /// When it began.
    public let activatedAt: Date?
    /// When its last slot was locked.
    public let finishedAt: Date?

    static let columns: SQL = """
        seasons.id, seasons.number, seasons.label, seasons.description, seasons.genre, seasons.cover_key,
        seasons.total_slots, seasons.round_seconds, seasons.aspect, seasons.max_active_clips_per_member,
        seasons.max_rounds_per_clip, seasons.show_counts, seasons.min_votes, seasons.review_flagged,
        seasons.review_hours, seasons.status, seasons.created_at,
        seasons.activated_at, seasons.finished_at,
        (
            select count(*)::int
            from story_slots
            where story_slots.season_id = seasons.id and story_slots.status = 'locked'
        ) as locked_slots,
        open_slot.position as current_slot, open_slot.status as current_slot_status, open_slot.voting_ends_at
        from seasons
        left join story_slots open_slot
            on open_slot.season_id = seasons.id
            and open_slot.status in ('voting', 'waiting_for_clips', 'under_review')
        """

    /// Reads a row of `columns`.
    public init(row: Row) throws(DatabaseError) {
        id = try row.value("id")
        number = try row.value("number")
        var settings = SeasonSettings(label: try row.value("label"))
        settings.description = try row.value("description")
        settings.genre = try row.value("genre")
        settings.coverKey = try row.value("cover_key")
        settings.totalSlots = try row.value("total_slots")
        settings.roundSeconds = try row.value("round_seconds")
        settings.aspect = try row.value("aspect")
        settings.maxActiveClipsPerMember = try row.value("max_active_clips_per_member")
        settings.maxRoundsPerClip = try row.value("max_rounds_per_clip")
        settings.showCounts = try row.value("show_counts")
        settings.minVotes = try row.value("min_votes")
        settings.reviewsFlagged = try row.value("review_flagged")
        settings.reviewHours = try row.value("review_hours")
        self.settings = settings
        status = try row.value("status")
        lockedSlots = try row.value("locked_slots")
        currentSlot = try row.value("current_slot")
        currentSlotStatus = try row.value("current_slot_status")
        votingEndsAt = try row.value("voting_ends_at")
        createdAt = try row.value("created_at")
        activatedAt = try row.value("activated_at")
        finishedAt = try row.value("finished_at")
    }
}
