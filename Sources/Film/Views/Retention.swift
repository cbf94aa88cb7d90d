public import Postgres

/// What a sweep of old votes and views removed or forgot.
public struct RetentionReport: Sendable, Equatable {
    /// Day's totals of voters.
    public var voterDays = 0
    /// Passes of the captcha.
    public var passes = 0
    /// Views of rounds that closed long ago.
    public var views = 0
    /// Members' votes that no longer know the device.
    public var devices = 0

    /// Nothing yet.
    public init() {}
}

/// How long what was only needed to keep votes honest is kept.
public enum Retention {
    /// Only today's totals are needed for limits; older ones serve complaints.
    private static let voterDays = 7
    /// Views and device keys go this long after their round.
    private static let days = 30

    /// Forgets what is too old, a table at a time, each in a transaction that votes need not wait for. Rounds that were
    /// swept before cost one look into an index.
    public static func sweep(_ database: Database) throws -> RetentionReport {
        var report = RetentionReport()
        report.voterDays = try run(
            "delete from voter_days where day < (dailies_now() at time zone 'utc')::date - \(Int32(voterDays))",
            database)
        report.passes = try run("delete from captcha_passes where expires_at < dailies_now()", database)
        for round in try closedRounds(database) {
            report.views += try database.transaction(timeout: .seconds(600)) { connection in
                try connection.one(
                    """
                    with gone as (
                        delete from clip_views
                        where season_id = \(round.season)::uuid and slot_position = \(round.slot)
                        returning cardinality(clip_ids) as views
                    )
                    select coalesce(sum(views), 0)::int
                    from gone
                    """)
            }
            report.devices += try run(
                """
                update votes
                set device_key = null
                where season_id = \(round.season)::uuid
                    and slot_position = \(round.slot)
                    and device_key >= ''
                    and user_id is not null
                    and voided_at is null
                """, database)
        }
        return report
    }

    private static func closedRounds(_ database: Database) throws -> [ClosedRound] {
        try database.query(
            """
            select season_id::text as season, position
            from story_slots
            where status = 'locked' and locked_at < dailies_now() - make_interval(days => \(Int32(days)))
            """)
    }

    private static func run(_ statement: SQL, _ database: Database) throws -> Int {
        try database.transaction(timeout: .seconds(600)) { try $0.execute(statement) }
    }
}

private struct ClosedRound: RowDecodable {
    let season: String
    let slot: Int32

    init(row: Row) throws(DatabaseError) {
        season = try row.value("season")
        slot = try row.value("position")
    }
}
