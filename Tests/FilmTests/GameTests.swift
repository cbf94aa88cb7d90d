import FoundationEssentials
import Games
import Postgres
import TestSupport
import Testing

@testable import Film

@Suite("XP, streaks and badges", .requiresPostgres)
struct GameTests {
    private static let day: Duration = .seconds(86_400)

    /// A season whose round lasts, with clips of the admin and votes that may be repeated.
    private static func open(_ stage: FilmStage, _ titles: [String] = ["Tide", "Salt", "Dust"]) throws -> [UUID] {
        try stage.turn("multi_vote_enabled", on: true)
        return try stage.voting(titles) { $0.roundSeconds = 90 * 86_400 }.clips
    }

    @Test(
        "GAME-01 level n to n + 1 takes 100 × n XP",
        arguments: [
            (0, 1, 0), (99, 1, 99), (100, 2, 0), (299, 2, 199), (300, 3, 0), (600, 4, 0), (1_000, 5, 0),
            (1_340, 5, 340), (1_500, 6, 0), (4_499, 9, 899), (4_500, 10, 0), (-5, 1, 0),
            (50 * 99_999 * 100_000, 100_000, 0),
            (50 * 99_999 * 100_000 - 1, 99_999, 9_999_899),
        ])
    func levels(total: Int, number: Int, xp: Int) {
        let level = Level(total: total)
        #expect(level.number == number && level.xp == xp && level.needs == 100 * number)
    }

    @Test(
        "GAME-01 VOTE-04 vote, undo, vote on the first day is 16 XP, at once and after every fold",
        arguments: [false, true])
    func undoAndAgain(folds: Bool) throws {
        try FilmStage.run { stage in
            let clips = try Self.open(stage)
            let mira = try stage.member("mira")
            try stage.fold.run()
            for (expected, act) in [(16, "cast"), (0, "undo"), (16, "cast"), (17, "other")] {
                switch act {
                case "cast": _ = try stage.cast(.member(mira, clips[0]))
                case "undo": _ = try stage.undo(.member(mira, clips[0]))
                // A power vote is one vote.
                default: _ = try stage.cast(.member(mira, clips[1], .mega))
                }
                if folds { try stage.fold.run() }
                let stats = try stage.stats(mira)
                #expect(stats.xp == expected, "\(act)")
                #expect(stats.streak == (expected > 0 ? 1 : 0) && stats.level == Level(total: expected))
            }
            #expect(try stage.stats(mira).votesToday == 2)
            try stage.expectExactGames()
        }
    }

    @Test("GAME-01 GAME-02 the first vote of a day pays by the streak, which a missed day ends and a new day keeps")
    func streaks() throws {
        try FilmStage.run { stage in
            let clips = try Self.open(stage, (1...12).map { "Take \($0)" })
            let mira = try stage.member("mira")
            var before = 0
            for (number, pay) in [16, 26, 36, 46, 56, 66, 76, 76].enumerated() {
                if number > 0 {
                    try stage.test.advanceClock(by: Self.day)
                    // Today is not over: what was reached by yesterday is shown, with the fold and before it.
                    #expect(try stage.stats(mira).streak == number)
                }
                if number % 3 != 2 { try stage.fold.run() }
                _ = try stage.cast(.member(mira, clips[number]))
                let stats = try stage.stats(mira)
                #expect(stats.xp - before == pay && stats.streak == number + 1)
                before = stats.xp
            }
            try stage.expectExactGames()
            #expect(try stage.earned(mira) == ["streak_3", "streak_7"])
            try stage.test.advanceClock(by: Self.day)
            try stage.test.advanceClock(by: Self.day)
            #expect(try stage.stats(mira).streak == 0, "a day is missed")
            _ = try stage.cast(.member(mira, clips[9]))
            #expect(try stage.stats(mira).streak == 1 && stage.stats(mira).xp - before == 16)
            try stage.expectExactGames()
            #expect(try stage.earned(mira) == ["streak_3", "streak_7"], "what was reached stays")
            // The only vote of a day.
            _ = try stage.undo(.member(mira, clips[9]))
            #expect(try stage.stats(mira).xp == before)
            // After midnight a vote of the day before leaves that day.
            _ = try stage.cast(.member(mira, clips[9]))
            try stage.test.advanceClock(by: Self.day)
            try stage.fold.run()
            _ = try stage.undo(.member(mira, clips[9]))
            try stage.expectExactGames()
            #expect(try stage.stats(mira).xp == before && stage.stats(mira).streak == 0)
        }
    }

