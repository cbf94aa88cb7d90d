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
            let cache = FeedCache(database: database, address: { $0 }, render: { _, _ in [] })
            _ = try awaited { cache.current(then: $0) }

            let after = try stage.rowsScanned(after: database)
            for (table, rows) in after {
                #expect(rows - (before[table] ?? 0) < 10_000, "\(table)")
            }
        }
    }

    /// The statements that requests send, by what they are for. `docs/performance.md` lists the same.
    private func hotStatements(_ season: UUID, _ clip: UUID) -> [(name: String, sql: SQL)] {
        let key = "user_00000000-0000-4000-8000-000000000007"
        let nothing = [""]
        return [
            ("flags", "select key from feature_flags where enabled"),
            ("a session", "select * from find_sessions(array[sha256('7')])"),
            ("a session's use", "select * from touch_sessions(array[sha256('7')], 30)"),
            (
                "a second of reads",
                "select * from sync_rates(\(["read 7"]), \([Int32(1)]), \([Int32(0)]), date_bin('1 minute', now(), 'epoch'))"
            ),
            ("a limit", "select * from consume_rates(\(["read 7"]), \([Int32(1)]), \([Int32(120)]))"),
            ("a voter's standing", "select * from voter_standings(\(season), 1, \([key]))"),
            (
                "a vote",
                """
                select * from cast_votes(
                    \([key]), \([clip]), \(["standard"]), \(["device_7"]), \(nothing), \(nothing), \(nothing), 200
                )
                """
            ),
            ("an undo", "select * from undo_votes(\([key]), \([clip]), \(nothing), 200)"),
            ("a view", "select record_views(\(season), 1, \([key]), \([Int32(1)]), \([clip]))"),
        ]
    }

    @Test("FEED-03 VOTE-02 what every request asks reads a handful of rows, however many there are")
    func hotStatements() throws {
        try FilmStage.run { stage in
            let (season, clips) = try stage.voting(["A", "B", "C"])
            try stage.fillPast(clips: 30_000)
            try stage.fillPresent(season, clips[1], rows: 30_000)
            for (name, sql) in hotStatements(season, clips[0]) {
                let read: [Int] = try stage.web.transaction { web in
                    let _: [Row] = try web.query(sql)
                    return try web.one(
                        """
                        select array[
                            coalesce(sum(seq_tup_read) filter (where relname <> 'test_clock'), 0),
                            coalesce(sum(idx_tup_fetch), 0)
                        ]::int[]
                        from pg_stat_xact_user_tables
                        """)
                }
                #expect(read[0] < 100, "\(name): rows read by scanning a table")
                #expect(read[1] < 100, "\(name): rows fetched through indexes")
            }
        }
    }
}

extension FilmStage {
    /// So many voters of the open slot, each with a session, a day, a limit, a vote and a view.
    fileprivate func fillPresent(_ season: UUID, _ clip: UUID, rows: Int) throws {
        try superuser.withConnection { connection in
            try connection.script(
                """
                set session_replication_role = replica;
                create temporary table voters as
                select number, ('00000000-0000-4000-8000-' || lpad(number::text, 12, '0'))::uuid as id
                from generate_series(1, \(rows)) number;
                insert into users (id)
                select id from voters;
                insert into sessions (token_hash, user_id, expires_at)
                select sha256(number::text::bytea), id, now() + interval '1 day' from voters;
                insert into votes (
                    season_id, slot_position, clip_id, weight, voter_key, device_key, user_id, created_at, updated_at
                )
                select '\(season)', 1, '\(clip)', 1, 'user_' || id, 'device_' || number, id, now(), now() from voters;
                insert into clip_views (season_id, slot_position, clip_ids, voter_key, viewed_at)
                select '\(season)', 1, array['\(clip)'::uuid], 'user_' || id, now() from voters;
                insert into voter_days (voter_key, day, casts)
                select 'user_' || id, (now() at time zone 'utc')::date, 1 from voters;
                insert into rate_windows (key, minute, current_count, previous_count, granted)
                select 'read ' || number, date_bin('1 minute', now(), 'epoch'), 1, 0, 1 from voters;
                reset session_replication_role;
                """)
            try connection.script("vacuum analyze")
        }
    }

    /// A finished season before the present one, in which so many members each had a clip that was eliminated.
    fileprivate func fillPast(clips: Int) throws {
        try superuser.withConnection { connection in
            // Without triggers: the lock of each name would be too many for one transaction.
            try connection.script(
                """
                set session_replication_role = replica;
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
                from slot, creators;
                reset session_replication_role;
                """)
            try connection.script("vacuum analyze")
        }
    }

    /// How many rows whole reads of each table have gone through, as `database` has told it.
    func rowsScanned(after database: Database) throws -> [String: Int] {
        try database.execute("select pg_stat_force_next_flush()")
        let rows: [Row] = try superuser.query("select relname, seq_tup_read from pg_stat_user_tables")
        var scanned: [String: Int] = [:]
        for row in rows { scanned[try row.value("relname")] = try row.value("seq_tup_read") }
        return scanned
    }
}
