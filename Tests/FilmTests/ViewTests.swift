import FoundationEssentials
import Postgres
import TestSupport
import Testing

@testable import Film

@Suite("Views in the database", .requiresPostgres)
struct ViewTests {
    @Test("FEED-04 a view that comes again, in its batch or in a later one, counts once")
    func once() throws {
        try FilmStage.run { stage in
            let (season, clips) = try stage.voting(["A", "B", "C"])
            #expect(try stage.see(season, ["v1": [clips[0], clips[1], clips[0]], "v2": [clips[0]]]) == 3)
            #expect(try stage.see(season, ["v1": [clips[1], clips[2]], "v2": [clips[0]]]) == 1)
            #expect(try stage.see(season, ["v2": [clips[0]]]) == 0)
            #expect(try stage.see(season, [:]) == 0)
            #expect(try clips.map { try stage.counters(of: $0)[2] } == [2, 1, 1])
            #expect(try stage.drift() == 0)
            #expect(try stage.viewsTwice() == 0)
        }
    }

    @Test("FEED-04 a batch whose parts do not fit together is refused and counts nothing")
    func malformed() throws {
        try FilmStage.run { stage in
            let (season, clips) = try stage.voting(["A", "B"])
            let batches: [(voters: [String], counts: [Int32])] = [
                (["v1", "v1"], [1, 1]), (["v1", "v2"], [2]), (["v1"], [2, 0]), (["v1", "v2"], [1, 2]), (["v1"], [1]),
                (["v1", "v2"], [3, -1]),
            ]
            for (voters, counts) in batches {
                let error = fault {
                    try stage.web.one("select record_views(\(season), 1, \(voters), \(counts), \(clips))", as: Int.self)
                }
                #expect((error as? DatabaseError)?.sqlstate == "22023", "\(voters) \(counts)")
            }
            #expect(try stage.superuser.one("select count(*)::int from clip_views") == 0)
        }
    }

    @Test("FEED-04 views from many hosts at once count once each, beside votes, without a deadlock")
    func manyHosts() throws {
        try FilmStage.run { stage in
            let (season, clips) = try stage.voting((1...12).map { "clip \($0)" })
            try concurrently(8) { thread in
                // No retries, so that the victim of a deadlock fails the test.
                var options = stage.test.options(as: .web)
                options.maximumConnections = 1
                options.transactionAttempts = 1
                let host = Database(options)
                defer { host.close() }
                for step in 0..<40 {
                    if thread < 2 {
                        let ballots = clips.shuffled().prefix(4).map { Ballot.visitor(thread * 1_000 + step, $0) }
                        _ = try VoteBatch(database: host, dailyVotes: 200).cast(ballots)
                        continue
                    }
                    // Few voters and clips, so that nearly each batch shares some with those of others.
                    var shown: [String: [UUID]] = [:]
                    for _ in 0..<Int.random(in: 1...6) {
                        shown["v\(Int.random(in: 0..<30))"] = Array(clips.shuffled().prefix(Int.random(in: 1...4)))
                    }
                    _ = try stage.see(season, shown, from: host)
                }
            }
            #expect(try stage.viewsTwice() == 0)
            #expect(try stage.drift() == 0)
            let counted: Int = try stage.superuser.one("select sum(view_count)::int from tournament_clips")
            #expect(counted > 200 && counted <= 30 * 12)
        }
    }

