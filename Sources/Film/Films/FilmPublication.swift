internal import FoundationEssentials
internal import Media
internal import Postgres
internal import Queue
internal import Storage
internal import Text

/// The row that makes a finished film visible.
struct FilmPublication {
    let winners: FilmWinners
    let version: String
    let segments: [FilmSegmentPart]
    let film: AssembledFilm
    let bytes: Int
    var hasCaptions = false

    /// Where a file of this film is stored.
    func key(_ name: String) -> StorageKey {
        StorageKey(filmOf: winners.season, version: version, name: name)
    }

    /// Replaces the film before it, unless a slot has changed since the winners were read.
    func publish(on connection: Connection) throws {
        let season = winners.season
        // A request for another film holds this row's lock until it commits, and then the number is another one.
        let build: Row? = try connection.first(
            "select wanted, state from film_builds where season_id = \(season) for update")
        guard let build else { throw FilmInterruption.seasonGone }
        guard try build.value("state", as: String.self) != "cancelled" else { throw FilmInterruption.cancelled }
        guard try build.value("wanted") == winners.revision else { throw FilmInterruption.changed }
        let previous: String? = try connection.first("select version from films where season_id = \(season)")
        try connection.execute(
            """
            insert into films (
                season_id, version, revision, video_key, poster_key, storyboard_key, stream_key, captions_key,
                size_bytes, duration_ms, width, height, built_at
            )
            values (
                \(season), \(version), \(winners.revision)::int, \(key("film.mp4").text), \(key("poster.webp").text),
                \(key("storyboard.vtt").text), \(key("stream.m3u8").text),
                \(hasCaptions ? key(FilmCaptions.fileName).text : nil), \(bytes)::bigint,
                \(film.durationMs)::int, \(film.width)::int, \(film.height)::int, dailies_now()
            )
            on conflict (season_id) do update set
                version = excluded.version,
                previous_version = films.version,
                revision = excluded.revision,
                video_key = excluded.video_key,
                poster_key = excluded.poster_key,
                storyboard_key = excluded.storyboard_key,
                stream_key = excluded.stream_key,
                captions_key = excluded.captions_key,
                size_bytes = excluded.size_bytes,
                duration_ms = excluded.duration_ms,
                width = excluded.width,
                height = excluded.height,
                built_at = excluded.built_at
            """)
        try publishSegments(on: connection)
        try connection.execute(
            """
            update film_builds
            set state = 'done',
                step = null,
                progress = 1,
                problem = null,
                changed_at = dailies_now()
            where season_id = \(season)
            """)
        if previous != nil {
            try Queue.enqueue(
                SweepFilm(seasonID: season), on: connection,
                runAt: try connection.one("select dailies_now() + \(FilmAssembler.grace)"),
                uniqueKey: season.text, onConflict: .replace)
        }
        try connection.execute("select announce_change('film', 'film_assembled')")
    }

    private func publishSegments(on connection: Connection) throws {
        let season = winners.season
        try connection.execute("delete from film_segments where season_id = \(season)")
        var frames = 0
        for segment in segments {
            let begin = FilmPart.milliseconds(frames: frames)
            frames += segment.part.frames
            try connection.execute(
                """
                insert into film_segments (season_id, slot_position, clip_id, starts_ms, duration_ms, card)
                values (
                    \(season), \(segment.winner.slot)::int, \(segment.winner.clip), \(begin)::int,
                    \(FilmPart.milliseconds(frames: frames) - begin)::int, \(segment.card?.rawValue)
                )
                """)
        }
        try connection.execute(
            """
            update film_removals
            set replaced_at = dailies_now()
            where replaced_at is null
                and clip_id in (
                    select clip_id
                    from film_segments
                    where season_id = \(season) and card = 'removed'
                )
            """)
    }
}
