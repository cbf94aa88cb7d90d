import Film
import FoundationEssentials
import Platform
import Postgres
import Refusals
import TestSupport
import Testing

@Suite("VOTE-12 voiding votes", .requiresPostgres)
struct VoidTests {
    @Test("VOTE-12 a void lowers the counters exactly, and undoing it leaves every table as it was")
    func reversible() throws {
        try FilmStage.run { stage in
            let (season, clips) = try stage.voting(["A", "B", "C"])
            let member = try stage.member("voter_one")
            try stage.turn("power_votes_enabled", on: true)
            try stage.vote(clips[0], by: 1..<6)
            try stage.vote(clips[1], by: 3..<9, network: 77, flag: .missingHeaders)
            _ = try stage.cast(.member(member, clips[1], .mega, device: 40))
            _ = try stage.cast(.member(member, clips[2], .super, device: 40))
            let before = try stage.ballotBox()

            var network = VoteChoice()
            network.network = String(repeating: "0", count: 26) + String(1_000_077, radix: 16).leftPadded(to: 6)
            for choice in [
                stage.flagged(), stage.voters(["user_" + member.uuidString.lowercased()]),
                stage.voters([Ballot.device(4), Ballot.device(5)]), network,
            ] {
                let made = try stage.oversight.void(
                    season: season, slot: 1, choice: choice, reason: "Made up", by: stage.admin)
                #expect(made.votes > 0)
                #expect(try stage.drift() == 0)
                #expect(try stage.ballotBox()["voter_days"] == before["voter_days"])
                #expect(try stage.ballotBox()["tournament_clips"] != before["tournament_clips"])
                let undone = try stage.oversight.restore(made.id, reason: "A mistake", by: stage.admin)
                #expect(undone.restored == made.votes && undone.kept == 0)
                #expect(try stage.ballotBox() == before)
                #expect(try stage.drift() == 0)
            }
        }
    }

