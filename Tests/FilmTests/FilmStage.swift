import Film
import FoundationEssentials
import Postgres
import TestSupport

/// A database with an admin, on which a test stages a season.
struct FilmStage {
    let test: TestDatabase
    let admin: UUID

    var web: Database { test.database(as: .web) }
    var jobs: Database { test.database(as: .jobs) }
    var superuser: Database { test.database(as: .superuser) }
    var seasons: Seasons { Seasons(database: web) }
    var rounds: Rounds { Rounds(database: jobs) }
    var clips: Clips { Clips(database: web) { "/media/" + $0 } }
    var stories: Stories { Stories(database: web) { "/media/" + $0 } }

    static func run(_ body: (FilmStage) throws -> Void) throws {
        try TestDatabase.run { test in
            let admin: UUID = try test.database(as: .superuser).one(
                "insert into users (username, role) values ('the_admin', 'admin') returning id")
            try body(FilmStage(test: test, admin: admin))
        }
    }

    func member(_ name: String) throws -> UUID {
        try superuser.one("insert into users (username) values (\(name)) returning id")
    }

    /// A season with short defaults for tests: three slots, rounds of an hour.
    func season(
        _ label: String = "Undertow", slots: Int = 3, configure: (inout SeasonSettings) -> Void = { _ in }
    ) throws -> Season {
        var settings = SeasonSettings(label: label)
        settings.totalSlots = slots
        settings.roundSeconds = 3_600
        configure(&settings)
        return try seasons.create(settings, by: admin)
    }

    /// A pending clip whose file is ready.
    @discardableResult
    func clip(
        _ title: String, by member: UUID? = nil, createdAt: Date? = nil, id: UUID = UUID(), hash: Int64? = nil,
        processing: ClipProcessing = .ready
    ) throws -> UUID {
        let key = processing == .ready ? "clips/\(id)/take" : nil
        try superuser.execute(
            """
            insert into tournament_clips (
                id, user_id, title, genre, rights_confirmed_at, processing, processing_error, video_key, poster_key,
                width, height, duration_ms, perceptual_hash, created_at
            )
            values (
                \(id), \(member ?? admin), \(title), 'Sci-Fi', now(), \(processing),
                \(processing == .failed ? "not a video" : nil), \(key.map { $0 + ".mp4" }),
                \(key.map { $0 + ".jpg" }), 1080, 1920, 8000, \(hash), coalesce(\(createdAt), dailies_now())
            )
            """)
        return id
    }

    /// A running season whose first slot is voting on these clips.
    func voting(
        _ titles: [String], slots: Int = 3, configure: (inout SeasonSettings) -> Void = { _ in }
    ) throws -> (season: UUID, clips: [UUID]) {
        let season = try season(slots: slots, configure: configure)
        let ids = try titles.map { try clip($0) }
        _ = try clips.approve(ids, by: admin)
        try seasons.activate(season.id, by: admin)
        return (season.id, ids)
    }

    /// Sets a clip's counters as if so many votes of this weight had been cast.
    func count(_ clip: UUID, votes: Int, weight: Int? = nil) throws {
        try superuser.execute(
            """
            update tournament_clips
            set vote_count = \(votes), weighted_score = \(weight ?? votes), view_count = \(votes)
            where id = \(clip)
            """)
    }

    /// Moves the clock past the end of the open round, and lets the advance run.
    @discardableResult
    func closeRound() throws -> [String] {
        try test.advanceClock(by: .seconds(3_601))
        return try rounds.advance().map(\.name)
    }

    func status(of clip: UUID) throws -> ClipStatus {
        try superuser.one("select status from tournament_clips where id = \(clip)")
    }

    func slot(of clip: UUID) throws -> Int? {
        try superuser.one("select slot_position from tournament_clips where id = \(clip)")
    }

    func counters(of clip: UUID) throws -> [Int] {
        try superuser.one(
            "select array[vote_count, weighted_score, view_count] from tournament_clips where id = \(clip)")
    }

    func slots(of season: UUID) throws -> [SlotStatus] {
        try superuser.query("select status from story_slots where season_id = \(season) order by position")
    }

    func winner(of season: UUID, slot: Int) throws -> UUID? {
        try superuser.one(
            "select winner_clip_id from story_slots where season_id = \(season) and position = \(slot)")
    }

    /// Everything that an advance may change, as one text, to see whether it changed anything.
    func fingerprint() throws -> String {
        try superuser.one(
            """
            select md5(concat(
                (select string_agg(s::text, ';' order by id) from seasons s),
                (select string_agg(s::text, ';' order by season_id, position) from story_slots s),
                (select string_agg(c::text, ';' order by id) from tournament_clips c),
                (select string_agg(r::text, ';' order by id) from slot_results r),
                (select string_agg(j::text, ';' order by id) from jobs j)
            ))
            """)
    }
}
