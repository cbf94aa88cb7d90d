import FoundationEssentials
import Platform
import Postgres
import Synchronization
import TestSupport
import Testing

@testable import Film

@Suite("The limits of votes", .requiresPostgres)
struct VoteRateTests {
    @Test("VOTE-10 what a network is told to wait is true to the second, for every voter of it")
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
            let told = Tally()
            try concurrently(48) { thread in
                for step in 0..<20 {
                    // One voter has sixteen threads; the other 32 are voters of one network, 23 votes each.
                    let ballot =
                        thread < 16
                        ? Ballot.visitor(1, clips[(thread + step) % 40])
                        : Ballot.visitor(100 + thread, clips[step], network: 7)
                    do {
                        _ = try committers[(thread + step) % 2].cast(ballot)
                    } catch VoteRefusal.rateLimited(let wait) {
                        #expect((1...120).contains(wait))
                        told.add()
                        continue
                    } catch VoteRefusal.alreadyVoted {
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

    @Test("VOTE-10 a limiter that may not write lets nothing through, whoever asks")
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
}
