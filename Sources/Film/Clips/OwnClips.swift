public import FoundationEssentials
public import Postgres
public import Refusals

/// A clip in its creator's own list.
public struct OwnClip: Sendable {
    /// The clip as its creator sees it.
    public let details: ClipDetails
    /// Its place in the open round, from 1; nil outside a round and while the season does not show counts.
    public let rank: Int?
    /// How many clips compete in that round; nil outside a round.
    public let clipsInRound: Int?
    /// When its creator withdrew it.
    public let withdrawnAt: Date?
    /// When an admin last decided on it or a round of it last closed.
    public let changedAt: Date?
    /// Whether its creator can withdraw it now.
    public let canWithdraw: Bool
}

extension Clips {
    /// The clips that a member has sent in, the newest first.
    public func own(of member: UUID, page: PageRequest = PageRequest()) throws -> Page<OwnClip> {
        let order = Keyset("own clips", .moment("clips.created_at"), .uuid("clips.id"), isDescending: true)
        let place = try order.place(after: page)
        let rows: [Row] = try database.acting(for: member).query(
            """
            select \(sql: Self.detailColumns), clips.creator_withdrew_at, round.rank, round.competing,
                withdrawal_refusal(clips) is null as can_withdraw,
                greatest(
                    clips.decided_at,
                    (
                        select max(closed_at)
                        from slot_results
                        where clip_id = clips.id and superseded_at is null
                    )
                ) as changed_at,
                \(sql: order.columns)
            from \(sql: Self.detailSource)
            left join lateral (
                select count(*)::int as competing,
                    1 + count(*) filter (
                        where (rivals.weighted_score, rivals.vote_count, clips.created_at, clips.id)
                            > (clips.weighted_score, clips.vote_count, rivals.created_at, rivals.id)
                    )::int as rank
                from tournament_clips rivals
                where clips.status = 'active' and rivals.season_id = clips.season_id and rivals.slot_position = clips.slot_position
                    and rivals.status = 'active'
            ) round on clips.status = 'active' and slots.status in ('voting', 'under_review')
            where clips.user_id = \(member) and \(sql: place.condition)
            \(sql: place.orderAndLimit)
            """)
        return try order.page(of: rows, page) { row in
            let details = try details(row, history: [], isPrivy: true, isAdmin: false)
            return OwnClip(
                details: details, rank: details.voteCount == nil ? nil : try row.value("rank"),
                clipsInRound: try row.value("competing"), withdrawnAt: try row.value("creator_withdrew_at"),
                changedAt: try row.value("changed_at"), canWithdraw: try row.value("can_withdraw"))
        }
    }

    /// Takes a clip of the member out of the queue or the round for good. Its votes leave with it.
    public func withdraw(_ clip: UUID, by member: UUID) throws(FilmError) {
        try FilmError.wrapping {
            let outcome: String = try database.one("select withdraw_clip(\(member), \(clip))")
            if let refusal = FilmRefusal(outcome: outcome) { throw refusal }
        }
    }

    /// Notes that the member has opened the list of their own clips. Returns when they did so before; nil at the first
    /// time.
    public func noteSeen(by member: UUID) throws(DatabaseError) -> Date? {
        try database.one("select note_clips_seen(\(member))")
    }
}
