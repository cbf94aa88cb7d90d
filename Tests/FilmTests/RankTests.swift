import FoundationEssentials
import Postgres
import TestSupport
import Testing

@testable import Film

@Suite("Boards", .requiresPostgres)
struct RankTests {
    @Test("RANK-01 clips, voters and creators are ranked by the casts of a day, a week and all time, with their trend")
    func boards() throws {
        try FilmStage.run { stage in
            let mira = try stage.member("mira")
            let nova = try stage.member("nova")
            let (tide, salt) = (try stage.clip("Tide", by: mira), try stage.clip("Salt", by: nova))
            let season = try stage.season { $0.roundSeconds = 30 * 86_400 }
            _ = try stage.clips.approve([tide, salt], by: stage.admin)
            try stage.seasons.activate(season.id, by: stage.admin)
            try stage.vote(tide, by: 1..<4)
            try stage.vote(salt, by: 1..<3)
            _ = try stage.cast(.member(mira, salt, .mega))
            _ = try stage.cast(.member(nova, tide))
            try stage.expectExactRanks()
            #expect(try stage.board(.clips) == ["Tide: 1 with 4, up", "Salt: 2 with 3, up"])
            #expect(try stage.board(.creators) == ["mira: 1 with 4, up", "nova: 2 with 3, up"])
            // Equal votes share a place.
            #expect(Set(try stage.board(.voters)) == ["mira: 1 with 1, up", "nova: 1 with 1, up"])

            try stage.test.advanceClock(by: .seconds(86_400))
            try stage.forgiveRates()
            try stage.vote(salt, by: 10..<12)
            _ = try stage.undo(.member(nova, tide))
            try stage.expectExactRanks()
            #expect(try stage.board(.clips) == ["Salt: 1 with 2, same from 1"])
            #expect(try stage.board(.clips, .week) == ["Salt: 1 with 5, up", "Tide: 2 with 3, up"])
            #expect(try stage.board(.clips, .all) == ["Salt: 1 with 5", "Tide: 2 with 3"])
            #expect(try stage.board(.voters) == [])

            // A week later that week is what the new one is compared with.
            try stage.test.advanceClock(by: .seconds(7 * 86_400))
            try stage.forgiveRates()
            try stage.vote(tide, by: 20..<21)
            try stage.vote(salt, by: 20..<21)
            try stage.expectExactRanks()
            let week = Set(try stage.board(.clips, .week))
            #expect(week == ["Salt: 1 with 1, same from 1", "Tide: 1 with 1, up from 2"])
            let terms = try stage.ranks.clips(.week, page: PageRequest()).terms
            #expect(terms.total == 2)
            let length = terms.lastDay.flatMap { last in terms.firstDay.map { Int(last.timeIntervalSince($0)) } }
            #expect(length == 518_400)
        }
    }

    @Test("RANK-01 a clip that moves on keeps its votes on the boards though its counters begin at zero")
    func carried() throws {
        try FilmStage.run { stage in
            let clips = try stage.voting(["Tide", "Salt"]).clips
            try stage.vote(clips[0], by: 1..<4)
            try stage.vote(clips[1], by: 1..<3)
            try stage.closeRound()
            #expect(try stage.counters(of: clips[1])[0] == 0)
            try stage.forgiveRates()
            try stage.vote(clips[1], by: 5..<7)
            try stage.expectExactRanks()
            #expect(try stage.board(.clips, .all) == ["Salt: 1 with 4", "Tide: 2 with 3"])
        }
    }

