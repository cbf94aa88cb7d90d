import FoundationEssentials
import Postgres
import TestSupport
import Testing
import Text

@testable import Film

@Suite("Refusals of votes", .requiresPostgres)
struct VoteRefusalTests {
    @Test("VOTE-11 a vote with every fault is refused for each in the order of the contract")
    func order() throws {
        try FilmStage.run { stage in
            let member = try stage.member("voter")
            let key = "user_" + member.uuidString.lowercased()
            let season = try stage.season(slots: 3)
            let own = try stage.clip("own", by: member)
            let ownLater = try stage.clip("own, later", by: member)
            let ownPending = try stage.clip("own, pending", by: member)
            let others = try ["A", "B", "C"].map { try stage.clip($0) }
            _ = try stage.clips.approve([own, ownLater] + others, by: stage.admin)
            try stage.seasons.activate(season.id, by: stage.admin)
            try stage.superuser.execute("update tournament_clips set slot_position = 2 where id = \(ownLater)")
            // The day is the same throughout, at any time of the real day.
            try stage.stopClock(at: "2026-05-05 12:00:00+00")
            #expect(try stage.cast(.member(member, others[0], .super)).newScore == 3)
            #expect(try stage.cast(.member(member, others[1], .mega)).newScore == 10)

            try stage.turn("voting_enabled", on: false)
            try stage.turn("power_votes_enabled", on: false)
            try stage.turn("require_captcha_voting", on: true)
            try stage.superuser.execute("update rate_windows set current_count = 30")
            try stage.superuser.execute("update voter_days set attempts = 400, casts = 200")
            try stage.superuser.execute("update users set banned_at = now(), ban_reason = 'x' where id = \(member)")
            var ballot = Ballot.member(member, UUID(), .super)

            #expect(try stage.refusal(ballot) == "feature_off")
            try stage.turn("voting_enabled", on: true)
            #expect(try stage.refusal(ballot) == "feature_off")
            try stage.turn("power_votes_enabled", on: true)
            #expect(try stage.refusal(ballot) == "rate_limited")
            try stage.forgiveRates()
            #expect(try stage.refusal(ballot) == "rate_limited")
            try stage.superuser.execute("update voter_days set attempts = 0")
            #expect(try stage.refusal(ballot) == "banned")
            try stage.superuser.execute("update users set banned_at = null where id = \(member)")
            #expect(try stage.refusal(ballot) == "clip_not_found")
            ballot.clipID = ownPending
            #expect(try stage.refusal(ballot) == "clip_not_active")
            ballot.clipID = ownLater
            #expect(try stage.refusal(ballot) == "wrong_slot")
            ballot.clipID = own
            try stage.superuser.execute("update story_slots set voting_ends_at = dailies_now() where status = 'voting'")
            #expect(try stage.refusal(ballot) == "round_over")
            try stage.stopClock(at: "2026-05-05 12:00:01+00")
            #expect(try stage.refusal(ballot) == "own_clip")
            ballot.clipID = others[0]
            #expect(try stage.refusal(ballot) == "already_voted")
            ballot.clipID = others[2]
            #expect(try stage.refusal(ballot) == "super_used")
            ballot.kind = .mega
            #expect(try stage.refusal(ballot) == "mega_used")
            ballot.kind = .standard
            #expect(try stage.refusal(ballot) == "daily_limit")
            try stage.superuser.execute("update voter_days set casts = 2")
            #expect(try stage.refusal(ballot) == "captcha_required")
            try stage.superuser.execute(
                "insert into captcha_passes values (\(key), dailies_now() - interval '1 second')")
            #expect(try stage.refusal(ballot) == "captcha_required")
            try stage.superuser.execute("update captcha_passes set expires_at = dailies_now() + interval '1 hour'")
            #expect(try stage.refusal(ballot) == nil)
            #expect(try stage.drift() == 0)
        }
    }

