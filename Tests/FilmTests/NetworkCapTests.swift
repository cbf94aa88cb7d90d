import FoundationEssentials
import Postgres
import TestSupport
import Testing

@testable import Film

@Suite("What a network can bring to a clip", .requiresPostgres)
struct NetworkCapTests {
    @Test("VOTE-08 the visitors of one network bring a weight of 100 to a clip; more votes count and weigh nothing")
    func cap() throws {
        try FilmStage.run { stage in
            let clips = try stage.voting(["A", "B"]).clips
            try stage.stopClock(at: "2026-05-05 12:00:10+00")
            // The first few come before the network is a crowd, one by one; the rest in batches.
            for device in 1...4 { _ = try stage.cast(.visitor(device, clips[0], network: 7)) }
            let some = try stage.votes.cast((5...60).map { .visitor($0, clips[$0 % 8 == 0 ? 1 : 0], network: 7) })
            let rest = try stage.votes.cast((61...130).map { .visitor($0, clips[0], network: 7) })
            #expect((some + rest).allSatisfy { $0.refusalCode == nil })
            #expect(try stage.counters(of: clips[0]) == [123, 100, 0])
            #expect(try stage.counters(of: clips[1]) == [7, 7, 0])
            #expect(try rest.last?.get().newScore == 100)
            #expect(try rest.last?.get().totalVotesToday == 1)
            #expect(try stage.flagged("network_cap") == 23)
            #expect(try stage.superuser.one("select count(*) = 23 from votes where weight = 0 and kinds = 'c'"))
            #expect(try stage.superuser.one("select weight from vote_network_clips where clip_id = \(clips[0])") == 100)
            // Others are not held back.
            #expect(try stage.cast(.visitor(500, clips[0], network: 8)).newScore == 101)
            #expect(try stage.cast(.member(try stage.member("pupil"), clips[0], .mega, device: 7)).newScore == 111)
            #expect(try stage.drift() == 0)
        }
    }

    @Test("VOTE-08 VOTE-04 an undo gives back what the vote weighed, and makes room for another")
    func undo() throws {
        try FilmStage.run { stage in
            let clip = try stage.voting(["A"]).clips[0]
            let votes = VoteBatch(database: stage.web, dailyVotes: 200, networkWeight: 6)
            let outcomes = try votes.cast((1...8).map { .visitor($0, clip, network: 7) })
            #expect(try outcomes.last?.get().newScore == 6)
            #expect(try stage.counters(of: clip) == [8, 6, 0])
            #expect(try stage.undo(.visitor(8, clip, network: 7)).newScore == 6)
            #expect(try stage.undo(.visitor(1, clip, network: 7)).newScore == 5)
            let next = try votes.cast([.visitor(9, clip, network: 7), .visitor(10, clip, network: 7)])
            #expect(try next.map { try $0.get().newScore } == [6, 6])
            #expect(try stage.counters(of: clip) == [8, 6, 0])
            #expect(try stage.drift() == 0)
        }
    }

    @Test("VOTE-08 VOTE-07 a vote that becomes a member's leaves the network's share and gets its weight back")
    func adoption() throws {
        try FilmStage.run { stage in
            let clip = try stage.voting(["A"]).clips[0]
            let votes = VoteBatch(database: stage.web, dailyVotes: 200, networkWeight: 6)
            _ = try votes.cast((1...8).map { .visitor($0, clip, network: 7) })
            let (ann, bob) = (try stage.member("ann"), try stage.member("bob"))
            #expect(try stage.superuser.one("select adopt_device_votes(\(Ballot.device(8)), \(ann))") == 1)
            #expect(try stage.counters(of: clip) == [8, 7, 0])
            #expect(try stage.flags(of: .member(ann, clip)) == ["new_devices"])
            #expect(try stage.superuser.one("select weight from vote_network_clips") == 6)
            #expect(try stage.superuser.one("select adopt_device_votes(\(Ballot.device(1)), \(bob))") == 1)
            #expect(try stage.superuser.one("select weight from vote_network_clips") == 5)
            #expect(try votes.cast([.visitor(20, clip, network: 7)])[0].get().newScore == 8)
            #expect(try stage.drift() == 0)
        }
    }

    @Test("VOTE-08 one visitor who may repeat the vote is held to the same weight, after any change of the flag")
    func repeats() throws {
        try FilmStage.run { stage in
            let clip = try stage.voting(["A"]).clips[0]
            let votes = VoteBatch(database: stage.web, dailyVotes: 200, networkWeight: 4)
            _ = try votes.cast([.visitor(1, clip)])
            try stage.turn("multi_vote_enabled", on: true)
            let outcomes = try votes.cast((1...5).map { _ in .visitor(1, clip) })
            #expect(try outcomes.map { try $0.get().newScore } == [2, 3, 4, 4, 4])
            #expect(try stage.superuser.one("select kinds from votes") == "nnnncc")
            #expect(try (1...3).map { _ in try stage.undo(.visitor(1, clip)).newScore } == [4, 4, 3])
            #expect(try stage.drift() == 0)
        }
    }

    @Test("VOTE-08 a new round begins at nothing, and the sweep forgets the networks of the old one")
    func rounds() throws {
        try FilmStage.run { stage in
            let clips = try stage.voting(["A", "B"]).clips
            let votes = VoteBatch(database: stage.web, dailyVotes: 200, networkWeight: 6)
            _ = try votes.cast((1...8).map { .visitor($0, clips[0], network: 7) })
            _ = try votes.cast((1...8).map { .visitor($0, clips[1], network: 7) })
            #expect(try stage.jobs.one("select sweep_vote_networks()") == 0)
            try stage.closeRound()
            #expect(try stage.jobs.one("select sweep_vote_networks()") == 1)
            _ = try votes.cast((1...8).map { .visitor($0, clips[1], network: 7) })
            #expect(try stage.counters(of: clips[1]) == [8, 6, 0])
            #expect(try stage.jobs.one("select sweep_vote_networks()") == 0)
            #expect(try stage.drift() == 0)
        }
    }
}