    @Test("RANK-01 FILM-01 a season that shows its counts later keeps the open round off the boards until it closes")
    func hidden() throws {
        try FilmStage.run { stage in
            let mira = try stage.member("mira")
            let clips = try stage.voting(["Tide", "Salt"]) { $0.showCounts = .afterVote }.clips
            try stage.vote(clips[0], by: 1..<4)
            _ = try stage.cast(.member(mira, clips[1]))
            try stage.expectExactRanks()
            #expect(try stage.board(.clips, .all) == [] && stage.board(.creators, .all) == [])
            #expect(try stage.board(.voters, .all) == ["mira: 1 with 1"], "what a voter casts says nothing of a clip")
            let live = try stage.ranks.live(limit: 10)
            #expect(live.state == .voting && !live.showsCounts && live.clips.isEmpty)
            try stage.closeRound()
            try stage.expectExactRanks()
            #expect(try stage.board(.clips, .all) == ["Tide: 1 with 3", "Salt: 2 with 1"])
        }
    }

    @Test("RANK-01 VOTE-12 ADM-02 a void and a ban leave the boards, and undoing them brings back what was there")
    func voidsAndBans() throws {
        try FilmStage.run { stage in
            let (mira, nova) = (try stage.member("mira"), try stage.member("nova"))
            let (season, clips) = try stage.voting(["Tide", "Salt"])
            try stage.superuser.execute("update tournament_clips set user_id = \(nova) where id = \(clips[0])")
            for clip in clips { _ = try stage.cast(.member(mira, clip)) }
            try stage.vote(clips[0], by: 1..<3)
            try stage.closeRound()
            try stage.expectExactRanks()
            let boards = { try RankBoard.allCases.map { try stage.board($0, .all) } }
            let before = try boards()
            let creators = ["nova: 1 with 3", "the_admin: 2 with 1"]
            #expect(before == [["Tide: 1 with 3", "Salt: 2 with 1"], ["mira: 1 with 2"], creators])

            // Of a round that is closed, whose result stays.
            let made = try stage.oversight.void(
                season: season, slot: 1, choice: stage.voters(["user_" + mira.uuidString.lowercased()]), reason: "x",
                by: stage.admin)
            try stage.expectExactRanks()
            #expect(try boards() == [["Tide: 1 with 2"], [], ["nova: 1 with 2"]])
            _ = try stage.oversight.restore(made.id, reason: "x", by: stage.admin)
            try stage.expectExactRanks()
            #expect(try boards() == before)

            #expect(try stage.ban(nova) == "done")
            #expect(try stage.ban(mira) == "done")
            try stage.expectExactRanks()
            #expect(try boards() == [["Salt: 1 with 1"], [], ["the_admin: 1 with 1"]])
            #expect(try stage.ranks.clips(.all, page: PageRequest()).terms.total == 1)
            #expect(try stage.liftBan(nova).first == "done" && stage.liftBan(mira).first == "done")
            try stage.expectExactRanks()
            #expect(try boards() == before)
        }
    }

    @Test("RANK-01 a member sees the own places, and nothing where there is none")
    func own() throws {
        try FilmStage.run { stage in
            let (mira, nova) = (try stage.member("mira"), try stage.member("nova"))
            let clips = try stage.voting(["Tide", "Salt", "Dust"]).clips
            try stage.superuser.execute("update tournament_clips set user_id = \(mira) where id <> \(clips[0])")
            try stage.vote(clips[0], by: 1..<5)
            try stage.vote(clips[1], by: 1..<3)
            try stage.vote(clips[2], by: 1..<4)
            _ = try stage.cast(.member(mira, clips[0]))
            for clip in clips { _ = try stage.cast(.member(nova, clip)) }
            try stage.fold.run()
            let own = try stage.ranks.own(mira, .day)
            #expect(own.voter?.words == "2 with 1, up" && own.creator?.words == "1 with 7, up")
            #expect(own.clip?.clip.title == "Dust" && own.clip?.place.words == "2 with 4, up")
            let none = try stage.ranks.own(nova, .week)
            #expect(none.voter?.rank == 1 && none.creator == nil && none.clip == nil)
            try stage.test.advanceClock(by: .seconds(86_400))
            try stage.fold.run()
            #expect(try stage.ranks.own(mira, .day).voter == nil)
            #expect(try stage.ranks.own(mira, .all).voter?.words == "2 with 1")
        }
    }