    @Test("FEED-04 views of a round that is over, of a clip that left and of somebody who left are dropped")
    func dropped() throws {
        try FilmStage.run { stage in
            let (season, clips) = try stage.voting(["A", "B", "C"])
            let member = try stage.member("viewer")
            let key = "user_" + member.uuidString.lowercased()
            #expect(try stage.see(season, [key: [clips[0]], "v1": [clips[1]]]) == 2)
            _ = try stage.clips.reject([clips[1]], reason: "no", by: stage.admin)
            #expect(try stage.see(season, ["v2": [clips[1], clips[2]], "v3": [clips[1]], "v4": [UUID()]]) == 1)
            #expect(try stage.counters(of: clips[1])[2] == 1)
            try stage.leave(member)
            #expect(try stage.see(season, [key: [clips[2]], "v5": [clips[2]]]) == 1)
            #expect(
                try stage.superuser.one("select count(*)::int from clip_views where voter_key = \(key)") == 0)
            #expect(try clips.map { try stage.counters(of: $0)[2] } == [0, 1, 2])
            #expect(try stage.drift() == 0)
            try stage.test.advanceClock(by: .seconds(3_601))
            #expect(try stage.see(season, ["v6": [clips[2]]]) == 0)
            try stage.rounds.advance()
            #expect(try stage.see(season, ["v6": [clips[2]]]) == 0)
            #expect(try stage.drift() == 0)
        }
    }

    @Test(
        "FEED-04 GDPR-01 who leaves takes views and own clips out of what others were shown, and counters stay the sums"
    )
    func departure() throws {
        try FilmStage.run { stage in
            let member = try stage.member("leaver")
            let key = "user_" + member.uuidString.lowercased()
            let own = try stage.clip("own", by: member)
            let others = try ["A", "B"].map { try stage.clip($0) }
            let season = try stage.season().id
            _ = try stage.clips.approve([own] + others, by: stage.admin)
            try stage.seasons.activate(season, by: stage.admin)
            _ = try stage.see(season, [key: [others[0], own], "v1": [others[0], own, others[1]], "v2": [own]])
            _ = try stage.see(season, [key: [others[1]], "v3": [others[1]]])
            #expect(try others.map { try stage.counters(of: $0)[2] } == [2, 3])

            try stage.leave(member)
            #expect(try others.map { try stage.counters(of: $0)[2] } == [1, 2])
            #expect(try stage.drift() == 0)
            let left: [String] = try stage.superuser.query(
                "select voter_key || ' ' || cardinality(clip_ids) from clip_views order by voter_key")
            #expect(left == ["v1 2", "v3 1"])
            #expect(
                try stage.superuser.one("select count(*)::int from clip_views where \(own) = any (clip_ids)") == 0)
        }
    }

    @Test("FEED-04 GDPR-01 the export lists each clip that a member was shown, with its time")
    func export() throws {
        try FilmStage.run { stage in
            let (season, clips) = try stage.voting(["A", "B", "C"])
            let member = try stage.member("viewer")
            let key = "user_" + member.uuidString.lowercased()
            try stage.stopClock(at: "2026-05-05 12:00:00+00")
            _ = try stage.see(season, [key: [clips[0], clips[1]], "v1": [clips[2]]])
            try stage.stopClock(at: "2026-05-05 12:00:05+00")
            _ = try stage.see(season, [key: [clips[2], clips[0]]])
            let listed: [String] = try stage.jobs.query(
                """
                select concat_ws(' ', here->>'clipId', here->>'slot', here->>'viewedAt')
                from jsonb_array_elements(export_member(\(member))->'views') here
                """)
            let ids = clips.map { $0.uuidString.lowercased() }
            #expect(Set(listed.prefix(2)) == Set(ids.prefix(2).map { "\($0) 1 2026-05-05T12:00:00.000Z" }))
            #expect(listed.dropFirst(2) == ["\(ids[2]) 1 2026-05-05T12:00:05.000Z"])
        }
    }

    @Test("FEED-04 each season has partitions of its own, with every index of votes and views")
    func partitions() throws {
        try FilmStage.run { stage in
            let seasons = try [stage.season().id, stage.season().id]
            for (parent, indexes) in [("votes", 7), ("clip_views", 1)] {
                let found: [String] = try stage.superuser.query(
                    """
                    select inhrelid::regclass || ' ' || (select count(*) from pg_index where indrelid = inhrelid)
                    from pg_inherits
                    where inhparent = \(parent)::regclass
                    """)
                let wanted = seasons.map {
                    "\(parent)_\($0.uuidString.lowercased().replacing("-", with: "")) \(indexes)"
                }
                #expect(Set(found) == Set(wanted))
            }
        }
    }
}

extension FilmStage {
    /// Notes in one batch what each voter was shown; how many views were new.
    func see(_ season: UUID, _ shown: [String: [UUID]], from host: Database? = nil) throws -> Int {
        let entries = Array(shown)
        let counts = entries.map { Int32($0.value.count) }
        return try (host ?? web).one(
            "select record_views(\(season), 1, \(entries.map(\.key)), \(counts), \(entries.flatMap(\.value)))")
    }

    /// How many views of a round are stored more than once.
    fileprivate func viewsTwice() throws -> Int {
        try superuser.one(
            """
            select count(*)::int
            from (
                select
                from clip_views shown
                cross join unnest(shown.clip_ids) viewed (clip_id)
                group by shown.season_id, shown.slot_position, shown.voter_key, viewed.clip_id
                having count(*) > 1
            ) twice
            """)
    }

    fileprivate func leave(_ member: UUID) throws {
        #expect(try web.one("select outcome from delete_member(\(member), false)") == "deleted")
    }
}
