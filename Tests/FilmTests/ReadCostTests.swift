import Film
import FoundationEssentials
import Postgres
import TestSupport
import Testing

@Suite("What reads of the film cost", .requiresPostgres)
struct ReadCostTests {
    @Test("FILM-11 no read that pages make often goes through a table of 30,000 rows")
    func noScan() throws {
        try FilmStage.run { stage in
            let (_, clips) = try stage.voting(["A", "B", "C"], slots: 10)
            try stage.closeRound()
            try stage.fillPast(clips: 30_000)
            // One connection, so that what it has read can be told apart and is told at once.
            var options = stage.test.options(as: .web)
            options.maximumConnections = 1
            let database = Database(options)
            defer { database.close() }
            let stories = Stories(database: database) { $0 }
            let pages = Clips(database: database) { $0 }
            let before = try stage.rowsScanned(after: database)

            _ = try stories.overview()
            _ = try stories.round(season: "1", slot: 1)
            _ = try pages.details(clips[0], for: .visitor)
            _ = try pages.own(of: stage.admin)
            _ = try Rounds(database: database).untilNextDue()

            let after = try stage.rowsScanned(after: database)
            for (table, rows) in after {
                #expect(rows - (before[table] ?? 0) < 10_000, "\(table)")
            }
        }
    }
}

extension FilmStage {
    /// A finished season before the present one, in which so many members each had a clip that was eliminated.
    fileprivate func fillPast(clips: Int) throws {
        try superuser.execute(
            """
            with past as (
                insert into seasons (label, total_slots, status, activated_at, finished_at)
                values ('Past', 1, 'finished', now(), now())
                returning id
            ), slot as (
                insert into story_slots (season_id, position)
                select id, 1 from past
                returning season_id, position
            ), creators as (
                insert into users (username)
                select 'creator_' || number from generate_series(1, \(clips)) number
                returning id
            )
            insert into tournament_clips (
                season_id, slot_position, user_id, title, genre, rights_confirmed_at, status, processing, video_key,
                poster_key
            )
            select slot.season_id, slot.position, creators.id, 'Past', 'Other', now(), 'eliminated', 'ready', 'v', 'p'
            from slot, creators
            """)
        try superuser.withConnection { try $0.script("vacuum analyze") }
    }

    /// How many rows whole reads of each table have gone through, as `database` has told it.
    fileprivate func rowsScanned(after database: Database) throws -> [String: Int] {
        try database.execute("select pg_stat_force_next_flush()")
        let rows: [Row] = try superuser.query("select relname, seq_tup_read from pg_stat_user_tables")
        var scanned: [String: Int] = [:]
        for row in rows { scanned[try row.value("relname")] = try row.value("seq_tup_read") }
        return scanned
    }
}
