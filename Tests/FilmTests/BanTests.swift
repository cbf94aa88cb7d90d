import FoundationEssentials
import Postgres
import Refusals
import Tally
import TestSupport
import Testing

@testable import Film

/// A ban as the film sees it: what leaves the race, what counts no more, and that all of it comes back.
@Suite("Bans and the film", .requiresPostgres)
struct BanTests {
    @Test("ADM-02 a ban voids the votes of the open round and takes the clips out; lifting it leaves all as it was")
    func reversible() throws {
        try FilmStage.run { stage in
            let (mira, noor) = (try stage.member("mira"), try stage.member("noor"))
            let (_, clips) = try stage.voting(["Tide", "Salt"])
            let mine = try stage.clip("Mine", by: mira)
            _ = try stage.clips.approve([mine], by: stage.admin)
            _ = try stage.cast(.member(mira, clips[0], .mega))
            _ = try stage.cast(.member(mira, clips[1], .super))
            _ = try stage.cast(.member(noor, clips[0]))
            _ = try stage.cast(.member(noor, mine))
            let before = try stage.race()

            #expect(try stage.ban(mira) == "done")
            #expect(try stage.status(of: mine) == .rejected)
            #expect(try Array(stage.counters(of: clips[0]).prefix(2)) == [1, 1])
            #expect(try Array(stage.counters(of: clips[1]).prefix(2)) == [0, 0])
            #expect(try stage.drift() == 0)
            #expect(try stage.ban(mira) == "member_banned")

            #expect(try stage.liftBan(mira) == ["done"])
            #expect(try stage.race() == before)
            #expect(try stage.drift() == 0)
            // The mega vote counts again, so there is no second one.
            #expect(try stage.refusal(.member(mira, clips[1], .mega)) == "already_voted")
        }
    }

    @Test("ADM-02 when the round was decided meanwhile its votes stay out, and the clip joins the open slot")
    func afterTheRound() throws {
        try FilmStage.run { stage in
            let mira = try stage.member("mira")
            let (season, clips) = try stage.voting(["Tide", "Salt"])
            let mine = try stage.clip("Mine", by: mira)
            _ = try stage.clips.approve([mine], by: stage.admin)
            _ = try stage.cast(.member(mira, clips[0]))
            _ = try stage.cast(.visitor(1, clips[1]))
            #expect(try stage.ban(mira) == "done")
            try stage.closeRound()
            #expect(try stage.winner(of: season, slot: 1) == clips[1])

            #expect(try stage.liftBan(mira) == ["done"])
            #expect(try stage.status(of: mine) == .active)
            #expect(try stage.slot(of: mine) == 2)
            #expect(try stage.counters(of: mine) == [0, 0, 0])
            #expect(try stage.drift() == 0)
            let results: Int = try stage.superuser.one(
                "select vote_count from slot_results where clip_id = \(clips[0]) and slot_position = 1")
            #expect(results == 0)
        }
    }

    @Test("ADM-02 a slot that waits opens with the clip that comes back, and an event announces it")
    func opensWaitingSlot() throws {
        try FilmStage.run { stage in
            let mira = try stage.member("mira")
            let season = try stage.season()
            try stage.seasons.activate(season.id, by: stage.admin)
            let mine = try stage.clip("Mine", by: mira)
            _ = try stage.clips.approve([mine], by: stage.admin)
            #expect(try stage.ban(mira) == "done")
            try stage.closeRound()
            #expect(try stage.slots(of: season.id)[0] == .waitingForClips)
            #expect(try stage.liftBan(mira) == ["done", "round_opened"])
            #expect(try stage.slots(of: season.id)[0] == .voting)
            #expect(try stage.drift() == 0)
        }
    }

    @Test("ADM-02 clips that won stay in the film, and no clip of a banned member is approved")
    func whatStays() throws {
        try FilmStage.run { stage in
            let mira = try stage.member("mira")
            let season = try stage.season()
            let (won, waiting) = (try stage.clip("Won", by: mira), try stage.clip("Waiting", by: mira))
            _ = try stage.clips.approve([won], by: stage.admin)
            try stage.seasons.activate(season.id, by: stage.admin)
            _ = try stage.cast(.visitor(1, won))
            try stage.closeRound()
            #expect(try stage.ban(mira) == "done")
            #expect(try stage.status(of: won) == .locked)
            let decisions = try stage.clips.approve([waiting], by: stage.admin)
            #expect(decisions.map(\.outcome) == [.creatorBanned])
            #expect(try stage.status(of: waiting) == .pending)
        }
    }