    @Test("VOTE-09 VOTE-03 visitors are asked to sign in where only members vote, and for super and mega")
    func membersOnly() throws {
        try FilmStage.run { stage in
            let clip = try stage.voting(["A"]).clips[0]
            #expect(try stage.refusal(.visitor(1, clip, .super)) == "auth_required")
            #expect(try stage.refusal(.visitor(1, clip, .mega)) == "auth_required")
            try stage.turn("require_auth_voting", on: true)
            #expect(try stage.refusal(.visitor(1, clip)) == "auth_required")
            #expect(try stage.refusal(.member(UUID(), clip)) == "auth_required")
            try stage.turn("require_auth_voting", on: false)
            #expect(try stage.refusal(.visitor(1, clip)) == nil)
        }
    }

    @Test("VOTE-11 a vote that counts already is refused with the totals as they are")
    func totals() throws {
        try FilmStage.run { stage in
            let clip = try stage.voting(["A"]).clips[0]
            let member = try stage.member("voter")
            for device in 1...4 { _ = try stage.cast(.visitor(device, clip)) }
            _ = try stage.cast(.member(member, clip, .super))
            guard case .failure(.alreadyVoted(let tally))? = try stage.votes.cast([.member(member, clip)]).first
            else {
                Issue.record("not refused")
                return
            }
            #expect(tally.newScore == 7 && tally.voteCount == 5 && tally.totalVotesToday == 1)
            #expect(tally.remaining == RemainingVotes(standard: 199, super: 0, mega: 1))
        }
    }

    @Test("VOTE-10 thirty votes a minute, and the reported wait is exact")
    func rate() throws {
        try FilmStage.run { stage in
            let clips = try stage.voting((1...35).map { "clip \($0)" }).clips
            // The clock is stopped, so that the minute cannot end while the votes come in.
            try stage.stopClock(at: "2026-05-05 12:00:10+00")
            let outcomes = try stage.votes.cast(clips.map { Ballot.visitor(1, $0) })
            #expect(outcomes.prefix(30).allSatisfy { $0.refusalCode == nil })
            #expect(try outcomes[29].get().rateRemaining == 0)
            guard case .failure(.rateLimited(let wait))? = outcomes.last else {
                Issue.record("not refused")
                return
            }
            #expect(outcomes[30...].allSatisfy { $0.refusalCode == "rate_limited" })
            let end = try #require(try stage.now() as Date?)
            try stage.stopClock(at: end.addingTimeInterval(Double(wait) - 1).rfc3339)
            #expect(try stage.refusal(.visitor(1, clips[34])) == "rate_limited")
            try stage.stopClock(at: end.addingTimeInterval(Double(wait)).rfc3339)
            #expect(try stage.refusal(.visitor(1, clips[34])) == nil)
            #expect(try stage.refusal(.visitor(2, clips[34])) == nil)
        }
    }

    @Test("VOTE-10 the visitors of one network share 600 votes a minute, its members do not")
    func network() throws {
        try FilmStage.run { stage in
            let clip = try stage.voting(["A"]).clips[0]
            try stage.stopClock(at: "2026-05-05 12:00:10+00")
            var codes: [String?] = []
            for start in stride(from: 0, to: 620, by: 155) {
                codes += try stage.votes.cast((start..<start + 155).map { .visitor($0, clip, network: 7) })
                    .map(\.refusalCode)
            }
            #expect(codes.prefix(600).allSatisfy { $0 == nil })
            #expect(codes.suffix(20).allSatisfy { $0 == "rate_limited" })
            #expect(try stage.refusal(.visitor(9_000, clip, network: 8)) == nil)
            #expect(try stage.refusal(.member(try stage.member("pupil"), clip, device: 7)) == nil)
        }
    }

    @Test("VOTE-10 a limiter that cannot decide lets nothing through")
    func limiterAway() throws {
        try FilmStage.run { stage in
            let clip = try stage.voting(["A"]).clips[0]
            try stage.superuser.execute("alter table rate_windows rename to elsewhere")
            #expect(try stage.refusal(.visitor(1, clip)) == "limiter_unavailable")
            #expect(throws: VoteRefusal.limiterUnavailable) { try stage.undo(.visitor(1, clip)) }
            #expect(try stage.votesCast() == 0)
            try stage.superuser.execute("alter table elsewhere rename to rate_windows")
            #expect(try stage.refusal(.visitor(1, clip)) == nil)
        }
    }

