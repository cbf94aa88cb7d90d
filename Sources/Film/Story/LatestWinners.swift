public import FoundationEssentials
internal import Postgres

/// A clip that was cut into a film.
public struct LatestWinner: Sendable {
    /// The clip.
    public let clip: ClipCard
    /// What it is about.
    public let description: String
    /// The season of the film.
    public let season: RoundSeason
    /// Its slot.
    public let slot: Int
    /// When the slot was locked.
    public let lockedAt: Date
}

extension Stories {
    /// The clips that were cut in last, the latest first, of the seasons that are not archived.
    public func latestWinners(_ most: Int) throws -> [LatestWinner] {
        let rows: [Row] = try database.query(
            """
            select \(sql: ClipCard.columns), clips.description, slots.position, slots.locked_at,
                seasons.id as season_id, seasons.number, seasons.label, seasons.total_slots
            from story_slots slots
            join seasons on seasons.id = slots.season_id and seasons.status <> 'archived'
            join tournament_clips clips on clips.id = slots.winner_clip_id
            join users on users.id = clips.user_id
            where slots.status = 'locked'
            order by slots.locked_at desc, slots.season_id, slots.position desc
            limit \(most)
            """)
        return try rows.map { row in
            LatestWinner(
                clip: try ClipCard(row: row, address: address), description: try row.value("description"),
                season: RoundSeason(
                    id: try row.value("season_id"), number: try row.value("number"), label: try row.value("label"),
                    totalSlots: try row.value("total_slots")),
                slot: try row.value("position"), lockedAt: try row.value("locked_at"))
        }
    }
}
