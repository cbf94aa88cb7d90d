public import FoundationEssentials
internal import Postgres

extension Clips {
    /// The page of the moderators' queue that `filter` asks for, as that admin may see it.
    public func queue(_ filter: ClipFilter, for admin: UUID) throws -> ClipQueuePage {
        let isOldestFirst = filter.status == .pending
        var conditions: [SQL] = ["true"]
        if let status = filter.status { conditions.append("clips.status = \(status)") }
        if let genre = filter.genre { conditions.append("clips.genre = \(genre)") }
        if let season = filter.seasonID { conditions.append("clips.season_id = \(season)") }
        if let search = filter.search, !search.isEmpty {
            let pattern = LikePattern.containing(search)
            conditions.append("(clips.title ilike \(pattern) or users.username ilike \(pattern))")
        }
        let order = Keyset(
            isOldestFirst ? "oldest clips" : "newest clips", .moment("clips.created_at"), .uuid("clips.id"),
            isDescending: !isOldestFirst)
        let place = try order.place(after: filter.page)
        conditions.append(place.condition)
        let database = database.acting(for: admin)
        let rows: [Row] = try database.query(
            """
            select \(sql: ClipCard.columns), clips.user_id, clips.description, clips.status, clips.processing,
                clips.processing_error, clips.rejection_reason, clips.season_id, clips.slot_position,
                clips.vote_count, clips.weighted_score, clips.view_count, clips.created_at, clips.decided_at,
                clips.creator_withdrew_at is not null as withdrawn, slots.status as slot_status, \(sql: order.columns)
            from tournament_clips clips
            join users on users.id = clips.user_id
            left join story_slots slots on slots.season_id = clips.season_id and slots.position = clips.slot_position
            where \(sql: conditions.joined(separator: " and "))
            \(sql: place.orderAndLimit)
            """)
        let shown: [UUID] = try rows.prefix(filter.page.limit).map { try $0.value("id") }
        let twins = try nearDuplicates(of: shown, in: database)
        let reports = try openReports(on: shown, in: database)
        return ClipQueuePage(
            clips: try order.page(of: rows, filter.page) { try queued($0, twins: twins, reports: reports) },
            counts: try counts(in: database))
    }

    /// How many clips have each status.
    func counts(in database: ActingDatabase) throws -> [String: Int] {
        let rows: [Row] = try database.query(
            "select status, count(*)::int as clips from tournament_clips group by status")
        var counts = Dictionary(uniqueKeysWithValues: ClipStatus.allCases.map { ($0.rawValue, 0) })
        for row in rows { counts[try row.value("status")] = try row.value("clips") }
        return counts
    }

    /// For each of the clips, the clips of its season that look nearly the same and were not refused.
    func nearDuplicates(of clips: [UUID], in database: ActingDatabase) throws -> [UUID: [NearDuplicate]] {
        let rows: [Row] = try database.query(
            """
            select pairs.original, pairs.distance, clips.status, clips.slot_position, clips.vote_count,
                \(sql: ClipCard.columns)
            from (
                select originals.id as original, others.id as other,
                    bit_count((originals.perceptual_hash # others.perceptual_hash)::bit(64)) as distance
                from tournament_clips originals
                join tournament_clips others
                    on others.season_id = originals.season_id and others.id <> originals.id
                    and others.status <> 'rejected'
                where originals.id = any (\(clips)) and originals.perceptual_hash is not null
                    and others.perceptual_hash is not null
            ) pairs
            join tournament_clips clips on clips.id = pairs.other
            join users on users.id = clips.user_id
            where pairs.distance <= \(NearDuplicate.distance)
            order by pairs.distance, clips.created_at
            """)
        var twins: [UUID: [NearDuplicate]] = [:]
        for row in rows {
            let distance: Int = try row.value("distance")
            let status: ClipStatus = try row.value("status")
            let twin = NearDuplicate(
                similarity: (64 - distance) * 100 / 64, status: status, slot: try row.value("slot_position"),
                voteCount: try row.value("vote_count"),
                clip: try ClipCard(row: row, address: address(of: status)))
            twins[try row.value("original"), default: []].append(twin)
        }
        return twins
    }

    private func queued(
        _ row: Row, twins: [UUID: [NearDuplicate]], reports: [UUID: [QueuedReport]]
    ) throws -> QueuedClip {
        let status: ClipStatus = try row.value("status")
        let card = try ClipCard(row: row, address: address(of: status))
        let decidedAt: Date? = try row.value("decided_at")
        return QueuedClip(
            card: card, userID: try row.value("user_id"), description: try row.value("description"), status: status,
            label: ClipLabel(
                status: status, slotStatus: try row.value("slot_status"), decided: decidedAt != nil,
                withdrawn: try row.value("withdrawn")),
            processing: try row.value("processing"), processingError: try row.value("processing_error"),
            rejectionReason: try row.value("rejection_reason"), seasonID: try row.value("season_id"),
            slot: try row.value("slot_position"), voteCount: try row.value("vote_count"),
            weightedScore: try row.value("weighted_score"), viewCount: try row.value("view_count"),
            createdAt: try row.value("created_at"), decidedAt: decidedAt, nearDuplicates: twins[card.id] ?? [],
            reports: reports[card.id] ?? [])
    }
}