    @Test("VOTE-04 VOTE-09 nothing is taken back while voting is switched off, and the vote stays")
    func undoWhileOff() throws {
        try FilmStage.run { stage in
            let clip = try stage.voting(["A"]).clips[0]
            _ = try stage.cast(.visitor(1, clip))
            try stage.turn("voting_enabled", on: false)
            let outcomes = try stage.votes.undo([.visitor(1, clip), .visitor(2, clip)])
            #expect(outcomes.map(\.refusalCode) == ["feature_off", "feature_off"])
            #expect(try stage.votesCast() == 1)
            try stage.turn("voting_enabled", on: true)
            #expect(try stage.undo(.visitor(1, clip)).newScore == 0)
        }
    }

    @Test("VOTE-01 the last moment of a round takes votes, its end does not")
    func exactClose() throws {
        try FilmStage.run { stage in
            let (season, clips) = try stage.voting(["A"])
            try stage.stopClock(at: "2026-05-05 12:00:00+00")
            let slot: SQL = "from story_slots where season_id = \(season) and position = 1"
            try stage.superuser.execute(
                "update story_slots set voting_ends_at = dailies_now() where season_id = \(season) and position = 1")
            #expect(try stage.refusal(.visitor(1, clips[0])) == "round_over")
            try stage.superuser.execute(
                """
                update story_slots set voting_ends_at = dailies_now() + interval '1 microsecond'
                where season_id = \(season) and position = 1
                """)
            #expect(try stage.refusal(.visitor(1, clips[0])) == nil)
            #expect(try stage.superuser.one("select status = 'voting' \(sql: slot)"))
        }
    }

    @Test("VOTE-11 text that looks like SQL is text")
    func hostileText() throws {
        try FilmStage.run { stage in
            let clip = try stage.voting(["A"]).clips[0]
            let text = "device_'; drop table votes; -- \\ {\"a\",b} \u{1F600}"
            let ballot = Ballot(voterKey: text, clipID: clip, deviceKey: text, network: "")
            #expect(try stage.cast(ballot).newScore == 1)
            #expect(try stage.superuser.one("select voter_key from votes") == text)
            #expect(try stage.refusal(ballot) == "already_voted")
        }
    }

    @Test("SEC-03 the web role reaches votes through their functions alone")
    func rights() throws {
        try FilmStage.run { stage in
            let clip = try stage.voting(["A"]).clips[0]
            _ = try stage.cast(.visitor(1, clip))
            let statements: [SQL] = [
                "select * from votes", "update votes set weight = 100", "delete from votes",
                "select * from voter_days", "update voter_days set casts = 0",
                "insert into captcha_passes values ('a')",
                "update rate_windows set current_count = 0", "update tournament_clips set vote_count = 100",
                "select * from clip_views", "select repair_counters()", "select consume_vote_rates('{}', '{}', true)",
                "select lock_votes('{}', '{}', current_date)", "select adopt_device_votes('a', gen_random_uuid())",
                "select create_votes_partition(gen_random_uuid())", "select sweep_rates()",
            ]
            for statement in statements {
                let error = fault { try stage.web.execute(statement) } as? DatabaseError
                #expect(error?.sqlstate == "42501", "\(statement)")
            }
        }
    }
}

extension FilmStage {
    /// Stops the clock of the database at a moment.
    func stopClock(at moment: String) throws {
        try superuser.withConnection { connection in
            try connection.script(
                """
                create or replace function dailies_now() returns timestamptz language sql stable
                as $$ select timestamptz '\(moment)' $$;
                update story_slots set voting_ends_at = timestamptz '\(moment)' + interval '1 hour'
                where status = 'voting';
                """)
        }
    }

    func now() throws -> Date { try superuser.one("select dailies_now()") }
}
