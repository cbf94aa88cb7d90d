import Analytics
import FoundationEssentials
import Postgres
import TestSupport
import Testing

/// A database with three models of which runs, comparisons, votes and battles can be told.
struct AnalyticsStage {
    let test: TestDatabase
    let owner: UUID
    /// By name.
    let models: [UUID]

    var web: Database { test.database(as: .web) }
    var jobs: Database { test.database(as: .jobs) }
    var superuser: Database { test.database(as: .superuser) }
    var days: ModelDays { ModelDays(database: jobs) }

    static func run(_ body: (AnalyticsStage) throws -> Void) throws {
        try TestDatabase.run { test in
            let superuser = test.database(as: .superuser)
            let models: [UUID] = try superuser.query(
                """
                insert into models (
                    slug, model_id, name, maker, provider, capabilities, durations, aspect_ratios, cost_per_second, pricing
                )
                select 'test-' || letter, 'test-' || letter, 'Model ' || letter, maker, provider, capabilities, durations,
                    aspect_ratios, cost_per_second, pricing
                from models
                cross join unnest(array['a', 'b', 'c']) letter
                where models.slug = 'local'
                order by letter
                returning id
                """)
            let owner: UUID = try superuser.one(
                "insert into users (username, role) values ('ada', 'admin') returning id")
            try body(AnalyticsStage(test: test, owner: owner, models: models))
        }
    }

    /// A run that has ended; returns its video's id.
    @discardableResult
    func run(
        _ model: Int, _ outcome: String = "completed", took: Int? = 60_000, cost: String = "0.5", video: Int = 5_000,
        endedAt: String = "2026-03-10T12:00:00Z", fromPicture: Bool = false
    ) throws -> UUID {
        let id = UUID()
        let isDone = outcome == "completed"
        try superuser.execute(
            """
            insert into generation_runs (
                generation_id, run, user_id, model_id, provider, duration_ms, quality, reserved_at, expected_usd, outcome,
                ended_at, cost_usd, video_ms, took_ms, has_source
            )
            values (
                \(id), 1, \(owner), \(models[model]), 'local', 5000, 'standard', \(endedAt)::text::timestamptz, 0, \(outcome),
                \(endedAt)::text::timestamptz, \(cost)::text::numeric, \(isDone ? Int32(video) : nil),
                \(isDone ? took.map { Int64($0) } : nil), \(fromPicture)
            )
            """)
        return id
    }

    /// A comparison with the finished videos of some models, whose ids are returned.
    func comparison(
        _ compared: [Int], cost: String = "0.5", addedAt: String = "2026-03-10T12:00:00Z", fromPicture: Bool = false
    ) throws -> [UUID] {
        let comparison: UUID = try superuser.one(
            """
            insert into comparisons (
                slug, title, kind, prompt, duration_ms, quality, seed, is_public, published_at, words, created_at, updated_at
            )
            values (
                'c-' || gen_random_uuid(), 'C', \(fromPicture ? "image-to-video" : "text-to-video"), 'p', 5000, 'standard',
                1, true, now(), '', now(), now()
            )
            returning id
            """)
        return try compared.map { model in
            let video: UUID = try superuser.one(
                """
                insert into generations (
                    user_id, model_id, model_name, provider, endpoint, status, prompt, duration_ms, quality, seed, credits,
                    cost_usd, original_key, video_key, small_key, poster_key, video_ms, created_at, updated_at, finished_at
                )
                values (
                    \(owner), \(models[model]), 'M', 'local', 'e', 'completed', 'p', 5000, 'standard', 1, 0,
                    \(cost)::text::numeric, 'o', 'v', 's', 'p', 5000, now(), now(), now()
                )
                returning id
                """)
            try superuser.execute(
                """
                insert into comparison_videos (generation_id, comparison_id, model_id, added_at)
                values (\(video), \(comparison), \(models[model]), \(addedAt)::text::timestamptz)
                """)
            return video
        }
    }

    func vote(_ video: UUID, _ voter: Int, at time: String = "2026-03-10T12:00:00Z", member: UUID? = nil) throws {
        try superuser.execute(
            """
            insert into video_votes (video_id, voter_key, device_key, user_id, network, created_at)
            values (\(video), \("voter \(voter)"), 'd', \(member), 'n', \(time)::text::timestamptz)
            on conflict do nothing
            """)
    }

    func battle(_ left: Int, _ right: Int, _ outcome: String, at time: String = "2026-03-10T12:00:00Z") throws {
        try superuser.execute(
            """
            insert into battles (
                pair_id, pseudonym, left_model_id, right_model_id, left_id, right_id, has_source, outcome, cast_at
            )
            values (
                gen_random_uuid(), gen_random_uuid(), \(models[left]), \(models[right]), gen_random_uuid(), gen_random_uuid(),
                false, \(outcome), \(time)::text::timestamptz
            )
            """)
    }

    /// A column of a model's day; nil when there is no such day.
    func kept(_ model: Int, _ column: String, on day: String = "2026-03-10", fromPicture: Bool = false) throws
        -> String?
    {
        try superuser.first(
            """
            select to_jsonb(days) ->> \(column)
            from model_days days
            where model_id = \(models[model]) and day = \(day)::text::date and has_source = \(fromPicture)
            """)
    }

    /// That what is kept is what the rows say, once everything is folded.
    func expectExact(_ comment: Comment? = nil) throws {
        try days.run()
        let drift = try ModelDayDrift.find(in: jobs)
        #expect(drift.map { "\($0.day): \($0.names)" } == [], comment)
        let notes: Int = try superuser.one("select count(*)::int from model_day_changes")
        #expect(notes == 0, comment)
    }
}
