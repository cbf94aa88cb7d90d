public import FoundationEssentials
public import Postgres
public import Refusals
internal import Storage

/// Reads the films of finished seasons.
public struct Films: Sendable {
    private let database: Database
    private let address: MediaAddress
    private let ownAddress: MediaAddress

    /// Films kept in `database`, whose files browsers load from `address`. Captions come from `ownAddress`, on this site,
    /// where that is not the same: without scripts browsers read them from nowhere else.
    public init(database: Database, address: @escaping MediaAddress, ownAddress: MediaAddress? = nil) {
        self.database = database
        self.address = address
        self.ownAddress = ownAddress ?? address
    }

    /// Every finished season, the newest first; archived ones too.
    public func library() throws -> [LibraryFilm] {
        let rows: [Row] = try database.query(
            """
            select \(sql: Self.columns)
            where seasons.status in ('finished', 'archived')
            order by seasons.finished_at desc, seasons.number desc
            """)
        return try rows.map(film)
    }

    /// A finished season's film, by the season's id or number.
    public func film(season: String) throws(FilmError) -> FinishedFilm {
        try FilmError.wrapping {
            let named = try Stories.condition(season: season)
            return try database.transaction(isolation: .repeatableRead) { connection in
                let row: Row? = try connection.first(
                    "select \(sql: Self.columns) where \(sql: named)")
                guard let row else { throw FilmRefusal.seasonNotFound }
                let status: SeasonStatus = try row.value("status")
                guard status == .finished || status == .archived else { throw FilmRefusal.filmNotFound }
                let film = try film(row)
                return FinishedFilm(
                    film: film, file: try file(row), build: try build(row),
                    segments: film.isAssembled
                        ? try assembled(film.seasonID, on: connection) : try winners(film.seasonID, on: connection))
            }
        }
    }

    /// Has the film of a finished season made anew; nil is the operator at the machine.
    public func build(_ season: UUID, by actor: UUID?) throws(FilmError) {
        try FilmError.wrapping {
            let outcome: String = try database.one("select build_film(\(actor), \(season))")
            if let refusal = FilmRefusal(outcome: outcome) { throw refusal }
        }
    }

    /// Ends the work on a film; the film before it stays. Nil is the operator at the machine.
    public func cancel(_ season: UUID, by actor: UUID?) throws(FilmError) {
        try FilmError.wrapping {
            let outcome: String = try database.one("select cancel_film(\(actor), \(season))")
            if let refusal = FilmRefusal(outcome: outcome) { throw refusal }
        }
    }

    /// Has the picture of a season made from a moment of one of its clips, a tenth of its length unless one is named. Without a clip the film's own poster is used again.
    public func chooseCover(
        _ season: UUID, clip: UUID?, milliseconds: Int?, by actor: UUID?
    ) throws(FilmError) {
        try FilmError.wrapping {
            let outcome: String = try database.one(
                "select choose_cover(\(actor), \(season), \(clip), \(milliseconds)::int)")
            if let refusal = FilmRefusal(outcome: outcome) { throw refusal }
        }
    }

    private static let columns: SQL = """
        seasons.id, seasons.number, seasons.label, seasons.description, seasons.genre, seasons.aspect,
        seasons.status, seasons.cover_key, seasons.finished_at, films.video_key, films.poster_key,
        films.storyboard_key, films.stream_key, films.captions_key, films.size_bytes, films.width, films.height, films.built_at,
        builds.state, builds.step, builds.progress, builds.problem, builds.requested_at,
        cut.clips, cut.first_poster, coalesce(films.duration_ms, cut.duration_ms) as duration_ms
        from seasons
        left join films on films.season_id = seasons.id
        left join film_builds builds on builds.season_id = seasons.id
        cross join lateral (
            select count(*)::int as clips, coalesce(sum(clips.duration_ms), 0)::int as duration_ms,
                (array_agg(clips.poster_key order by slots.position))[1] as first_poster
            from story_slots slots
            join tournament_clips clips on clips.id = slots.winner_clip_id
            where slots.season_id = seasons.id
        ) cut
        """

