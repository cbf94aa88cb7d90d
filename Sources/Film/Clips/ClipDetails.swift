public import FoundationEssentials
public import Postgres
public import Refusals

/// Who looks at a clip.
public struct ClipViewer: Sendable {
    let memberID: UUID?
    let isAdmin: Bool

    /// Creates a viewer: a member, or a visitor when `memberID` is nil.
    public init(memberID: UUID?, isAdmin: Bool = false) {
        self.memberID = memberID
        self.isAdmin = isAdmin
    }

    /// Somebody who is not signed in.
    public static let visitor = ClipViewer(memberID: nil)
}

/// A clip on its own page. What only its creator and admins may know is nil for others.
public struct ClipDetails: Sendable {
    /// What everybody may see of the clip.
    public let card: ClipCard
    /// What it is about.
    public let description: String
    /// The clip's status.
    public let status: ClipStatus
    /// The status as pages name it.
    public let label: ClipLabel
    /// The season it competes in.
    public let season: RoundSeason?
    /// Its slot.
    public let slot: Int?
    /// Its votes in its round; nil while the season does not show them.
    public let voteCount: Int?
    /// The weight of those votes.
    public let weightedScore: Int?
    /// Its votes in the rounds that are closed.
    public let closedVotes: Int
    /// How many voters have seen it in that round.
    public let viewCount: Int
    /// How many comments everyone sees, replies among them.
    public let commentCount: Int
    /// When its round closes; nil unless it is being voted on.
    public let votingEndsAt: Date?
    /// How it ended in each round it competed in, the latest first.
    public let history: [ClipRound]
    /// When it was sent in.
    public let createdAt: Date
    /// When it entered a slot for the first time since it was approved.
    public let activatedAt: Date?
    /// How far the machine is with its file.
    public let processing: ClipProcessing?
    /// Why its file was refused.
    public let processingError: String?
    /// The check of its file: when it began, how far it is, what was noticed. Nil before it begins.
    public let check: ClipCheck?
    /// Why it was refused.
    public let rejectionReason: String?
}

/// How far the check of a clip's file is.
public struct ClipCheck: Sendable {
    /// When the latest attempt began.
    public let startedAt: Date
    /// The share that is done, in percent.
    public let percent: Int
    /// What the creator should know although the file was accepted.
    public let note: String?
    /// What can be played until the rendition is made, by the creator and admins.
    public let previewURL: String?
}

/// How a clip ended in one round.
public struct ClipRound: Sendable, RowDecodable {
    /// The slot.
    public let slot: Int
    /// Its place, from 1.
    public let rank: Int
    /// How many clips competed.
    public let clips: Int
    /// Whether it won.
    public let won: Bool
    /// Its votes.
    public let voteCount: Int
    /// Their weight.
    public let weightedScore: Int
    /// When the round was closed.
    public let closedAt: Date

    /// Reads a row of `slot_results` with the number of its clips.
    public init(row: Row) throws(DatabaseError) {
        slot = try row.value("slot_position")
        rank = try row.value("rank")
        clips = try row.value("clips")
        won = try row.value("won")
        voteCount = try row.value("vote_count")
        weightedScore = try row.value("weighted_score")
        closedAt = try row.value("closed_at")
    }
}

extension Clips {
    /// A clip on its own page. To others than its creator and admins, a clip that is pending or was refused is not
    /// there; if everybody could see it before, it is gone.
    public func details(_ id: UUID, for viewer: ClipViewer) throws(FilmError) -> ClipDetails {
        try FilmError.wrapping {
            let rows: [Row] = try database.acting(for: viewer.memberID).query(
                "select \(sql: Self.detailColumns) from \(sql: Self.detailSource) where clips.id = \(id)")
            guard let row = rows.first else { throw try absence(of: id) }
            let creator: UUID = try row.value("user_id")
            let isPrivy = viewer.isAdmin || viewer.memberID == creator
            let status: ClipStatus = try row.value("status")
            let file: String? = try row.value("video_key")
            let isShown = status != .pending && status != .rejected && file != nil
            if !isPrivy, !isShown { throw try absence(of: id) }
            let history: [ClipRound] = try database.query(
                """
                select results.slot_position, results.rank, results.won, results.vote_count, results.weighted_score,
                    results.closed_at,
                    (
                        select count(*)::int
                        from slot_results round
                        where round.season_id = results.season_id and round.slot_position = results.slot_position
                            and round.superseded_at is null
                    ) as clips
                from slot_results results
                where results.clip_id = \(id) and results.superseded_at is null
                order by results.closed_at desc
                """)
            return try details(row, history: history, isPrivy: isPrivy, isAdmin: viewer.isAdmin)
        }
    }