    @Test("GAME-02 days that the fold has missed are closed one after the other, and what is late joins its day")
    func missedFolds() throws {
        try FilmStage.run { stage in
            let clips = try Self.open(stage, (1...12).map { "Take \($0)" })
            let (mira, nova) = (try stage.member("mira"), try stage.member("nova"))
            try stage.fold.run()
            for number in 0..<4 {
                _ = try stage.cast(.member(mira, clips[number]))
                if number != 2 { _ = try stage.cast(.member(nova, clips[number])) }
                try stage.test.advanceClock(by: Self.day)
            }
            try stage.expectExactGames("four days")
            #expect(try stage.stats(mira).streak == 4 && stage.stats(nova).streak == 1)
            for number in 4..<6 { _ = try stage.cast(.member(mira, clips[number])) }
            try stage.test.advanceClock(by: .seconds(25 * 86_400))
            _ = try stage.cast(.member(mira, clips[6]))
            // One row of the log at a time: the day does not change before all of it is known.
            while try stage.fold.step(most: 1) ?? 0 > 0 {}
            try stage.expectExactGames("a month")
            #expect(try stage.stats(mira).streak == 1)
            let kept: [String] = try stage.superuser.query(
                "select votes || ' ' || streak from member_days where user_id = \(mira) order by day")
            #expect(kept == ["1 1", "1 2", "1 3", "1 4", "2 5"])
        }
    }