    private func film(_ row: Row) throws -> LibraryFilm {
        let cover: String? =
            try row.value("cover_key") ?? row.value("poster_key") ?? row.value("first_poster")
        let poster: String? = try row.value("poster_key")
        return LibraryFilm(
            seasonID: try row.value("id"), number: try row.value("number"), label: try row.value("label"),
            description: try row.value("description"), genre: try row.value("genre"), aspect: try row.value("aspect"),
            finishedAt: try row.value("finished_at"), coverURL: cover.map(address),
            shareURL: poster.flatMap(StorageKey.init).map { address($0.share.text) },
            isAssembled: try row.value("video_key", as: String?.self) != nil, clips: try row.value("clips"),
            durationSeconds: Double(try row.value("duration_ms", as: Int.self)) / 1_000)
    }

    private func file(_ row: Row) throws -> FilmFile? {
        guard let video: String = try row.value("video_key") else { return nil }
        return FilmFile(
            videoURL: address(video), streamURL: address(try row.value("stream_key")),
            posterURL: address(try row.value("poster_key")), storyboardURL: address(try row.value("storyboard_key")),
            captionsURL: (try row.value("captions_key") as String?).map(ownAddress),
            bytes: Int(try row.value("size_bytes", as: Int64.self)), width: try row.value("width"),
            height: try row.value("height"), builtAt: try row.value("built_at"))
    }

    /// Nil when nothing is left to do.
    private func build(_ row: Row) throws -> FilmBuild? {
        guard let state = FilmBuild.State(rawValue: try row.value("state") ?? ""), state != .done else { return nil }
        return FilmBuild(
            state: state, step: try row.value("step"), progress: try row.value("progress"),
            problem: try row.value("problem"), requestedAt: try row.value("requested_at"))
    }

    private func assembled(_ season: UUID, on connection: Connection) throws -> [FilmSegment] {
        let rows: [Row] = try connection.query(
            """
            select segments.slot_position, segments.starts_ms, segments.duration_ms as length_ms, segments.card,
                \(sql: ClipCard.columns)
            from film_segments segments
            join tournament_clips clips on clips.id = segments.clip_id
            join users on users.id = clips.user_id
            where segments.season_id = \(season)
            order by segments.slot_position
            """)
        return try rows.map { row in
            let card = FilmCard(rawValue: try row.value("card") ?? "")
            return FilmSegment(
                slot: try row.value("slot_position"),
                startsAt: Double(try row.value("starts_ms", as: Int.self)) / 1_000,
                durationSeconds: Double(try row.value("length_ms", as: Int.self)) / 1_000, card: card,
                clip: card == .removed ? nil : try ClipCard(row: row, address: address))
        }
    }

    /// What plays until the film is made: the winners one after another.
    private func winners(_ season: UUID, on connection: Connection) throws -> [FilmSegment] {
        let rows: [Row] = try connection.query(
            """
            select slots.position, clips.status, \(sql: ClipCard.columns)
            from story_slots slots
            join tournament_clips clips on clips.id = slots.winner_clip_id
            join users on users.id = clips.user_id
            where slots.season_id = \(season)
            order by slots.position
            """)
        var start = 0
        return try rows.map { row in
            let clip = try ClipCard(row: row, address: address)
            let status: ClipStatus = try row.value("status")
            let card: FilmCard? = status != .locked ? .removed : clip.videoURL == nil ? .missing : nil
            let length = card == nil ? Int(((clip.durationSeconds ?? 0) * 1_000).rounded()) : FilmCard.milliseconds
            defer { start += length }
            return FilmSegment(
                slot: try row.value("position"), startsAt: Double(start) / 1_000,
                durationSeconds: Double(length) / 1_000, card: card, clip: card == .removed ? nil : clip)
        }
    }
}