    @Test("RANK-01 the live board has the open round in the order in which it would end")
    func live() throws {
        try FilmStage.run { stage in
            #expect(try stage.ranks.live(limit: 5).state == .noSeason)
            let mira = try stage.member("mira")
            let clips = try stage.voting(["Tide", "Salt", "Dust"], slots: 1).clips
            try stage.vote(clips[0], by: 1..<4)
            _ = try stage.cast(.member(mira, clips[1], .mega))
            let live = try stage.ranks.live(limit: 2)
            #expect(live.state == .voting && live.slot == 1 && live.showsCounts && live.votingEndsAt != nil)
            #expect(live.clips.map(\.clip.title) == ["Salt", "Tide"] && live.clips.map(\.voteCount) == [1, 3])
            #expect(live.clips.map(\.weightedScore) == [10, 3] && live.boardsUpdatedAt == nil)
            try stage.closeRound()
            try stage.fold.run()
            let over = try stage.ranks.live(limit: 2)
            #expect(over.state == .seasonComplete && over.clips.isEmpty && over.boardsUpdatedAt != nil)
        }
    }

    @Test("RANK-02 a fold that dies, one at the same time and one that never ran lose nothing and count nothing twice")
    func folds() throws {
        try FilmStage.run { stage in
            let clips = try stage.voting(["Tide", "Salt"]).clips
            try stage.vote(clips[0], by: 1..<4)
            // The first fold counts everything, and the log is part of that.
            try stage.expectExactRanks()
            try stage.vote(clips[1], by: 1..<4)
            try stage.jobs.transaction { first in
                let taken: Int? = try first.one("select fold_ranks()")
                #expect(taken == 1)
                #expect(try stage.fold.step() == nil, "another one does nothing meanwhile")
                #expect(try stage.board(.clips) == ["Tide: 1 with 3, up"], "nobody sees half a fold")
            }
            #expect(try stage.fold.run() == 0)
            try stage.expectExactRanks()
        }
    }

    @Test("RANK-02 votes that commit after a fold has passed them by are added by the next")
    func lateCommit() throws {
        try FilmStage.run { stage in
            let clips = try stage.voting(["Tide", "Salt"]).clips
            try stage.fold.run()
            try stage.web.transaction { slow in
                let _: [Row] = try slow.query(
                    """
                    select * from cast_votes(
                        \([Ballot.device(1)]), \([clips[0]]), \(["standard"]), \([Ballot.device(1)]), \([""]), \([""]),
                        \([""]), 200
                    )
                    """)
                // Votes for one clip follow each other, so these are for another one.
                try stage.vote(clips[1], by: 2..<4)
                try stage.fold.run()
                #expect(try stage.board(.clips) == ["Salt: 1 with 2, up"])
            }
            try stage.expectExactRanks()
            #expect(try stage.board(.clips) == ["Salt: 1 with 2, up", "Tide: 2 with 1, up"])
        }
    }

    @Test("RANK-02 what is wrong on the boards is found, named and repaired, also while votes come in")
    func repair() throws {
        try FilmStage.run { stage in
            let clips = try stage.voting(["Tide", "Salt"]).clips
            try stage.vote(clips[0], by: 1..<4)
            try stage.fold.run()
            #expect(try RankDrift.repair(in: stage.jobs) == [])
            try stage.superuser.execute("update rank_scores set votes = 7 where board = 'clips' and span = 'week'")
            try stage.superuser.execute(
                "update rank_scores set listed = false where board = 'creators' and span = 'all'")
            let found = try RankDrift.find(in: stage.jobs)
            let faults = Set(found.map { "\($0.fault) \($0.board) \($0.span)" })
            let caused = ["entries clips week", "entries creators all", "listed creators all", "votes clips week"]
            #expect(faults == Set(caused))
            #expect(found.first { $0.fault == "votes" }.map { [$0.found, $0.expected] } == [7, 3])
            // These are logged and not folded: they are no fault, and a repair counts them once.
            try stage.vote(clips[1], by: 1..<3)
            #expect(try RankDrift.repair(in: stage.jobs) == found)
            #expect(try stage.fold.run() == 0)
            try stage.expectExactRanks()
            #expect(try stage.board(.clips) == ["Tide: 1 with 3, up", "Salt: 2 with 2, up"])
        }
    }

