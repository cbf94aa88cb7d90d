import FoundationEssentials
import Postgres
import TestSupport
import Testing

@testable import Film

@Suite("The order of refusals", .requiresPostgres)
struct VoteOrderTests {
    @Test("VOTE-11 of two reasons to refuse a vote, the answer names the one that comes first in the contract")
    func pairs() throws {
        try FilmStage.run { stage in
            _ = try stage.voting(["A"])
            try stage.stopClock(at: "2026-05-05 12:00:10+00")
            var looked = 0
            for (place, first) in Fault.allCases.enumerated() {
                let alone = Scene(stage, number: looked)
                looked += 1
                #expect(try alone.refusal(for: [first]) == first.rawValue)
                for second in Fault.allCases.dropFirst(place + 1) where first.canMeet(second) {
                    let scene = Scene(stage, number: looked)
                    looked += 1
                    #expect(try scene.refusal(for: [first, second]) == first.rawValue, "with \(second.rawValue)")
                }
            }
            #expect(looked > 80)
        }
    }
}

/// A reason to refuse a vote; in the order of the contract.
private enum Fault: String, CaseIterable {
    case featureOff = "feature_off"
    case rateLimited = "rate_limited"
    case limiterUnavailable = "limiter_unavailable"
    case banned
    case authRequired = "auth_required"
    case clipNotFound = "clip_not_found"
    case clipNotActive = "clip_not_active"
    case wrongSlot = "wrong_slot"
    case roundOver = "round_over"
    case ownClip = "own_clip"
    case alreadyVoted = "already_voted"
    case superUsed = "super_used"
    case megaUsed = "mega_used"
    case dailyLimit = "daily_limit"
    case captchaRequired = "captcha_required"

    private static let apart: [Set<Fault>] = [
        // A limiter that is away knows no rates.
        [.rateLimited, .limiterUnavailable],
        // Only members can be banned, own a clip or have a super or mega; only visitors are asked to sign in.
        [.banned, .authRequired], [.authRequired, .ownClip], [.authRequired, .superUsed], [.authRequired, .megaUsed],
        // A clip that is not there has no state.
        [.clipNotFound, .clipNotActive], [.clipNotFound, .wrongSlot], [.clipNotFound, .ownClip],
        [.clipNotFound, .alreadyVoted],
        // A vote is of one kind.
        [.superUsed, .megaUsed],
    ]

    func canMeet(_ other: Fault) -> Bool { !Self.apart.contains([self, other]) }
}

/// A voter and a clip of their own on a stage that others use after them.
private struct Scene {
    let stage: FilmStage
    let number: Int

    init(_ stage: FilmStage, number: Int) {
        self.stage = stage
        self.number = number
    }

    func refusal(for faults: Set<Fault>) throws -> String? {
        let member = try stage.member("voter_\(number)")
        let clips = [try active("A"), try active("B")]
        var ballot = Ballot.member(member, clips[0], device: number)
        if faults.contains(.authRequired) { ballot = .visitor(number, clips[0]) }
        for fault in faults { try stage.superuser.withConnection { try apply(fault, &ballot, member, clips, $0) } }
        defer { try? restore() }
        return try stage.refusal(ballot)
    }

    private func active(_ title: String) throws -> UUID {
        let id = try stage.clip(title)
        try stage.superuser.execute(
            """
            update tournament_clips set status = 'active', season_id = seasons.id, slot_position = 1
            from seasons where tournament_clips.id = \(id)
            """)
        return id
    }

    private func apply(
        _ fault: Fault, _ ballot: inout Ballot, _ member: UUID, _ clips: [UUID], _ database: Connection
    ) throws {
        switch fault {
        case .featureOff: try stage.turn("voting_enabled", on: false)
        case .rateLimited:
            try database.execute(
                """
                insert into rate_windows (key, minute, current_count, previous_count, granted)
                values (\("vote " + ballot.voterKey), date_bin('1 minute', dailies_now(), 'epoch'), 30, 0, 0)
                """)
        case .limiterUnavailable: try database.execute("alter table rate_windows rename to elsewhere")
        case .banned: try database.execute("update users set banned_at = now(), ban_reason = 'x' where id = \(member)")
        case .authRequired: try stage.turn("require_auth_voting", on: true)
        case .clipNotFound: ballot.clipID = UUID()
        case .clipNotActive:
            try database.execute("update tournament_clips set status = 'eliminated' where id = \(clips[0])")
        case .wrongSlot: try database.execute("update tournament_clips set slot_position = 2 where id = \(clips[0])")
        case .roundOver:
            try database.execute("update story_slots set voting_ends_at = dailies_now() where status = 'voting'")
        case .ownClip: try database.execute("update tournament_clips set user_id = \(member) where id = \(clips[0])")
        case .alreadyVoted: try insert("n", of: ballot, for: clips[0], database)
        case .superUsed:
            try insert("s", of: ballot, for: clips[1], database)
            ballot.kind = .super
        case .megaUsed:
            try insert("m", of: ballot, for: clips[1], database)
            ballot.kind = .mega
        case .dailyLimit:
            try database.execute(
                """
                insert into voter_days (voter_key, day, casts)
                values (\(ballot.voterKey), (dailies_now() at time zone 'utc')::date, 200)
                """)
        case .captchaRequired: try stage.turn("require_captcha_voting", on: true)
        }
    }

    private func insert(_ kinds: String, of ballot: Ballot, for clip: UUID, _ database: Connection) throws {
        try database.execute(
            """
            insert into votes (
                season_id, slot_position, clip_id, weight, voter_key, kinds, created_at, updated_at
            )
            select id, 1, \(clip), vote_weight(\(kinds)), \(ballot.voterKey), \(kinds), dailies_now(), dailies_now()
            from seasons
            """)
    }

    private func restore() throws {
        try stage.turn("voting_enabled", on: true)
        try stage.turn("require_auth_voting", on: false)
        try stage.turn("require_captcha_voting", on: false)
        try stage.superuser.execute("alter table if exists elsewhere rename to rate_windows")
        try stage.superuser.execute(
            "update story_slots set voting_ends_at = dailies_now() + interval '1 hour' where status = 'voting'")
    }
}