    private func absence(of clip: UUID) throws -> FilmRefusal {
        let reason: String? = try database.one("select clip_absence(\(clip))")
        return reason.map { .clipGone(byCreator: $0 == "withdrawn") } ?? .clipNotFound
    }

    static let detailColumns: SQL = """
        \(sql: ClipCard.columns), clips.user_id, clips.description, clips.status, clips.processing,
            clips.processing_error, clips.rejection_reason, clips.slot_position, clips.vote_count,
            clips.weighted_score, clips.view_count, clips.created_at, clips.activated_at,
            clips.decided_at is not null as decided, clips.creator_withdrew_at is not null as withdrawn,
            uploads.check_started_at, uploads.check_percent,
            uploads.check_note, uploads.preview_key, seasons.id as season_id, seasons.number as season_number,
            seasons.label as season_label, seasons.total_slots, seasons.show_counts, slots.status as slot_status,
            slots.voting_ends_at, coalesce(listings.votes, 0) as closed_votes,
            coalesce(comment_counts.visible, 0) as comment_count
        """

    static let detailSource: SQL = """
        tournament_clips clips
        join users on users.id = clips.user_id
        left join uploads on uploads.id = clips.upload_id
        left join seasons on seasons.id = clips.season_id
        left join story_slots slots on slots.season_id = clips.season_id and slots.position = clips.slot_position
        left join clip_listings listings on listings.clip_id = clips.id
        left join comment_counts on comment_counts.subject_id = clips.id
        """

    func details(_ row: Row, history: [ClipRound], isPrivy: Bool, isAdmin: Bool) throws -> ClipDetails {
        let status: ClipStatus = try row.value("status")
        let season: RoundSeason? =
            if let id: UUID = try row.value("season_id") {
                RoundSeason(
                    id: id, number: try row.value("season_number"), label: try row.value("season_label"),
                    totalSlots: try row.value("total_slots"))
            } else {
                nil
            }
        let check: ClipCheck? =
            if isPrivy, let startedAt: Date = try row.value("check_started_at") {
                ClipCheck(
                    startedAt: startedAt, percent: try row.value("check_percent"), note: try row.value("check_note"),
                    previewURL: (try row.value("preview_key") as String?).map(address(of: status)))
            } else {
                nil
            }
        let showCounts: CountVisibility? = try row.value("show_counts")
        let showsCounts = isAdmin || status != .active || showCounts == .always
        let slotStatus: SlotStatus? = try row.value("slot_status")
        let isLive = status == .active && slotStatus == .voting
        return ClipDetails(
            card: try ClipCard(row: row, address: address(of: status)), description: try row.value("description"),
            status: status,
            label: ClipLabel(
                status: status, slotStatus: slotStatus, decided: try row.value("decided"),
                withdrawn: try row.value("withdrawn")),
            season: season, slot: try row.value("slot_position"),
            voteCount: showsCounts ? try row.value("vote_count") : nil,
            weightedScore: showsCounts ? try row.value("weighted_score") : nil,
            closedVotes: try row.value("closed_votes"), viewCount: try row.value("view_count"),
            commentCount: try row.value("comment_count"), votingEndsAt: isLive ? try row.value("voting_ends_at") : nil,
            history: history,
            createdAt: try row.value("created_at"),
            activatedAt: try row.value("activated_at"), processing: isPrivy ? try row.value("processing") : nil,
            processingError: isPrivy ? try row.value("processing_error") : nil, check: check,
            rejectionReason: isPrivy ? try row.value("rejection_reason") : nil)
    }
}
