import Film
import FoundationEssentials
import Postgres
import TestSupport
import Testing

@Suite("Undoing decisions on clips", .requiresPostgres)
struct DecisionUndoTests {
    @Test("ADM-01 an undone approval makes the clip pending again, once, and is written down")
    func approval() throws {
        try FilmStage.run { stage in
            _ = try stage.voting(["A", "B"])
            let clip = try stage.clip("C")
            let decision = try stage.approve(clip)
            let undone = try stage.clips.undo([decision], by: stage.admin)
            #expect(undone.map(\.outcome) == [.undone])
            #expect(undone.map(\.clipID) == [clip])
            #expect(undone.map(\.slot) == [nil])
            #expect(try stage.status(of: clip) == .pending)
            let admin = ClipViewer(memberID: stage.admin, isAdmin: true)
            #expect(try stage.clips.details(clip, for: admin).label == .pending)
            #expect(
                try stage.audited("clip.undo") == [
                    #"\#(clip.uuidString.lowercased()) {"status": "active"} {"status": "pending"}"#
                ])
            let again = try stage.clips.undo([decision], by: stage.admin)
            #expect(again.map(\.outcome) == [.superseded])
            #expect(again.map(\.clipID) == [nil])
        }
    }

    @Test("ADM-01 an undone rejection brings the clip back to where it was, with its votes")
    func rejection() throws {
        try FilmStage.run { stage in
            let (season, clips) = try stage.voting(["A", "B"])
            let pending = try stage.clip("C")
            try stage.count(clips[0], votes: 6)
            let decisions = try [pending, clips[0]].map { try stage.reject($0) }
            #expect(try stage.rank(season) == [clips[1]])
            #expect(try stage.clips.undo(decisions, by: stage.admin).map(\.outcome) == [.undone, .undone])
            #expect(try stage.status(of: pending) == .pending)
            #expect(try stage.reason(of: pending) == nil)
            #expect(try stage.status(of: clips[0]) == .active)
            #expect(try stage.counters(of: clips[0]) == [6, 6, 6])
            #expect(try stage.rank(season) == [clips[0], clips[1]])
        }
    }

    @Test("ADM-01 CLIP-05 an approval cannot be undone once the clip has a vote or its round is over")
    func approvalInTime() throws {
        try FilmStage.run { stage in
            _ = try stage.voting(["A"])
            let voted = try stage.clip("B")
            let late = try stage.clip("C")
            let decisions = try [voted, late].map { try stage.approve($0) }
            try stage.count(voted, votes: 1)
            #expect(try stage.clips.undo([decisions[0]], by: stage.admin).map(\.outcome) == [.hasVotes])
            #expect(try stage.counters(of: voted) == [1, 1, 1])
            try stage.count(voted, votes: 0)
            try stage.test.advanceClock(by: .seconds(3_601))
            #expect(try stage.clips.undo(decisions, by: stage.admin).map(\.outcome) == [.roundOver, .roundOver])
            try stage.rounds.advance()
            let refused = try stage.clips.undo(decisions, by: stage.admin).map(\.outcome)
            #expect(refused == [.roundOver, .roundOver], "their places in the result are public")
            #expect(try stage.superuser.one("select count(*)::int from slot_results") == 3)
        }
    }

    @Test("ADM-01 a rejection cannot be undone once the round of the clip is over")
    func rejectionInTime() throws {
        try FilmStage.run { stage in
            let (_, clips) = try stage.voting(["A", "B"])
            let decision = try stage.reject(clips[0])
            try stage.closeRound()
            #expect(try stage.clips.undo([decision], by: stage.admin).map(\.outcome) == [.roundOver])
            #expect(try stage.status(of: clips[0]) == .rejected)
        }
    }

    @Test("ADM-01 FILM-05 undoing the approval that opened a round lets the slot wait again")
    func openedRound() throws {
        try FilmStage.run { stage in
            let season = try stage.season()
            try stage.seasons.activate(season.id, by: stage.admin)
            #expect(try stage.slots(of: season.id)[0] == .waitingForClips)
            let clips = try [stage.clip("A"), stage.clip("B")]
            let decisions = try clips.map { try stage.approve($0) }
            #expect(try stage.slots(of: season.id)[0] == .voting)
            _ = try stage.clips.undo([decisions[1]], by: stage.admin)
            #expect(try stage.slots(of: season.id)[0] == .voting, "one clip still competes")
            _ = try stage.clips.undo([decisions[0]], by: stage.admin)
            #expect(try stage.slots(of: season.id)[0] == .waitingForClips)
            let events: Int = try stage.superuser.one(
                "select count(*)::int from jobs where payload ->> 'name' = 'round_waiting'")
            #expect(events == 2, "at the activation and now")
            try stage.test.advanceClock(by: .seconds(1_800))
            _ = try stage.approve(clips[1])
            let length: Double = try stage.superuser.one(
                """
                select extract(epoch from voting_ends_at - dailies_now())::float8
                from story_slots
                where season_id = \(season.id) and position = 1
                """)
            #expect(length > 3_500, "a full round")
        }
    }

    @Test("ADM-01 a round in which votes were cast stays open, though its clips have left")
    func emptyRoundWithVotes() throws {
        try FilmStage.run { stage in
            let (season, clips) = try stage.voting(["A"])
            try stage.superuser.execute(
                """
                insert into votes (season_id, slot_position, clip_id, voter_key, weight, created_at, updated_at)
                values (\(season), 1, \(clips[0]), 'device_a', 1, now(), now())
                """)
            _ = try stage.reject(clips[0])
            let decision = try stage.approve(try stage.clip("B"))
            #expect(try stage.clips.undo([decision], by: stage.admin).map(\.outcome) == [.undone])
            #expect(try stage.slots(of: season)[0] == .voting)
            #expect(try stage.superuser.one("select count(*)::int from votes where voided_at is null") == 1)
        }
    }

    @Test("ADM-01 only the last decision on a clip is undone, and restores what was before it")
    func lastDecision() throws {
        try FilmStage.run { stage in
            _ = try stage.voting(["A"])
            let clip = try stage.clip("B")
            let first = try stage.reject(clip, reason: "Rights")
            let second = try stage.approve(clip)
            #expect(try stage.clips.undo([first], by: stage.admin).map(\.outcome) == [.superseded])
            #expect(try stage.status(of: clip) == .active)
            #expect(try stage.clips.undo([second], by: stage.admin).map(\.outcome) == [.undone])
            #expect(try stage.status(of: clip) == .rejected)
            #expect(try stage.reason(of: clip) == "Rights")
            let decider: UUID? = try stage.superuser.one("select decided_by from tournament_clips where id = \(clip)")
            #expect(decider == stage.admin)
        }
    }

    @Test("ADM-01 what a creator or a ban did since is not undone with a decision")
    func changedSince() throws {
        try FilmStage.run { stage in
            _ = try stage.voting(["A"])
            let mira = try stage.member("mira")
            let (withdrawn, banned, down) = (
                try stage.clip("B", by: mira), try stage.clip("C", by: mira), try stage.clip("D", by: mira)
            )
            _ = try stage.approve(down)
            let decisions = try [stage.approve(withdrawn), stage.approve(banned), stage.reject(down)]
            try stage.clips.withdraw(withdrawn, by: mira)
            let outcome: String = try stage.web.one("select ban_member(\(stage.admin), \(mira), 'Spam')")
            #expect(outcome == "done")
            let undone = try stage.clips.undo(decisions, by: stage.admin)
            #expect(undone.map(\.outcome) == [.notOpen, .notOpen, .creatorBanned])
            for clip in [withdrawn, banned, down] { #expect(try stage.status(of: clip) == .rejected) }
        }
    }

    @Test("ADM-01 an approval for the next season that is undone does not enter it")
    func nextSeason() throws {
        try FilmStage.run { stage in
            let clip = try stage.clip("waits")
            let decision = try stage.approve(clip)
            #expect(try stage.clips.undo([decision], by: stage.admin).map(\.outcome) == [.undone])
            _ = try stage.season()
            #expect(try stage.status(of: clip) == .pending)
        }
    }

    @Test("ADM-01 VOTE-06 views count once when a clip leaves its round by an undo and returns")
    func views() throws {
        try FilmStage.run { stage in
            let (season, _) = try stage.voting(["A"])
            let clip = try stage.clip("B")
            let decision = try stage.approve(clip)
            let view: SQL = "select record_views(\(season), 1, array['device_a'], array[1], \([clip]))"
            #expect(try stage.web.one(view) == 1)
            _ = try stage.clips.undo([decision], by: stage.admin)
            #expect(try stage.web.one(view) == 0, "it does not compete")
            _ = try stage.approve(clip)
            #expect(try stage.web.one(view) == 0, "the voter has seen it in this round")
            #expect(try stage.counters(of: clip) == [0, 0, 1])
            #expect(try stage.superuser.one("select count(*)::int from counter_drift()") == 0)
        }
    }

    @Test("ADM-01 SEC-03 only admins undo decisions")
    func rights() throws {
        try FilmStage.run { stage in
            _ = try stage.voting(["A"])
            let clip = try stage.clip("B")
            let decision = try stage.approve(clip)
            let mira = try stage.member("mira")
            for actor in [nil, mira] {
                #expect(throws: DatabaseError.self) { try stage.clips.undo([decision], by: actor) }
            }
            #expect(try stage.status(of: clip) == .active)
        }
    }
}

extension FilmStage {
    /// Approves a clip and returns the decision.
    fileprivate func approve(_ clip: UUID) throws -> UUID {
        try #require(try clips.approve([clip], by: admin).first?.decisionID)
    }

    /// Rejects a clip and returns the decision.
    fileprivate func reject(_ clip: UUID, reason: String = "Reported") throws -> UUID {
        try #require(try clips.reject([clip], reason: reason, by: admin).first?.decisionID)
    }

    fileprivate func reason(of clip: UUID) throws -> String? {
        try superuser.one("select rejection_reason from tournament_clips where id = \(clip)")
    }

    /// The clips of the first slot by their standing.
    fileprivate func rank(_ season: UUID) throws -> [UUID] {
        try superuser.query("select clip_id from round_standing(\(season), 1) order by rank")
    }
}