    @Test("GAME-01 FILM-10 a win pays 100 XP and a badge, unlocking takes both back, and the badge keeps its time")
    func wins() throws {
        try FilmStage.run { stage in
            let mira = try stage.member("mira")
            let (season, clips) = try stage.voting(["Tide", "Salt"])
            try stage.superuser.execute("update tournament_clips set user_id = \(mira) where id = \(clips[0])")
            try stage.settleGames()
            #expect(try stage.earned(mira) == ["first_clip"] && stage.stats(mira).xp == 0)
            try stage.vote(clips[0], by: 1..<3)
            try stage.closeRound()
            try stage.expectExactGames()
            #expect(try stage.stats(mira).xp == 100 && stage.stats(mira).wins == 1)
            let won = try #require(try stage.stats(mira).badges.first { $0.key == "first_win" }?.earnedAt)
            try stage.act(.unlock(season: season, slot: 1))
            try stage.expectExactGames()
            #expect(try stage.stats(mira).xp == 0 && stage.earned(mira) == ["first_clip"])
            try stage.forgiveRates()
            try stage.vote(clips[0], by: 1..<3)
            try stage.closeRound()
            try stage.expectExactGames()
            #expect(try stage.stats(mira).badges.first { $0.key == "first_win" }?.earnedAt == won)
            #expect(
                try stage.notices(mira).filter { $0.hasPrefix("achievement") } == [
                    "achievement first_clip", "achievement first_win",
                ])
            // Another winner by an act of admins.
            try stage.act(.assign(season: season, slot: 1, clip: clips[1]))
            try stage.expectExactGames()
            #expect(try stage.stats(mira).xp == 0)
        }
    }

    @Test("GAME-03 VOTE-12 a void takes XP, streak and badges, and undoing it brings them back")
    func voids() throws {
        try FilmStage.run { stage in
            let clips = try Self.open(stage, (1...4).map { "Take \($0)" })
            let season: UUID = try stage.superuser.one("select id from seasons")
            let mira = try stage.member("mira")
            for number in 0..<4 {
                if number > 0 { try stage.test.advanceClock(by: Self.day) }
                _ = try stage.cast(.member(mira, clips[number]))
                try stage.fold.run()
            }
            try stage.expectExactGames()
            let before = try stage.stats(mira)
            #expect(try before.streak == 4 && stage.earned(mira) == ["streak_3"])
            var choice = VoteChoice()
            choice.clip = clips[1]
            let made = try stage.oversight.void(season: season, slot: 1, choice: choice, reason: "x", by: stage.admin)
            try stage.expectExactGames("voided")
            #expect(try stage.stats(mira).streak == 2 && stage.earned(mira) == [])
            _ = try stage.oversight.restore(made.id, reason: "x", by: stage.admin)
            try stage.expectExactGames("restored")
            #expect(try stage.stats(mira).xp == before.xp && stage.earned(mira) == ["streak_3"])
            #expect(try stage.notices(mira) == ["achievement streak_3"])
            // A ban voids what is undecided.
            #expect(try stage.ban(mira) == "done")
            try stage.expectExactGames("banned")
            #expect(try stage.stats(mira).xp == 0)
        }
    }

    @Test(
        "GAME-03 GAME-04 100 votes are a badge, 50 a day the daily goal: each notified once, also after undo and again")
    func goals() throws {
        try FilmStage.run { stage in
            let clips = try Self.open(stage)
            let mira = try stage.member("mira")
            func cast(_ number: Int) throws {
                for start in stride(from: 0, to: number, by: 25) {
                    try stage.forgiveRates()
                    _ = try stage.votes.cast(Array(repeating: .member(mira, clips[0]), count: min(25, number - start)))
                }
                try stage.settleGames()
            }
            try cast(49)
            #expect(try stage.notices(mira) == [] && stage.stats(mira).votesToday == 49)
            try cast(1)
            #expect(try stage.notices(mira).map { $0.prefix(10) } == ["daily_goal"])
            _ = try stage.undo(.member(mira, clips[0]))
            try stage.settleGames()
            try cast(50)
            #expect(try stage.notices(mira).count == 1 && stage.earned(mira) == [])
            #expect(try stage.stats(mira).badges.first?.progress == 99)
            try cast(1)
            #expect(try stage.earned(mira) == ["votes_100"] && stage.notices(mira).first == "achievement votes_100")
            _ = try stage.undo(.member(mira, clips[0]))
            try stage.settleGames()
            #expect(try stage.earned(mira) == [])
            try cast(1)
            #expect(try stage.earned(mira) == ["votes_100"] && stage.notices(mira).count == 2)
            try stage.expectExactGames()
            #expect(
                try stage.superuser.one("select count_vote_badges(goal) = 3 from badges() where key = 'votes_10000'"))
        }
    }

    @Test("GAME-01 SOC-02 a reward pays once for an event, is taken back and paid again")
    func rewards() throws {
        try FilmStage.run { stage in
            let mira = try stage.member("mira")
            for _ in 0..<2 { try stage.reward(mira, "thanks", "tier 5", 100) }
            try stage.reward(mira, "thanks", "tier 1", 50)
            #expect(try stage.stats(mira).xp == 150 && stage.stats(mira).level.number == 2)
            try stage.revoke(mira, "thanks", "tier 5")
            try stage.revoke(mira, "thanks", "tier 5")
            #expect(try stage.stats(mira).xp == 50)
            try stage.reward(mira, "thanks", "tier 5", 100)
            try stage.expectExactGames()
            #expect(try stage.stats(mira).xp == 150)
            #expect(try stage.games.stats(of: UUID()) == nil)
            try stage.reward(UUID(), "thanks", "tier 1", 50)
        }
    }

    @Test("GAME-01 GDPR-01 votes that a member adopts count, and nothing of a member who leaves is kept")
    func adoptedAndGone() throws {
        try FilmStage.run { stage in
            let clips = try Self.open(stage)
            let (mira, nova) = (try stage.member("mira"), try stage.member("nova"))
            try stage.fold.run()
            for clip in clips { _ = try stage.cast(.visitor(7, clip)) }
            let _: Int = try stage.superuser.one("select adopt_device_votes(\(Ballot.device(7)), \(mira))")
            #expect(try stage.stats(mira).xp == 18)
            try stage.test.advanceClock(by: Self.day)
            _ = try stage.cast(.member(nova, clips[0]))
            try stage.reward(mira, "thanks", "tier 1", 50)
            try stage.expectExactGames()
            let document: String = try stage.superuser.one("select export_member(\(mira))::text")
            for table in ["memberDays", "memberPoints", "xpRewards"] { #expect(document.contains(table), "\(table)") }
            let _: String = try stage.superuser.one("select outcome from delete_member(\(mira), false)")
            for table in ["member_days", "member_points", "xp_rewards", "member_badges", "badge_checks"] {
                let others: Int = try stage.superuser.one(
                    "select count(*)::int from \(identifier: table) where user_id not in (\(nova), \(stage.admin))")
                #expect(others == 0, "\(table)")
            }
            try stage.expectExactGames()
        }
    }

    @Test("VOTE-05 GAME-01 what differs is found and counted anew")
    func repair() throws {
        try FilmStage.run { stage in
            let clips = try Self.open(stage)
            let mira = try stage.member("mira")
            for _ in 0..<4 {
                _ = try stage.cast(.member(mira, clips[0]))
                _ = try stage.cast(.member(mira, clips[1], device: 1))
                _ = try stage.undo(.member(mira, clips[0]))
                try stage.test.advanceClock(by: Self.day)
                try stage.fold.run()
            }
            try stage.superuser.execute("update tournament_clips set user_id = \(mira) where id = \(clips[2])")
            try stage.expectExactGames()
            try stage.superuser.execute(
                """
                insert into referrals (referrer_id, joined_at, counted_at)
                select \(mira), dailies_now(), dailies_now() from generate_series(1, 5)
                """)
            try stage.superuser.execute(
                """
                select grant_reward(\(mira), 'referral', 'referral ' || tier, xp)
                from referral_tiers()
                where needed <= 5
                """)
            try BadgeAwards(database: stage.jobs).run()
            #expect(try GameDrift.find(in: stage.jobs) == [])
            let before = try stage.stats(mira)
            for damage: SQL in [
                "delete from xp_rewards where event_key = 'referral networker'",
                "update xp_rewards set amount = 7 where event_key = 'referral connector'",
                "insert into xp_rewards values (\(mira), 1000, 'referral', 'referral legend', now(), null)",
                "insert into xp_rewards values (\(mira), 9, 'referral', 'x', now(), null)",
                "insert into xp_rewards values (\(stage.admin), 50, 'referral', 'referral connector', now(), null)",
                "update member_days set votes = votes + 1", "update member_days set streak = 9",
                "delete from member_days", "update member_points set xp = xp + 1",
                "update member_points set streak = 40, longest_streak = 40",
                "update xp_rewards set revoked_at = now()", "delete from member_badges",
                "insert into member_badges values (\(mira), 'streak_30', now(), null)",
                "insert into xp_rewards values (\(mira), 100, 'win', 'x', now(), null)",
            ] {
                try stage.superuser.execute(damage)
                let isWin = try stage.superuser.one("select not exists (select from xp_rewards)") as Bool
                let found = try GameDrift.find(in: stage.jobs)
                #expect(isWin || !found.isEmpty, "\(damage)")
                #expect(try GameDrift.repair(in: stage.jobs) == found)
                #expect(try GameDrift.find(in: stage.jobs) == [], "\(damage)")
            }
            #expect(try stage.stats(mira).xp == before.xp && stage.stats(mira).streak == before.streak)
        }
    }

    @Test("PROF-01 the history has the last 20 votes that count, the latest first")
    func history() throws {
        try FilmStage.run { stage in
            let (mira, nova) = (try stage.member("mira"), try stage.member("nova"))
            let (season, clips) = try stage.voting((1...24).map { "Take \($0)" })
            try stage.superuser.execute("update tournament_clips set user_id = \(nova) where id = \(clips[1])")
            #expect(try stage.games.history(of: mira).isEmpty)
            for clip in clips.prefix(23) {
                try stage.forgiveRates()
                _ = try stage.cast(.member(mira, clip))
            }
            _ = try stage.undo(.member(mira, clips[22]))
            var choice = stage.voters(["user_" + mira.uuidString.lowercased()])
            choice.clip = clips[21]
            _ = try stage.oversight.void(season: season, slot: 1, choice: choice, reason: "x", by: stage.admin)
            try stage.closeRound()
            let open: UUID = try stage.superuser.one(
                "select id from tournament_clips where status = 'active' and title = 'Take 24'")
            _ = try stage.cast(.member(mira, open, .super))
            let history = try stage.games.history(of: mira)
            #expect(history.count == 20 && history[0].clipID == open && history[0].slot == 2 && history[0].weight == 3)
            #expect(history[1].title == "Take 21" && history[1].slot == 1 && history[1].season == 1)
            #expect(history.last?.title == "Take 3" && history.allSatisfy { $0.username == "the_admin" && $0.isShown })
        }
    }
}