    @Test("ADM-02 who signs in while banned takes over no votes of the device, so that a lifted ban finds its own")
    func deviceOfTheBanned() throws {
        try FilmStage.run { stage in
            let mira = try stage.member("mira")
            let (_, clips) = try stage.voting(["Tide"])
            _ = try stage.cast(.member(mira, clips[0], .super))
            #expect(try stage.ban(mira) == "done")
            _ = try stage.cast(.visitor(5, clips[0]))
            try stage.superuser.execute(
                """
                insert into sign_in_links (token_hash, user_id, expires_at)
                values (sha256('link'), \(mira), dailies_now() + interval '1 hour')
                """)
            let outcome: String = try stage.web.one(
                """
                select outcome
                from sign_in_by_link(sha256('link'), sha256('session'), null, \(Ballot.device(5)), 'test', 30)
                """)
            #expect(outcome == "signed_in")
            #expect(try Array(stage.counters(of: clips[0]).prefix(2)) == [1, 1])
            #expect(try stage.liftBan(mira) == ["done"])
            #expect(try Array(stage.counters(of: clips[0]).prefix(2)) == [2, 4])
            #expect(try stage.drift() == 0)
        }
    }

    @Test(
        "ADM-02 votes that the device cast as a visitor during a ban count after it, and the old vote stays out"
    )
    func votedAsVisitor() throws {
        try FilmStage.run { stage in
            let mira = try stage.member("mira")
            let (_, clips) = try stage.voting(["Tide", "Salt"])
            _ = try stage.cast(.member(mira, clips[0], .super, device: 5))
            _ = try stage.cast(.member(mira, clips[1], device: 5))
            #expect(try stage.ban(mira) == "done")
            _ = try stage.cast(.visitor(5, clips[0]))
            #expect(try stage.liftBan(mira) == ["done"])
            #expect(try clips.map { try Array(stage.counters(of: $0).prefix(2)) } == [[1, 1], [1, 1]])
            #expect(try stage.drift() == 0)
        }
    }

