internal import FoundationEssentials
public import Postgres

/// Reads the state of the film.
public struct Stories: Sendable {
    let database: Database
    let address: MediaAddress

    /// The film kept in `database`, whose files browsers load from `address`.
    public init(database: Database, address: @escaping MediaAddress) {
        self.database = database
        self.address = address
    }

    /// Every season that is not archived.
    public func story() throws -> Story {
        try database.transaction(isolation: .repeatableRead) { connection in
            let slots = try slots(on: connection)
            let seasons: [Row] = try connection.query(
                """
                select seasons.*, open_slot.position as open_position, open_slot.status as open_status,
                    open_slot.voting_started_at, open_slot.voting_ends_at, open_clips.clips, open_clips.votes,
                    (
                        select count(distinct user_id)::int
                        from tournament_clips
                        where season_id = seasons.id and status = 'locked'
                    ) as contributors
                from seasons
                left join story_slots open_slot
                    on open_slot.season_id = seasons.id
                    and open_slot.status in ('voting', 'waiting_for_clips', 'under_review')
                left join lateral (
                    select count(*)::int as clips, coalesce(sum(vote_count), 0)::int as votes
                    from tournament_clips
                    where season_id = seasons.id and slot_position = open_slot.position and status = 'active'
                ) open_clips on open_slot.position is not null
                where seasons.status <> 'archived'
                order by seasons.number desc
                """)
            return Story(seasons: try seasons.map { try season($0, slots: slots) })
        }
    }

    private func slots(on connection: Connection) throws -> [UUID: [StorySlot]] {
        let rows: [Row] = try connection.query(
            """
            select slots.season_id, slots.position, slots.status as slot_status, slots.locked_at,
                clips.vote_count, clips.weighted_score, coalesce(comment_counts.visible, 0) as comment_count,
                \(sql: ClipCard.columns)
            from story_slots slots
            join seasons on seasons.id = slots.season_id and seasons.status <> 'archived'
            left join tournament_clips clips on clips.id = slots.winner_clip_id and clips.status = 'locked'
            left join users on users.id = clips.user_id
            left join comment_counts on comment_counts.subject_id = clips.id
            order by slots.season_id, slots.position
            """)
        var slots: [UUID: [StorySlot]] = [:]
        for row in rows {
            let winner: UUID? = try row.value("id")
            let slot = StorySlot(
                position: try row.value("position"), status: try row.value("slot_status"),
                lockedAt: try row.value("locked_at"),
                winner: winner == nil
                    ? nil
                    : StoryWinner(
                        clip: try ClipCard(row: row, address: address), voteCount: try row.value("vote_count"),
                        weightedScore: try row.value("weighted_score"), commentCount: try row.value("comment_count")))
            slots[try row.value("season_id"), default: []].append(slot)
        }
        return slots
    }

    private func season(_ row: Row, slots: [UUID: [StorySlot]]) throws -> StorySeason {
        let id: UUID = try row.value("id")
        let slots = slots[id] ?? []
        let winners = slots.compactMap(\.winner)
        // The place of a clip that was taken down may be empty.
        let lockedSlots = slots.count { $0.status == .locked }
        let totalSlots: Int = try row.value("total_slots")
        let showCounts: CountVisibility = try row.value("show_counts")
        let openStatus: SlotStatus? = try row.value("open_status")
        let round: StoryRound? =
            if let openStatus {
                StoryRound(
                    slot: try row.value("open_position"), status: openStatus,
                    votingStartedAt: try row.value("voting_started_at"), votingEndsAt: try row.value("voting_ends_at"),
                    clips: try row.value("clips"), votes: showCounts == .always ? try row.value("votes") : nil)
            } else {
                nil
            }
        return StorySeason(
            id: id, number: try row.value("number"), label: try row.value("label"),
            description: try row.value("description"), genre: try row.value("genre"), status: try row.value("status"),
            aspect: try row.value("aspect"), coverURL: (try row.value("cover_key") as String?).map(address),
            totalSlots: totalSlots, roundSeconds: try row.value("round_seconds"), lockedSlots: lockedSlots,
            progress: (Double(lockedSlots) / Double(totalSlots) * 10_000).rounded() / 10_000,
            durationSeconds: winners.reduce(0) { $0 + ($1.clip.durationSeconds ?? 0) },
            contributors: try row.value("contributors"), currentSlot: round?.slot,
            votingEndsAt: round?.votingEndsAt, round: round, activatedAt: try row.value("activated_at"),
            finishedAt: try row.value("finished_at"), slots: slots)
    }
}
