import FoundationEssentials
import Postgres
import TestSupport
import Testing

@testable import Film

/// Bans that were made when they marked votes by their moment alone.
@Suite("Bans of versions before", .requiresPostgres)
struct EarlierBanTests {
    @Test("ADM-02 OPS-05 a ban from before the migration is lifted as one from after it")
    func carriedOver() throws {
        try Upgrade.run(to: "0018", past: Self.past) { test, owner in
            let voids: [String] = try owner.query(
                """
                select concat_ws(' ', origin, users.username, choice->>'slot', votes, weight, voided_at = banned_at, actor_id)
                from vote_voids
                left join users on users.id = member_id
                """)
            #expect(voids == ["ban mira 2 2 4 t \(Self.id(9))"])
            #expect(try owner.one("select count(*)::int from counter_drift()") == 0)
            // The device of the first has voted as a visitor since; the second comes back.
            let mira = try #require(UUID(uuidString: Self.id(1)))
            let outcome: [String] = try test.database(as: .jobs).query(
                "select outcome from lift_ban(null, \(mira), null) where outcome is not null")
            #expect(outcome == ["done"])
            let counted: [String] = try owner.query(
                "select concat_ws(' ', vote_count, weighted_score) from tournament_clips order by id")
            #expect(counted == ["1 1", "1 3"])
            #expect(try owner.one("select count(*)::int from counter_drift()") == 0)
            #expect(
                try owner.one("select count(*)::int from votes where voided_at is not null and void_id is null") == 3)
        }
    }

    private static func id(_ number: Int) -> String { "00000000-0000-4000-8000-00000000000\(number)" }

    /// A member who was banned in the second slot: two votes of its round, one of the slot's round before, one of the
    /// slot that is decided, and one that an admin of an even older version had taken out.
    private static let past = """
        insert into users (id, username, banned_at, ban_reason)
        values ('\(id(1))', 'mira', '2026-05-05 12:00+00', 'spam'), ('\(id(9))', 'the_admin', null, null);
        insert into audit_log (actor_id, action, subject_kind, subject_id, happened_at)
        values ('\(id(9))', 'member.ban', 'member', '\(id(1))', '2026-05-05 12:00+00');
        insert into seasons (id, label, status, activated_at) values ('\(id(2))', 'Past', 'active', now());
        insert into story_slots (season_id, position, status, voting_started_at, voting_ends_at)
        values ('\(id(2))', 1, 'upcoming', null, null),
            ('\(id(2))', 2, 'voting', '2026-05-05 11:00+00', now() + interval '1 hour');
        insert into tournament_clips (
            id, season_id, slot_position, user_id, title, genre, rights_confirmed_at, status, processing, video_key,
            poster_key, vote_count, weighted_score
        )
        select id, '\(id(2))', 2, '\(id(9))', 'clip', 'Other', now(), 'active', 'ready', 'v', 'p', votes, votes
        from (values ('\(id(3))'::uuid, 1), ('\(id(4))', 0)) clips (id, votes);
        update story_slots
        set status = 'locked',
            voting_started_at = '2026-05-04 12:00+00',
            voting_ends_at = '2026-05-05 11:00+00',
            locked_at = '2026-05-05 11:00+00',
            winner_clip_id = '\(id(4))'
        where position = 1;
        create table votes_past partition of votes for values in ('\(id(2))');
        insert into votes (
            season_id, slot_position, clip_id, weight, kinds, voter_key, device_key, user_id, voided_at, created_at, updated_at
        )
        select '\(id(2))', slot, clip::uuid, case kind when 's' then 3 else 1 end, kind,
            case member when '' then 'device_a' else 'user_' || member end, 'device_a', nullif(member, '')::uuid,
            voided_at::timestamptz, cast_at::timestamptz, cast_at::timestamptz
        from (
            values (2, '\(id(3))', 'n', '\(id(1))', '2026-05-05 12:00+00', '2026-05-05 11:30+00'),
                (2, '\(id(4))', 's', '\(id(1))', '2026-05-05 12:00+00', '2026-05-05 11:31+00'),
                (2, '\(id(3))', 'n', '', null, '2026-05-05 12:30+00'),
                (2, '\(id(4))', 'n', '\(id(1))', '2026-05-05 12:00+00', '2026-05-05 10:30+00'),
                (1, '\(id(4))', 'n', '\(id(1))', '2026-05-05 12:00+00', '2026-05-05 10:00+00'),
                (2, '\(id(3))', 'n', '\(id(1))', '2026-05-05 11:10+00', '2026-05-05 11:05+00')
        ) here (slot, clip, kind, member, voided_at, cast_at);
        """
}