    @Test(
        "ADM-02 VOTE-12 a ban's void is found by its member and listed, announced to the round, and undone with the ban alone"
    )
    func asVoid() throws {
        try FilmStage.run { stage in
            let mira = try stage.member("mira")
            let (season, clips) = try stage.voting(["Tide", "Salt"])
            _ = try stage.cast(.member(mira, clips[0], .super))
            _ = try stage.cast(.member(mira, clips[1]))
            #expect(try stage.ban(mira) == "done")
            var listed = try stage.voids()
            #expect(listed.map(\.origin) == ["ban"] && listed.map(\.member) == ["mira"])
            #expect(listed.map(\.username) == ["the_admin"] && listed.map(\.reason) == ["A member was banned."])
            #expect(listed.map(\.slot) == [1] && listed.map(\.votes) == [2] && listed.map(\.weight) == [4])
            #expect(throws: FilmError.refused(.voidOfBan)) {
                try stage.oversight.restore(listed[0].id, reason: "x", by: stage.admin)
            }
            #expect(try stage.counters(of: clips[0]) == [0, 0, 0])

            #expect(try stage.liftBan(mira) == ["done"])
            listed = try stage.voids()
            #expect(listed.map(\.restored) == [2] && listed[0].undoneAt != nil)
            let audit: [String] = try stage.superuser.query(
                "select action || coalesce(after->>'votesVoided', after->>'votesRestored', '') from audit_log order by id"
            )
            #expect(audit.suffix(2) == ["member.ban2", "member.lift_ban2"])
            #expect(audit.count { $0.contains("votes.") } == 0)
            try stage.closeRound()
            let told = try stage.stories.round(season: season.uuidString, slot: 1).interventions
            #expect(told.map(\.kind) == ["votes_voided", "votes_restored"] && told.map(\.votes) == [2, 2])
            #expect(told.map(\.reason) == ["A member was banned.", "A member’s ban was lifted."])
        }
    }

    @Test(
        "ADM-02 FILM-13 the export of a round that was decided meanwhile shows the votes as void, also after the ban is lifted"
    )
    func exported() throws {
        try FilmStage.run { stage in
            let mira = try stage.member("mira")
            let (season, clips) = try stage.voting(["Tide", "Salt"])
            _ = try stage.cast(.member(mira, clips[0]))
            _ = try stage.cast(.visitor(1, clips[1]))
            #expect(try stage.ban(mira) == "done")
            try stage.closeRound()
            try stage.tallies.write()
            #expect(try stage.liftBan(mira) == ["done"])
            try stage.tallies.write()
            let entries = try stage.tallies.records(season: season.uuidString).map(TallyFile.entry)
            #expect(entries.map(\.document.kind) == [.round])
            #expect(entries[0].document.votes?.count(where: \.isVoid) == 1)
            #expect(entries[0].document.interventions.map(\.kind) == ["votes_voided"])
            #expect(TallyCheck.report(on: entries, isWhole: true).faults == [])
            #expect(try stage.voids().map(\.restored) == [0])
        }
    }

    @Test("ADM-02 what was cast before a slot was opened anew does not come back into it")
    func openedAnew() throws {
        try FilmStage.run { stage in
            let (mira, noor) = (try stage.member("mira"), try stage.member("noor"))
            let season = try stage.season()
            let take = try stage.clip("Take", by: noor)
            _ = try stage.clips.approve([take], by: stage.admin)
            try stage.seasons.activate(season.id, by: stage.admin)
            _ = try stage.cast(.member(mira, take))
            #expect(try stage.ban(mira) == "done")
            #expect(try stage.ban(noor) == "done")
            try stage.closeRound()
            #expect(try stage.slots(of: season.id)[0] == .waitingForClips)
            #expect(try stage.liftBan(noor) == ["done", "round_opened"])
            #expect(try stage.liftBan(mira) == ["done"])
            #expect(try stage.counters(of: take) == [0, 0, 0])
            #expect(try stage.drift() == 0)
            #expect(try stage.refusal(.member(mira, take)) == nil)
        }
    }

    @Test("ADM-02 votes and a ban at the same time leave the counters exact")
    func underLoad() throws {
        try FilmStage.run { stage in
            let voters = try (0..<8).map { try stage.member("voter_\($0)") }
            let (_, clips) = try stage.voting(["Tide", "Salt", "Kelp"])
            try concurrently(9) { worker in
                for round in 0..<6 {
                    if worker == 8 {
                        #expect(try stage.ban(voters[round]) == "done")
                        if round % 2 == 0 { #expect(try stage.liftBan(voters[round]) == ["done"]) }
                    } else {
                        _ = try stage.votes.cast([.member(voters[worker], clips[round % 3], device: worker)])
                    }
                }
            }
            #expect(try stage.votesCast() > 0)
            #expect(try stage.drift() == 0)
        }
    }
}

extension FilmStage {
    func ban(_ member: UUID) throws -> String {
        try web.one("select ban_member(\(admin), \(member), 'spam')")
    }

    /// The outcome, and the names of the events.
    func liftBan(_ member: UUID) throws -> [String] {
        try web.query("select coalesce(outcome, name) from lift_ban(\(admin), \(member), null)")
    }

    /// The voids of the season that runs.
    func voids() throws -> [VoidRecord] { try oversight.page(VoteFilter(), for: admin).voids }

    /// Everything that a ban may change of a race, as one text.
    func race() throws -> String {
        try superuser.one(
            """
            select md5(concat(
                (select string_agg(s::text, ';' order by season_id, position) from story_slots s),
                (
                    select string_agg((to_jsonb(c) - 'decided_by' - 'decided_at')::text, ';' order by id)
                    from tournament_clips c
                ),
                (select string_agg(v::text, ';' order by clip_id, voter_key) from votes v),
                (select string_agg(d::text, ';' order by voter_key, day) from voter_days d)
            ))
            """)
    }
}
