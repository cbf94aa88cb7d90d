import Film
import FoundationEssentials
import Postgres
import TestSupport
import Testing

@Suite("Retention of votes and views", .requiresPostgres)
struct RetentionTests {
    @Test("JOB-06 VOTE-07 views and device keys go thirty days after their round, what is newer stays")
    func goesWithTime() throws {
        try FilmStage.run { stage in
            let (season, clips) = try stage.voting(["A", "B"])
            let member = try stage.member("a_voter")
            func leaveTraces(slot: Int) throws {
                try stage.superuser.execute(
                    """
                    insert into votes (
                        season_id, slot_position, clip_id, weight, voter_key, device_key, user_id, created_at, updated_at
                    )
                    values (
                        \(season), \(Int32(slot)), \(clips[0]), 1, \("user_" + member.uuidString), 'device_1', \(member),
                        dailies_now(), dailies_now()
                    )
                    """)
                try stage.superuser.execute(
                    """
                    insert into clip_views (season_id, slot_position, clip_ids, voter_key, viewed_at)
                    values (\(season), \(Int32(slot)), \(clips), 'device_1', dailies_now())
                    """)
            }
            try leaveTraces(slot: 1)
            try stage.superuser.execute(
                "insert into voter_days (voter_key, day) values ('device_1', (dailies_now() at time zone 'utc')::date)")
            try stage.superuser.execute("insert into captcha_passes values ('device_1', dailies_now() + '30 minutes')")
            try stage.test.advanceClock(by: .seconds(3_700))
            try stage.rounds.advance()
            let fresh = try Retention.sweep(stage.jobs)
            #expect(fresh.views == 0 && fresh.devices == 0 && fresh.voterDays == 0 && fresh.passes == 1)

            try stage.test.advanceClock(by: .seconds(20 * 86_400))
            try leaveTraces(slot: 2)
            try stage.test.advanceClock(by: .seconds(11 * 86_400))
            let old = try Retention.sweep(stage.jobs)
            #expect(old.views == 2 && old.devices == 1 && old.voterDays == 1)
            #expect(try Retention.sweep(stage.jobs) == RetentionReport())
            let left: [Int32] = try stage.superuser.query("select slot_position from clip_views")
            #expect(left == [2])
            let known: [Int32] = try stage.superuser.query(
                "select slot_position from votes where device_key is not null")
            #expect(known == [2])
        }
    }
}
