internal import Postgres
internal import Queue

/// Measures what only reading many rows tells, for the figures that a host shows: who is active, uploads and visits.
enum MeasureSite {
    static func register(in registry: inout JobRegistry) {
        registry.register(MeasureActivity.self) { _, context in
            try keep(activity, in: context.database)
            return .done()
        }
        registry.recur("measure_activity", .every(.seconds(300)), MeasureActivity())
        registry.register(MeasureVisits.self) { _, context in
            try keep(visits, in: context.database)
            return .done()
        }
        // A day does not change once it is over.
        registry.recur("measure_visits", .daily(hour: 0, minute: 20), MeasureVisits())
    }

    /// A session notes its last use once an hour. Members who have signed out since are missing.
    private static let activity: SQL =
        """
        select 'members_active' as name, jsonb_build_object('period', 'day') as labels,
            count(distinct user_id)::float8 as value
        from sessions
        where last_seen_at > dailies_now() - interval '1 day'
        union all
        select 'members_active', jsonb_build_object('period', 'month'), count(distinct user_id)::float8
        from sessions
        where last_seen_at > dailies_now() - interval '30 days'
        union all
        select 'uploads_day', '{}', count(*)::float8
        from uploads
        where registered_at > dailies_now() - interval '1 day'
        """

    /// A visit is what lies between the first and the last view of a voter on a day. Views of different days are not connected.
    private static let visits: SQL =
        """
        with visit as (
            select extract(epoch from max(viewed_at) - min(viewed_at))::float8 as seconds
            from clip_views
            where viewed_at >= date_trunc('day', dailies_now() at time zone 'utc') at time zone 'utc' - interval '1 day'
                and viewed_at < date_trunc('day', dailies_now() at time zone 'utc') at time zone 'utc'
            group by voter_key
        )
        select 'visits_day' as name, '{}'::jsonb as labels, count(*)::float8 as value
        from visit
        union all
        select 'visit_seconds', jsonb_build_object('kind', 'mean'), coalesce(avg(seconds), 0)
        from visit
        union all
        select 'visit_seconds', jsonb_build_object('kind', 'median'),
            coalesce(percentile_cont(0.5) within group (order by seconds), 0)
        from visit
        """

    /// Writes figures in place of those before.
    private static func keep(_ figures: SQL, in database: Database) throws {
        try database.transaction(timeout: .seconds(300)) { connection in
            try connection.execute(
                """
                insert into site_figures (name, labels, value, measured_at)
                select name, labels, value, dailies_now()
                from (\(sql: figures)) as figure
                on conflict (name, labels) do update
                set value = excluded.value, measured_at = excluded.measured_at
                """)
        }
    }
}

/// Measures who is active, and uploads.
struct MeasureActivity: JobPayload {
    static let kind = "measure_activity"
    static let options = JobOptions(queue: Upkeep.queue, priority: .low, timeout: .seconds(300), isLong: true)
}

/// Measures the visits of yesterday.
struct MeasureVisits: JobPayload {
    static let kind = "measure_visits"
    static let options = JobOptions(queue: Upkeep.queue, priority: .low, timeout: .seconds(600), isLong: true)
}