    @Test("RANK-02 the votes of a season that is deleted leave the boards with it")
    func deletedSeason() throws {
        try FilmStage.run { stage in
            let mira = try stage.member("mira")
            let (season, clips) = try stage.voting(["Tide"])
            _ = try stage.cast(.member(mira, clips[0]))
            try stage.expectExactRanks()
            try stage.superuser.execute(
                """
                do $$ begin
                    perform drop_votes_partition((select id from seasons));
                    update story_slots set winner_clip_id = null;
                    delete from tournament_clips;
                    delete from seasons;
                end $$
                """)
            try stage.expectExactRanks()
            #expect(try RankBoard.allCases.allSatisfy { try stage.board($0, .all).isEmpty })
            _ = season
        }
    }

    @Test("RANK-02 a page deep in a board is read from the index like the first one")
    func depth() throws {
        try FilmStage.run { stage in
            try stage.superuser.withConnection { connection in
                try connection.script(
                    """
                    set session_replication_role = replica;
                    insert into users (username) select 'person_' || number from generate_series(1, 30000) number;
                    reset session_replication_role;
                    insert into rank_state (day, folded_at) values ((dailies_now() at time zone 'utc')::date, dailies_now());
                    insert into rank_scores (board, span, ends, subject_id, votes, listed)
                    select 'voters', 'all', 'infinity', id, 1 + (row_number() over (order by id)) % 400, true from users;
                    insert into rank_counts (board, span, ends, votes, entries)
                    select board, span, ends, votes, count(*) from rank_scores group by 1, 2, 3, 4;
                    analyze rank_scores, rank_counts, users;
                    """)
            }
            var options = stage.test.options(as: .web)
            options.maximumConnections = 1
            let database = Database(options)
            defer { database.close() }
            let ranks = Ranks(database: database) { $0 }
            let first = try ranks.members(.voters, .all, page: PageRequest(limit: 100))
            #expect(first.terms.total == 30_001)
            // The cursor of a page in the middle, made from a page that ends there.
            let middle = try stage.ranks.members(.voters, .all, page: PageRequest(limit: 20_000))
            let before = try stage.rowsScanned(after: database)
            let deep = try ranks.members(.voters, .all, page: PageRequest(limit: 100, cursor: middle.page.nextCursor))
            let after = try stage.rowsScanned(after: database)
            #expect(deep.page.items.count == 100 && (deep.page.items.first?.place.rank ?? 0) > 19_000)
            for (table, rows) in after where table != "rank_counts" {
                #expect(rows - (before[table] ?? 0) < 1_000, "\(table)")
            }
        }
    }

    @Test("SEC-05 a cursor of another board or period is refused")
    func foreignCursor() throws {
        try FilmStage.run { stage in
            let clips = try stage.voting(["Tide", "Salt"]).clips
            for clip in clips { try stage.vote(clip, by: 1..<3) }
            try stage.fold.run()
            let cursor = try stage.ranks.clips(.day, page: PageRequest(limit: 1)).page.nextCursor
            #expect(cursor != nil)
            #expect(throws: InvalidCursor.self) {
                _ = try stage.ranks.clips(.week, page: PageRequest(limit: 1, cursor: cursor))
            }
            #expect(throws: InvalidCursor.self) {
                _ = try stage.ranks.members(.creators, .day, page: PageRequest(limit: 1, cursor: cursor))
            }
        }
    }
}
