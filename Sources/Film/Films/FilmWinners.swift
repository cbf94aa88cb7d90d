internal import FoundationEssentials
internal import Media
internal import Postgres

/// What a film is made of: the winners of a finished season at one moment.
struct FilmWinners: Sendable {
    struct Winner: Sendable {
        let slot: Int
        let clip: UUID
        let title: String
        let creator: String
        let videoKey: String?
        let durationMs: Int
        /// The clip must not be in the film.
        let isRemoved: Bool
        var captions: Captions?

        /// `12 · Low water · pia_n`
        var chapter: String { isRemoved ? "\(slot) · Removed" : "\(slot) · \(title) · \(creator)" }
    }

    let season: UUID
    let label: String
    let aspect: Media.Aspect
    /// The request that a film of these winners answers.
    let revision: Int
    let winners: [Winner]

    /// Nil unless the season is finished and a film of it is wanted.
    static func read(_ season: UUID, in database: Database) throws -> FilmWinners? {
        try database.transaction(isolation: .repeatableRead) { connection in
            let head: Row? = try connection.first(
                """
                select seasons.label, seasons.aspect, builds.wanted
                from seasons
                join film_builds builds on builds.season_id = seasons.id
                where seasons.id = \(season) and seasons.status in ('finished', 'archived')
                """)
            guard let head else { return nil }
            let rows: [Row] = try connection.query(
                """
                select slots.position, clips.id, clips.title, clips.video_key, clips.duration_ms, clips.captions,
                    users.username, removals.clip_id is not null as is_removed
                from story_slots slots
                join tournament_clips clips on clips.id = slots.winner_clip_id
                join users on users.id = clips.user_id
                left join film_removals removals on removals.clip_id = clips.id
                where slots.season_id = \(season)
                order by slots.position
                """)
            return FilmWinners(
                season: season, label: try head.value("label"),
                aspect: Media.Aspect(rawValue: try head.value("aspect")) ?? .portrait,
                revision: try head.value("wanted"),
                winners: try rows.map { row in
                    let length: Int = try row.value("duration_ms") ?? 0
                    return Winner(
                        slot: try row.value("position"), clip: try row.value("id"), title: try row.value("title"),
                        creator: try row.value("username") ?? "former member", videoKey: try row.value("video_key"),
                        durationMs: length, isRemoved: try row.value("is_removed"),
                        captions: (try row.value("captions") as String?).flatMap {
                            Captions(stored: $0, within: length)
                        })
                })
        }
    }
}
