import FoundationEssentials
import Logging
import Postgres
import Refusals
import Synchronization
import TestSupport
import Testing
import Text

@testable import Film

@Suite("The limits of votes", .requiresPostgres)
struct VoteRateTests {
    @Test("VOTE-10 the reported wait of a network is exact to the second, for every voter of it")
    func networkWait() throws {
        try FilmStage.run { stage in
            let clips = try stage.voting((1...40).map { "clip \($0)" }).clips
            try stage.stopClock(at: "2026-05-05 12:00:10+00")
            for device in 0..<20 {
                let outcomes = try stage.votes.cast((0..<30).map { .visitor(device, clips[$0], network: 7) })
                #expect(outcomes.allSatisfy { $0.refusalCode == nil })
            }
            // This voter asks so often that refusals that counted would spend the voter's own minute.
            let refused = try stage.votes.cast((0..<30).map { .visitor(50, clips[$0], network: 7) })
            guard case .failure(.rateLimited(let wait))? = refused.last else {
                Issue.record("not refused: \(refused)")
                return
            }
            #expect(refused.allSatisfy { $0.refusalCode == "rate_limited" })
            let now = try stage.now()
            try stage.stopClock(at: now.addingTimeInterval(Double(wait) - 1).rfc3339)
            #expect(try stage.refusal(.visitor(50, clips[39], network: 7)) == "rate_limited")
            try stage.stopClock(at: now.addingTimeInterval(Double(wait)).rfc3339)
            #expect(try stage.refusal(.visitor(50, clips[39], network: 7)) == nil)
        }
    }

    @Test("VOTE-10 the limits hold over two processes that count at once")
    func twoCommitters() throws {
        try FilmStage.run { stage in
            let clips = try stage.voting((1...40).map { "clip \($0)" }).clips
            try stage.stopClock(at: "2026-05-05 12:00:10+00")
            let others = [0, 1].map { _ in Database(stage.test.options(as: .web)) }
            defer { for database in others { database.close() } }
            let committers = others.map { VoteCommitter(database: $0, dailyVotes: 200, log: .silent) }
            for committer in committers { committer.start() }
            let counted = Mutex<[String: Int]>([:])
            let told = ThreadCounter()
            try concurrently(48) { thread in
                for step in 0..<20 {
                    // One voter has sixteen threads; the other 32 are voters of one network, 23 votes each.
                    let ballot =
                        thread < 16
                        ? Ballot.visitor(1, clips[(thread + step) % 40])
                        : Ballot.visitor(100 + thread, clips[step], network: 7)
                    do {
                        _ = try committers[(thread + step) % 2].cast(ballot)
                    } catch VoteError.refused(.rateLimited(let wait)) {
                        #expect((1...120).contains(wait))
                        told.add()
                        continue
                    } catch VoteError.refused(.alreadyVoted) {
                        // It was let through by the limiter.
                    }
                    counted.withLock { $0[ballot.network, default: 0] += 1 }
                }
            }
            for committer in committers { committer.stop() }
            #expect(counted.withLock { $0.values.sorted() } == [30, 600])
            #expect(told.count == 48 * 20 - 630)
            #expect(try stage.drift() == 0)
        }
    }

    @Test("VOTE-10 a limiter that may not write lets no caller through")
    func revoked() throws {
        try FilmStage.run { stage in
            let clip = try stage.voting(["A"]).clips[0]
            _ = try stage.cast(.visitor(1, clip))
            try stage.superuser.execute(
                "alter table rate_windows add constraint shut check (current_count < 0) not valid")
            let member = Ballot.member(try stage.member("voter"), clip)
            for ballot in [member, .visitor(1, clip), .visitor(2, clip)] {
                #expect(try stage.refusal(ballot) == "limiter_unavailable")
                #expect(throws: VoteRefusal.limiterUnavailable) { try stage.undo(ballot) }
            }
            #expect(try stage.votesCast() == 1)
            try stage.superuser.execute("alter table rate_windows drop constraint shut")
            #expect(try stage.refusal(.visitor(2, clip)) == nil)
        }
    }

    @Test(
        "VOTE-10 SEC-02 what waits for a row over the end of a minute forgets nothing of the minute that another opened",
        arguments: [true, false])
    func overTheEdge(isVote: Bool) throws {
        try FilmStage.run { stage in
            let clips = try stage.voting((1...40).map { "clip \($0)" }).clips
            try stage.stopClock(at: "2026-05-05 12:00:59+00")
            _ = try stage.votes.cast((0..<10).map { .visitor(1, clips[$0]) })
            let key = "vote " + Ballot.device(1)
            let isHeld = ThreadCounter()
            let granted = ThreadCounter()
            try concurrently(2) { index in
                if index == 0 {
                    try waitUntil { isHeld.count == 1 }
                    if isVote {
                        let outcomes = try stage.votes.cast((10..<35).map { .visitor(1, clips[$0]) })
                        for outcome in outcomes where outcome.refusalCode == nil { granted.add() }
                    } else {
                        let room: Int = try stage.web.one(
                            "select granted from consume_rates(\([key]), array[25], array[30])")
                        for _ in 0..<room { granted.add() }
                    }
                    return
                }
                try stage.superuser.transaction { holder in
                    try holder.execute("select from rate_windows where key = \(key) for update")
                    isHeld.add()
                    let isWaiting = try eventually {
                        try stage.superuser.one(
                            """
                            select count(*)::int
                            from pg_stat_activity
                            where datname = current_database() and wait_event_type = 'Lock'
                                and query ~ 'cast_votes|consume_rates'
                            """) == 1
                    }
                    #expect(isWaiting)
                    try stage.superuser.execute(
                        """
                        create or replace function dailies_now() returns timestamptz language sql stable
                        as $$ select timestamptz '2026-05-05 12:01:00.5+00' $$
                        """)
                    try holder.execute("select from consume_rates(\([key]), array[5], array[30])")
                }
            }
            // The minute has just begun, so that the one before counts as a whole: 30 - 10 - 5.
            #expect(granted.count == 15)
            let row: [String] = try stage.superuser.query(
                "select concat_ws(' ', minute at time zone 'utc', current_count, previous_count) from rate_windows where key = \(key)"
            )
            #expect(row == ["2026-05-05 12:01:00 20 10"])
            #expect(try stage.drift() == 0)
        }
    }
}