    @Test("VOTE-12 one vote, a voter, a flag, a network: what is voided is what was meant")
    func choices() throws {
        try FilmStage.run { stage in
            let (season, clips) = try stage.voting(["A", "B"])
            try stage.vote(clips[0], by: 1..<11)
            try stage.vote(clips[1], by: 1..<6, flag: .missingHeaders)
            try stage.vote(clips[1], by: 20..<23, flag: .feedTokenStale)
            var one = stage.voters([Ballot.device(1)])
            one.clip = clips[0]
            #expect(
                try stage.oversight.void(season: season, slot: 1, choice: one, reason: "x", by: stage.admin).votes == 1)
            #expect(try stage.counters(of: clips[0])[0] == 9)
            var stale = VoteChoice()
            stale.flag = "feed_token_stale"
            #expect(
                try stage.oversight.void(season: season, slot: nil, choice: stale, reason: "x", by: stage.admin).votes
                    == 3)
            #expect(try stage.counters(of: clips[1])[0] == 5)
            let rest = try stage.oversight.void(
                season: season, slot: 1, choice: stage.flagged(), reason: "x", by: stage.admin)
            #expect(rest.votes == 5 && rest.weight == 5)
            #expect(try stage.counters(of: clips[1]) == [0, 0, 0])
            #expect(throws: FilmError.refused(.noSuchVotes)) {
                try stage.oversight.void(season: season, slot: 1, choice: stage.flagged(), reason: "x", by: stage.admin)
            }
            #expect(try stage.drift() == 0)
            let audit: [String] = try stage.superuser.query("select action from audit_log order by id")
            #expect(audit.filter { $0 == "votes.void" }.count == 3)
            #expect(throws: DatabaseError.self) {
                try unwrappingCause {
                    try stage.oversight.void(
                        season: season, slot: 1, choice: one, reason: "x", by: stage.member("nobody"))
                }
            }
        }
    }

    @Test("VOTE-12 who votes again after a void keeps the newer vote when the void is undone")
    func votedAgain() throws {
        try FilmStage.run { stage in
            let (season, clips) = try stage.voting(["A", "B", "C"])
            let member = try stage.member("voter_one")
            try stage.turn("power_votes_enabled", on: true)
            _ = try stage.cast(.member(member, clips[0], .super, device: 1))
            _ = try stage.cast(.member(member, clips[1], device: 1))
            _ = try stage.cast(.visitor(2, clips[0]))
            let choice = stage.voters(["user_" + member.uuidString.lowercased(), Ballot.device(2)])
            let made = try stage.oversight.void(season: season, slot: 1, choice: choice, reason: "x", by: stage.admin)
            #expect(made.votes == 3)
            // The same clip again, the super on another clip, and the member's device as a visitor.
            _ = try stage.cast(.visitor(2, clips[0]))
            _ = try stage.cast(.member(member, clips[2], .super, device: 1))
            _ = try stage.cast(.visitor(1, clips[1]))
            let undone = try stage.oversight.restore(made.id, reason: "y", by: stage.admin)
            #expect(undone.restored == 0 && undone.kept == 3)
            #expect(try stage.drift() == 0)
            #expect(try clips.map { try stage.counters(of: $0)[1] } == [1, 1, 3])
            #expect(throws: FilmError.refused(.voidUndone)) {
                try stage.oversight.restore(made.id, reason: "y", by: stage.admin)
            }
            #expect(throws: FilmError.refused(.voidNotFound)) {
                try stage.oversight.restore(UUID(), reason: "y", by: stage.admin)
            }
        }
    }

    @Test("VOTE-12 counters stay exact while votes stream in and voids come and go")
    func underLoad() throws {
        try FilmStage.run { stage in
            let (season, clips) = try stage.voting((1...4).map { "Clip \($0)" })
            let isOver = ThreadCounter()
            let cast = ThreadCounter()
            let committer = stage.committer()
            committer.start()
            defer { committer.stop() }
            try concurrently(6) { index in
                guard index > 0 else {
                    defer { isOver.add() }
                    for round in 1...6 {
                        let before = cast.count
                        try waitUntil { cast.count > before + 40 }
                        let made = try stage.oversight.void(
                            season: season, slot: 1, choice: stage.flagged(), reason: "\(round)", by: stage.admin)
                        #expect(try stage.drift() == 0)
                        if round.isMultiple(of: 2) {
                            _ = try stage.oversight.restore(made.id, reason: "\(round)", by: stage.admin)
                            #expect(try stage.drift() == 0)
                        }
                    }
                    return
                }
                var number = index
                while isOver.count == 0 {
                    var ballot = Ballot.visitor(number, clips[number % clips.count])
                    if number.isMultiple(of: 3) { ballot.signals = [.missingHeaders] }
                    _ = try committer.cast(ballot)
                    cast.add()
                    if number.isMultiple(of: 7) { _ = try? committer.undo(ballot) }
                    number += 5
                }
            }
            #expect(try stage.drift() == 0)
        }
    }

    @Test("VOTE-12 a void waits for a vote that is just being counted, and takes it too")
    func voteInFlight() throws {
        try FilmStage.run { stage in
            let (season, clips) = try stage.voting(["A", "B"])
            try stage.vote(clips[0], by: 1..<2, flag: .missingHeaders)
            let taken = ThreadCounter()
            try stage.web.transaction { voter in
                try voter.execute(
                    """
                    select code
                    from cast_votes(
                        array['device_x'], \([clips[0]]), array['standard'], array['device_x'], array[''], array['aa'],
                        array['missing_headers'], 200
                    )
                    """)
                let voiding = try BackgroundThread(named: "voiding") {
                    let made = try? stage.oversight.void(
                        season: season, slot: 1, choice: stage.flagged(), reason: "x", by: stage.admin)
                    for _ in 0..<(made?.votes ?? 0) { taken.add() }
                }
                try waitUntil {
                    try stage.superuser.one(
                        """
                        select exists (
                            select from pg_stat_activity
                            where datname = current_database() and wait_event_type = 'Lock'
                                and query like '%void_votes%' and pid <> pg_backend_pid()
                        )
                        """)
                }
                try voter.execute("commit")
                voiding.join()
                try voter.execute("begin")
            }
            #expect(taken.count == 2)
            #expect(try stage.drift() == 0)
        }
    }

    @Test("VOTE-12 a void in a closed round leaves its result and the open round alone; a slot opened anew keeps none")
    func closedRound() throws {
        try FilmStage.run { stage in
            let (season, clips) = try stage.voting(["A", "B", "C"])
            try stage.vote(clips[0], by: 1..<6, flag: .missingHeaders)
            try stage.vote(clips[0], by: 6..<12)
            let open = try stage.oversight.void(
                season: season, slot: 1, choice: stage.voters([Ballot.device(7)]), reason: "early", by: stage.admin)
            try stage.closeRound()
            try stage.vote(clips[1], by: 1..<4, flag: .missingHeaders)
            let before = try stage.ballotBox()
            let made = try stage.oversight.void(
                season: season, slot: 1, choice: stage.flagged(), reason: "late", by: stage.admin)
            #expect(made.votes == 5)
            #expect(try stage.ballotBox()["tournament_clips"] == before["tournament_clips"])
            #expect(try stage.ballotBox()["slot_results"] == before["slot_results"])
            _ = try stage.oversight.restore(made.id, reason: "no", by: stage.admin)
            #expect(try stage.ballotBox() == before)
            // One that was made while the round was open is undone after it: the result stays.
            #expect(try stage.oversight.restore(open.id, reason: "no", by: stage.admin).restored == 1)
            #expect(try stage.ballotBox()["tournament_clips"] == before["tournament_clips"])
            #expect(try stage.drift() == 0)
        }
        try FilmStage.run { stage in
            let (season, clips) = try stage.voting(["A"])
            try stage.vote(clips[0], by: 1..<4)
            let made = try stage.oversight.void(
                season: season, slot: 1, choice: stage.voters([Ballot.device(1)]), reason: "x", by: stage.admin)
            _ = try stage.clips.reject(clips, reason: "gone", by: stage.admin)
            #expect(try stage.closeRound() == ["round_waiting"])
            _ = try stage.clips.approve(clips, by: stage.admin)
            #expect(try stage.oversight.restore(made.id, reason: "x", by: stage.admin).restored == 0)
            #expect(try stage.counters(of: clips[0]) == [0, 0, 0])
            #expect(try stage.drift() == 0)
        }
    }

    @Test("VOTE-08 VOTE-12 an admin sees votes with their evidence, in pages, by every filter")
    func listing() throws {
        try FilmStage.run { stage in
            let (season, clips) = try stage.voting(["A", "B"])
            let member = try stage.member("voter_one")
            try stage.vote(clips[0], by: 1..<8)
            try stage.vote(clips[1], by: 10..<14, network: 500, flag: .missingHeaders)
            _ = try stage.cast(.member(member, clips[1], device: 10))
            var filter = VoteFilter()
            filter.page = PageRequest(limit: 5)
            var seen: [VoteEvidence] = []
            var pages = 0
            repeat {
                let page = try stage.oversight.page(filter, for: stage.admin)
                seen += page.votes.items
                pages += 1
                #expect(page.standing.isEmpty == (pages > 1))
                filter.page = PageRequest(limit: 5, cursor: page.votes.nextCursor)
            } while filter.page.cursor != nil
            #expect(seen.count == 12 && pages == 3)
            #expect(Set(seen.map { $0.voterKey + $0.clipID.uuidString }).count == 12)
            let mine = try #require(seen.first { $0.username == "voter_one" })
            #expect(mine.deviceVoters == 2)
            #expect(seen.first { $0.voterKey == Ballot.device(11) }?.networkVoters == 4)

            func count(_ change: (inout VoteFilter) -> Void) throws -> Int {
                var filter = VoteFilter()
                filter.season = season
                filter.slot = 1
                change(&filter)
                return try stage.oversight.page(filter, for: stage.admin).votes.items.count
            }
            _ = try stage.oversight.void(
                season: season, slot: 1, choice: stage.voters([Ballot.device(10)]), reason: "x", by: stage.admin)
            #expect(try count { _ in } == 12)
            // The member votes from a device that voted by itself, which is a flag of its own.
            #expect(try count { $0.choice.flagged = true } == 5)
            #expect(try count { $0.choice.flagged = false } == 7)
            #expect(try count { $0.choice.flag = "missing_headers" } == 4)
            #expect(try count { $0.choice.flag = "burst" } == 0)
            #expect(try count { $0.choice.clip = clips[0] } == 7)
            #expect(try count { $0.choice.voters = [Ballot.device(3)] } == 1)
            #expect(try count { $0.voided = true } == 1)
            #expect(try count { $0.voided = false } == 11)

            let page = try stage.oversight.page(VoteFilter(), for: stage.admin)
            #expect(page.groups.first { $0.kind == "flag" }?.votes == 4)
            #expect(page.groups.first { $0.kind == "network" }?.voters == 4)
            #expect(page.standing.first { $0.clipID == clips[1] }?.voteCount == 4)
            #expect(page.standing.first { $0.clipID == clips[1] }?.cleanCount == 0)
            #expect(page.voids.map(\.votes) == [1])
            #expect(throws: DatabaseError.self) {
                try unwrappingCause { try stage.oversight.page(VoteFilter(), for: member) }
            }
        }
    }
}

extension String {
    fileprivate func leftPadded(to length: Int) -> String {
        String(repeating: "0", count: max(0, length - count)) + self
    }
}
