import FoundationEssentials
import Postgres
import TestSupport
import Testing

@testable import Film

@Suite("Counters and plans", .requiresPostgres)
struct CounterTests {
    @Test("VOTE-05 a counter that has drifted is found, reported and repaired")
    func repair() throws {
        try FilmStage.run { stage in
            let clips = try stage.voting(["A", "B", "C"]).clips
            let member = try stage.member("voter")
            _ = try stage.cast(.visitor(1, clips[0]))
            _ = try stage.cast(.member(member, clips[0], .mega))
            let counters = Counters(database: stage.jobs)
            #expect(try counters.verify().isEmpty)
            #expect(try counters.repair().isEmpty)
            try stage.count(clips[0], votes: 5)
            try stage.superuser.execute("update tournament_clips set view_count = 2 where id = \(clips[1])")
            let found = try counters.verify()
            #expect(Set(found.map(\.clipID)) == [clips[0], clips[1]])
            let first = try #require(found.first { $0.clipID == clips[0] })
            #expect(first.voteCount == 5 && first.votesCast == 2 && first.weightCast == 11 && first.viewsSeen == 0)
            #expect(try counters.repair() == found)
            #expect(try counters.verify().isEmpty)
            #expect(try stage.counters(of: clips[0]) == [2, 11, 0])
        }
    }

    @Test("VOTE-05 a repair among votes that come in ends with exact counters")
    func repairUnderLoad() throws {
        try FilmStage.run { stage in
            let clips = try stage.voting(["A", "B"]).clips
            let committer = stage.committer()
            committer.start()
            try concurrently(8) { thread in
                for step in 0..<25 {
                    if thread == 0, step % 5 == 0 {
                        try stage.count(clips[0], votes: 1_000)
                        _ = try Counters(database: stage.jobs).repair()
                    }
                    _ = try committer.cast(.visitor(thread * 100 + step, clips[step % 2]))
                }
            }
            committer.stop()
            #expect(try stage.drift() == 0)
            #expect(try stage.votesCast() == 200)
        }
    }

    @Test("VOTE-05 a vote, an undo and the feed read what they need and no more, though planned for empty tables")
    func plans() throws {
        try FilmStage.run { stage in
            let (season, clips) = try stage.voting(["A", "B"])
            try stage.web.withConnection { web in
                // The plans are made now, and kept by this connection.
                try call(web, season, [.visitor(1, clips[0])])
                try fill(stage, season)
                let ballots = (0..<64).map { Ballot.visitor(5_000_000 + $0, clips[$0 % 2]) }
                for _ in 0..<2 { try call(web, season, ballots) }
                let read: [Int] = try web.transaction { web in
                    try call(web, season, (0..<64).map { Ballot.visitor(6_000_000 + $0, clips[$0 % 2]) })
                    return try web.one(
                        """
                        select array[
                            sum(seq_tup_read) filter (where relname not in ('feature_flags', 'test_clock')),
                            sum(idx_tup_fetch)
                        ]::int[]
                        from pg_stat_xact_user_tables
                        """)
                }
                // A season or two may be read whole; the smallest table that was filled has 5,000 rows.
                #expect(read[0] < 1_000, "rows read by scanning a table")
                // Some fifty rows for each vote that is cast, undone and seen; a lookup by half a key reads 20,000.
                #expect(read[1] < 64 * 80, "rows fetched through indexes")
            }
        }
    }

    private func call(_ web: Connection, _ season: UUID, _ ballots: [Ballot]) throws {
        let keys = ballots.map(\.voterKey)
        let clips = ballots.map(\.clipID)
        let nothing = ballots.map { _ in "" }
        let _: [Row] = try web.query(
            """
            select * from cast_votes(
                \(keys), \(clips), \(ballots.map { _ in "standard" }), \(keys), \(nothing),
                \(ballots.map(\.network)), \(nothing), 200
            )
            """)
        let _: [Row] = try web.query("select * from undo_votes(\(keys), \(clips), \(nothing), 200)")
        for key in keys.prefix(4) {
            let _: [Row] = try web.query("select * from voter_standing(\(season), 1, \(key), 200)")
        }
        let _: Int = try web.one("select record_views(\(season), 1, \(keys), \(keys.map { _ in Int32(1) }), \(clips))")
    }

    /// Twenty thousand votes, voters, networks and views of others, and five thousand clips that wait.
    private func fill(_ stage: FilmStage, _ season: UUID) throws {
        try stage.superuser.withConnection { connection in
            try connection.script(
                """
                set session_replication_role = replica;
                insert into tournament_clips (season_id, slot_position, user_id, title, genre, rights_confirmed_at)
                select '\(season)', 1, gen_random_uuid(), 'clip', 'Other', now() from generate_series(1, 5000);
                insert into vote_networks (round_started, network, devices)
                select voting_started_at, decode(md5(number::text), 'hex'), array['device_' || number]
                from story_slots, generate_series(1, 20000) number
                where status = 'voting';
                insert into vote_network_clips (round_started, network, clip_id, weight)
                select round_started, network, gen_random_uuid(), 1 from vote_networks;
                insert into votes (
                    season_id, slot_position, clip_id, weight, voter_key, device_key, user_id, created_at, updated_at
                )
                select '\(season)', 1, gen_random_uuid(), 1, 'user_' || number, 'device_' || number,
                    gen_random_uuid(), now(), now()
                from generate_series(1, 20000) number;
                insert into voter_days (voter_key, day, casts)
                select 'user_' || number, (now() at time zone 'utc')::date, 1 from generate_series(1, 20000) number;
                insert into clip_views (season_id, slot_position, clip_ids, voter_key, viewed_at)
                select '\(season)', 1, array[gen_random_uuid()], 'user_' || number, now()
                from generate_series(1, 20000) number;
                insert into users (id) select gen_random_uuid() from generate_series(1, 20000);
                reset session_replication_role;
                """)
        }
    }
}
